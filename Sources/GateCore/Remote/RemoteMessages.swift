package import HTTPWire
package import JSONText

/// One HTTP request to a remote server, but for its address and what the registry adds to its headers.
package struct RemoteRequest: Hashable, Sendable {
  package enum Method: String, Hashable, Sendable {
    case post = "POST"
    case get = "GET"
    case delete = "DELETE"
  }

  /// A header's name and its value, which is one line.
  package struct Header: Hashable, Sendable {
    package var name: String
    package var value: [UInt8]

    package init(_ name: String, _ value: some Sequence<UInt8>) {
      self.name = name
      self.value = Array(value)
    }
  }

  /// Whose answer it is when something comes back.
  package var exchange: Int
  package var method: Method
  package var headers: [Header]
  package var body: [UInt8] = []

  /// The value of a header, by its name as it is written here.
  package subscript(_ name: String) -> String? {
    headers.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
  }
}

/// The beginning of an HTTP answer: what of its headers is of interest.
package struct RemoteHead: Hashable, Sendable {
  package var status: Int
  /// In lower case, without parameters.
  package var contentType = ""
  package var sessionID: [UInt8]?
  /// It has several session ids, or one that cannot be sent back.
  package var hasBadSessionID = false
  /// Whom a redirect names, as far as that is a plain host.
  package var redirect: String?
  /// What it says of how to log in, a value for each field.
  package var challenges: [[UInt8]] = []
  /// How many seconds the server wants to be left in peace.
  package var retryAfter: Int?

  package init(status: Int, headers: [RemoteRequest.Header] = []) {
    self.status = status
    for header in headers {
      let name = header.name.lowercased()
      for (field, text) in Self.fields where name.utf8.elementsEqual("\(text)".utf8) { take(field, header.value) }
    }
  }

  /// The beginning of an answer as it was read.
  package init(_ head: HTTPAnswerHead) {
    status = head.status
    for (field, name) in Self.fields {
      for value in head.all(name) { take(field, Array(value)) }
    }
  }

  private enum Field { case type, session, redirect, wait, challenge }

  private static let fields: [(Field, StaticString)] = [
    (.type, "content-type"), (.session, "mcp-session-id"), (.redirect, "location"), (.wait, "retry-after"),
    (.challenge, "www-authenticate"),
  ]

  private mutating func take(_ field: Field, _ value: [UInt8]) {
    switch field {
    case .type:
      let type = value.prefix { $0 != 0x3B }.filter { $0 > 0x20 && $0 < 0x7F }
      contentType = String(decoding: type.prefix(100), as: UTF8.self).lowercased()
    case .session:
      if sessionID != nil || !Self.isSessionID(value) { hasBadSessionID = true }
      sessionID = value
    case .redirect:
      redirect = Self.host(in: value)
    case .challenge:
      if challenges.count < 4, value.count <= 4_096 { challenges.append(value) }
    case .wait:
      retryAfter = Int(String(decoding: value.prefix(6), as: UTF8.self)).flatMap { 0...86_400 ~= $0 ? $0 : nil }
    }
  }

  package var isSuccess: Bool { 200...299 ~= status }
  package var isJSON: Bool { contentType == "application/json" || contentType.hasSuffix("+json") }
  package var isEventStream: Bool { contentType == "text/event-stream" }

  private static func isSessionID(_ value: [UInt8]) -> Bool {
    1...1_024 ~= value.count && value.allSatisfy { 0x21...0x7E ~= $0 }
  }

  private static func host(in url: [UInt8]) -> String? {
    guard let scheme = String(decoding: url.prefix(300), as: UTF8.self).firstRange(of: "://") else { return nil }
    let rest = String(decoding: url.prefix(300), as: UTF8.self)[scheme.upperBound...]
    let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }.split(separator: "@").last ?? ""
    let isPlain = host.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x3A, 0x5B, 0x5D: true
      default: false
      }
    }
    return isPlain && !host.isEmpty ? String(host) : nil
  }
}

/// Why a request to a remote server has no answer of the server's.
package struct RemoteFailure: Error, Hashable, Sendable {
  /// In words for whoever asked, without what was asked.
  package var text: String
  /// Whether the server may have done what it was asked.
  package var mayHaveHappened: Bool
  /// The server could not be reached or could not serve anybody.
  package var isOutage: Bool
  /// What the server wants whoever asked to do first; nil where that is nobody's business but the gate's.
  package var challenge: RemoteChallenge?

  package init(_ text: String, mayHaveHappened: Bool, isOutage: Bool = false) {
    self.text = text
    self.mayHaveHappened = mayHaveHappened
    self.isOutage = isOutage
  }
}

/// The server wants its client to log in, or to log in as somebody who may do more.
package struct RemoteChallenge: Hashable, Sendable {
  /// 401 or 403.
  package var status: Int
  /// The values of `WWW-Authenticate`.
  package var fields: [[UInt8]]
}

/// What a conversation wants done.
package enum RemoteAction: Hashable, Sendable {
  case send(RemoteRequest)
  /// Nothing more of this exchange is wanted.
  case cancel(Int)
  /// A message of the server's for the session: one line with its end.
  case deliver([UInt8])
  /// The request with this id gets no answer.
  case fail(ExactText, RemoteFailure)
  /// It is over; not in good order if there is a reason.
  case end(String?)
}

/// What an HTTP answer says beside its status where it is no success.
final class RemoteTrouble: Sendable {
  let retryAfter: Int?
  let redirect: String?
  let challenges: [[UInt8]]

  init(_ head: RemoteHead) {
    retryAfter = head.retryAfter
    redirect = head.redirect
    challenges = head.challenges
  }
}
