import GateCore
import JSONText
import Policy
import Testing

/// What a session tells the judge of a message.
struct ArgumentTests {
  private static func entry(_ path: String, _ op: String, _ value: String) -> String {
    #"[{"conditions":[{"path":"\#(path)","op":"\#(op)","value":\#(value)}]}]"#
  }

  private func isPassed(_ step: Playbook.Step) -> Bool {
    (step.toServer + step.toClient).contains { $0.contains(#""method""#) }
  }

  @Test func aToolsArgumentsAreLookedAt() throws {
    var play = try Playbook(
      policy:
        #"{"version":"1","tools":{"pay":{"require":\#(Self.entry("args.a.b[1]", "eq", #""\u00e9""#)),"deny_if":\#(Self.entry("args.no", "exists", "true"))}}}"#
    )
    #expect(isPassed(play.client(call("1", "pay", #"{ "x":{}, "a" : { "b":[ 0, "\u00e9" ] } }"#))))
    #expect(!isPassed(play.client(call("2", "pay", #"{"a":{"b":["\u00e9"]}}"#))))
    #expect(!isPassed(play.client(call("3", "pay", #"{"a":{"b":[0,"\u00e9"]},"no":0}"#))))
    #expect(isPassed(play.client(modern("4", "tools/call", #""arguments":{"a":{"b":[0,"é"]}},"name":"pay""#))))
  }

  @Test func noArgumentsAreAnEmptyObject() throws {
    var play = try Playbook(
      policy: #"{"version":"1","tools":{"pay":{"require":\#(Self.entry("args.a", "exists", "false"))}}}"#)
    #expect(isPassed(play.client(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay"}}"#)))
  }

  @Test func aPromptsArgumentsAndAResourcesAddressAreLookedAt() throws {
    var play = try Playbook(
      policy: #"""
        {"version":"1","prompts":{"*":{"require":\#(Self.entry("args.to", "eq", #""bob""#))}},
        "resources":{"*":{"require":\#(Self.entry("args.uri", "ends_with", #"".txt""#))}}}
        """#)
    func prompt(_ id: String, _ name: String) -> String {
      #"{"jsonrpc":"2.0","id":\#(id),"method":"prompts/get","params":{"name":"p","arguments":{"to":"\#(name)"}}}"#
    }
    func resource(_ id: String, _ uri: String) -> String {
      #"{"jsonrpc":"2.0","id":\#(id),"method":"resources/read","params":{"uri":"\#(uri)"}}"#
    }
    #expect(isPassed(play.client(prompt("1", "bob"))))
    #expect(!isPassed(play.client(prompt("2", "eve"))))
    #expect(isPassed(play.client(resource("3", "file:///a.txt"))))
    #expect(!isPassed(play.client(resource("4", "file:///a.bin"))))
  }

  @Test func whatAServerAsksForIsLookedAt() throws {
    let rule = #"{"require":\#(Self.entry("args.maxTokens", "lte", "100"))}"#
    var play = try Playbook(
      policy: #"{"version":"1","default":"allow","server_requests":{"sampling/createMessage":\#(rule)}}"#)
    func request(_ id: String, _ tokens: String) -> String {
      #"{"jsonrpc":"2.0","id":"\#(id)","method":"sampling/createMessage","params":{"maxTokens":\#(tokens)}}"#
    }
    #expect(play.server(request("a", "100")).toClient.count == 1)
    #expect(play.server(request("b", "101")).toClient.isEmpty)

    // The same, asked for in an answer of the stateless era.
    for (tokens, passes) in [("100", true), ("101", false)] {
      _ = play.client(modern(tokens, "tools/call", #""name":"act","arguments":{}"#))
      let number = play.output.toServer.isEmpty ? "0" : tokens == "100" ? "1" : "2"
      let answer = play.server(
        #"{"jsonrpc":"2.0","id":\#(number),"result":{"resultType":"input_required","requestState":"s","inputRequests":"#
          + #"{"a":{"method":"sampling/createMessage","params":{"maxTokens":\#(tokens)}}}}}"#)
      #expect(answer.toClient.first?.contains("inputRequests") == passes)
    }
  }

  @Test func aClientIsKnownByTheNameThatItGaveItself() throws {
    var play = try Playbook(
      policy: #"{"version":"1","tools":{"pay":{"require":\#(Self.entry("call.client", "eq", #""agent""#))}}}"#)
    #expect(!isPassed(play.client(call("1", "pay"))))
    play.handshake()
    #expect(isPassed(play.client(call("2", "pay"))))
  }

  // MARK: Schemas

  private static let matching = #"{"version":"1","default":"allow","all_tools":{"match_schema":true}}"#

  private func list(_ play: inout Playbook, _ tools: String, id: String) {
    _ = play.client(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"}"#)
    let number = String(decoding: play.output.toServer, as: UTF8.self).split(separator: "\"id\":")[1].prefix {
      $0 != ","
    }
    _ = play.server(#"{"jsonrpc":"2.0","id":\#(number),"result":{"tools":[\#(tools)]}}"#)
  }

  private static func tool(_ schema: String) -> String { #"{"name":"pay","inputSchema":\#(schema)}"# }
  private static let number = tool(#"{"type":"object","properties":{"a":{"type":"number"}},"required":["a"]}"#)
  private static let string = tool(#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#)

  private func shared(_ tool: String) throws -> [ExactText: ToolSchemas] {
    ["notes": ToolSchemas([try JSONNode.read(Array(tool.utf8))])]
  }

  @Test func aSchemaThatIsNotKnownDenies() throws {
    var play = try Playbook(policy: Self.matching)
    let answer = play.client(call("1", "pay", #"{"a":1}"#)).toClient.first
    #expect(answer?.contains("the tool's input schema is not known yet; list the server's tools first") == true)
  }

  @Test func theListThatTheSessionSawIsTheOneThatCounts() throws {
    var play = try Playbook(policy: Self.matching)
    play.gate.schemas = try shared(Self.string)
    #expect(isPassed(play.client(call("1", "pay", #"{"a":"1"}"#))))
    #expect(!isPassed(play.client(call("2", "pay", #"{"a":1}"#))))
    list(&play, Self.number, id: "3")
    #expect(!isPassed(play.client(call("4", "pay", #"{"a":"1"}"#))))
    #expect(isPassed(play.client(call("5", "pay", #"{"a":1}"#))))
    #expect(!isPassed(play.client(#"{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"pay"}}"#)))
    list(&play, Self.string, id: "7")
    play.acceptPins()
    #expect(isPassed(play.client(call("8", "pay", #"{"a":"1"}"#))))
    // A tool that is no longer listed is judged by what others were told.
    list(&play, "", id: "9")
    #expect(isPassed(play.client(call("10", "pay", #"{"a":"1"}"#))))
    play.gate.schemas = try shared(Self.number)
    #expect(!isPassed(play.client(call("11", "pay", #"{"a":"1"}"#))))
    play.gate.schemas = [:]
    #expect(!isPassed(play.client(call("12", "pay", #"{"a":"1"}"#))))
  }

  @Test(arguments: [
    (#"{"name":"pay"}"#, "the server declared none"),
    (#"{"name":"pay","inputSchema":{}},{"name":"pay","inputSchema":{"type":"object"}}"#, "declared the tool twice"),
    (#"{"name":"pay","inputSchema":{"type":"objekt"}}"#, "objekt"),
    (#"{"name":"pay","inputSchema":{"$ref":"https://example.com/a"}}"#, "https://example.com/a"),
  ])
  func aSchemaThatCannotBeUsedDeniesAndSaysWhy(tools: String, why: String) throws {
    var play = try Playbook(policy: Self.matching)
    list(&play, tools, id: "1")
    for id in ["2", "3"] {
      let answer = try #require(play.client(call(id, "pay")).toClient.first)
      #expect(answer.contains("the tool's input schema cannot be used: "))
      #expect(answer.replacing(#"\/"#, with: "/").contains(why), "\(answer)")
    }
  }
}
