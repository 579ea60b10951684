import HTTPWire

/// A client's bytes, and what they are read as.
struct Sample: CustomStringConvertible, Sendable {
  var name: String
  var bytes: [UInt8]
  /// The requests that are read, as `METHOD /path body`, and the status of the refusal where it ends with one.
  var requests: [String] = []
  var refusal: HTTPStatus?

  var description: String { name }

  init(_ name: String, _ text: String, _ requests: [String] = [], _ refusal: HTTPStatus? = nil) {
    self.name = name
    bytes = Array(text.utf8)
    self.requests = requests
    self.refusal = refusal
  }

  /// A POST with these fields beside its host, and this behind the head.
  static func post(_ name: String, _ fields: String, _ rest: String, _ refusal: HTTPStatus) -> Sample {
    Sample(name, "POST /mcp HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\r\n\(rest)", [], refusal)
  }

  /// A GET with these lines beside its host.
  static func get(_ name: String, _ lines: String, _ refusal: HTTPStatus = .badRequest) -> Sample {
    Sample(name, "GET /mcp HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n\r\n", [], refusal)
  }

  /// A request for this target.
  static func target(_ name: String, _ target: String, _ path: String? = nil) -> Sample {
    let text = "GET \(target) HTTP/1.1\r\nHost: localhost:8787\r\n\r\n"
    return Sample(name, text, path.map { ["get \($0) "] } ?? [], path == nil ? .badRequest : nil)
  }

  static let chunked = "Transfer-Encoding: chunked"

  static let good: [Sample] = [
    Sample(
      "a POST", "POST /mcp/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi", ["post /mcp/x hi"]),
    Sample(
      "two at once",
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n1DELETE /b HTTP/1.1\r\nhost:h\r\n\r\n",
      ["post /a 1", "delete /b "]),
    Sample(
      "chunks",
      "POST /a HTTP/1.1\r\nHost: h\r\n\(chunked)\r\n\r\n2\r\nhi\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
      ["post /a hi0123456789"]),
    Sample("an old client", "GET /a HTTP/1.0\r\nHost: h\r\n\r\n", ["get /a "]),
    Sample("an empty body", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", ["post /a "]),
    Sample("everything", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", ["options / "]),
    Sample("blanks around a value", "GET /a HTTP/1.1\r\nHost:  \th\t \r\nX:\r\n\r\n", ["get /a "]),
    Sample("another method", "PATCH /a HTTP/1.1\r\nHost: h\r\n\r\n", ["other /a "]),
    target("a whole URL", "http://LOCALHOST:8787/mcp", "/mcp"),
    target("a whole URL without a path", "http://localhost:8787", "/"),
    target("a slash at the end", "/mcp/git/", "/mcp/git"),
    target("a query", "/mcp?x=/../y", "/mcp"),
    target("an escape", "/mcp/%64b", "/mcp/db"),
  ]

  static let hostile: [Sample] = [
    .post("two lengths", "Content-Length: 2\r\nContent-Length: 5", "hihih", .badRequest),
    .post("two equal lengths", "Content-Length: 2\r\nContent-Length: 2", "hi", .badRequest),
    .post("a list of lengths", "Content-Length: 2, 2", "hi", .badRequest),
    .post("a length with a sign", "Content-Length: +2", "hi", .badRequest),
    .post("a length with a zero before it", "Content-Length: 02", "hi", .badRequest),
    .post("a negative length", "Content-Length: -1", "hi", .badRequest),
    .post("an empty length", "Content-Length:", "hi", .badRequest),
    .post("a length beyond all numbers", "Content-Length: 18446744073709551617", "hi", .badRequest),
    .post("a length over the limit", "Content-Length: 10485761", "hi", .contentTooLarge),
    .post("no length", "X: y", "hi", .lengthRequired),
    .post("a length and chunks", "Content-Length: 5\r\n\(chunked)", "0\r\n\r\n", .badRequest),
    .post("chunks and a length", "\(chunked)\r\nContent-Length: 5", "0\r\n\r\n", .badRequest),
    .post("an unknown coding", "Transfer-Encoding: xchunked", "0\r\n\r\n", .notImplemented),
    .post("two codings", "Transfer-Encoding: gzip, chunked", "0\r\n\r\n", .notImplemented),
    .post("chunks twice", "\(chunked)\r\n\(chunked)", "0\r\n\r\n", .badRequest),
    .post("chunks and identity", "\(chunked)\r\nTransfer-Encoding: identity", "0\r\n\r\n", .badRequest),
    .post("a coding with a tab inside", "Transfer-Encoding:\tchunked\u{B}", "0\r\n\r\n", .badRequest),
    Sample("chunks of an old client", "POST /a HTTP/1.0\r\nHost: h\r\n\(chunked)\r\n\r\n0\r\n\r\n", [], .badRequest),
    .post("a size that is none", chunked, "x\r\n", .badRequest),
    .post("a size with 0x", chunked, "0x2\r\nhi\r\n0\r\n\r\n", .badRequest),
    .post("a size with a sign", chunked, "+2\r\nhi\r\n0\r\n\r\n", .badRequest),
    .post("a size with a blank", chunked, "2 \r\nhi\r\n0\r\n\r\n", .badRequest),
    .post("a size of nine digits", chunked, "000000002\r\nhi\r\n0\r\n\r\n", .badRequest),
    .post("a size over the limit", chunked, "FFFFFFFF\r\nhi", .contentTooLarge),
    .post("a chunk that ends with LF", chunked, "2\r\nhi\n0\r\n\r\n", .badRequest),
    .post("a size that ends with LF", chunked, "2\nhi\r\n0\r\n\r\n", .badRequest),
    .post("a chunk that is longer", chunked, "2\r\nhih\r\n0\r\n\r\n", .badRequest),
    .post("an extension with a control byte", chunked, "2;a\u{1}\r\nhi\r\n0\r\n\r\n", .badRequest),
    .post("a long extension", chunked, "2;" + String(repeating: "a", count: 2_000), .badRequest),
    .post(
      "many extensions", chunked, String(repeating: "1;" + String(repeating: "a", count: 900) + "\r\nx\r\n", count: 20),
      .badRequest),
    .post("a trailer that is none", chunked, "0\r\nnonsense\r\n\r\n", .badRequest),
    .post("a trailer with LF", chunked, "0\r\nX: y\n\r\n", .badRequest),
    .post("an expectation", "Content-Length: 2\r\nExpect: 200-ok", "hi", .expectationFailed),
    .get("two hosts", "Host: other"),
    Sample("no host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", [], .badRequest),
    Sample("an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", [], .badRequest),
    Sample("no host of an old client", "GET / HTTP/1.0\r\n\r\n", [], .badRequest),
    .get("a field that goes on", "X: a\r\n b"),
    .get("a field that goes on after a tab", "X: a\r\n\tb"),
    .get("a line that is no field", "nonsense"),
    .get("a blank before the colon", "X : a"),
    .get("a blank in a name", "X Y: a"),
    .get("an empty name", ": a"),
    .get("a control byte in a name", "X\u{1}: a"),
    .get("a letter that is not ASCII in a name", "Ä: a"),
    .get("NUL in a value", "X: a\u{0}b"),
    .get("DEL in a value", "X: a\u{7F}b"),
    .get("CR in a value", "X: a\rY: b"),
    .get("two CR", "X: a\r"),
    .get("a body", "Content-Length: 2"),
    .get("a body in chunks", chunked),
    .get("a long line", "X: " + String(repeating: "a", count: 17_000), .headTooLarge),
    .get(
      "a long head", (0..<40).map { "X\($0): " + String(repeating: "a", count: 1_000) }.joined(separator: "\r\n"),
      .headTooLarge),
    .get("many fields", (0..<101).map { "X\($0): a" }.joined(separator: "\r\n"), .headTooLarge),
    Sample("lines that end with LF", "GET / HTTP/1.1\nHost: h\n\n", [], .badRequest),
    Sample("one line that ends with LF", "GET / HTTP/1.1\r\nHost: h\n\r\n", [], .badRequest),
    Sample("an empty line first", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", [], .badRequest),
    Sample("two blanks", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", [], .badRequest),
    Sample("a tab", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", [], .badRequest),
    Sample("a blank behind the version", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", [], .badRequest),
    Sample("no version", "GET /\r\nHost: h\r\n\r\n", [], .badRequest),
    Sample("a version in small letters", "GET / http/1.1\r\nHost: h\r\n\r\n", [], .badRequest),
    Sample("a version of tomorrow", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", [], .versionNotSupported),
    Sample("a version between", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", [], .versionNotSupported),
    Sample("the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [], .versionNotSupported),
    Sample("a method that is none", "G(T / HTTP/1.1\r\nHost: h\r\n\r\n", [], .badRequest),
    Sample("TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n", [], .badRequest),
    Sample("a long target", "GET /" + String(repeating: "a", count: 9_000), [], .targetTooLong),
    Sample(
      "a second request in a body's length", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nXX\r\n\r\n",
      ["post /a X"], .badRequest),
    target("another host", "http://evil/mcp"),
    target("https", "https://localhost:8787/mcp"),
    target("no slash", "mcp"),
    target("a tunnel", "localhost:8787"),
    target("a dot", "/./mcp"),
    target("two dots", "/mcp/../x"),
    target("two escaped dots", "/mcp/%2e%2E/x"),
    target("an empty part", "//mcp"),
    target("two slashes at the end", "/mcp//"),
    target("an escaped slash", "/mcp%2Fx"),
    target("an escaped backslash", "/mcp%5cx"),
    target("an escaped NUL", "/mcp%00"),
    target("half an escape", "/mcp%4"),
    target("an escape that is none", "/mcp%zz"),
    target("bytes that are no text", "/mcp/%FF"),
    target("a fragment", "/mcp#x"),
    target("a raw letter", "/mcp/ä"),
    target("everything, not OPTIONS", "*"),
  ]
}

/// What is read of bytes that come in these pieces.
func reading(_ bytes: [UInt8], pieces: [Int], _ limits: HTTPLimits = HTTPLimits()) -> (
  requests: [String], refusal: HTTPStatus?
) {
  var reader = HTTPRequestReader(limits)
  var requests: [String] = []
  var head: HTTPHead?
  var start = 0
  for piece in pieces + [bytes.count] where start < bytes.count {
    let end = min(bytes.count, start + max(1, piece))
    let part = Array(bytes[start..<end])
    reader.feed(part.span)
    start = end
    while let event = reader.next() {
      switch event {
      case .head(let next): head = next
      case .body(let body):
        guard let known = head else { return (["a body without a head"], nil) }
        let path = known.path.map { "/" + String(decoding: $0, as: UTF8.self) }.joined()
        requests.append("\(known.method) \(path.isEmpty ? "/" : path) \(String(decoding: body, as: UTF8.self))")
        head = nil
      case .refused(let refusal): return (requests, refusal.status)
      }
    }
  }
  return (requests, nil)
}
