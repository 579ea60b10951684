import JSONText
import Policy
import SeededChance
import Testing

struct MergeTests {
  static let text = """
    {
      "version": "1",
      "hide": ["a", "b"],
      "tools": {
        "push": {"action": "allow", "rate_limit": "10/minute"},
        "pull": {"reason": "r"}
      }
    }

    """

  static func merge(_ mine: [(String, String)], _ theirs: [(String, String)]) throws -> PolicyMerge.Outcome {
    func changed(_ changes: [(String, String)]) throws -> PolicyDocument {
      try policy(changes.reduce(text) { $0.replacing($1.0, with: $1.1) })
    }
    return PolicyMerge.merge(base: try policy(text), mine: try changed(mine), theirs: try changed(theirs))
  }

  @Test func whatDoesNotTouchComesTogether() throws {
    let outcome = try Self.merge(
      [(#""reason": "r""#, #""reason": "mine""#), (#"["a", "b"]"#, #"["b", "c"]"#), ("10/minute", "9/minute")],
      [
        (#""pull""#, #""new": { "action" : "deny" }, "pull""#), (#"["a", "b"]"#, #"["d", "a"]"#),
        (#""allow", "#, #""allow", "reason": "why", "#), (#""version": "1","#, #""version" : "1", "mode": "observe","#),
      ])
    #expect(
      outcome
        == .merged(
          Array(
            """
            {
              "version" : "1", "mode": "observe",
              "hide": ["d", "c"],
              "tools": {
                "push": {"action": "allow", "reason": "why", "rate_limit": "9/minute"},
                "new": { "action" : "deny" }, "pull": {"reason": "mine"}
              }
            }

            """.utf8)))
  }

  @Test func whatBothChangedIsNamed() throws {
    let outcome = try Self.merge(
      [("10/minute", "9/minute"), (#""pull": {"reason": "r"}"#, #""pull": {"reason": "m"}, "new": {}"#)],
      [
        (#""rate_limit": "10/minute""#, #""limits": [{"max": 1, "window": "day"}]"#),
        (",\n    \"pull\": {\"reason\": \"r\"}", #", "new": {"action": "deny"}"#),
      ])
    guard case .conflicts(let conflicts) = outcome else {
      Issue.record("no conflict")
      return
    }
    let found = Dictionary(uniqueKeysWithValues: conflicts.map { ($0.pointer, $0) })
    #expect(found.keys.sorted() == ["/tools/new", "/tools/pull", "/tools/push/limits"])
    let limits = try #require(found["/tools/push/limits"])
    #expect(limits.base == #""10/minute""#)
    #expect(limits.mine == #""9/minute""#)
    #expect(limits.theirs == #"[{"max":1,"window":"day"}]"#)
    #expect(limits.message == "both sides changed `/tools/push/limits`")
    #expect(limits.subject == "push")
    #expect(found["/tools/pull"]?.theirs == nil)
    #expect(found["/tools/pull"]?.mine == #"{"reason":"m"}"#)
    #expect(found["/tools/new"]?.base == nil)
  }

  @Test func oneLimitInTwoFormsIsNoChange() throws {
    let outcome = try Self.merge(
      [(#""rate_limit": "10/minute""#, #""limits": [{"window": 60, "max": 10.0, "scope": "grant"}]"#)],
      [("10/minute", "9/minute")])
    #expect(outcome == .merged(Array(Self.text.replacing("10/minute", with: "9/minute").utf8)))
  }

  @Test func aMergedPolicyThatIsNoneIsAConflict() throws {
    let base = try policy(Self.text)
    let mine = try policy(Self.text.replacing(#""pull""#, with: #""p*": {}, "pull""#))
    let theirs = try policy(Self.text.replacing(#""pull""#, with: #""*h": {}, "pull""#))
    guard case .conflicts(let conflicts) = PolicyMerge.merge(base: base, mine: mine, theirs: theirs) else {
      Issue.record("no conflict")
      return
    }
    let conflict = try #require(conflicts.first)
    #expect(conflicts.count == 1)
    #expect(conflict.message.contains("can match the same name"))
    #expect(conflict.isRefusal)
    #expect(conflict.pointer == "/tools/p*")
    for (side, key) in [(PolicyMerge.Side.mine, "p*"), (.theirs, "*h")] {
      let outcome = PolicyMerge.merge(base: base, mine: mine, theirs: theirs, choices: [conflict.pointer: side])
      if side == .theirs {
        #expect(outcome == .merged(theirs.text))
      } else {
        // It was mine, and to keep it does not help: the other one is theirs.
        #expect(outcome != .merged(mine.text))
      }
      let whole = PolicyMerge.merge(base: base, mine: mine, theirs: theirs, preferring: side)
      let tools = try JSONNode.read(whole)["tools"]
      #expect(tools?[ExactText(key)] != nil)
    }
  }

  @Test func subjectsAreWhatPeopleCallThem() {
    func subject(_ pointer: String) -> String {
      PolicyMerge.Conflict(pointer: pointer, base: nil, mine: nil, theirs: nil, message: "", help: nil).subject
    }
    #expect(subject("/servers/a~1b/tools/x~0/limits") == "a/b/x~")
    #expect(subject("/servers/git") == "server git")
    #expect(subject("/servers/git/default") == "default of git")
    #expect(subject("/all_tools/action") == "all_tools")
    #expect(subject("/prompts/p*/action") == "prompts p*")
    #expect(subject("") == "policy")
  }

  // MARK: Against a reference

  typealias Path = [String]

  /// A policy as people think of it: objects that merge, values that do not, sets.
  indirect enum Plain: Equatable {
    case leaf(JSONMeaning)
    case object([String: Plain])
  }

  static let sections: Set<String> = ["tools", "resources", "prompts", "server_requests"]

  /// What stands at a path; `hide` is an object of its entries, and a rule has its limits in one form.
  static func plain(_ node: JSONNode, _ path: Path = []) -> Plain {
    let level = path.first == "servers" ? Array(path.dropFirst(2)) : path
    let isRule = level.count == 2 && sections.contains(level[0]) || level == ["all_tools"]
    let isObject =
      path.isEmpty || path == ["servers"] || path.count == 2 && path[0] == "servers"
      || level.count == 1 && sections.contains(level[0]) || isRule || level.last == "approval"
    if level == ["hide"] {
      let names = (node.elements ?? []).compactMap { $0.string }
      return .object(Dictionary(names.map { ($0, .leaf(JSONMeaning(JSONNode(.null)))) }, uniquingKeysWith: { $1 }))
    }
    guard isObject, let members = node.members else { return .leaf(JSONMeaning(node)) }
    var found: [String: Plain] = [:]
    for member in members where !(isRule && (member.key == "limits" || member.key == "rate_limit")) {
      found[member.key.string] = plain(member.value, path + [member.key.string])
    }
    if isRule, members.contains(where: { $0.key == "limits" || $0.key == "rate_limit" }) {
      let limits =
        members.filter { $0.key == "rate_limit" }.map(\.value).map(Self.longLimit)
        + (node["limits"]?.elements ?? []).map(Self.longLimit)
      if !limits.isEmpty { found["limits"] = .leaf(JSONMeaning(JSONNode(.array(limits)))) }
    }
    if path.isEmpty || path.count == 2 && path[0] == "servers" { found["hide"] = found["hide"] ?? .object([:]) }
    return .object(found)
  }

  /// A limit with everything written out.
  static func longLimit(_ node: JSONNode) -> JSONNode {
    var members: [String: JSONNode] = [
      "scope": RandomPolicy.text("grant"), "align": RandomPolicy.text("sliding"),
      "count": RandomPolicy.text("forwarded"),
    ]
    if let short = node.string {
      members["max"] = RandomPolicy.number(String(short.prefix { $0 != "/" }))
      members["window"] = RandomPolicy.text(String(short.drop { $0 != "/" }.dropFirst()))
    }
    for member in node.members ?? [] { members[member.key.string] = member.value }
    let seconds = ["second": "1", "minute": "60", "hour": "3600", "day": "86400"]
    if let number = members["window"]?.string.flatMap({ seconds[$0] }) {
      members["window"] = RandomPolicy.number(number)
    }
    return RandomPolicy.object(members.sorted { $0.key < $1.key })
  }

  /// One thing that a side did.
  enum Deed: Equatable {
    case set(Plain?)
    /// An object was begun that the other side may have begun, too.
    case began
  }

  static func deeds(_ old: Plain?, _ new: Plain?, _ path: Path = []) -> [(path: Path, deed: Deed)] {
    guard old != new else { return [] }
    let isRule =
      path.count >= 2 && sections.contains(path[path.count - 2]) || ["all_tools", "approval"].contains(path.last)
    if case .object(let members)? = new, old != nil || !isRule {
      var had: [String: Plain] = [:]
      if case .object(let known)? = old { had = known }
      let inner = Set(members.keys).union(had.keys).sorted().flatMap { deeds(had[$0], members[$0], path + [$0]) }
      return (old == nil ? [(path, .began)] : []) + inner
    }
    return [(path, .set(new))]
  }

  static func apply(_ path: Path, _ deed: Deed, to plain: inout Plain) {
    guard case .object(var members) = plain, let key = path.first else { return }
    if path.count > 1 {
      var inner = members[key] ?? .object([:])
      apply(Array(path.dropFirst()), deed, to: &inner)
      members[key] = inner
    } else if case .set(let value) = deed {
      members[key] = value
    } else if members[key] == nil {
      members[key] = .object([:])
    }
    plain = .object(members)
  }

  /// Both sides' deeds, one after the other; where they meet and differ is a conflict.
  static func reference(_ base: Plain, _ mine: Plain, _ theirs: Plain) -> (merged: Plain, conflicts: Set<Path>) {
    let (ours, others) = (deeds(base, mine), deeds(base, theirs))
    var conflicts: Set<Path> = []
    for one in ours {
      for other in others where one.path.starts(with: other.path) || other.path.starts(with: one.path) {
        if one.path == other.path, one.deed == other.deed { continue }
        let isInside = one.path.count > other.path.count ? other.deed == .began : one.deed == .began
        if isInside, one.path != other.path { continue }
        conflicts.insert(one.path.count < other.path.count ? one.path : other.path)
      }
    }
    conflicts = conflicts.filter { path in !conflicts.contains { $0 != path && path.starts(with: $0) } }
    var merged = base
    for (path, deed) in others + ours { apply(path, deed, to: &merged) }
    return (merged, conflicts)
  }

  /// Where a text has a list of hidden names.
  static func hides(_ text: [UInt8]) throws -> Set<Path> {
    let root = try JSONNode.read(text)
    let servers = (root["servers"]?.members ?? []).filter { $0.value["hide"] != nil }
    return Set(servers.map { ["servers", $0.key.string, "hide"] } + (root["hide"] == nil ? [] : [["hide"]]))
  }

  static func pointer(_ path: Path) -> String {
    path.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
  }

  /// A policy after some edits, most of them of rules that others edit, too.
  static func changed(
    _ base: PolicyDocument, _ chance: inout Chance, around places: [RuleAddress] = []
  ) -> PolicyDocument {
    var draft = PolicyDraft(base: base)
    for _ in 0..<chance.below(9) {
      if !places.isEmpty, !chance.happens(oneIn: 4) {
        try? draft.apply(.change(chance.pick(places), RandomPolicy.change(&chance)))
      } else {
        try? draft.apply(RandomPolicy.plainEdit(&chance))
      }
    }
    return draft.current
  }

  /// A rule of a policy.
  static func places(_ document: PolicyDocument, _ chance: inout Chance) throws -> [RuleAddress] {
    let root = try JSONNode.read(document.text)
    let levels: [(ExactText?, JSONNode?)] =
      [(nil, root)] + (root["servers"]?.members ?? []).map { ($0.key, $0.value) }
    var found: [RuleAddress] = []
    for (server, level) in levels {
      found += (level?["tools"]?.members ?? []).map { RuleAddress(server: server, .tools, $0.key) }
      if level?["all_tools"] != nil { found.append(.allTools(server: server)) }
    }
    return Array(found.shuffled(using: &chance).prefix(1))
  }

  @Test(arguments: Array(UInt64(1)...180) + [234])
  func mergesAsTheReferenceDoes(seed: UInt64) throws {
    var chance = Chance(seed)
    let base = try policy(RandomPolicy.document(&chance, seed))
    let places = try Self.places(base, &chance)
    let mine = Self.changed(base, &chance, around: places)
    let theirs = Self.changed(base, &chance, around: places)
    func plain(_ text: [UInt8]) throws -> Plain { Self.plain(try JSONNode.read(text)) }
    let (left, right) = (try plain(mine.text), try plain(theirs.text))
    let wanted = Self.reference(try plain(base.text), left, right)
    let texts = [base, mine, theirs].map { String(decoding: $0.text, as: UTF8.self) }
    let story: Comment = "\(texts[0])\nmine \(texts[1])\ntheirs \(texts[2])"
    switch PolicyMerge.merge(base: base, mine: mine, theirs: theirs) {
    case .merged(let text):
      #expect(wanted.conflicts.isEmpty, story)
      let merged = try plain(text)
      #expect(merged == wanted.merged, "\(story)\nmerged \(String(decoding: text, as: UTF8.self))")
      // Theirs is the file: what mine did not change keeps its bytes.
      var touched = RuleEditPropertyTests.Touched()
      for (path, _) in Self.deeds(try plain(base.text), left) {
        touched.paths.append(path)
        if path.last == "limits" { touched.paths.append(path.dropLast() + ["rate_limit"]) }
        if let hide = path.firstIndex(of: "hide") { touched.paths.append(Array(path[...hide])) }
      }
      // An empty list of hidden names says nothing, so it is no deed to drop it.
      touched.paths += try Self.hides(base.text).symmetricDifference(Self.hides(mine.text))
      if theirs.text != base.text, mine.text != base.text {
        try RuleEditPropertyTests.expectUntouched(theirs.text, text, touched, "\(story)")
      }
    case .conflicts(let conflicts):
      if conflicts.contains(where: \.isRefusal) {
        #expect(wanted.conflicts.isEmpty)
      } else {
        let pointers = Set(conflicts.map { $0.pointer.replacing("/rate_limit", with: "/limits") })
        #expect(pointers == Set(wanted.conflicts.map(Self.pointer)), story)
        try Self.expectChoices(conflicts, base, mine, theirs, &chance)
      }
    }
    for side in PolicyMerge.Side.allCases {
      let text = PolicyMerge.merge(base: base, mine: mine, theirs: theirs, preferring: side)
      _ = try PolicyDocument.read(text)
    }
    // Whoever changes nothing takes what the other did.
    #expect(PolicyMerge.merge(base: base, mine: mine, theirs: base) == .merged(mine.text))
    #expect(PolicyMerge.merge(base: base, mine: base, theirs: theirs) == .merged(theirs.text))
    #expect(PolicyMerge.merge(base: base, mine: mine, theirs: mine) == .merged(mine.text))
  }

  /// The same, also where the texts are laid out anew, so that no shortcut can answer.
  @Test(arguments: UInt64(1)...40)
  func layoutIsNoChange(seed: UInt64) throws {
    var chance = Chance(seed)
    let base = try policy(RandomPolicy.document(&chance, seed))
    let mine = Self.changed(base, &chance)
    let other = try #require(try JSONFormatter().formatted(base.text))
    let theirs = try PolicyDocument.read(other)
    func plain(_ text: [UInt8]) throws -> Plain { Self.plain(try JSONNode.read(text)) }
    guard case .merged(let text) = PolicyMerge.merge(base: base, mine: mine, theirs: theirs) else {
      Issue.record("a conflict")
      return
    }
    let (merged, wanted) = (try plain(text), try plain(mine.text))
    #expect(merged == wanted)
    let again = PolicyMerge.merge(base: base, mine: theirs, theirs: mine, choices: ["/nowhere": .mine])
    #expect(again == .merged(mine.text))
  }

  private static func expectChoices(
    _ conflicts: [PolicyMerge.Conflict], _ base: PolicyDocument, _ mine: PolicyDocument, _ theirs: PolicyDocument,
    _ chance: inout Chance
  ) throws {
    var choices: [String: PolicyMerge.Side] = [:]
    for conflict in conflicts { choices[conflict.pointer] = chance.pick([.mine, .theirs]) }
    switch PolicyMerge.merge(base: base, mine: mine, theirs: theirs, choices: choices) {
    case .merged(let text):
      for (pointer, side) in choices where !pointer.hasSuffix("limit") && !pointer.hasSuffix("limits") {
        let winner = try JSONNode.read(side == .mine ? mine.text : theirs.text)
        let found = value(try JSONNode.read(text), pointer)
        let wanted = value(winner, pointer)
        #expect(found.map(JSONMeaning.init) == wanted.map(JSONMeaning.init), "\(pointer)")
      }
    case .conflicts(let more): #expect(more.contains { $0.isRefusal })
    }
  }

  static func value(_ root: JSONNode, _ pointer: String) -> JSONNode? {
    pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().reduce(Optional(root)) { node, token in
      let key = String(token).replacing("~1", with: "/").replacing("~0", with: "~")
      guard let elements = node?.elements else { return node?[ExactText(key)] }
      return Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
    }
  }
}
