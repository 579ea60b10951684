import JSONText
import Policy
import SeededChance
import Testing

/// What differs between two policies, in words.
struct DiffTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var old: String
    var new: String
    var sentences: [String]
    var pointers: [String]
    var testDescription: String { sentences.first ?? new }

    /// Two rules of git/push.
    init(_ old: String, _ new: String, _ changes: (String, String)...) {
      self.old = #"{"version":"1","servers":{"git":{"tools":{"push":{\#(old)}}}}}"#
      self.new = #"{"version":"1","servers":{"git":{"tools":{"push":{\#(new)}}}}}"#
      sentences = changes.map { "git/push: " + $0.0 }
      pointers = changes.map { "/servers/git/tools/push" + $0.1 }
    }

    init(policy old: String, _ new: String, _ changes: (String, String)...) {
      self.old = #"{"version":"1"\#(old)}"#
      self.new = #"{"version":"1"\#(new)}"#
      sentences = changes.map(\.0)
      pointers = changes.map(\.1)
    }
  }

  static let one = #"{"path":"args.a","op":"lte","value":5}"#
  static let two = #"{"path":"args.b","op":"exists","value":true}"#

  static let cases = [
    Case(#""action":"allow""#, #""rate_limit":"10/minute""#, ("allow becomes 10/minute", "/rate_limit")),
    Case(
      #""rate_limit":"10/minute""#, #""limits":[{"max":20,"window":60}]"#,
      ("10/minute becomes 20/minute", "/limits")),
    Case(
      #""limits":[{"max":1,"window":60},{"max":20,"window":"day"}]"#,
      #""limits":[{"max":1,"window":60},{"max":30,"window":"day"}]"#,
      ("1/minute, 20/day becomes 1/minute, 30/day", "/limits/1")),
    Case(#""action":"deny""#, #""action":"require_approval""#, ("deny becomes ask", "/action")),
    Case(#""action":"deny","reason":"a""#, #""action":"deny""#, ("`reason` `a` is removed", "/reason")),
    Case(
      #""limits":[{"max":1,"window":60}]"#,
      #""limits":[{"max":1,"window":60,"scope":"session","cost":"args.n","counter":"c"}]"#,
      ("limit 1/minute: counter `c` is added", "/limits/0/counter"),
      ("limit 1/minute: scope grant becomes session", "/limits/0/scope"),
      ("limit 1/minute: cost `args.n` is added", "/limits/0/cost")),
    Case(
      #""approval":{"hold":30}"#, #""approval":{"hold":20,"on_no_approver":"deny"}"#,
      ("`approval` hold 30 becomes 20", "/approval/hold"),
      ("`approval` on_no_approver wait becomes deny", "/approval/on_no_approver")),
    Case(#""match_schema":true"#, "", ("`match_schema` true becomes false", "/match_schema")),
    Case(
      #""expires":"2030-01-01T00:00:00Z""#, #""expires":"2031-01-01T00:00:00Z""#,
      ("`expires` 2030-01-01T00:00:00.000000Z becomes 2031-01-01T00:00:00.000000Z", "/expires")),
    Case(
      #""require":[{"conditions":[\#(one)]}]"#,
      #""require":[{"conditions":[\#(two)],"on_deny":"no"},{"conditions":[\#(one)]}]"#,
      ("`require` `args.b is present` is added", "/require/0")),
    Case(
      #""deny_if":[{"conditions":[\#(one),\#(two)]}]"#,
      #""deny_if":[{"conditions":[\#(one.replacing("5", with: "6")),\#(two)],"on_deny":"no"}]"#,
      (
        "`deny_if` `args.a ≤ 5 and args.b is present` becomes `args.a ≤ 6 and args.b is present`",
        "/deny_if/0/conditions/0"
      ), ("`deny_if` `args.a ≤ 6 and args.b is present`: `on_deny` `no` is added", "/deny_if/0/on_deny")),
    Case(
      #""approve_if":[{"conditions":[\#(one)]},{"conditions":[\#(two)]}]"#,
      #""approve_if":[{"conditions":[\#(two)]},{"conditions":[\#(one)]}]"#,
      ("`approve_if` is reordered", "/approve_if")),
    Case(
      policy: #","hide":["a*","x"],"tools":{"x":{}}"#, #","default":"allow","mode":"observe","tools":{"x":{}}"#,
      ("mode: enforce becomes observe", "/mode"), ("default: deny becomes allow", "/default"),
      ("hide: `a*` is removed", "/hide"), ("x: hide becomes allow", "/hide")),
    Case(
      policy: #","prompts":{"p":{"reason":"r"}},"all_tools":{"approval":{}}"#, #","description":"d","all_tools":{}"#,
      ("description: `d` is added", "/description"),
      (
        "all_tools: `approval` `hold 45, timeout 600, remember 0, on_no_approver wait` is removed",
        "/all_tools/approval"
      ), ("prompt `p`: allow becomes no rule", "/prompts/p")),
    // What is hidden stays hidden, but its rule is another one.
    Case(
      policy: #","hide":["x"],"tools":{"x":{}}"#, #","hide":["x"],"tools":{"x":{"action":"deny"}}"#,
      ("x: `action` allow becomes deny", "/tools/x/action")),
    // Only written otherwise.
    Case(
      #""rate_limit":"10/minute","match_schema":false,"expires":"2030-01-01T00:00:00Z""#,
      #""expires":"2030-01-01T01:00:00+01:00","limits":[{"window":60,"max":1e1,"scope":"grant","count":"forwarded"}],"action":"allow""#
    ),
    Case(
      #""require":[{"conditions":[\#(one)]}]"#,
      #""require":[{"conditions":[{"value":5.0,"path":"args[\"a\"]","op":"lte"}]}],"limits":[],"approval":{"hold":45}"#),
    Case(
      policy: #","hide":["a","b"],"tools":{},"servers":{"git":{}}"#,
      #","default":"deny","mode":"enforce","hide":["b","a"]"#),
  ]

  @Test(arguments: cases)
  func tells(_ testCase: Case) throws {
    let (old, new) = (try policy(testCase.old), try policy(testCase.new))
    let diff = PolicyDiff(old, new)
    #expect(diff.changes.map(\.sentence) == testCase.sentences)
    #expect(diff.changes.map(\.pointer) == testCase.pointers)
    #expect((diff.remark != nil) == testCase.sentences.isEmpty)
    #expect(PolicyDiff(new, old).changes.isEmpty == testCase.sentences.isEmpty)
  }

  @Test func remarksOnWhatChangesNothing() throws {
    let old = try policy(#"{"version":"1","tools":{"x":{"rate_limit":"1/day"}}}"#)
    func remark(_ text: String) throws -> String? { PolicyDiff(old, try policy(text)).remark }
    #expect(try remark(#"{"version":"1","tools":{"x":{"rate_limit":"1/day"}}}"#) == nil)
    #expect(
      try remark(#"{"version": "1","tools":{"x":{"rate_limit":"1/day"}}}"#) == "laid out otherwise, nothing changes")
    #expect(try remark(#"{"tools":{"x":{"rate_limit":"1/day"}},"version":"1"}"#) == "reordered, nothing changes")
    #expect(
      try remark(#"{"version":"1","tools":{"x":{"limits":[{"max":1,"window":"day"}]}}}"#)
        == "written otherwise, nothing changes")
    #expect(try remark(#"{"version":"1"}"#) == nil)
    #expect(PolicyDiff(old, try policy(#"{"version":"1"}"#)).lines.count == 4 + 1)
  }

  // MARK: Against a reference

  /// A policy with everything that goes without saying left out, and all limits and terms written out.
  static func meaning(_ plain: MergeTests.Plain, _ path: [String] = []) -> MergeTests.Plain? {
    guard case .object(let members) = plain else { return plain }
    let level = path.first == "servers" ? Array(path.dropFirst(2)) : path
    let isRule = level.count == 2 && MergeTests.sections.contains(level[0]) || level == ["all_tools"]
    var found: [String: MergeTests.Plain] = [:]
    for (key, value) in members { found[key] = meaning(value, path + [key]) }
    func drop(_ key: String, _ usual: JSONNode) {
      if found[key] == .leaf(JSONMeaning(usual)) { found[key] = nil }
    }
    if path.isEmpty {
      drop("default", RandomPolicy.text("deny"))
      drop("mode", RandomPolicy.text("enforce"))
    }
    if isRule {
      drop("action", RandomPolicy.text("allow"))
      drop("match_schema", JSONNode(.bool(false)))
      if level != ["all_tools"], found["approval"] == .object([:]) { found["approval"] = nil }
    }
    if level.last == "approval" {
      drop("hold", RandomPolicy.number("45"))
      drop("on_no_approver", RandomPolicy.text("wait"))
    }
    return found.isEmpty && !isRule && level.last != "approval" ? nil : .object(found)
  }

  static func shuffled(_ node: JSONNode, _ chance: inout Chance) -> JSONNode {
    guard let members = node.members else { return node }
    let inner = members.map { JSONMember(key: $0.key, value: shuffled($0.value, &chance)) }
    return JSONNode(.object(inner.shuffled(using: &chance)))
  }

  @Test(arguments: UInt64(1)...100)
  func tellsExactlyWhatDiffers(seed: UInt64) throws {
    var chance = Chance(seed)
    let base = try policy(RandomPolicy.document(&chance, seed))
    let root = try JSONNode.read(base.text)
    var layout = RandomPolicy.Layout(seed &+ 1)
    let again = try policy(layout.write(Self.shuffled(root, &chance)))
    #expect(PolicyChange.between(base, again).isEmpty)
    var draft = PolicyDraft(base: again)
    for _ in 0..<4 {
      try? draft.apply(RandomPolicy.plainEdit(&chance))
      try Self.expectRight(base, draft.current)
      try Self.expectRight(draft.current, base)
    }
    try Self.expectRight(base, try policy(RandomPolicy.document(&chance, seed)))
  }

  private static func expectRight(_ old: PolicyDocument, _ new: PolicyDocument) throws {
    let (left, right) = (try JSONNode.read(old.text), try JSONNode.read(new.text))
    let isSame = meaning(MergeTests.plain(left)) == meaning(MergeTests.plain(right))
    let changes = PolicyChange.between(old, new)
    let story: Comment =
      "\(String(decoding: old.text, as: UTF8.self))\nand \(String(decoding: new.text, as: UTF8.self))\n\(changes)"
    #expect(changes.isEmpty == isSame, story)
    for change in changes {
      let values = [left, right].map { MergeTests.value($0, change.pointer).map(JSONMeaning.init) }
      #expect(values[0] != values[1], "\(change.pointer) \(story)")
      #expect(!change.sentence.isEmpty)
    }
  }
}
