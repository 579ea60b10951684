import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// What was changed, by whom, and what becomes of it, in lines of text.
struct PlainChangesTests {
  func run(_ lines: String..., on desk: inout Desk) -> [String] {
    desk.effects = []
    return lines.flatMap { line -> [String] in
      let answer = PlainText.run(line, on: &desk.state)
      desk.effects += answer.effects
      return answer.lines
    }
  }

  static let options: ConsoleOptions = {
    var options = Desk.options
    options.isPlain = true
    return options
  }()

  /// Three edits, of which two are in conflict with what another program wrote.
  private func contested() -> Desk {
    var desk = MergingTests.contested()
    desk.state.options.isPlain = true
    return desk
  }

  private func rule(_ desk: Desk, _ tool: ExactText) -> String? {
    let root = try? JSONNode.read(desk.state.policy.draft?.current.text ?? [])
    let value = root?["servers"]?["git"]?["tools"]?[tool]
    return value.map { String(decoding: $0.compact, as: UTF8.self) }
  }

  // MARK: One change, and the steps

  @Test func oneChangeIsLookedAtAndTakenBack() {
    var desk = ChangesTests.edited()
    #expect(
      run("changes", on: &desk).prefix(3) == [
        "1. git/git_status: allow becomes deny", "2. git/git_log: 10/minute becomes 5/hour",
        "3. git/git_commit: deny by default becomes allow",
      ])
    let part = run("change 1", on: &desk)
    #expect(part.first == "git/git_status: allow becomes deny")
    #expect(part.contains(#"+         "git_status": {"action": "deny"},"#))
    #expect(!part.contains { $0.hasPrefix("+") && $0.contains("git_log") })
    #expect(run("take-back 2", on: &desk) == ["dropped: git/git_log: 10/minute becomes 5/hour"])
    #expect(rule(desk, "git_log")?.contains(#""max":10"#) == true)
    #expect(rule(desk, "git_status") == #"{"action":"deny"}"#)
    for line in ["take-back", "take-back 3", "take-back 0", "take-back x", "take-back 1 2", "change 9"] {
      let verb = line.split(separator: " ")[0]
      #expect(run(line, on: &desk) == ["write \(verb) N; changes lists them"])
    }
    #expect(desk.state.focus == .policy || desk.state.focus == .changes)
  }

  @Test func everyStepCanBeGoneTo() {
    var desk = ChangesTests.edited()
    #expect(
      run("history", on: &desk) == [
        "0: the file as it was first read, as in the file", "1: 11:43:07 git/git_status: allow becomes deny",
        "2: 11:44:08 git/git_log: 10/minute becomes 5/hour",
        "3: here 11:45:09 git/git_commit: deny by default becomes allow", "step N goes to one of them",
      ])
    #expect(run("step 1", on: &desk) == ["2 steps undone"])
    #expect(desk.state.policy.unsaved == 1)
    #expect(run("history", on: &desk)[3] == "3: undone 11:45:09 git/git_commit: deny by default becomes allow")
    #expect(run("step 3", on: &desk) == ["2 steps done again"])
    #expect(run("step 0", on: &desk) == ["3 steps undone"])
    #expect(!desk.state.policy.isDirty)
    #expect(
      run("step 4", "step", "step -1", on: &desk) == Array(repeating: "write step N; history lists them", count: 3))
    var fresh = Desk.ready()
    #expect(run("history", on: &fresh) == ["nothing was done yet"])
    #expect(run("saves", on: &fresh) == ["the gate, 11:42:07 loaded rev \(fresh.revision ?? "")"])
  }

  @Test func whatWasWrittenIsTold() {
    var desk = Desk.ready()
    _ = run("deny git/git_status", "save", on: &desk)
    desk.send(.policySaved(.saved))
    let revision = desk.revision ?? ""
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: revision, problems: [])))
    let lines = run("saves", on: &desk)
    #expect(lines[0].hasSuffix("rev \(revision) 1 change, saved here, the gate loaded it in 0.00ms"), "\(lines)")
    #expect(lines[1] == "  git/git_status: allow becomes deny")
    #expect(lines.last?.hasSuffix("loaded rev \(revision)") == true)
  }

  // MARK: Others

  @Test(arguments: [
    ("keep 1", "take 2", #"{"action":"deny"}"#, 99), ("take 1", "keep 2", #"{"action":"require_approval"}"#, 5),
    ("keep all", "take 2", #"{"action":"deny"}"#, 99), ("take 2 1", "keep 2 1", #"{"action":"deny"}"#, 5),
  ])
  func eachConflictIsChosenInWords(first: String, second: String, status: String, most: Int) {
    var desk = contested()
    #expect(
      run("status", on: &desk).contains(
        "policy file: changed on disk: theirs 3, yours 3, conflicts 2; merge lists them"))
    #expect(
      run("merge", on: &desk) == [
        "1. git/git_status: to choose", "  it was nothing", "  yours \"deny\"", "  theirs \"require_approval\"",
        "2. git/git_log: to choose", #"  it was [{"window":"minute","max":10,"scope":"grant"}]"#,
        #"  yours [{"window":"hour","max":5,"scope":"grant"}]"#,
        #"  theirs [{"window":"minute","max":99,"scope":"grant"}]"#,
        "keep N... keeps yours, take N... takes theirs, or all in place of the numbers",
      ])
    _ = run(first, on: &desk)
    // Whatever is looked at in between, the choices stay.
    _ = run("list", "show git_log", "status", "changes", on: &desk)
    let lines = run(second, on: &desk)
    #expect(lines[0].hasSuffix(status.contains("deny") ? "yours is kept" : "theirs is taken"), "\(lines)")
    #expect(lines.contains("what the result changes in the file on the disk:"))
    #expect(lines.last == "Type yes to take this result, keep or take to choose otherwise.")
    #expect(desk.state.policy.isContested)
    #expect(run("no", on: &desk) == ["nothing is merged yet: keep and take choose otherwise"])
    #expect(run("yes", on: &desk) == ["merged: save writes it, undo takes it back"])
    #expect(!desk.state.policy.isContested)
    #expect(rule(desk, "git_status") == status)
    #expect(rule(desk, "git_log")?.contains(#""max":\#(most)"#) == true)
    #expect(run("save", on: &desk) == ["saving…"])
  }

  @Test func nothingIsMergedBeforeAllIsChosen() {
    var desk = contested()
    #expect(
      run("save", on: &desk).first?.hasSuffix("merge, keep-mine or take-theirs decides what becomes of it") == true)
    #expect(run("keep 2", "yes", on: &desk).last == "1 conflict left to choose")
    #expect(desk.state.policy.isContested)
    for line in ["keep", "keep 3", "keep 0", "keep 1 x", "keep all 1"] {
      #expect(run(line, on: &desk) == ["write keep N..., or keep all; merge lists the conflicts"])
    }
    #expect(
      run("take-theirs", "yes", on: &desk).last
        == "your edits are dropped; this is what is on the disk: redo brings yours back")
    for line in ["merge", "keep all", "take 1"] {
      #expect(run(line, on: &desk) == ["merge: nothing is in conflict"])
    }
    #expect(run("yes", on: &desk) == ["error: `yes` is no command; help lists all"])
  }

  @Test func aNewChangeOfTheFileAsksAnew() {
    var desk = contested()
    _ = run("keep all", on: &desk)
    desk.read(MergingTests.theirs.replacing("99", with: "98").replacing(#""action": "require_approval""#, with: ""))
    #expect(
      run("merge", on: &desk).filter { $0.hasPrefix("  theirs") } == [
        #"  theirs [{"window":"minute","max":98,"scope":"grant"}]"#
      ])
  }

  // MARK: What was left behind

  @Test func editsThatWereLeftAreTakenInOrDropped() throws {
    var desk = Desk(options: Self.options)
    desk.read(Desk.policyText)
    let older = LeftEdits(
      name: "b-2", edits: try LeftEditsTests.edits(at: Moment(microseconds: Desk.noon.microseconds - 60_000_000)))
    desk.send(.leftEdits([older, LeftEdits(name: "a-1", edits: try LeftEditsTests.edits())]))
    #expect(
      desk.state.note?.text
        == "2 unsaved edits of 11:42:07 were left: left tells of them, restore takes them in, discard drops them")
    #expect(
      PlainText.greeting(desk.state).contains(
        "2 unsaved edits of 11:42:07 and those of 1 other console were left behind: left tells of them, restore takes "
          + "them in, discard drops them"))
    #expect(
      run("left", on: &desk) == [
        "1. 2 unsaved edits of 11:42:07", "2. 2 unsaved edits of 11:41:07", "the first of them:",
        "In policy.json as it is they would change:", "~ git/git_status: allow becomes deny",
        "~ git/git_commit: deny by default becomes allow",
        "restore N takes them in, discard N drops them for ever",
      ])
    #expect(run("discard 2", on: &desk) == ["drop 2 unsaved edits of 11:41:07 for ever?", "Type yes or no."])
    #expect(run("no", on: &desk) == ["they are kept"])
    #expect(run("discard 3", on: &desk) == ["write discard, or discard N; left lists them"])
    #expect(run("discard", "list", on: &desk).last != "")
    #expect(desk.effects == [], "another line is no yes")
    #expect(run("discard", "yes", on: &desk).last == "2 unsaved edits of 11:41:07 are dropped")
    #expect(desk.effects == [.dropEdits(name: "b-2")])
    #expect(run("restore 1", on: &desk) == ["2 unsaved edits of 11:42:07 are back: changes lists them"])
    #expect(desk.effects == [.adoptEdits(name: "a-1")])
    #expect(desk.state.policy.unsaved == 2)
    #expect(run("left", "restore", on: &desk) == ["no edits were left behind", "restore: no edits were left behind"])
  }

  // MARK: One tool

  @Test func thePageOfAToolIsReadOutWhenItIsKnown() {
    var desk = Desk.ready(options: Self.options)
    #expect(run("tool git/git_reset", on: &desk) == [])
    #expect(desk.effects == [.send(.tool(server: "git", name: "git_reset", id: 1))])
    let text = #"{"name":"git_reset","description":"Unstages all","inputSchema":{"type":"object"}}"#
    let message = ConsoleMessage.toolRead(ToolAnswer(server: "git", name: "git_reset", definition: Array(text.utf8)))
    desk.send(message)
    let lines = PlainText.lines(for: message, in: desk.state, level: .all)
    #expect(lines.first == "git_reset")
    for start in ["risk ", "does ", "better ", "why it needs a policy"] {
      #expect(lines.contains { $0.hasPrefix(start) }, "\(start) in \(lines)")
    }
    #expect(run("tool git_reset", on: &desk) == lines, "the second time it is known")
    #expect(
      run("tool", "tool git_*", on: &desk) == ["write tool TOOL", "write tool SERVER/TOOL: 5 tools are called so"])
    #expect(run("tool nothing", on: &desk) == ["error: no tool is called `nothing`"])
    _ = run("list", on: &desk)
    #expect(PlainText.lines(for: message, in: desk.state, level: .all) == [], "nobody asks any more")
  }

  @Test func theRecommendedRuleIsGivenByName() {
    var desk = Desk.ready(options: Self.options)
    #expect(
      run("recommend git_reset", on: &desk) == ["git/git_reset: require approval, each call waits for a person"])
    #expect(run("recommend git_*", on: &desk).last == "Type yes or no.")
    #expect(run("yes", on: &desk).first?.hasPrefix("recommended rules for") == true)
    #expect(run("recommend", on: &desk) == ["write recommend TOOL"])
    desk.send(.policyRead(.absent))
    _ = run("save", on: &desk)
    #expect(run("recommend git_log", on: &desk) == ["error: recommend: the file is being written"])
  }

  @Test func helpTellsOfAllOfThem() {
    var desk = Desk.ready()
    let all = run("help", on: &desk)
    for word in [
      "change", "take-back", "history", "step", "saves", "merge", "keep", "take", "left", "restore", "discard", "tool",
      "recommend",
    ] {
      #expect(all.contains { $0 == word || $0.hasPrefix("\(word) ") || $0.hasPrefix("\(word):") }, "\(word)")
      #expect(run("help \(word)", on: &desk).count >= 2, "\(word)")
    }
  }
}
