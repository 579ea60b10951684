import HTTPWire
import Testing

struct HTTPAnswerTests {
  private func text(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    write(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func heads() {
    #expect(
      text { $0.appendHead(.ok, type: "application/json", length: 2, closes: false) }
        == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n")
    #expect(
      text { $0.appendHead(.ok, type: "text/event-stream", length: nil, closes: false) }
        == "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    #expect(
      text { $0.appendHead(.ok, length: nil, closes: false, isOld: true) }
        == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    #expect(
      text { $0.appendHead(.accepted, length: 0, fields: [HTTPField("X", "a\r\nY: b")], closes: true) }
        == "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nX: a  Y: b\r\nConnection: close\r\n\r\n")
  }

  @Test("P81: a message is one event, whatever stands between its tokens")
  func events() {
    let message = Array("{\"a\":\r\n1}".utf8)
    #expect(
      text { $0.appendEvent(message.span, id: "1-2") } == "id: 1-2\nevent: message\ndata: {\"a\":  1}\n\n")
    let nothing: [UInt8] = []
    #expect(text { $0.appendEvent(nothing.span, id: "1-0") } == "id: 1-0\ndata: \n\n")
    #expect(text { $0.appendComment() } == ":\n\n")
  }

  @Test func chunks() {
    let bytes = [UInt8](repeating: 0x78, count: 26)
    #expect(text { $0.appendChunk(bytes.span) } == "1a\r\n\(String(repeating: "x", count: 26))\r\n")
    let nothing: [UInt8] = []
    #expect(text { $0.appendChunk(nothing.span) } == "", "an empty one would end the body")
    #expect(text { $0.appendLastChunk() } == "0\r\n\r\n")
  }

  @Test func refusals() {
    let refusal = text { $0.appendRefusal(HTTPRefusal(.contentTooLarge, "a \"b\" \\"), closes: true) }
    #expect(refusal.hasPrefix("HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\n"))
    #expect(
      refusal.hasSuffix(
        #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"[gatehouse] refused: a \"b\" \\"}}"#))
  }
}
