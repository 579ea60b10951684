import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// What decision keys, marks and undo do.
struct DecideTests {
  func verdict(_ desk: Desk, _ tool: String, server: String = "git") -> String? {
    desk.state.catalogue.index(of: ToolName(server: ExactText(server), tool: ExactText(tool))).map {
      desk.state.catalogue.tools[$0].standing.summary
    }
  }

  /// On `git_status`, which is allowed by a rule of its own.
  func onStatus() -> Desk {
    var desk = Desk.ready()
    desk.press(":", "go git/git_status", "Enter")
    return desk
  }

  @Test(arguments: [
    ("d", "deny"), ("x", "hide"), ("i", "deny"), ("a", "allow"), ("Space", "10/minute"), ("p", "ask"),
  ])
  func aKeySetsTheRow(key: String, expected: String) {
    var desk = onStatus()
    desk.press(key)
    #expect(verdict(desk, "git_status") == expected)
    #expect(desk.state.policy.isDirty == (expected != "allow"))
    #expect(desk.effects == [])
  }

  @Test func spaceGoesThroughAllDecisions() {
    var desk = onStatus()
    var seen: [String?] = []
    for _ in 0..<6 {
      desk.press("Space")
      seen.append(verdict(desk, "git_status"))
    }
    #expect(seen == ["10/minute", "ask, 10/minute", "deny", "deny", "allow", "10/minute"])
  }

  @Test func undoTakesAnEditBackWholly() {
    let before = onStatus()
    for keys in [["d"], ["x"], ["i"], ["r", "5", "Enter"], [":", "deny git/*", "Enter", "y"], ["d", "x", "i"]] {
      var desk = before
      for key in keys { desk.press(key) }
      #expect(desk.state.policy.isDirty)
      while desk.state.policy.isDirty { desk.press("u") }
      var silent = desk.state.silent
      // What remembers what was done is meant to differ: redo, the command line, the last limit.
      silent.policy.draft = before.state.policy.draft
      silent.commands = before.state.commands
      silent.lastLimit = before.state.lastLimit
      silent.definitions = before.state.definitions
      expectState(silent, before.state.silent)
      desk.press("U")
      #expect(desk.state.policy.isDirty)
    }
  }

  @Test func marksMakeOneStep() {
    var desk = onStatus()
    desk.press("m", "m")
    #expect(desk.state.marked.count == 2)
    desk.press("d")
    #expect(question(desk) == ["2 tools: deny", "2 of 2 marked tools change: 1 allow → deny, 1 limit → deny"])
    #expect(!desk.state.policy.isDirty)
    desk.press("y")
    #expect(desk.state.note?.text == "2 tools: deny · 1 allow → deny, 1 limit → deny · u undo")
    #expect(desk.state.policy.draft?.editCount == 1)
    #expect([verdict(desk, "git_status"), verdict(desk, "git_log")] == ["deny", "deny"])
    desk.press("u")
    #expect([verdict(desk, "git_status"), verdict(desk, "git_log")] == ["allow", "10/minute"])
    desk.press("M")
    #expect(desk.state.marked == [])
  }

  /// The lines of the question that stands there.
  private func question(_ desk: Desk) -> [String] {
    guard case .confirm(let question) = desk.state.overlay else { return [] }
    return question.lines
  }

  @Test func whatSeveralToolsBecomeIsCountedBeforeAndAfter() {
    var desk = Desk.ready()
    desk.press(":", "all ask", "Enter")
    #expect(
      question(desk) == [
        "7 tools: ask, each call waits for a person",
        "7 of 7 shown tools change: 4 allow → ask, 2 deny → ask, 1 limit → ask; 1 is HIGH",
      ])
    desk.press("y")
    #expect(
      desk.state.note?.text == "7 tools: ask, each call waits for a person · "
        + "4 allow → ask, 2 deny → ask, 1 limit → ask; 1 is HIGH · u undo")
    #expect(desk.state.policy.draft?.editCount == 1)
    desk.press("u")
    #expect(!desk.state.policy.isDirty)
  }

  @Test func marksThatTheFilterHidesAreTold() {
    var desk = Desk.ready()
    desk.press(":", "mark server:time", "Enter", "/", "git_log", "Enter", "j", "m", "d")
    #expect(
      question(desk) == [
        "3 tools: deny", "3 of 3 marked tools change: 2 allow → deny, 1 limit → deny",
        "2 of them are hidden by the filter",
      ])
    desk.press("n")
    #expect(!desk.state.policy.isDirty)
  }

  @Test func whatWasTriedIsNotTakenForAnotherFile() {
    var desk = Desk.ready()
    desk.press(":", "all deny", "Enter")
    // The file changes while the question stands there.
    desk.read(Desk.policyText.replacing("\"default\": \"deny\"", with: "\"default\": \"allow\""))
    desk.press("y")
    #expect(desk.state.policy.draft?.base.defaultSetting(server: nil) == .allow)
    #expect(desk.state.catalogue.tools.allSatisfy { $0.standing.verdict == .deny })
  }

  @Test func aRuleSaysWhichPatternItOverrides() {
    var desk = Desk.ready()
    desk.press(":", "deny git/git_diff", "Enter")
    #expect(desk.state.note?.text == "git/git_diff: deny, overrides git_diff* · u undo")
    desk.press(":", "inherit git/git_diff", "Enter")
    #expect(verdict(desk, "git_diff") == "allow")
    #expect(desk.state.catalogue.tools[2].standing.source == .pattern("git_diff*"))
  }

  @Test func aRangeIsMarkedByMoving() {
    var desk = onStatus()
    desk.press("v", "j", "j")
    #expect(desk.state.marked.count == 3)
    desk.press("k", "x", "y")
    #expect(desk.state.list.rangeStart == nil)
    #expect(
      [verdict(desk, "git_status"), verdict(desk, "git_log"), verdict(desk, "git_diff")] == ["hide", "hide", "allow"])
  }

  @Test func allowingSomethingRiskyIsAskedOnce() {
    var desk = Desk.ready()
    desk.press("j", "a")
    guard case .confirm(let question) = desk.state.overlay else {
      Issue.record("nothing was asked")
      return
    }
    #expect(question.lines == ["git/git_reset: allow", "1 of high risk will act unasked: git_reset"])
    desk.press("a", "Space", "Enter")
    #expect(verdict(desk, "git_reset") == "deny", "only y says yes")
    desk.press("n")
    #expect(desk.state.overlay == nil)
    desk.press("a", "y")
    #expect(verdict(desk, "git_reset") == "allow")
    desk.press("d", "a")
    #expect(desk.state.overlay == nil)
    #expect(verdict(desk, "git_reset") == "allow")
  }

  @Test func aServersDefaultIsAskedWithItsCount() {
    var desk = Desk.ready()
    desk.press("a")
    guard case .confirm(let question) = desk.state.overlay else {
      Issue.record("nothing was asked")
      return
    }
    #expect(question.lines == ["default of git: allow changes 2 of 5 tools: 2 deny → allow; 1 is HIGH"])
    desk.press("y")
    #expect(
      [verdict(desk, "git_commit"), verdict(desk, "git_reset"), verdict(desk, "git_log")] == [
        "allow", "allow", "10/minute",
      ])
    #expect(desk.state.policy.unsaved == 1)
  }

  @Test func allActsOnWhatTheFilterShows() {
    var desk = Desk.ready()
    desk.press("/", "time", "Enter", ":", "all deny", "Enter")
    guard case .confirm(let question) = desk.state.overlay else {
      Issue.record("nothing was asked")
      return
    }
    #expect(question.lines == ["2 tools: deny", "2 of 2 shown tools change: 2 allow → deny"])
    desk.press("y")
    #expect(verdict(desk, "convert_time", server: "time") == "deny")
    #expect(verdict(desk, "git_status") == "allow")
  }

  @Test func aRuleThatIsOverruledSaysSo() {
    var desk = Desk.ready()
    desk.read(#"{"version":"1","default":"allow","all_tools":{"action":"deny"}}"#)
    desk.press("j", "j", "a")
    #expect(desk.state.note == Note(.warning, "git_commit: still deny, because of all_tools"))
  }

  @Test func theTopRuleIsRemovedAfterAsking() {
    var desk = Desk.ready()
    desk.read(#"{"version":"1","default":"deny","tools":{"git_log":{},"convert_time":{}}}"#)
    desk.press(":", "go git/git_log", "Enter", "i")
    #expect(verdict(desk, "git_log") == "deny")
    #expect(
      desk.state.policy.draft?.current.text
        == Array(#"{"version":"1","default":"deny","tools":{"convert_time":{}}}"#.utf8))
  }

  @Test func whatIsSoAlreadyIsNoEdit() {
    var desk = onStatus()
    desk.press("a")
    #expect(desk.state.note?.text == "git_status: allow already")
    desk.press("j", "r", "Enter")
    #expect(desk.state.note?.text == "no limit is changed")
    desk.press("j", "i")
    #expect(desk.state.note?.text == "git_diff: inherit already")
    #expect(desk.state.policy.draft?.undoTitle == nil)
  }

  @Test(arguments: [
    ("d", #"{"version":"1","default":"deny","tools":{"git_log":{"action": "deny"}}}"#),
    ("x", nil),
    ("i", #"{"version":"1","default":"deny","tools":{}}"#),
  ])
  func theRuleForAllServersIsChangedInPlace(key: String, expected: String?) {
    var desk = Desk.ready()
    desk.read(#"{"version":"1","default":"deny","tools":{"git_log":{}}}"#)
    desk.press(":", "go git/git_log", "Enter", key)
    let text = desk.state.policy.draft.map { String(decoding: $0.current.text, as: UTF8.self) } ?? ""
    if let expected {
      #expect(text.replacing(" ", with: "") == expected.replacing(" ", with: ""))
    }
    #expect(!text.contains("servers"), "\(text)")
  }

  @Test func allowingIsNotWidenedToOtherServers() {
    var desk = Desk.ready()
    desk.read(#"{"version":"1","default":"deny","tools":{"git_log":{"action":"deny"}}}"#)
    desk.press(":", "go git/git_log", "Enter", "a")
    #expect(verdict(desk, "git_log") == "allow")
    let text = desk.state.policy.draft.map { String(decoding: $0.current.text, as: UTF8.self) } ?? ""
    #expect(text.contains(#""git_log":{"action":"deny"}"#) && text.contains("servers"), "\(text)")
  }

  @Test func readOnlyRefusesEveryEdit() {
    var options = Desk.options
    options.isReadOnly = true
    for keys in ["a", "d", "r", "x", "i", "Space", "D", "u", "U", "ctrl-s"] {
      var desk = Desk.ready(options: options)
      desk.press(":", "go git/git_log", "Enter")
      let before = desk.state.policy
      desk.press(keys)
      #expect(desk.state.policy == before)
      #expect(desk.effects == [])
      #expect(desk.state.note?.text.hasSuffix("this console is read-only") == true, "\(keys)")
      #expect(desk.state.overlay == nil)
    }
    var desk = Desk.ready(options: options)
    for command in ["deny git_log", "all deny", "default allow", "w"] { desk.press(":", command, "Enter") }
    #expect(desk.state.policy.isDirty == false)
    #expect(desk.effects == [])
  }

  @Test(arguments: [
    ("nonsense", "`nonsense` is no command; help lists all"),
    ("deny nobody", "no tool is called `nobody`: write SERVER/TOOL, * stands for any characters"),
    ("limit 10", "`10` is no limit; write it as 10/minute, with second, minute, hour, day or a number of seconds"),
    (
      "default maybe",
      "`maybe` is no default; write: default deny, or default SERVER deny; "
        + "the words are allow, ask, deny, none"
    ),
    ("default nobody deny", "no server is called `nobody`"),
    ("sort up", "`up` is no order; there are listed name risk decision calls changed"),
    ("down now", "`down` takes no more words"),
  ])
  func commandsSayWhatIsWrong(line: String, message: String) {
    var desk = Desk.ready()
    desk.press(":", line, "Enter")
    #expect(desk.state.note?.weight == .error)
    #expect(desk.state.note?.text == message)
  }

  @Test func everyActionIsReachableByNameAndByHelp() {
    for action in Action.allCases {
      #expect((try? Command.read(action.name)) != nil, "\(action)")
      #expect(!action.summary.isEmpty)
    }
    // All actions but those of the conflict and a few words have a key.
    #expect(Action.allCases.filter { Keymap.keys(for: $0).isEmpty } == [])
    var desk = Desk.ready()
    desk.press("?", "flat", "Enter")
    #expect(desk.state.list.isFlat)
    #expect(desk.state.overlay == nil)
  }

  @Test func noKeyIsBoundTwiceInOnePane() {
    let all = Keymap.bindings
    for pane in [nil] + Pane.allCases.map({ Optional($0) }) {
      let keys = all.filter { $0.pane == pane }.map(\.key)
      #expect(Set(keys).count == keys.count, "\(String(describing: pane))")
    }
  }
}
