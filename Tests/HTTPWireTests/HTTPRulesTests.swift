import HTTPWire
import Testing

struct HTTPRulesTests {
  private func head(_ lines: String...) throws -> HTTPHead {
    var reader = HTTPRequestReader()
    let text = "POST /mcp HTTP/1.1\r\n\(lines.joined(separator: "\r\n"))\r\nContent-Length: 0\r\n\r\n"
    let bytes = Array(text.utf8)
    reader.feed(bytes.span)
    guard case .head(let head)? = reader.next() else { throw HTTPRefusal(.badRequest, "no head") }
    return head
  }

  @Test(
    "P77: the host is this machine's or one that was named",
    arguments: [
      ("localhost", true), ("LOCALHOST:1", true), ("127.0.0.1:8787", true), ("[::1]:8787", true), ("[::1]", true),
      ("gate.example.org:443", true), ("evil.example.com", false), ("localhost.evil.com", false),
      ("127.0.0.1.evil", false),
      ("127.0.0.2", false), ("0.0.0.0", false), ("localhost:99999", false), ("localhost:", false),
      ("localhost:1x", false),
      ("a@localhost", false), ("localhost/x", false), ("[::1", false), ("[::1]x", false), ("localhost, evil", false),
    ])
  func hosts(_ host: String, _ isAllowed: Bool) throws {
    var guarding = HTTPGuard()
    guarding.hosts = [Array("gate.example.org".utf8)]
    #expect((guarding.refusal(of: try head("Host: \(host)")) == nil) == isAllowed)
  }

  @Test(
    "P77: the origin is this machine's or one that was named",
    arguments: [
      ("http://localhost:3000", true), ("http://127.0.0.1:8787", true), ("https://[::1]", true),
      ("https://pages.example.org", true), ("HTTPS://Pages.Example.org", true), ("http://pages.example.org", false),
      ("https://pages.example.org.evil", false), ("null", false), ("", false), ("http://localhost.evil", false),
      ("http://evil", false), ("file://localhost", false), ("http://localhost/x", false), ("http://a@localhost", false),
    ])
  func origins(_ origin: String, _ isAllowed: Bool) throws {
    var guarding = HTTPGuard()
    guarding.origins = [Array("https://pages.example.org".utf8)]
    let refusal = guarding.refusal(of: try head("Host: localhost", "Origin: \(origin)"))
    #expect((refusal == nil) == isAllowed)
    if let refusal { #expect(refusal.status == .forbidden) }
  }

  @Test(
    "P77, P80: a public address is one without a path, and named by its host and port",
    arguments: [
      ("https://gate.example.org", "gate.example.org", true),
      ("https://gate.example.org/", "GATE.example.org:443", true),
      ("HTTPS://Gate.Example.org", "gate.example.org", true),
      ("https://gate.example.org", "gate.example.org:80", false),
      ("https://gate.example.org:8443", "gate.example.org:8443", true),
      ("https://gate.example.org:8443", "gate.example.org", false), ("http://g", "g:80", true),
      ("https://gate.example.org", "example.org", false), ("https://[::1]", "[::1]", true),
    ])
  func publicURL(_ url: String, _ host: String, _ isNamed: Bool) throws {
    let url = try #require(PublicURL(url))
    #expect(url.isNamed(by: host.utf8) == isNamed)
    #expect(url.text.utf8.last != 0x2F && url.text == url.text.lowercased())
  }

  @Test(arguments: [
    "gate.example.org", "ftp://g", "https://", "https://g/mcp", "https://a@g", "https://g?x", "https://g#x",
    "https://g:",
    "https://g:0x1", "https://g//", "https:///g", "https://g h",
  ])
  func whatIsNoPublicURL(_ text: String) { #expect(PublicURL(text) == nil) }

  @Test("P77: two origins are none")
  func twoOrigins() throws {
    let head = try head("Host: localhost", "Origin: http://localhost", "Origin: http://localhost")
    #expect(HTTPGuard().refusal(of: head)?.status == .forbidden)
  }

  @Test(
    "P79: what the client takes",
    arguments: [
      ("application/json, text/event-stream", true, true), ("application/json", true, false),
      ("text/event-stream", false, true), ("*/*", true, true), ("TEXT/Event-Stream;q=0.9, application/*", true, true),
      ("text/html", false, false), ("application/json;q=0, text/event-stream", false, true),
      ("application/jsonx", false, false),
    ])
  func accept(_ value: String, _ json: Bool, _ events: Bool) throws {
    #expect(try head("Host: h", "Accept: \(value)").accepted == HTTPHead.Accepted(json: json, events: events))
  }

  @Test("P79: what is not said is accepted")
  func acceptNothing() throws {
    #expect(try head("Host: h").accepted == HTTPHead.Accepted(json: true, events: true))
  }

  @Test(
    "P79: a body is JSON",
    arguments: [
      ("application/json", true), ("Application/JSON; charset=UTF-8", true),
      ("application/json;charset=\"utf-8\"", true),
      ("application/json; charset=latin1", false), ("text/plain", false), ("application/jsonp", false), ("", false),
    ])
  func content(_ type: String, _ isAccepted: Bool) throws {
    let refusal = try head("Host: h", "Content-Type: \(type)").contentRefusal
    #expect((refusal == nil) == isAccepted)
    if let refusal { #expect(refusal.status == .unsupportedMediaType) }
  }

  @Test("P79: two types, no type, and a coding are refused")
  func oddContent() throws {
    let json = "Content-Type: application/json"
    #expect(try head("Host: h").contentRefusal != nil)
    #expect(try head("Host: h", json, json).contentRefusal != nil)
    #expect(try head("Host: h", json, "Content-Encoding: gzip").contentRefusal != nil)
  }

  @Test func bearer() throws {
    #expect(try head("Host: h", "Authorization: bearer  abc ").bearer.map(Array.init) == Array("abc".utf8))
    for line in ["Authorization: Basic abc", "Authorization: Bearer", "X: y"] {
      #expect(try head("Host: h", line).bearer == nil, "\(line)")
    }
    #expect(try head("Host: h", "Authorization: Bearer a", "Authorization: Bearer a").bearer == nil)
  }

  @Test func fields() throws {
    let head = try head("Host: h", "A: 1", "a: 2", "Connection: Keep-Alive, CLOSE")
    #expect(head.all("a").map { String(decoding: $0, as: UTF8.self) } == ["1", "2"])
    #expect(throws: HTTPRefusal.self) { _ = try head.only("a") }
    #expect(head.closes)
  }
}
