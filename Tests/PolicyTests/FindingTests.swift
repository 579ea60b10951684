import JSONText
import Policy
import SeededChance
import Testing

/// What is odd about a policy beside the time, the servers and the policy before it.
struct FindingTests {
  static let day = Moment(rfc3339: "2026-11-21T12:00:00Z")

  // MARK: The time

  @Test func whatHasExpired() throws {
    let document = try policy(
      """
      {
        "version": "1",
        "all_tools": {"limits": [{"window": "day", "max": 1, "expires": "2026-11-21T12:00:00Z"}]},
        "tools": {
          "a": {"expires": "2026-11-21T13:59:59+02:00", "limits": [{"window": 1, "max": 1, "expires": "2020-01-01T00:00:00Z"}]},
          "b": {"expires": "2026-11-21T12:00:00.000001Z", "deny_if": [{"conditions": [], "expires": "2020-01-01T00:00:00Z"}]}
        },
        "servers": {"s": {"prompts": {"p/~": {"expires": "2000-01-01T00:00:00Z"}}}}
      }
      """)
    #expect(
      document.findings(at: Self.day).map(\.description) == [
        "3:56: warning: this limit has expired, so it is as if absent: take it out, or write a later time "
          + "(at /all_tools/limits/0/expires)",
        "5:11: warning: this rule has expired, so it is as if absent: take it out, or write a later time (at /tools/a/expires)",
        "6:84: warning: this entry has expired, so it is as if absent: take it out, or write a later time "
          + "(at /tools/b/deny_if/0/expires)",
        "8:41: warning: this rule has expired, so it is as if absent: take it out, or write a later time "
          + "(at /servers/s/prompts/p~1~0/expires)",
      ])
    #expect(document.findings(at: Moment(seconds: 0)) == [])
    #expect(document.findings() == [])
  }

  @Test func ofEachKindTwentyAreListed() throws {
    let rules = (0..<23).map { #""t\#($0)":{"expires":"2000-01-01T00:00:00Z"}"# }.joined(separator: ",\n")
    let found = try policy("{\"version\":\"1\",\"tools\":{\n\(rules)}}").findings(at: Self.day)
    #expect(found.count == 21)
    #expect(found[19].place.line == 21)
    #expect(found[20].description == "21:8: warning: 3 more have expired")
  }

  // MARK: The servers

  static let servers = [
    KnownServer(name: "git", tools: ["push", "pull", "get_log", "get_tag"]), KnownServer(name: "db", tools: ["query"]),
  ]

  static func found(_ text: String, _ servers: [KnownServer]) throws -> [String] {
    try policy(text).findings(servers: servers).map { "\($0.message): \($0.help ?? "-") (\($0.pointer))" }
  }

  @Test func namesThatNobodyHas() throws {
    let text = """
      {"version":"1","hide":["pul","query","x*"],"tools":{"psuh":{},"get_lgo":{},"y*":{},"query":{},"zzz":{}},
      "servers":{"git":{"hide":["get_tags"],"tools":{"query":{},"push":{}}},"gti":{"tools":{"q":{}}}}}
      """
    #expect(
      try Self.found(text, Self.servers) == [
        "no server has a tool `pul`: did you mean `pull`? (/hide/0)",
        "no server has a tool `psuh`: did you mean `push`? (/tools/psuh)",
        "no server has a tool `get_lgo`: did you mean `get_log`? (/tools/get_lgo)",
        "no server has a tool `zzz`: - (/tools/zzz)",
        "`git` has no tool `get_tags`: did you mean `get_tag`? (/servers/git/hide/0)",
        "`git` has no tool `query`: - (/servers/git/tools/query)",
        "no server `gti` is known: did you mean `git`? (/servers/gti)",
      ])
    // Of a server that was never asked nothing is known, and so of all servers together.
    let unasked = [Self.servers[0], KnownServer(name: "db", tools: nil)]
    #expect(try Self.found(text, unasked).allSatisfy { !$0.contains("no server has") })
    #expect(try Self.found(text, unasked).count == 3)
    #expect(try Self.found(#"{"version":"1","servers":{"db":{"tools":{"x":{}}}}}"#, unasked) == [])
    #expect(try Self.found(text, []) == [])
  }

  @Test func globsThatDecideNothing() throws {
    let text = """
      {"version":"1","tools":{"get_*":{},"get_l*":{},"get_tag":{},"q*":{},"*":{}},
      "servers":{"db":{"tools":{"query":{},"qu*":{}}}}}
      """
    #expect(
      try Self.found(text, Self.servers) == [
        "`get_*` decides nothing now: all 2 tools that it matches have more specific rules: - (/tools/get_*)",
        "`q*` decides nothing now: the one tool that it matches has a more specific rule: - (/tools/q*)",
        "`qu*` decides nothing now: the one tool that it matches has a more specific rule: - (/servers/db/tools/qu*)",
      ])
  }

  @Test func rulesThatEveryServerHasItself() throws {
    let text = #"{"version":"1","tools":{"query":{},"push":{}},"servers":{"db":{"tools":{"q*":{"action":"deny"}}}}}"#
    #expect(
      try Self.found(text, Self.servers) == [
        "`query` decides nothing now: each server that has it has a rule of its own for it: - (/tools/query)"
      ])
    #expect(try Self.found(text, Self.servers + [KnownServer(name: "x", tools: ["query"])]) == [])
  }

  @Test func thousandsOfUnknownNamesAreToldQuickly() throws {
    let rules = (0..<5_000).map { #""some_unknown_tool_\#($0)":{}"# }.joined(separator: ",")
    let tools = (0..<5_000).map { ExactText("some_known_tool_\($0)") }
    let document = try policy(#"{"version":"1","servers":{"s":{"tools":{\#(rules)}}}}"#)
    let start = ContinuousClock.now
    let found = document.findings(servers: [KnownServer(name: "s", tools: tools)])
    #expect(found.last?.message == "4980 more names are unknown or decide nothing")
    #expect(start.duration(to: .now) < .seconds(60))
  }

  // MARK: The policy before

  struct Change: Sendable, CustomTestStringConvertible {
    var before: String
    var after: String
    var messages: [String]
    var testDescription: String { "\(before) -> \(after)" }

    init(_ before: String, _ after: String, _ messages: String...) {
      self.before = before
      self.after = after
      self.messages = messages
    }

    /// Of one rule.
    static func rule(_ before: String, _ after: String, _ messages: String...) -> Change {
      var change = Change(#""tools":{"x":"# + before + "}", #""tools":{"x":"# + after + "}")
      change.messages = messages.map { "`x`: " + $0 }
      return change
    }

    /// Of one limit.
    static func limit(_ before: String, _ after: String, _ messages: String...) -> Change {
      var change = rule(#"{"limits":[{"# + before + "}]}", #"{"limits":[{"# + after + "}]}")
      change.messages = messages.map { "`x`: " + $0 }
      return change
    }
  }

  static let five = #"{"path":"args.x","op":"lte","value":5}"#
  static let ci = #"{"path":"call.client","op":"eq","value":"ci"}"#

  static let changes: [Change] = [
    Change("", ""),
    Change(
      #""mode":"enforce""#, #""mode":"observe""#, "`mode`: enforce becomes observe, so nothing is denied any more"),
    Change(#""mode":"observe""#, #""mode":"enforce""#),
    Change("", #""default":"allow""#, "`default`: deny becomes allow"),
    Change(#""default":"deny""#, #""default":"require_approval""#, "`default`: deny becomes require_approval"),
    Change(#""default":"allow""#, #""default":"require_approval""#),
    Change("", #""servers":{"s":{"default":"allow"}}"#, "`default` of `s`: deny becomes allow"),
    Change(
      #""default":"allow","servers":{"s":{"default":"deny"}}"#, #""default":"allow""#,
      "`default` of `s`: deny becomes allow"),
    // What is hidden
    Change(#""hide":["a","b*"]"#, #""hide":["b*"]"#, "`hide`: `a` is hidden no more"),
    Change(#""hide":["a1","a2*"]"#, #""hide":["a*"]"#),
    Change(#""servers":{"s":{"hide":["a"]}}"#, #""hide":["a"],"servers":{"s":{}}"#),
    Change(#""hide":["a"]"#, #""servers":{"s":{"hide":["a"]}}"#, "`hide`: `a` is hidden no more"),
    Change(#""servers":{"s":{"hide":["a*"]}}"#, "", "`hide` of `s`: `a*` is hidden no more"),
    // Rules that come and go
    Change("", #""tools":{"x":{}}"#, "`x`: deny by default becomes allow"),
    Change("", #""tools":{"x":{"rate_limit":"1/day"}}"#, "`x`: deny by default becomes 1/day"),
    Change("", #""tools":{"x":{"action":"deny"}}"#),
    Change("", #""tools":{"x":{"action":"require_approval"}}"#, "`x`: deny by default becomes ask"),
    Change(
      #""default":"allow","tools":{"x":{"action":"deny"}}"#, #""default":"allow""#, "`x`: deny becomes allow by default"
    ),
    Change(#""tools":{"x":{"action":"deny"},"x*":{}}"#, #""tools":{"x*":{}}"#, "`x`: deny becomes allow"),
    Change(#""tools":{"x*":{}}"#, #""tools":{"x*":{},"xy*":{}}"#),
    Change(#""tools":{"*":{},"xy*":{"action":"deny"}}"#, #""tools":{"*":{}}"#, "`xy*`: deny becomes allow"),
    Change(
      #""tools":{"x":{"action":"deny"}}"#, #""tools":{"x":{"action":"deny"}},"servers":{"s":{"tools":{"x":{}}}}"#,
      "`s/x`: deny becomes allow"),
    Change(
      #""resources":{"file:*":{"action":"deny"}}"#, #""resources":{"file:*":{}}"#,
      "resource `file:*`: deny becomes allow"),
    Change("", #""prompts":{"p":{}}"#, "prompt `p`: deny by default becomes allow"),
    Change(
      "", #""server_requests":{"elicitation/create":{}}"#,
      "server request `elicitation/create`: deny by default becomes allow"),
    Change(#""all_tools":{"action":"deny"}"#, "", "`all_tools`: deny becomes allow"),
    Change(#""servers":{"s":{"all_tools":{"rate_limit":"1/day"}}}"#, "", "`all_tools` of `s`: the limit 1/day is gone"),
    // Actions
    .rule(#"{"action":"deny"}"#, "{}", "deny becomes allow"),
    .rule(#"{"action":"require_approval"}"#, #"{"rate_limit":"1/day"}"#, "ask becomes 1/day"),
    .rule("{}", #"{"action":"deny"}"#),
    .rule(#"{"rate_limit":"0/day"}"#, #"{"rate_limit":"1/day"}"#, "deny becomes 1/day"),
    // Limits
    .rule(#"{"rate_limit":"10/minute"}"#, "{}", "the limit 10/minute is gone"),
    .rule(#"{"rate_limit":"10/minute"}"#, #"{"rate_limit":"20/minute"}"#, "the limit 10/minute becomes 20/minute"),
    .rule(#"{"rate_limit":"10/minute"}"#, #"{"rate_limit":"10/second"}"#, "the limit 10/minute is gone"),
    .rule(#"{"rate_limit":"10/minute"}"#, #"{"rate_limit":"10/hour"}"#),
    .rule(#"{"rate_limit":"10/minute"}"#, #"{"rate_limit":"9/minute"}"#),
    .rule(
      #"{"rate_limit":"10/minute"}"#, #"{"action":"require_approval","rate_limit":"20/minute"}"#,
      "the limit 10/minute becomes 20/minute"),
    .limit(
      #""window":"day","max":1"#, #""window":"day","max":1,"scope":"session""#, "the limit 1/day is gone"),
    .limit(
      #""window":"day","max":1"#, #""window":"day","max":1,"align":"calendar""#,
      "the limit 1/day is aligned to the calendar, so twice as much fits around its start"),
    .limit(#""window":"day","max":1,"align":"calendar""#, #""window":"day","max":1"#),
    .limit(
      #""window":"day","max":1"#, #""window":"day","max":1,"count":"succeeded""#,
      "the limit 1/day counts only what succeeds"),
    .limit(
      #""window":"day","max":1,"cost":"args.a""#, #""window":"day","max":1,"cost":"args.b""#, "the limit 1/day is gone"),
    .limit(#""window":"day","max":1,"cost":"args.a""#, #""window":"day","max":1,"cost":"args[\"a\"]""#),
    .limit(#""window":"day","max":1"#, #""window":"day","max":1,"counter":"c""#),
    .limit(
      #""window":"day","max":1,"counter":"c""#, #""window":"day","max":1"#,
      "the limit 1/day no longer shares the counter `c`"),
    .limit(
      #""window":"day","max":1"#, #""window":"day","max":1,"expires":"2027-01-01T00:00:00Z""#,
      "the limit 1/day expires at 2027-01-01T00:00:00.000000Z"),
    .limit(
      #""window":"day","max":1,"expires":"2026-01-01T00:00:00Z""#,
      #""window":"day","max":1,"expires":"2027-01-01T00:00:00Z""#),
    // Conditions
    .rule(#"{"require":[{"conditions":[\#(five)]}]}"#, "{}", "no longer requires that `args.x ≤ 5`"),
    .rule(
      #"{"require":[{"conditions":[\#(five)]}]}"#, #"{"require":[{"conditions":[\#(ci),\#(five)],"on_deny":"no"}]}"#),
    .rule(
      #"{"require":[{"conditions":[\#(ci),\#(five)]}]}"#, #"{"require":[{"conditions":[\#(five)]}]}"#,
      "no longer requires that `call.client = \"ci\"` and `args.x ≤ 5`"),
    .rule(
      #"{"require":[{"conditions":[\#(five)]}]}"#,
      #"{"require":[{"conditions":[\#(five)],"expires":"2027-01-01T00:00:00Z"}]}"#,
      "no longer requires that `args.x ≤ 5`"),
    .rule(#"{"deny_if":[{"conditions":[\#(five)]}]}"#, "{}", "no longer denies where `args.x ≤ 5`"),
    .rule(#"{"deny_if":[{"conditions":[]}]}"#, "{}", "no longer denies where anything is so"),
    .rule(#"{"deny_if":[{"conditions":[\#(five),\#(ci)]}]}"#, #"{"deny_if":[{"conditions":[\#(five)]}]}"#),
    .rule(
      #"{"deny_if":[{"conditions":[\#(five)]}]}"#, #"{"deny_if":[{"conditions":[\#(five),\#(ci)]}]}"#,
      "no longer denies where `args.x ≤ 5`"),
    .rule(#"{"approve_if":[{"conditions":[\#(five)]}]}"#, "{}", "no longer asks where `args.x ≤ 5`"),
    .rule(#"{"approve_if":[{"conditions":[\#(five)]}]}"#, #"{"action":"require_approval"}"#),
    .rule(
      #"{"action":"require_approval"}"#, #"{"action":"require_approval","allow_if":[{"conditions":[\#(ci)]}]}"#,
      "nobody is asked where `call.client = \"ci\"`"),
    .rule(
      #"{"action":"require_approval","allow_if":[{"conditions":[\#(ci)]}]}"#,
      #"{"action":"require_approval","allow_if":[{"conditions":[\#(five),\#(ci)],"expires":"2027-01-01T00:00:00Z"}]}"#),
    .rule(
      #"{"action":"require_approval","allow_if":[{"conditions":[\#(ci)],"expires":"2027-01-01T00:00:00Z"}]}"#,
      #"{"action":"require_approval","allow_if":[{"conditions":[\#(ci)]}]}"#,
      "nobody is asked where `call.client = \"ci\"`"),
    .rule(#"{"match_schema":true}"#, "{}", "arguments need not match the tool's schema any more"),
    .rule("{}", #"{"match_schema":true}"#),
    .rule(
      #"{"action":"require_approval"}"#, #"{"action":"require_approval","approval":{"remember":60}}"#,
      "an approval is remembered for 60 seconds, not 0"),
    // Time
    .rule(
      #"{"expires":"2026-01-01T00:00:00Z"}"#, #"{"expires":"2027-01-01T00:00:00Z"}"#,
      "it expires only at 2027-01-01T00:00:00.000000Z"),
    .rule(#"{"expires":"2026-01-01T00:00:00Z"}"#, "{}", "it expires no more"),
    .rule("{}", #"{"expires":"2026-01-01T00:00:00Z"}"#),
    .rule(
      #"{"action":"deny"}"#, #"{"action":"deny","expires":"2026-01-01T00:00:00Z"}"#,
      "it expires at 2026-01-01T00:00:00.000000Z"),
    .rule("{}", #"{"match_schema":true,"expires":"2026-01-01T00:00:00Z"}"#),
  ]

  static func document(_ members: String) throws -> PolicyDocument {
    try policy(#"{"version":"1""# + (members.isEmpty ? "" : ",") + members + "}")
  }

  @Test(arguments: changes)
  func whatIsLooser(_ change: Change) throws {
    let found = try Self.document(change.after).findings(inForce: Self.document(change.before))
    #expect(found.map(\.message) == change.messages.map { "looser than before: " + $0 })
    #expect(found.allSatisfy { $0.weight == .warning })
  }

  /// Whatever lets a call through that was not let through is told, where globs contain each other or have nothing in common.
  @Test func nothingLooserIsLeftOut() throws {
    var chance = Chance(5)
    let names = ["a", "ab", "abc", "ac", "b", "bc"]
    let actions = ["allow", "deny", "require_approval"]
    func level(_ chance: inout Chance) -> String {
      var members: [String] = []
      if chance.happens(oneIn: 2) { members.append(#""default":"\#(chance.pick(actions))""#) }
      if chance.happens(oneIn: 4) { members.append(#""hide":["\#(chance.pick(["a", "ab*", "b*", "c"]))"]"#) }
      if chance.happens(oneIn: 6) { members.append(#""all_tools":{"action":"\#(chance.pick(actions))"}"#) }
      let keys = ["a", "ab", "a*", "ab*", "abc*", "b*", "bc"].filter { _ in chance.happens(oneIn: 3) }
      members.append(
        #""tools":{\#(keys.map { "\"\($0)\":{\"action\":\"\(chance.pick(actions))\"}" }.joined(separator: ","))}"#)
      return members.joined(separator: ",")
    }
    func document(_ chance: inout Chance) throws -> PolicyDocument {
      let top = level(&chance)
      let servers = ["s", "t"].filter { _ in chance.happens(oneIn: 2) }.map { "\"\($0)\":{\(level(&chance))}" }
      return try policy(#"{"version":"1",\#(top),"servers":{\#(servers.joined(separator: ","))}}"#)
    }
    func rank(_ engine: PolicyEngine, _ tool: String, _ server: String) -> Int {
      var counters = Counters()
      switch engine.decide(call(tool, on: server), counters: &counters, at: Moment(seconds: 0)).verdict {
      case .deny, .hide: return 0
      case .ask: return 1
      case .allow, .limit: return 2
      }
    }
    var loosened = 0
    for _ in 0..<1_500 {
      let (before, after) = (try document(&chance), try document(&chance))
      let (old, new) = (PolicyEngine(before), PolicyEngine(after))
      let isLooser = ["s", "t", "u"].contains { server in
        names.contains { rank(new, $0, server) > rank(old, $0, server) }
      }
      let found = after.findings(inForce: before)
      #expect(
        !isLooser || !found.isEmpty,
        "\(before.text.count) \(String(decoding: before.text, as: UTF8.self)) -> \(String(decoding: after.text, as: UTF8.self))"
      )
      #expect(before.findings(inForce: before).isEmpty)
      loosened += isLooser ? 1 : 0
    }
    #expect(200..<1_450 ~= loosened)
  }

  @Test func knownToolsThatNoKeyNames() throws {
    let before = try policy(#"{"version":"1","tools":{"get_*":{"action":"deny"},"*":{}}}"#)
    let after = try policy(#"{"version":"1","tools":{"get_l*":{"action":"deny"},"*":{}}}"#)
    #expect(
      after.findings(servers: Self.servers, inForce: before).map(\.message).filter { $0.hasPrefix("looser") } == [
        "looser than before: known tools are held back less: `git/get_tag` (deny becomes allow)",
        "looser than before: `get_*`: deny becomes allow",
      ])
  }

  @Test func placesAreThoseOfTheNewText() throws {
    let before = try policy(#"{"version":"1","tools":{"a":{"action":"deny"}}}"#)
    let after = try policy("{\n \"version\": \"1\",\n \"default\": \"allow\",\n \"tools\": {\n  \"b\": {}}}")
    #expect(
      after.findings(inForce: before).map(\.description) == [
        "3:2: warning: looser than before: `default`: deny becomes allow (at /default)",
        "4:2: warning: looser than before: `a`: deny becomes allow by default (at /tools)",
        "5:3: warning: looser than before: `b`: deny by default becomes allow (at /tools/b)",
      ])
  }
}
