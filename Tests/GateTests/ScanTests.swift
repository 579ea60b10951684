import Gate
import JSONText
import Testing

struct ScanTests {
  private func text(_ step: ScanConversation.Step) -> String {
    switch step {
    case .send(let bytes): String(decoding: bytes, as: UTF8.self)
    case .wait: "wait"
    case .finished(let tools): "finished " + tools.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    case .failed(let message): "failed: \(message)"
    }
  }

  private func play(_ lines: [String]) -> [String] {
    var conversation = ScanConversation(build: "7")
    return lines.map { text(conversation.received(Array($0.utf8))) }
  }

  private static let welcome = #"{"jsonrpc":"2.0","id":0,"result":{"capabilities":{"tools":{}}}}"#
  private static let asked = """
    {"jsonrpc":"2.0","method":"notifications/initialized"}
    {"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}

    """

  @Test func theGreetingIsOneLine() throws {
    let greeting = ScanConversation(build: #"1"2"#).greeting
    #expect(greeting.last == 0x0A && greeting.dropLast().allSatisfy { $0 >= 0x20 })
    let node = try JSONNode.read(greeting)
    #expect(node["params"]?["protocolVersion"]?.string == "2025-11-25")
    #expect(node["params"]?["clientInfo"]?["version"]?.string == #"1"2"#)
  }

  @Test func everyPageIsAskedFor() {
    #expect(
      play([
        "a banner, no message", Self.welcome, #"{"jsonrpc":"2.0","id":9,"result":{}}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a","n":1.0}, {"name":"b"}],"nextCursor":"x\"y"}}"#,
        #"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#,
        #"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"c"}]}}"#,
        #"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"d"}]}}"#,
      ]) == [
        "wait", Self.asked, "wait",
        #"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"x\"y"}}"# + "\n", "wait",
        #"finished {"name":"a","n":1.0} {"name":"b"} {"name":"c"}"#, "wait",
      ])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var lines: [String]
    var last: String
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(
      name: "no tools", lines: [#"{"jsonrpc":"2.0","id":0,"result":{"capabilities":{}}}"#], last: "finished "),
    Case(
      name: "handshake refused", lines: [#"{"jsonrpc":"2.0","id":0,"error":{"code":1,"message":"no"}}"#],
      last: "failed: the server refused initialize: no"),
    Case(
      name: "no result", lines: [#"{"jsonrpc":"2.0","id":0}"#],
      last: "failed: the server's answer to initialize has no result"),
    Case(
      name: "list refused", lines: [welcome, #"{"jsonrpc":"2.0","id":1,"error":{}}"#],
      last: "failed: the server refused tools/list: no message"),
    Case(
      name: "no array", lines: [welcome, #"{"jsonrpc":"2.0","id":1,"result":{"tools":{}}}"#],
      last: "failed: the server's answer to tools/list has no array `tools`"),
    Case(
      name: "the same cursor again",
      lines: [
        welcome, #"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"nextCursor":"x"}}"#,
        #"{"jsonrpc":"2.0","id":2,"result":{"tools":[],"nextCursor":"x"}}"#,
      ], last: "failed: the server's list of tools does not end"),
    Case(
      name: "pages without end",
      lines: [welcome]
        + (1...200).map { #"{"jsonrpc":"2.0","id":\#($0),"result":{"tools":[],"nextCursor":"\#($0)"}}"# },
      last: "failed: the server's list of tools does not end"),
    Case(
      name: "a ping", lines: [#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#],
      last: #"{"jsonrpc":"2.0","id":"p","result":{}}"# + "\n"),
    Case(
      name: "a request", lines: [#"{"jsonrpc":"2.0","id":5,"method":"roots/list"}"#],
      last: #"{"jsonrpc":"2.0","id":5,"error":{"code":-32601,"message":"a scan answers nothing but ping"}}"# + "\n"),
    Case(name: "not JSON", lines: [welcome, "{", "[]", "1", ""], last: "wait"),
  ])
  func howItEnds(_ testCase: Case) {
    #expect(play(testCase.lines).last == testCase.last)
  }
}
