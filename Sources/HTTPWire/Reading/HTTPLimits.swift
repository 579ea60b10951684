/// How much of anything a client may send.
package struct HTTPLimits: Sendable {
  /// The method, the target and the version together.
  package var requestLine = 8 << 10
  /// One line of a head.
  package var line = 16 << 10
  /// All lines of a head.
  package var head = 32 << 10
  package var fields = 100
  package var body = 10 << 20
  /// What stands beside the data of a body in chunks: extensions, and the fields behind it.
  package var beside = 16 << 10

  package init() {}
}

/// Why a request is not read any further; after it nothing on the same connection can be told apart.
package struct HTTPRefusal: Error, Hashable, Sendable {
  package let status: HTTPStatus
  /// Lower case, no full stop, nothing of the peer's.
  package let message: String

  package init(_ status: HTTPStatus, _ message: String) {
    self.status = status
    self.message = message
  }
}

/// The answers that are given here.
package enum HTTPStatus: Int, CaseIterable, Hashable, Sendable {
  case ok = 200
  case accepted = 202
  case noContent = 204
  case badRequest = 400
  case unauthorized = 401
  case forbidden = 403
  case notFound = 404
  case methodNotAllowed = 405
  case notAcceptable = 406
  case requestTimeout = 408
  case conflict = 409
  case lengthRequired = 411
  case contentTooLarge = 413
  case targetTooLong = 414
  case unsupportedMediaType = 415
  case expectationFailed = 417
  case tooManyRequests = 429
  case headTooLarge = 431
  case internalError = 500
  case notImplemented = 501
  case badGateway = 502
  case unavailable = 503
  case versionNotSupported = 505

  /// The words behind the number.
  package var words: StaticString {
    switch self {
    case .ok: "200 OK"
    case .accepted: "202 Accepted"
    case .noContent: "204 No Content"
    case .badRequest: "400 Bad Request"
    case .unauthorized: "401 Unauthorized"
    case .forbidden: "403 Forbidden"
    case .notFound: "404 Not Found"
    case .methodNotAllowed: "405 Method Not Allowed"
    case .notAcceptable: "406 Not Acceptable"
    case .requestTimeout: "408 Request Timeout"
    case .conflict: "409 Conflict"
    case .lengthRequired: "411 Length Required"
    case .contentTooLarge: "413 Content Too Large"
    case .targetTooLong: "414 URI Too Long"
    case .unsupportedMediaType: "415 Unsupported Media Type"
    case .expectationFailed: "417 Expectation Failed"
    case .tooManyRequests: "429 Too Many Requests"
    case .headTooLarge: "431 Request Header Fields Too Large"
    case .internalError: "500 Internal Server Error"
    case .notImplemented: "501 Not Implemented"
    case .badGateway: "502 Bad Gateway"
    case .unavailable: "503 Service Unavailable"
    case .versionNotSupported: "505 HTTP Version Not Supported"
    }
  }
}
