import JSONText
import Policy
import SeededChance
import Testing

/// Undo histories: going about in them, and taking one change of many back.
struct HistoryTests {
  static let text = DraftTests.text

  @Test func anyStepCanBeGoneTo() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    var texts = [draft.current.text]
    for (number, setting) in [RuleSetting.deny, .hide, .requireApproval, .allow].enumerated() {
      try draft.apply(.setRule(server: "git", tool: "log", setting), at: Moment(microseconds: Int64(number)))
      texts.append(draft.current.text)
    }
    #expect(draft.stepCount == 4)
    #expect(draft.step(1)?.title == "git/log: deny becomes hide")
    #expect(draft.step(1)?.time == Moment(microseconds: 1))
    #expect(draft.step(4) == nil)
    for place in [0, 3, 1, 4, 4, 2] {
      let isThere = draft.go(to: place)
      #expect(isThere)
      #expect(draft.position == place)
      #expect(draft.current.text == texts[place])
      #expect(
        draft.engine.standing(server: "git", tool: "log")
          == PolicyEngine(draft.current).standing(server: "git", tool: "log"))
    }
    let before = draft
    for place in [-1, 5, Int.max, Int.min] {
      let isThere = draft.go(to: place)
      #expect(!isThere)
    }
    #expect(draft == before)
    #expect(draft.savedStep == 0)
    draft.saved()
    #expect(draft.savedStep == 2)
    _ = draft.go(to: 0)
    #expect(draft.isDirty)
    try draft.apply(.setDefault(server: nil, .allow))
    #expect(draft.savedStep == nil)
  }

  @Test func theHistoryGoesOnAcrossWhatOthersWrote() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.setRule(server: nil, tool: "read", .deny))
    draft.saved()
    let theirs = try policy(String(decoding: draft.base.text, as: UTF8.self).replacing("5/hour", with: "9/hour"))
    draft.reloaded(theirs, title: PolicyDraft.reloadTitle(PolicyChange.between(draft.base, theirs)))
    #expect(!draft.isDirty)
    #expect(draft.base == theirs)
    #expect(draft.undo() == "policy.json changed on disk: 1 change")
    #expect(draft.isDirty)
    #expect(draft.undo() == "read: allow becomes deny")
    #expect(draft.current.text == Array(Self.text.utf8))
    _ = draft.go(to: 2)
    #expect(!draft.isDirty)
    // Unsaved edits come after it.
    try draft.apply(.setRule(server: "git", tool: "log", .deny))
    let again = try policy(String(decoding: theirs.text, as: UTF8.self).replacing("9/hour", with: "8/hour"))
    var moved = try draft.rebased(onto: again)
    #expect(
      (0..<moved.stepCount).compactMap { moved.step($0)?.title } == [
        "read: allow becomes deny", "policy.json changed on disk: 1 change", "policy.json changed on disk: 1 change",
        "git/log: allow becomes deny",
      ])
    #expect(moved.savedStep == 3)
    _ = moved.go(to: 0)
    #expect(moved.current.text == Array(Self.text.utf8))
  }

  @Test func whatWasDroppedForOthersCanBeHadBack() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.setRule(server: nil, tool: "push", .limit(max: 1, window: "day", scope: "grant")))
    let theirs = try policy(Self.text.replacing("5/hour", with: "9/hour"))
    var dropped = draft.droppedFor(theirs)
    #expect(!dropped.isDirty)
    #expect(dropped.current == theirs)
    #expect(dropped.redo() == "push: 9/hour becomes 1/day")
    #expect(dropped.changes.map(\.sentence) == ["push: 9/hour becomes 1/day"])
  }

  // MARK: One change of many

  private static func dropped(_ text: String, _ edits: [PolicyEdit], _ sentence: String) throws -> PolicyDraft {
    var draft = PolicyDraft(base: try policy(text))
    for edit in edits { try draft.apply(edit) }
    let change = try #require(
      draft.changes.first { $0.sentence == sentence }, "\(draft.changes.map(\.sentence)) has no \(sentence)")
    try draft.drop(change)
    return draft
  }

  @Test func oneChangeIsDroppedAndTheOthersStay() throws {
    let edits: [PolicyEdit] = [
      .setRule(server: "git", tool: "log", .limit(max: 10, window: "minute", scope: "grant")),
      .setRule(server: "git", tool: "get_x", .deny), .setRule(server: nil, tool: "read", .hide),
      .setRule(server: nil, tool: "push", .hide), .setDefault(server: "git", .allow),
      .setRule(server: "new", tool: "go", .allow), .setRule(server: "new", tool: "stop", .allow), .setMode(.observe),
      .setDescription("mine"), .hide(server: nil, pattern: "x*"), .hide(server: "git", pattern: "y*"),
      .change(RuleAddress(server: "git", .tools, "log"), .reason("slow")),
    ]
    var whole = PolicyDraft(base: try policy(Self.text))
    for edit in edits { try whole.apply(edit) }
    for change in whole.changes {
      var draft = whole
      try draft.drop(change, at: Moment(microseconds: 5))
      #expect(
        draft.changes.map(\.sentence).sorted() == whole.changes.filter { $0 != change }.map(\.sentence).sorted(),
        "\(change.sentence)")
      #expect(draft.step(draft.position - 1)?.title == "dropped: \(change.sentence)")
      #expect(draft.undo() != nil)
      #expect(draft.current == whole.current)
    }
    // One after the other they lead back to what is saved.
    while let change = whole.changes.last { try whole.drop(change) }
    #expect(whole.current.text == Array(Self.text.utf8), "\(String(decoding: whole.current.text, as: UTF8.self))")
  }

  @Test func entriesOfListsAreDroppedOneByOne() throws {
    let text = #"""
      {"version": "1", "tools": {"send": {
        "limits": [{"window": "minute", "max": 3}, {"window": "day", "max": 50}],
        "deny_if": [{"conditions": [{"path": "args.a", "op": "eq", "value": 1}]},
          {"conditions": [{"path": "args.b", "op": "eq", "value": 2}]}]
      }}}
      """#
    let rule = RuleAddress(.tools, "send")
    func entry(_ path: String) -> PolicyEdit {
      .change(rule, .addEntry(.denyIf, EntryTerms([ConditionTerms("args.\(path)", "eq", JSONNode(.bool(true)))])))
    }
    var draft = PolicyDraft(base: try policy(text))
    for edit in [entry("c"), entry("d"), .change(rule, .reason("r"))] { try draft.apply(edit) }
    let all = draft.changes
    #expect(all.count == 3)
    for change in all {
      var one = draft
      try one.drop(change)
      #expect(one.changes.map(\.sentence) == all.filter { $0 != change }.map(\.sentence))
    }
  }

  @Test func whatCannotStandAloneGoesAlong() throws {
    let draft = try Self.dropped(
      Self.text,
      [
        .setRule(server: "git", tool: "push", .deny),
        .change(RuleAddress(server: "git", .tools, "push"), .reason("no")),
        .setRule(server: nil, tool: "read", .deny),
      ], "git/push: 5/hour becomes deny")
    #expect(draft.changes.map(\.sentence) == ["read: allow becomes deny"])
  }

  @Test func aChangeThatIsNotThereCannotBeDropped() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.setRule(server: nil, tool: "read", .deny))
    let before = draft
    #expect(throws: PolicyEditError("this change is no longer there")) {
      try draft.drop(PolicyChange(subject: "read", from: "deny", to: "allow", pointer: "/tools/read"))
    }
    #expect(draft == before)
  }

  @Test(arguments: UInt64(1)...60)
  func droppingIsUndoneAndLeavesAPolicy(seed: UInt64) throws {
    var chance = Chance(seed)
    let base = try policy(RandomPolicy.document(&chance, seed))
    var draft = PolicyDraft(base: base)
    for _ in 0..<8 { try? draft.apply(RandomPolicy.plainEdit(&chance)) }
    var texts = [draft.current.text]
    for _ in 0..<20 {
      let changes = draft.changes
      guard !changes.isEmpty else { break }
      let change = chance.pick(changes)
      do {
        try draft.drop(change)
      } catch {
        // Only where neither the part nor the whole rule can be put back.
        #expect(draft.current.text == texts.last)
        continue
      }
      let left = draft.changes
      #expect(left.count { $0.sentence == change.sentence } < changes.count { $0.sentence == change.sentence })
      texts.append(draft.current.text)
    }
    for text in texts.dropLast().reversed() {
      #expect(draft.undo() != nil)
      #expect(draft.current.text == text)
    }
  }
}
