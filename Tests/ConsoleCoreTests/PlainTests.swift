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
    #expect(run("deny git/git_status", on: &desk) == ["git/git_status: deny · u undo"])
    #expect(PlainText.prompt(desk.state) == "1 unsaved> ")
    #expect(run("list status", on: &desk).last == "  git_status: deny, explicit, read low, not saved, was allow")
    #expect(
      run("limit 5/hour session git_diff", on: &desk).first?.hasPrefix("git/git_diff: 5/hour for each session") == true)
    #expect(run("undo", on: &desk).first?.hasPrefix("undone: ") == true)
    #expect(
      run("changes", on: &desk).prefix(2) == ["git/git_status: allow becomes deny", "the text that saving writes:"])
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
        "git/git_reset: allow", "1 of high risk will act unasked: git_reset", "Type y or n.",
      ])
    #expect(run("no", on: &desk) == ["nothing is changed"])
    #expect(run("allow git_reset", "y", on: &desk).last == "git/git_reset: allow · u undo")
    #expect(
      run("quit", on: &desk) == [
        "quit and lose 1 unsaved change? s saves first", "Type y to quit, s to save and quit, n to stay.",
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
    ("limit 10/minute", ["name at least one tool, such as: limit 10/minute SERVER/TOOL"]),
    ("zoom", ["`zoom` is for the screen; help lists the commands"]),
    ("show nobody", ["no tool is called `nobody`"]),
    ("", []), ("   ", []),
  ])
  func mistakesAreExplained(line: String, expected: [String]) {
    var desk = Desk.ready()
    #expect(run(line, on: &desk) == expected)
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
