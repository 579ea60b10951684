import ConsoleCore
import JSONText
import Policy
import Testing

/// A file that others changed underneath unsaved edits, conflict by conflict.
struct MergingTests {
  static let theirs = Desk.policyText
    .replacing(#""git_status": {}"#, with: #""git_status": {"action": "require_approval"}"#)
    .replacing(#""max": 10"#, with: #""max": 99"#)
    .replacing(#""default": "allow""#, with: #""default": "deny""#)

  /// Two places in conflict, one of theirs and one of ours beside them.
  static func contested(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = ChangesTests.edited(columns: columns, rows: rows)
    desk.read(theirs)
    return desk
  }

  private func rule(_ desk: Desk, _ tool: ExactText) -> String? {
    let root = try? JSONNode.read(desk.state.policy.draft?.current.text ?? [])
    let value = root?["servers"]?["git"]?["tools"]?[tool]
    return value.map { String(decoding: $0.compact, as: UTF8.self) }
  }

  @Test func theBannerCountsBothSides() {
    let desk = Self.contested(columns: 160, rows: 48)
    #expect(
      screen(desk.state)[1]
        == " ! policy.json changed on disk: theirs 3, yours 3, conflicts 2 · m merge, K keep mine, T take theirs")
    #expect(desk.state.policy.conflicts.map(\.subject) == ["git/git_status", "git/git_log"])
    var other = Self.contested()
    other.press("1")
    #expect(
      screen(other.state)[1].hasPrefix(
        " ! changed on disk: theirs 3, yours 3, conflicts 2 · = shows it; there m merges"))
  }

  @Test func savingWaitsForTheDecision() {
    var desk = Self.contested()
    desk.press("ctrl-s")
    #expect(desk.effects == [])
    #expect(desk.state.note?.weight == .error)
  }

  @Test(arguments: [
    ("mm", #"{"action":"deny"}"#, 5, "hour"), ("mt", #"{"action":"deny"}"#, 99, "minute"),
    ("tm", #"{"action":"require_approval"}"#, 5, "hour"), ("tt", #"{"action":"require_approval"}"#, 99, "minute"),
  ])
  func eachConflictIsChosen(keys: String, status: String, most: Int, window: String) {
    var desk = Self.contested()
    desk.press("m")
    for key in keys { desk.press(String(key), "j") }
    desk.press("Enter")
    #expect(desk.state.overlay == nil)
    #expect(desk.state.policy.disk == .asBase)
    #expect(rule(desk, "git_status") == status)
    #expect(
      rule(desk, "git_log")?.contains(#""window":"\#(window)","max":\#(most)"#) == true,
      "\(rule(desk, "git_log") ?? "")")
    #expect(rule(desk, "git_commit") == #"{"action":"allow"}"#, "what does not collide is there in any case")
    #expect(desk.state.policy.draft?.base.text == Array(Self.theirs.utf8))
    #expect(desk.state.policy.draft?.editCount == 1, "one step")
    desk.press(":", "undo", "Enter")
    #expect(!desk.state.policy.isDirty)
    desk.press(":", "redo", "Enter")
    #expect(rule(desk, "git_status") == status)
  }

  @Test func whatIsNotChosenIsNotTaken() {
    var desk = Self.contested()
    desk.press("m", "m", "Enter")
    #expect(desk.state.note?.text == "1 conflict left to choose: m mine, t theirs")
    #expect(desk.state.policy.isContested)
    desk.press("Esc")
    #expect(desk.state.overlay == nil)
    #expect(desk.state.policy.isContested)
  }

  @Test func aConflictThatIsUndoneIsGone() {
    var desk = Self.contested()
    desk.press(":", "inherit git/git_commit", "Enter")
    #expect(desk.state.policy.isContested)
    desk.press("z", "z", "z")
    #expect(desk.state.policy.isContested)
    desk.press("z")
    #expect(desk.state.policy.disk == .asBase)
    #expect(!desk.state.policy.isDirty)
    #expect(desk.state.policy.conflicts.isEmpty)
    #expect(desk.state.policy.draft?.current.text == Array(Self.theirs.utf8))
  }

  @Test func aFileThatChangesAgainKeepsWhatWasChosen() {
    var desk = Self.contested()
    desk.press("m", "m")
    desk.read(Self.theirs.replacing(#""max": 99"#, with: #""max": 98"#))
    guard case .merge(let view) = desk.state.overlay else {
      Issue.record("no popup")
      return
    }
    #expect(view.choices.count == 1)
    #expect(view.conflicts.count == 2)
    desk.read(Desk.policyText)
    #expect(desk.state.overlay == nil, "there is nothing left to merge")
    #expect(desk.state.policy.disk == .asBase)
    #expect(desk.state.policy.isDirty)
  }

  @Test func theirsTakenBringsMineBack() {
    var desk = Self.contested()
    desk.press("T", "y")
    #expect(!desk.state.policy.isDirty)
    #expect(desk.state.policy.draft?.current.text == Array(Self.theirs.utf8))
    desk.press("U")
    #expect(rule(desk, "git_status") == #"{"action":"deny"}"#)
  }

  @Test func mineKeptWinsWhereBothChanged() {
    var desk = Self.contested()
    desk.press("K", "y")
    #expect(rule(desk, "git_status") == #"{"action":"deny"}"#)
    #expect(desk.state.policy.draft?.base.text == Array(Self.theirs.utf8))
    #expect(desk.state.policy.draft?.engine.standing(server: "time", tool: "x").verdict == .deny, "the rest is theirs")
  }
}
