import Foundation
import JSONSchema
import JSONText
import Policy
import Testing

/// Every tool that real servers list, under policies of every kind: what is told is what is decided.
struct RealToolsTests {
  struct Tool {
    var server: ExactText
    var name: ExactText
    var inputSchema: JSONNode
  }

  static let policies = [
    "no rule": #"{"version":"1"}"#,
    "reads only": #"""
    {"version":"1","hide":["*delete*"],"tools":{"get_*":{},"list_*":{},"git_*":{"rate_limit":"2/minute"}},
     "servers":{"mcp-server-git":{"tools":{"git_push":{"action":"deny"}}},"mcp-server-time":{"default":"allow"}}}
    """#,
    "schemas": #"{"version":"1","default":"allow","all_tools":{"match_schema":true}}"#,
    "conditions": #"""
    {"version":"1","default":"allow","all_tools":{
      "require":[{"conditions":[{"path":"call.client","op":"glob","value":"test*"}]}],
      "deny_if":[{"conditions":[{"path":"args.query","op":"regex","value":"(?i)drop"}],"on_deny":"no drops"},
                 {"conditions":[{"path":"args.limit","op":"gt","value":100}]}],
      "approve_if":[{"conditions":[{"path":"args.repo_path","op":"within","value":["/srv"]}]}],
      "allow_if":[{"conditions":[{"path":"args.max_count","op":"lte","value":10}]}],
      "limits":[{"window":"minute","max":40,"scope":"server"}]}}
    """#,
    "asking":
      #"{"version":"1","default":"require_approval","mode":"observe","tools":{"*":{"action":"require_approval"}}}"#,
  ]

  static func tools() throws -> [Tool] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/tools-list")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.flatMap { file in
      let list = try JSONNode.read(Array(try Data(contentsOf: file)))
      let server = try #require(list["package"]?.text)
      return try #require(list["tools"]?.elements).map { tool in
        Tool(
          server: server, name: try #require(tool["name"]?.text), inputSchema: try #require(tool["inputSchema"]))
      }
    }
  }

  /// Arguments of each kind: none, and for every property a value of its type.
  static func arguments(_ schema: JSONNode) -> [JSONNode?] {
    let properties = schema["properties"]?.members ?? []
    let typed = properties.map { member in
      let value: JSONNode.Content =
        switch member.value["type"]?.string {
        case "integer", "number": .number(JSONNumber(7))
        case "boolean": .bool(true)
        case "array": .array([])
        case "object": .object([])
        default: .string("/srv/drop")
        }
      return JSONMember(key: member.key, value: JSONNode(value))
    }
    let wrong = properties.map { JSONMember(key: $0.key, value: JSONNode(.array([JSONNode(.null)]))) }
    return [nil, JSONNode(.object([])), JSONNode(.object(typed)), JSONNode(.object(wrong))]
  }

  @Test(arguments: policies.keys.sorted())
  func whatIsToldIsWhatIsDecided(_ name: String) throws {
    let document = try policy(try #require(Self.policies[name]))
    let engine = PolicyEngine(document)
    let places = PolicyPlaces(document)
    var counters = Counters()
    var verdicts: [Verdict: Int] = [:]
    for (index, tool) in try Self.tools().enumerated() {
      let schema = ToolSchema.known(try JSONSchema(tool.inputSchema))
      for arguments in Self.arguments(tool.inputSchema) {
        let call = Call(
          server: tool.server, target: .tool(tool.name), session: "s", client: index % 5 == 0 ? "x" : "test")
        let now = Moment(seconds: index)
        let told = engine.explain(call, arguments: arguments, inputSchema: schema, counters: counters, at: now)
        let decided = engine.judge(
          call, counters: &counters, at: now, arguments: { arguments }, inputSchema: { schema }
        ).decision
        #expect(told.decision == decided, "\(call.inWords)")
        verdicts[decided.verdict, default: 0] += 1
        try Self.check(told, places)
      }
    }
    #expect(verdicts.keys.count >= (name == "no rule" || name == "asking" ? 1 : 2), "\(verdicts)")
  }

  /// The last step that stands in the way is the one that the decision names, and each rule is one of the policy.
  static func check(_ told: Explanation, _ places: PolicyPlaces) throws {
    let decisive: Explanation.Step.Outcome? =
      switch told.decision.verdict {
      case .deny, .limit, .hide: .denies
      case .ask: .asks
      case .allow: nil
      }
    if let decisive {
      let step = try #require(told.steps.last { $0.outcome == decisive })
      #expect(step.rule == told.decision.rule || told.decision.rule == "(hidden)")
    } else {
      #expect(!told.steps.contains { $0.outcome == .denies })
      #expect(!told.steps.contains { $0.outcome == .asks } || told.steps.contains { $0.outcome == .spares })
    }
    for step in told.steps where step.rule.hasPrefix("/") { #expect(places.line(of: step.rule) != nil, "\(step.rule)") }
  }

  @Test func aSimplePolicyDecidesAsIsObvious() throws {
    let engine = try engine(
      #"{"version":"1","hide":["*delete*"],"tools":{"get_*":{},"list_*":{"action":"deny"},"query":{}}}"#)
    var seen: Set<Verdict> = []
    for tool in try Self.tools() {
      let name = tool.name.string
      let expected: Verdict =
        name.contains("delete") ? .hide : name.hasPrefix("get_") || name == "query" ? .allow : .deny
      let call = Call(server: tool.server, target: .tool(tool.name), session: "s")
      #expect(engine.explain(call, arguments: nil, at: Moment(seconds: 0)).decision.verdict == expected, "\(name)")
      seen.insert(expected)
    }
    #expect(seen == [.hide, .allow, .deny])
  }
}
