import JSONText
import Policy

/// A policy of 5,000 tools, and calls of every kind.
enum Workload {
  struct Case {
    var name: String
    var tool: String
    var verdict: Verdict
    /// Whether it needs the arguments, which are read for it.
    var readsArguments = false
    /// How many microseconds lie between two calls: limits get room again as fast as they are used up.
    var step: Int64 = 250_000
  }

  static let names = (0..<5_000).map { "some_tool_with_a_name_\($0)" }

  static let cases = [
    Case(name: "allow", tool: names[3], verdict: .allow),
    Case(name: "deny", tool: names[0], verdict: .deny),
    Case(name: "hide", tool: "drop_everything_there_is", verdict: .hide),
    Case(name: "deny by default", tool: "a_tool_that_no_rule_names", verdict: .deny),
    Case(name: "glob", tool: "read_what_was_written", verdict: .allow),
    Case(name: "limit", tool: names[1], verdict: .allow),
    Case(name: "limit of a cost", tool: "spending_tool", verdict: .allow, readsArguments: true),
    Case(name: "limit of a glob", tool: "some_tool_to_write", verdict: .allow),
    Case(name: "limit reached", tool: names[2], verdict: .limit, step: 1),
    Case(name: "conditions", tool: "checked_tool", verdict: .allow, readsArguments: true),
    Case(name: "rule of the server", tool: "own_tool_of_the_server", verdict: .allow),
    Case(name: "name of 250 bytes", tool: "read_" + String(repeating: "x", count: 245), verdict: .allow),
  ]

  /// With limits on all tools of both levels, or without.
  static func engine(limitsAllTools: Bool) throws -> PolicyEngine {
    let rules = names.enumerated().map { index, name in
      switch index % 5 {
      case 0: "\"\(name)\": {\"action\": \"deny\", \"reason\": \"Not here.\"}"
      case 1: "\"\(name)\": {\"limits\": [{\"window\": \"second\", \"max\": 5}, {\"window\": 3, \"max\": 12}]}"
      case 2: "\"\(name)\": {\"limits\": [{\"window\": \"day\", \"max\": 1, \"scope\": \"session\"}]}"
      default: "\"\(name)\": {}"
      }
    }
    let all = """
      "all_tools": {"limits": [{"window": "second", "max": 1000, "scope": "global"}, \
      {"counter": "shared", "window": 2, "max": 5000}]},
      """
    let text = """
      {"version": "1", "hide": ["drop_*", "some_hidden_tool"], \(limitsAllTools ? all : "") "tools": {
        "spending_tool": {"limits": [{"window": "second", "max": 10000, "cost": "args.limit"}]},
        "checked_tool": {"require": [{"conditions": [{"path": "args.path", "op": "within", "value": ["/srv", "/tmp"]}]}],
          "deny_if": [{"conditions": [{"path": "args.limit", "op": "gt", "value": 1000}]},
                      {"conditions": [{"path": "args.text", "op": "regex", "value": "(?i)drop +table"}]}]},
        "read_*": {}, "*_write": {"rate_limit": "20/second"}, "a*b*c": {}, \(rules.joined(separator: ", "))},
       "servers": {"git": {\(limitsAllTools ? all : "") "tools": {"own_*": {}, "own_tool_of_the_server": {}}},
                   "web": {"default": "deny"}}}
      """
    return PolicyEngine(try PolicyDocument.read(Array(text.utf8)))
  }

  /// The same call from three sessions.
  static func calls(_ kind: Case) -> [Call] {
    ["1", "2", "3"].map {
      Call(
        server: "git", target: .tool(ExactText(kind.tool)), grant: "a grant with a long name",
        session: ExactText("session \($0) of the client"))
    }
  }

  /// The call as a client writes it, 300 bytes.
  static func line(_ kind: Case) -> [UInt8] {
    let start =
      #"{"jsonrpc":"2.0","id":4711,"method":"tools/call","params":{"name":"\#(kind.tool)","arguments":"#
    return Array((start + arguments(filling: 298 - start.utf8.count) + "}}").utf8)
  }

  /// What the call brings with it, as text of so many bytes.
  static func arguments(filling count: Int) -> String {
    let start = #"{"path":"/srv/data","recursive":true,"limit":250,"text":""#
    return start + String(repeating: "x", count: max(1, count - start.utf8.count - 2)) + "\"}"
  }
}
