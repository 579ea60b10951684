import JSONText
import Policy
import Testing

struct DraftTests {
  static let text = """
    {
      "version": "1",
      "default": "deny",
      "tools": {
        "read": {},
        "push": {"rate_limit": "5/hour"}
      },
      "servers": {
        "git": {
          "tools": {
            "log": {},
            "get_*": {"action": "allow"}
          }
        }
      }
    }

    """

  @Test func aPolicyOnOneLineGetsLinesWhereThatIsAsked() throws {
    let line = #"{"version": "1", "default": "allow", "mode": "observe"}"#
    let edits: [PolicyEdit] = [.setMode(.enforce), .setRule(server: "git", tool: "log", .deny)]
    for end in ["", "\n"] {
      var draft = PolicyDraft(base: try policy(line + end))
      try draft.apply(.batch([.layOut] + edits, title: "rules"))
      #expect(
        String(decoding: draft.current.text, as: UTF8.self) == """
          {
            "version": "1",
            "default": "allow",
            "mode": "enforce",
            "servers": {
              "git": {
                "tools": {
                  "log": {"action": "deny"}
                }
              }
            }
          }

          """)
      #expect(draft.undo() == "rules" && draft.current.text == Array((line + end).utf8))
      #expect(draft.redo() == "rules" && draft.current.text.contains(0x0A))
    }
    // One that has lines keeps them as they are; and so does one line without a word of that.
    var (spread, plain) = (PolicyDraft(base: try policy(Self.text)), PolicyDraft(base: try policy(Self.text)))
    try spread.apply(.batch([.layOut] + edits, title: "rules"))
    try plain.apply(.batch(edits, title: "rules"))
    #expect(spread.current.text == plain.current.text)
    var short = PolicyDraft(base: try policy(line))
    try short.apply(.batch(edits, title: "rules"))
    #expect(!short.current.text.contains(0x0A))
  }

  @Test func tellsItsChanges() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.setRule(server: "git", tool: "log", .limit(max: 10, window: "minute", scope: "grant")))
    try draft.apply(.setRule(server: "git", tool: "get_x", .deny))
    try draft.apply(.setRule(server: nil, tool: "read", .hide))
    try draft.apply(.setRule(server: nil, tool: "push", .inherit))
    try draft.apply(.setDefault(server: "git", .allow))
    try draft.apply(.setRule(server: "new", tool: "go", .allow))
    #expect(
      draft.changes.map(\.sentence) == [
        "read: allow becomes hide", "push: 5/hour becomes deny by default", "default of git: none becomes allow",
        "git/log: allow becomes 10/minute", "git/get_x: allow by get_* becomes deny",
        "new/go: deny by default becomes allow",
      ])
    #expect(
      draft.changes.first
        == PolicyChange(subject: "read", from: "allow", to: "hide", pointer: "/hide"))
    #expect(draft.editCount == 6)
    #expect(draft.undo() == "new/go: deny by default becomes allow")
    #expect(draft.undo() == "default of git: allow")
    #expect(draft.redoTitle == "default of git: allow")
    #expect(draft.redo() == "default of git: allow")
    #expect(draft.undoTitle == "default of git: allow")
  }

  @Test func tellsWhatDiffersBetweenAnyTwoPolicies() throws {
    let other = try policy(
      #"""
      {"version": "1", "mode": "observe", "default": "deny", "hide": ["dr*"], "all_tools": {"rate_limit": "1/second"},
       "tools": {"read": {"reason": "r"}, "push": {"limits": [{"window": 3600, "max": 5}]}, "x*": {"action": "deny"}},
       "resources": {"file:*": {}}}
      """#)
    let base = try policy(Self.text)
    #expect(
      PolicyChange.between(base, other).map(\.sentence) == [
        "mode: enforce becomes observe", "hide: `dr*` is added", "read: `reason` `r` is added",
        "x*: no rule becomes deny", "all_tools: no rule becomes 1/second", "resource `file:*`: no rule becomes allow",
        "git/log: allow becomes deny by default", "git/get_*: allow becomes no rule",
      ])
    #expect(PolicyChange.between(other, base).first { $0.subject == "hide" }?.sentence == "hide: `dr*` is removed")
    let plain = try policy(Self.text.replacing("\"read\": {}", with: "\"read\": {\"reason\": \"r\"}"))
    #expect(PolicyChange.between(base, plain).map(\.sentence) == ["read: `reason` `r` is added"])
    #expect(PolicyChange.between(base, base).isEmpty)
  }

  @Test func showsAUnifiedDiff() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.setRule(server: nil, tool: "read", .deny))
    try draft.apply(.setRule(server: "git", tool: "log", .inherit))
    #expect(
      draft.diff == [
        DiffLine(.hunk, "@@ -2,13 +2,12 @@"),
        DiffLine(.context, "  \"version\": \"1\","),
        DiffLine(.context, "  \"default\": \"deny\","),
        DiffLine(.context, "  \"tools\": {"),
        DiffLine(.delete, "    \"read\": {},"),
        DiffLine(.add, "    \"read\": {\"action\": \"deny\"},"),
        DiffLine(.context, "    \"push\": {\"rate_limit\": \"5/hour\"}"),
        DiffLine(.context, "  },"),
        DiffLine(.context, "  \"servers\": {"),
        DiffLine(.context, "    \"git\": {"),
        DiffLine(.context, "      \"tools\": {"),
        DiffLine(.delete, "        \"log\": {},"),
        DiffLine(.context, "        \"get_*\": {\"action\": \"allow\"}"),
        DiffLine(.context, "      }"),
        DiffLine(.context, "    }"),
      ])
    let bare = DiffLine.unified(Array("a".utf8), Array("a\n".utf8))
    #expect(
      bare == [
        DiffLine(.hunk, "@@ -1 +1 @@"), DiffLine(.delete, "a"),
        DiffLine(.context, "\\ no line end at the end of the file"), DiffLine(.add, "a"),
      ])
  }

  @Test func comparesLinesThatRecur() {
    let diff = DiffLine.unified(Array("a\nb\na\nb\na\nb\n".utf8), Array("a\nb\nb\na\nb\nb\n".utf8), context: 0)
    #expect(
      diff == [
        DiffLine(.hunk, "@@ -3 +2,0 @@"), DiffLine(.delete, "a"), DiffLine(.hunk, "@@ -5,0 +5 @@"), DiffLine(.add, "b"),
      ])
  }

  @Test func savingKeepsTheHistory() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.setRule(server: nil, tool: "read", .deny))
    try draft.apply(.setRule(server: nil, tool: "read", .allow))
    draft.saved()
    #expect(draft.isDirty == false)
    #expect(draft.editCount == 0)
    #expect(draft.undo() != nil)
    #expect(draft.isDirty)
    #expect(draft.editCount == 1)
    #expect(draft.changes.map(\.sentence) == ["read: allow becomes deny"])
    try draft.apply(.setRule(server: nil, tool: "new", .deny))
    #expect(draft.editCount == 2)
    #expect(draft.redo() == nil)
    draft.saved()
    #expect(draft.undo() != nil)
    #expect(draft.undo() != nil)
    #expect(draft.undo() == nil)
    #expect(draft.current.text == Array(Self.text.utf8))
    #expect(draft.editCount == 2)
  }

  @Test func anEditThatChangesNothingLeavesTheHistoryAlone() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.setRule(server: nil, tool: "read", .deny))
    _ = draft.undo()
    let before = draft
    try draft.apply(.setRule(server: nil, tool: "read", .allow))
    try draft.apply(.batch([], title: "nothing"))
    #expect(draft == before)
    #expect(draft.redo() != nil)
  }

  @Test func editsMoveToAChangedFile() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.setRule(server: nil, tool: "read", .deny))
    try draft.apply(.setRule(server: "git", tool: "log", .hide))
    let theirs = try policy(
      Self.text.replacing("\"push\": {\"rate_limit\": \"5/hour\"}", with: "\"push\": {}, \"pull\": {}"))
    let moved = try draft.rebased(onto: theirs)
    #expect(moved.base == theirs)
    #expect(moved.editCount == 2)
    #expect(
      String(decoding: moved.current.text, as: UTF8.self)
        == String(decoding: draft.current.text, as: UTF8.self)
        .replacing("\"push\": {\"rate_limit\": \"5/hour\"}", with: "\"push\": {}, \"pull\": {}"))
  }

  /// What is told where a draft does not fit on a changed file.
  private static func refusal(_ draft: PolicyDraft, _ theirs: PolicyDocument) -> PolicyEditError? {
    do throws(PolicyEditError) {
      _ = try draft.rebased(onto: theirs)
      return nil
    } catch {
      return error
    }
  }

  @Test func aPlaceThatBothChangedIsAConflict() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(
      .batch([.setRule(server: nil, tool: "push", .limit(max: 1, window: "day", scope: "grant"))], title: "less"))
    try draft.apply(.setDefault(server: nil, .allow))
    let theirs = try policy(Self.text.replacing("5/hour", with: "9/hour"))
    let refusal = try #require(Self.refusal(draft, theirs))
    #expect("\(refusal)" == "`push` was changed in the file as well: keep one of the two")
    #expect(refusal.conflicts.map(\.pointer) == ["/tools/push/limits"])
    #expect(refusal.conflicts.first?.theirs == #""9/hour""#)
    let kept = try draft.rebased(onto: theirs, keepingMine: true)
    #expect(kept.changes.map(\.sentence) == ["default: deny becomes allow", "push: 9/hour becomes 1/day"])
    #expect(kept.undoTitle == "default: allow")
    // The same change on both sides is none.
    let same = try policy(Self.text.replacing("\"default\": \"deny\"", with: "\"default\": \"allow\""))
    #expect(try draft.rebased(onto: same).editCount == 1)
    #expect(try draft.rebased(onto: same).undoTitle == "less")
    // Another part of the same rule is no conflict.
    let reasoned = try policy(Self.text.replacing("\"5/hour\"", with: "\"5/hour\", \"reason\": \"Costly\""))
    #expect(try draft.rebased(onto: reasoned).current.text.count > reasoned.text.count)
    let gone = try policy(
      Self.text.replacing("\"read\": {},\n    \"push\": {\"rate_limit\": \"5/hour\"}", with: "\"read\": {}"))
    #expect(Self.refusal(draft, gone)?.conflicts.map(\.pointer) == ["/tools/push"])
  }

  @Test func editsThatTakeBackWhatWasSavedMove() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.setRule(server: nil, tool: "push", .deny))
    try draft.apply(.setRule(server: nil, tool: "read", .deny))
    draft.saved()
    _ = draft.undo()
    _ = draft.undo()
    let theirs = try policy(
      String(decoding: draft.base.text, as: UTF8.self).replacing("\"log\": {}", with: "\"log\": {\"reason\": \"r\"}"))
    let moved = try draft.rebased(onto: theirs)
    #expect(
      String(decoding: moved.current.text, as: UTF8.self)
        == Self.text.replacing("\"log\": {}", with: "\"log\": {\"reason\": \"r\"}"))
    #expect(moved.editCount == 1)
    #expect(moved.undoTitle == "read: deny becomes allow and 1 more")
    let slower = try policy(Self.text.replacing("\"5/hour\"", with: "\"9/hour\""))
    #expect(Self.refusal(draft, slower) == nil)
  }

  @Test(arguments: [PolicyStarter.carefulText, PolicyStarter.observeText, PolicyStarter.emptyText])
  func startersAreGoodPolicies(_ text: [UInt8]) throws {
    var draft = PolicyDraft(base: try PolicyDocument.read(text))
    #expect(draft.base.warnings.isEmpty)
    #expect(draft.base.isEnforced == (text != PolicyStarter.observeText))
    try draft.apply(.setRule(server: "git", tool: "push", .deny))
    #expect(draft.engine.standing(server: "git", tool: "push").verdict == .deny)
  }
}
