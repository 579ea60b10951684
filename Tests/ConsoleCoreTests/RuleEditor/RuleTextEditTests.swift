import ConsoleCore
import JSONText
import Policy
import Testing

/// A rule's text in the person's own editor, and what comes back.
struct RuleTextEditTests {
  /// The text that the editor was given last.
  private func opened(_ desk: Desk) -> (edit: EditedText, text: String, line: Int?)? {
    guard case .editText(let edit, let text, let line) = desk.effects.last else { return nil }
    return (edit, String(decoding: text, as: UTF8.self), line)
  }

  /// Ends the editor with another text.
  private func end(_ desk: inout Desk, _ text: String) throws {
    let edit = try #require(opened(desk)).edit
    desk.send(.textEdited(edit, .text(Array(text.utf8))))
  }

  private func desk(_ tool: String = "git_commit") -> Desk {
    var desk = Desk.editing(tool, opens: false)
    desk.press("2", "E")
    return desk
  }

  @Test func theRuleIsGivenAsItStandsInTheFile() throws {
    let desk = desk()
    let text = try #require(opened(desk)).text
    #expect(text.hasPrefix("{\n  \"require\": [\n    {\"conditions\": [\n"))
    #expect(text.hasSuffix("]\n}\n"))
    #expect(opened(desk)?.edit.fileName == "rule.json")
  }

  @Test func whatComesBackIsOneStep() throws {
    var desk = desk()
    let text = try #require(opened(desk)).text
    try end(&desk, text)
    #expect(desk.state.note?.text == "nothing is changed")
    #expect(desk.draftText == Desk.rulePolicy)
    try end(&desk, text.replacing("72", with: "50") + "\n\n")
    #expect(desk.draftText == Desk.rulePolicy.replacing("72", with: "50"))
    desk.press("u")
    #expect(desk.draftText == Desk.rulePolicy)
    try end(&desk, text.replacing("\n", with: " "))
    #expect(desk.state.note?.text == "it says the same: nothing is changed")
    #expect(desk.draftText == Desk.rulePolicy)
  }

  @Test func aBrokenTextIsShownAndNotLost() throws {
    var desk = desk()
    let text = try #require(opened(desk)).text.replacing("length_lte", with: "lenght_lte").replacing(
      "/tmp", with: "tmp")
    try end(&desk, text)
    #expect(desk.draftText == Desk.rulePolicy)
    guard case .text(let problems) = desk.state.overlay else {
      Issue.record("no problems are shown")
      return
    }
    #expect(problems.problems.map(\.place.line) == [4, 5])
    #expect(screen(desk.state).contains { $0.contains("line 5, column 38: ") })
    #expect(screen(desk.state).contains { $0.contains("did you mean `length_lte`?") })
    #expect(screen(desk.state).contains { $0.contains(#"{"path": "args.message", "op": "lenght_lte""#) })
    desk.press("j", "e")
    #expect(opened(desk)?.text == text)
    #expect(opened(desk)?.line == 5)
    try end(&desk, text.replacing("lenght_lte", with: "length_lt").replacing("tmp", with: "/tmp"))
    #expect(desk.state.overlay == nil)
    #expect(desk.draftText == Desk.rulePolicy.replacing("length_lte", with: "length_lt"))
  }

  @Test func droppingABrokenTextIsAsked() throws {
    var desk = desk()
    try end(&desk, "{")
    desk.press("Esc", "n", "Esc", "z", "y")
    #expect(desk.state.overlay == nil)
    #expect(desk.state.note?.text == "the text is dropped; the rule is as it was")
    #expect(desk.draftText == Desk.rulePolicy)
  }

  @Test func anEditorThatFailsChangesNothing() throws {
    var desk = desk()
    desk.send(.textEdited(try #require(opened(desk)).edit, .failed("the editor was not found")))
    #expect(desk.state.note == Note(.error, "nothing is changed: the editor was not found"))
  }

  @Test func aRuleThatChangedMeanwhileIsAskedAbout() throws {
    var desk = desk()
    let text = try #require(opened(desk)).text
    desk.read(Desk.rulePolicy.replacing("length_lte", with: "length_lt"))
    try end(&desk, text.replacing("72", with: "50"))
    #expect(screen(desk.state).contains { $0.contains("the rule was changed elsewhere") })
    #expect(!desk.draftText.contains("50"))
    desk.press("y")
    #expect(desk.state.overlay == nil)
    #expect(desk.draftText == Desk.rulePolicy.replacing("72", with: "50"))
  }

  @Test func whereThereIsNoRuleThereIsOneToBeginWith() throws {
    var desk = desk("git_status")
    let text = try #require(opened(desk)).text
    #expect(text.contains(#""path": "args.path""#))
    #expect(throws: Never.self) { try RuleText.read(Array(text.utf8), at: RuleAddress(server: "git", .tools, "x")) }
    try end(&desk, text)
    #expect(desk.draftText == Desk.rulePolicy)
    try end(&desk, #"{"require": []}"#)
    #expect(desk.draftText.contains(#""git_status": {"#))
  }

  @Test func elsewhereTheFileIsOpened() {
    var desk = Desk.editing("git_commit", opens: false)
    desk.press("1", "E")
    #expect(desk.effects.last == .openEditor(line: nil))
  }

  // MARK: From the rule editor

  @Test func theRuleEditorTakesTheTextOver() throws {
    var desk = Desk.editing("git_commit")
    desk.press("E")
    try end(&desk, #"{"action": "deny"}"#)
    #expect(desk.rule == #"{"action":"deny"}"#)
    #expect(desk.draftText == Desk.rulePolicy)
    desk.press("u")
    #expect(desk.editor?.isChanged == false)
    desk.press("j", "Enter", "mine", "Enter", "E")
    try end(&desk, "{\"action\": 5}")
    desk.press("Esc", "y")
    #expect(desk.editor?.isChanged == true)
    #expect(desk.rule?.contains("mine") == true)
  }

  @Test func aSampleIsEditedThere() throws {
    var desk = Desk.editing("git_commit")
    desk.press("c", "Enter", "E")
    #expect(opened(desk)?.text == "{}\n")
    try end(&desk, "{\"repo_path\":\n  \"/srv\"}")
    #expect(desk.editor?.samples.texts == [#"{"repo_path":"/srv"}"#])
    try end(&desk, "no")
    #expect(desk.editor?.trials.first?.problem?.hasPrefix("no JSON") == true)
  }

  @Test func aTextThatNobodyWaitsForIsDropped() throws {
    var desk = Desk.editing("git_commit")
    desk.press("E", "Esc")
    try end(&desk, #"{"action": "deny"}"#)
    #expect(desk.draftText == Desk.rulePolicy)
    #expect(desk.editor == nil)
  }
}
