import JSONText
import MCPWire
import Testing

struct MessageRemainsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var line: String
    var id: String?
    var method: String?
    var hasMethod = false
    var hasAnswer = false
    var testDescription: String { line }
  }

  @Test(arguments: [
    Case(line: #"{"id":1,"method":"ping","a":01}"#, id: "1", method: "ping", hasMethod: true),
    Case(line: #"{"a":{"id":5},"method":"x","params":[{"id":2}],"id":"q""#, method: "x", hasMethod: true),
    Case(line: #"{"a":{"id":5},"method":"x","params":[{"id":2}],"id":"q"}"#, id: "\"q\"", method: "x", hasMethod: true),
    Case(line: #"{"id":1,"id":2,"method":"ping"}"#, method: "ping", hasMethod: true),
    Case(line: #"{"id":null,"method":"p\u0069ng"}"#, hasMethod: true),
    Case(line: #"{"id":{"a":1},"result":{}}"#, hasAnswer: true),
    Case(line: #"{"id":01,"error":{}}"#, hasAnswer: true),
    Case(line: "{ \"id\" : 7 , \"result\" : \"\u{1}\" }", id: "7", hasAnswer: true),
    Case(line: #"{"result":{"text":"}\"{\\"},"id":8}"#, id: "8", hasAnswer: true),
    Case(line: "[{\"id\":1}]"), Case(line: "hello"), Case(line: ""), Case(line: "{"), Case(line: "{\"id\""),
    Case(line: #"{"id":4,"method":null,"result":{}}"#, id: "4", hasAnswer: true),
    Case(line: #"{"id":"s","result":{"content":["#, id: "\"s\"", hasAnswer: true),
    Case(line: #"{"result":{"content":["#, hasAnswer: true),
    Case(line: #"{"id":5,"method":"pi"#, id: "5", hasMethod: true),
    Case(line: "\u{FEFF}{\"id\":6,\"error\":{}}", id: "6", hasAnswer: true), Case(line: "\u{FEFF}"),
    Case(line: "{\"id\":"), Case(line: "{\"id\":\"\\"), Case(line: "{\"id\":1"), Case(line: "{,}"),
  ]) func findsWhomToAnswer(_ example: Case) {
    let bytes = Array(example.line.utf8)
    let remains = MessageRemains(of: bytes.span)
    #expect(remains.id.map { String(decoding: bytes[$0], as: UTF8.self) } == example.id)
    #expect(remains.hasMethod == example.hasMethod)
    #expect(remains.hasAnswer == example.hasAnswer)
    #expect(remains.method?.string == example.method)
  }

  @Test func knowsWhatSaysThatItIsAMessage() {
    #expect(MessageRemains(of: Array(#"{"id":1,"jsonrpc":"2.0","x":"#.utf8).span).hasVersion)
    #expect(!MessageRemains(of: Array(#"{"id":1,"method":"x","level":"info"}"#.utf8).span).hasVersion)
  }

  @Test(
    arguments: [
      (#"xxx"},"jsonrpc":"2.0","id":12}"#, "12"), (#"]},"id":"a"}"#, "\"a\""), (#"]},"id":3,"jsonrpc":"2.0"}"#, "3"),
      (#","id":3}}"#, nil), (#","id":3},"x":[1]}"#, nil), (#"no id"#, nil), ("", nil), (#""id":"#, nil),
      (#""id":null}"#, nil), (#""id":1"#, nil),
    ] as [(String, String?)])
  func findsAnIDAtTheEnd(tail: String, expected: String?) {
    let bytes = Array(tail.utf8)
    let id = MessageRemains.lastID(in: bytes.span)
    #expect(id.map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
  }
}
