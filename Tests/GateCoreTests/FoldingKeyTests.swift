import GateCore
import JSONText
import Policy
import Testing

/// Keys of arguments that a careless server takes for others.
struct FoldingKeyTests {
  private func isPassed(_ step: Playbook.Step) -> Bool { !step.toServer.isEmpty }

  private func list(_ play: inout Playbook, _ tools: String, id: String) throws {
    _ = play.client(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"}"#)
    let asked = try JSONNode.read(Array(play.output.toServer.dropLast()))
    let number = try #require(asked["id"]?.integer)
    _ = play.server(#"{"jsonrpc":"2.0","id":\#(number),"result":{"tools":[\#(tools)]}}"#)
  }

  private static func tool(_ name: String, _ keys: String...) -> String {
    let properties = keys.map { #""\#($0)":{}"# }.joined(separator: ",")
    return #"{"name":"\#(name)","inputSchema":{"type":"object","properties":{\#(properties)}}}"#
  }

  @Test("P7: two keys of arguments that fold together are refused at any depth, in calls and prompts")
  func foldingPairs() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let pairs = [
      #"{"a":1,"A":2}"#, #"{"path":1,"Path":2}"#, #"{"x":[{"s":1,"\u017f":2}]}"#, "{\"x\":{\"k\":1,\"\u{212A}\":2}}",
      #"{"p\u0061th":1,"PATH":2}"#,
    ]
    for (index, pair) in pairs.enumerated() {
      let step = play.client(call("\(index)", "get", pair))
      #expect(step.toServer.isEmpty)
      #expect(step.toClient.first?.contains(#""code":-32602"#) == true, "\(step)")
      #expect(step.events == ["#\(index + 1) deny tools/call (malformed)"])
    }
    let prompt =
      #"{"jsonrpc":"2.0","id":"p","method":"prompts/get","params":{"name":"p","arguments":{"a":"1","A":"2"}}}"#
    #expect(!isPassed(play.client(prompt)))
    // The method may come last.
    let late = #"{"jsonrpc":"2.0","id":"q","params":{"arguments":{"a":1,"A":2},"name":"get"},"method":"tools/call"}"#
    #expect(!isPassed(play.client(late)))
    let many = (0..<60).map { #""k\#($0)":0"# }.joined(separator: ",")
    #expect(isPassed(play.client(call("\"m\"", "get", "{\(many)}"))))
    #expect(!isPassed(play.client(call("\"n\"", "get", #"{\#(many),"K7":0}"#))))
  }

  @Test("P7: a key that is there twice is said to be, also where others fold")
  func duplicatesStayDuplicates() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let step = play.client(call("1", "get", #"{"a":1,"b":2,"a":3}"#))
    #expect(step.toClient.first?.contains(#""code":-32600"#) == true)
    #expect(step.toClient.first?.contains("the key `a` occurs twice in one object") == true)
  }

  @Test("P7: keys outside of arguments may differ in case alone")
  func otherObjects() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get","_meta":{"a":1,"A":2}}}"#
    #expect(isPassed(play.client(call)))
    let answer = play.server(#"{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"a":1,"A":2}}}"#)
    #expect(answer.toClient == [#"{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"a":1,"A":2}}}"#])
    #expect(isPassed(play.client(#"{"jsonrpc":"2.0","id":2,"method":"vendor/x","params":{"a":{"b":1,"B":2}}}"#)))
  }

  @Test("P7: a server that is known to tell keys apart may get both")
  func excused() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    play.core = SessionCore(session: "s1", server: "notes", pid: 77, tellsKeysApart: true)
    try list(&play, Self.tool("get", "path"), id: "0")
    #expect(isPassed(play.client(call("1", "get", #"{"a":1,"A":2,"Path":1}"#))))
    #expect(!isPassed(play.client(call("2", "get", #"{"a":1,"a":2}"#))))
    // The policy's own look stays closed.
    _ = try play.policy(Self.looking)
    #expect(!isPassed(play.client(call("3", "pay", #"{"Amount":1}"#))))
    #expect(isPassed(play.client(call("4", "pay", #"{"Amount":1,"amount":0,"cost":1}"#))))
  }

  @Test("P7: a key that folds to one that the tool declares is refused, by that tool's own schema")
  func declaredKeys() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    #expect(isPassed(play.client(call("0", "get", #"{"Path":1}"#))), "nothing is known yet")
    try list(&play, Self.tool("get", "path", "Mode") + "," + Self.tool("put", "Path"), id: "1")
    for (id, tool, arguments, passes) in [
      ("2", "get", #"{"path":1,"Mode":2,"other":3}"#, true), ("3", "get", #"{"Path":1}"#, false),
      ("4", "get", #"{"p\u0061th":1}"#, true), ("5", "get", #"{"P\u0061th":1}"#, false),
      ("6", "get", #"{"mode":1}"#, false), ("7", "put", #"{"Path":1}"#, true), ("8", "put", #"{"path":1}"#, false),
      ("9", "put", #"{"x":{"path":1}}"#, true), ("10", "unlisted", #"{"PATH":1}"#, true),
    ] {
      let step = play.client(call(id, tool, arguments))
      #expect(isPassed(step) == passes, "\(tool) \(arguments)")
      if !passes {
        #expect(step.toClient.first?.contains(#""code":-32602"#) == true)
        #expect(step.events.first?.hasSuffix("deny tools/call (malformed)") == true)
      }
    }
  }

  @Test("P7: what other sessions were told of a tool counts too, and what it declares later")
  func declaredElsewhere() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    #expect(isPassed(play.client(call("1", "get", #"{"Path":1}"#))))
    play.gate.schemas = ["notes": ToolSchemas([try JSONNode.read(Array(Self.tool("get", "path").utf8))])]
    #expect(!isPassed(play.client(call("2", "get", #"{"Path":1}"#))))
    try list(&play, Self.tool("get", "Path"), id: "3")
    #expect(isPassed(play.client(call("4", "get", #"{"Path":1}"#))))
    #expect(!isPassed(play.client(call("5", "get", #"{"path":1}"#))))
  }

  private static let looking = """
    {"version":"1","default":"allow","tools":{"pay":{
      "require":[{"conditions":[{"path":"args.to[*].name","op":"exists","value":false}]}],
      "deny_if":[{"conditions":[{"path":"args.amount","op":"gt","value":5}]}],
      "approve_if":[{"conditions":[{"path":"args.currency","op":"neq","value":"EUR"},{"path":"args.amount","op":"gt","value":0}]}],
      "limits":[{"window":"day","max":100,"cost":"args.cost"}]}}}
    """

  @Test(
    "P7: a key that folds to one at which the policy looks is refused",
    arguments: [
      (#"{"Amount":1}"#, "amount"), (#"{"\u0041mount":9,"cost":1}"#, "amount"),
      (#"{"to":[{"a":1},{"NAME":1}]}"#, "name"),
      (#"{"To":[]}"#, "to"), (#"{"Currency":"EUR"}"#, "currency"), (#"{"Co\u017ft":1}"#, "cost"),
    ]) func keysOfThePolicy(arguments: String, wanted: String) throws
  {
    var play = try Playbook(policy: Self.looking)
    #expect(isPassed(play.client(call("1", "pay", #"{"to":[{"x":1}],"currency":"EUR","amount":0,"cost":1}"#))))
    for mode in [#""mode":"enforce""#, #""mode":"observe""#] {
      _ = try play.policy(Self.looking.replacing(#""default":"allow""#, with: #""default":"allow","# + mode))
      let step = play.client(call("2", "pay", arguments))
      #expect(step.toServer.isEmpty)
      #expect(step.toClient.first?.contains(#""code":-32602"#) == true, "\(step)")
      #expect(step.toClient.first?.contains("could be mistaken for `\(wanted)`") == true, "\(step)")
      #expect(step.events.first?.hasSuffix("deny tools/call pay (malformed)") == true, "\(step)")
    }
    #expect(isPassed(play.client(call("3", "other", arguments))))
  }

  @Test("P7: what a server asks for must not have the policy's keys in two spellings")
  func serversRequests() throws {
    let rule = #"{"require":[{"conditions":[{"path":"args.maxTokens","op":"lte","value":100}]}]}"#
    var play = try Playbook(
      policy: #"{"version":"1","default":"allow","server_requests":{"sampling/createMessage":\#(rule)}}"#)
    func request(_ id: String, _ params: String) -> String {
      #"{"jsonrpc":"2.0","id":"\#(id)","method":"sampling/createMessage","params":\#(params)}"#
    }
    #expect(play.server(request("a", #"{"maxTokens":100}"#)).toClient.count == 1)
    #expect(play.server(request("b", #"{"maxTokens":100,"MaxTokens":5000}"#)).toClient.isEmpty)
  }

  @Test("P7: of thousands of declared keys each is found")
  func manyDeclaredKeys() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let keys = (0..<3_000).map { #""key\#($0)":{}"# }.joined(separator: ",")
    try list(&play, #"{"name":"get","inputSchema":{"properties":{\#(keys)}}}"#, id: "0")
    for number in stride(from: 0, to: 3_000, by: 37) {
      #expect(isPassed(play.client(call("\"a\(number)\"", "get", #"{"key\#(number)":1,"new\#(number)":1}"#))))
      #expect(!isPassed(play.client(call("\"b\(number)\"", "get", #"{"Key\#(number)":1}"#))))
    }
  }
}
