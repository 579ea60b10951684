import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// The console as lines of text.
struct PlainTests {
  /// Types lines and returns what is printed, and what is to be done.
  func run(_ lines: String..., on desk: inout Desk) -> [String] {
    desk.effects = []
    return lines.flatMap { line -> [String] in
      let answer = PlainText.run(line, on: &desk.state)
      desk.effects += answer.effects
      return answer.lines
    }
  }

  @Test func listsServersAndTools() {
    var desk = Desk.ready()
    #expect(
      run("list", on: &desk) == [
        "server git, running, 5 tools, default deny",
        "  git_status: allow, explicit, read low",
        "  git_log: 10/minute, explicit, read low",
        "  git_diff: allow, pattern git_diff*, read low",
        "  git_commit: deny, global default, write medium",
        "  git_reset: deny, global default, destructive high",
        "server time, idle, 2 tools, default allow",
        "  get_current_time: allow, server default, read low",
        "  convert_time: allow, server default, read low",
      ])
    #expect(
      run("list risk>=high", on: &desk) == [
        "server git, running, 5 tools, default deny", "  git_reset: deny, global default, destructive high",
      ])
    #expect(run("list (", on: &desk) == ["error: filter, at character 2: a condition is missing at the end"])
    #expect(run("list nothing", on: &desk) == ["no tool fits the filter"])
  }

  @Test func buildsAndSavesAPolicy() {
    var desk = Desk.ready()
    #expect(PlainText.prompt(desk.state) == "> ")
    #expect(run("deny git/git_status", on: &desk) == ["git/git_status: deny"])
    #expect(PlainText.prompt(desk.state) == "1 unsaved> ")
    #expect(run("list status", on: &desk).last == "  git_status: deny, explicit, read low, not saved, was allow")
    #expect(
      run("limit 5/hour session git_diff", on: &desk).first?.hasPrefix("git/git_diff: 5/hour for each session") == true)
    #expect(run("undo", on: &desk).first?.hasPrefix("undone: ") == true)
    #expect(
      run("changes", on: &desk).prefix(2) == ["1. git/git_status: allow becomes deny", "the text that saving writes:"])
    #expect(run("save", on: &desk) == ["saving…"])
    #expect(desk.effects.count == 1)
    desk.send(.policySaved(.saved))
    #expect(
      PlainText.lines(for: .policySaved(.saved), in: desk.state, level: .all).first?.hasPrefix("saved as rev ") == true)
  }

  @Test func questionsAreAnsweredByTheNextLine() {
    var desk = Desk.ready()
    #expect(
      run("allow git_reset", on: &desk) == [
        "git/git_reset: allow", "1 of high risk will act unasked: git_reset", "Type yes or no.",
      ])
    #expect(run("no", on: &desk) == ["nothing is changed"])
    #expect(run("allow git_reset", "y", on: &desk).last == "git/git_reset: allow")
    #expect(
      run("quit", on: &desk) == [
        "quit and lose 1 unsaved change? s saves first", "Type yes to quit, s to save and quit, no to stay.",
      ])
    #expect(desk.effects == [])
    #expect(run("y", on: &desk) == [])
    #expect(desk.effects == [.quit])
  }

  @Test func tellsDecisionsOneALine() {
    var desk = Desk.ready()
    let event = DecisionEvent(
      session: "s", client: "claude\u{1B}", grant: "local", server: "git", method: "tools/call", tool: "git_reset",
      category: .destructive, severity: .high, decision: Decision(.deny, rule: "(default)", reason: "no rule"),
      revision: nil, took: 1, argumentsDigest: nil)
    let message = ConsoleMessage.gate(GateMessage(sequence: 1, time: Desk.noon, event: .decision(event)))
    desk.send(message)
    let line = "11:42:07, deny, git/git_reset, by claude‹1B›, rule (default), because no rule, risk high"
    #expect(PlainText.lines(for: message, in: desk.state, level: .all) == [line])
    #expect(PlainText.lines(for: message, in: desk.state, level: .denied) == [line])
    #expect(PlainText.lines(for: message, in: desk.state, level: .off) == [])
    #expect(PlainText.run("watch denied", on: &desk.state).level == .denied)
  }

  @Test(arguments: [
    ("nonsense", ["error: `nonsense` is no command; help lists all"]),
    ("deny", ["name at least one tool, such as: deny SERVER/TOOL"]),
    ("limit 10/minute", ["name at least one tool, such as: limit SERVER/TOOL 10/minute"]),
    ("zoom", ["`zoom` is for the screen; help lists the commands"]),
    ("show nobody", ["no tool is called `nobody`"]),
    ("", []), ("   ", []),
  ])
  func mistakesAreExplained(line: String, expected: [String]) {
    var desk = Desk.ready()
    #expect(run(line, on: &desk) == expected)
  }

  // MARK: A whole policy

  @Test func everyPartOfARuleIsTyped() {
    var desk = Desk.ready()
    let said = run(
      "allow git/git_commit", #"require git/git_commit args.branch neq "main" say "use a branch""#,
      "deny-if git_commit args.amend = true", "limit git_commit 10/minute session", "add-limit git_commit 100/day",
      "reason git_commit ask me", "match-schema git_commit on", on: &desk)
    #expect(said.count == 7)
    #expect(said.allSatisfy { $0.hasPrefix("git/git_commit: ") && !$0.contains("undo") }, "\(said)")
    #expect(PlainText.prompt(desk.state).hasSuffix(" unsaved> "))
    let shown = run("show git_commit", on: &desk)
    #expect(
      shown.drop { $0 != "by number:" } == [
        "by number:", "require 1: args.branch ≠ \"main\"", "deny-if 1: args.amend = true",
        "limit 1: 10/minute for each session", "limit 2: 100/day for each grant",
      ])
    _ = run("drop git_commit deny-if 1", "drop git_commit limit 2", on: &desk)
    let rule = #"{"path":"args.branch","op":"neq","value":"main"}"#
    let rules = run("rules", on: &desk)
    #expect(rules.first == #"default: "deny""#)
    #expect(rules.contains { $0.hasPrefix("/servers/git/tools/git_commit: {") && $0.contains(rule) })
    #expect(!rules.contains { $0.contains("deny_if") })
    #expect(
      run("show /servers/git/tools/git_diff*", on: &desk) == [
        #"/servers/git/tools/git_diff*: {"action":"allow"}"#
      ])
  }

  @Test func muchAtOnceWantsTheWholeWord() {
    var desk = Desk.ready()
    #expect(
      run("all deny server:git risk:low", on: &desk) == [
        "3 tools: deny", "3 of 3 found tools change: 2 allow → deny, 1 limit → deny", "Type yes or no.",
      ])
    #expect(run("y", on: &desk) == ["That is much at once: type the whole word yes, or no."])
    #expect(run("yes", on: &desk).first?.hasPrefix("3 tools: deny") == true)
    #expect(run("default time deny", "yes", on: &desk).last?.hasPrefix("default of time: deny") == true)
    #expect(run("undo", "undo", on: &desk).count == 2)
    #expect(PlainText.prompt(desk.state) == "> ")
  }

  @Test func anotherLineIsNoYesAndIsNotLost() {
    var desk = Desk.ready()
    #expect(
      run("all deny server:git", "deny convert_time", on: &desk).suffix(2) == [
        "not done, for that was no yes", "time/convert_time: deny",
      ])
    #expect(desk.state.policy.changes.count == 1)
  }

  @Test func numbersChoose() {
    var desk = Desk.ready()
    #expect(run("show git_l", on: &desk) == ["1. git/git_log: 10/minute", "Type a number to choose."])
    #expect(run("1", on: &desk).first == "git_log")
    #expect(run("1", on: &desk) == ["error: `1` is no command; help lists all"])
    #expect(run("show git_*", on: &desk).count == 6)
    #expect(run("9", on: &desk) == ["choose a number from 1 to 5"])
    #expect(run("2", on: &desk).first == "git_log")
    #expect(run("find undo", on: &desk).first == "1. undo: undo the last edit")
    #expect(run("1", on: &desk) == ["nothing to undo"])
    var bare = Desk()
    bare.send(.policyRead(.absent))
    #expect(run("starter", on: &bare).first == "1. careful: deny what no rule allows")
    #expect(run("3", on: &bare).last == "Type yes or no.")
  }

  @Test func helpTellsAboutEachCommand() {
    var desk = Desk.ready()
    let all = run("help", on: &desk)
    for word in ["list [FILTER]", "require TOOL", "undo: ", "save: ", "keep-mine: ", "take-theirs: "] {
      #expect(all.contains { $0.hasPrefix(word) }, "\(word)")
    }
    #expect(
      run("help drop", on: &desk) == [
        "drop TOOL require|deny-if|approve-if|allow-if|limit N",
        "take away an entry or a limit by its number, or: reason, until, match-schema, approval",
        "for example: drop git/push require 1", "for example: drop git/push reason",
      ])
    #expect(run("help undo", on: &desk) == ["undo: undo the last edit"])
    #expect(run("help nothing", on: &desk) == ["`nothing` is no command; help lists all"])
  }

  @Test func allThatIsSaidIsTold() {
    var desk = Desk.ready()
    desk.read(#"{"version":"1","all_tools":{"action":"deny"}}"#)
    #expect(
      run("allow git_status", on: &desk) == [
        "git/git_status: allow", "warning: git_status: still deny, because of all_tools",
      ])
    #expect(
      run("log 2", on: &desk) == [
        "11:43:07 info: git/git_status: allow",
        "11:43:07 warning: git_status: still deny, because of all_tools",
      ])
  }

  @Test func nothingButTextIsPrinted() {
    var desk = Desk.ready()
    desk.gate(.snapshot(desk.snapshot([Desk.hostile]), id: nil), sequence: 0)
    let lines = run(
      "list", "servers", "status", "show *", "1", "2", "3", "rules", "changes", "help", "show \u{1B}[2J",
      "deny \u{1B}]0;x\u{7}", "help \u{202E}", "log", "limit \u{9B}31m 5/day", "find \u{1B}", on: &desk)
    for line in lines {
      for scalar in line.unicodeScalars {
        let value = scalar.value
        #expect(
          value >= 0x20 && !(0x7F..<0xA0).contains(value) && scalar != "\u{202E}" && scalar != "\u{200B}",
          "\(line.debugDescription)")
      }
    }
  }

  @Test func aFirstFileCanBeMade() {
    var desk = Desk()
    desk.send(.policyRead(.absent))
    #expect(
      PlainText.greeting(desk.state).contains(
        "policy file: there is none; starter careful, starter observe or starter empty makes one"))
    #expect(
      run("starter careful", on: &desk).first
        == "write ~/policy.json: Careful, deny what no rule allows")
    _ = run("y", on: &desk)
    #expect(desk.effects.count == 1)
  }
}
