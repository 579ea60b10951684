import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// Deciding by lines of text.
struct PlainApprovalTests {
  static func asked(_ event: ApprovalEvent = Desk.event("q1"), arguments: String = Desk.arguments) -> (Desk, [String]) {
    var options = Desk.options
    options.isPlain = true
    var desk = Desk.ready(options: options)
    desk.ask(event)
    desk.answerDetails(["q1": arguments])
    let lines = PlainText.tell("q1", in: &desk.state)
    return (desk, lines)
  }

  func run(_ line: String, _ desk: inout Desk, typed: Moment? = nil) -> [String] {
    let answer = PlainText.run(line, typed: typed, on: &desk.state)
    desk.effects += answer.effects
    return answer.lines
  }

  @Test func aNumberedBlock() {
    let (_, lines) = Self.asked()
    #expect(lines.first == "approval 1 wanted: git/git_reset, high, destructive")
    #expect(lines.contains("asked by /servers/git/tools/git_reset"))
    #expect(lines.contains("arguments (all 3, 66 bytes)"))
    #expect(lines.contains { $0.contains("owner") && $0.contains("\"acme\"") })
    #expect(lines.contains("! branch holds 1 invisible character"))
    #expect(lines.last == "type approve 1, session 1, identical 1 MINUTES, deny 1 TEXT, more 1 or time 1")
  }

  @Test func theNumberMustHaveBeenPrintedBeforeTheLineWasTyped() {
    var (desk, _) = Self.asked()
    #expect(run("approve 1", &desk).first?.contains("was not printed before") == true)
    let typed = desk.state.now.advanced(byMicroseconds: 399_999)
    desk.wait(5000)
    #expect(run("approve 1", &desk, typed: typed).first?.contains("was not printed before") == true)
    #expect(desk.decisions.isEmpty)
    #expect(run("approve 1", &desk) == ["asking the gate"])
    guard case .approve("q1", _, _, .once, _, _) = desk.decisions.first else {
      Issue.record("\(desk.decisions)")
      return

    }
    #expect(run("approve 1", &desk).first?.contains("is over") == true)
  }

  @Test func theOthers() {
    for (line, check): (String, (ControlRequest) -> Bool) in [
      ("deny 1 not on Sundays", { if case .deny("q1", _, "not on Sundays", _) = $0 { true } else { false } }),
      ("deny 1", { if case .deny("q1", _, nil, _) = $0 { true } else { false } }),
      ("session 1", { if case .approve("q1", _, _, .session, _, _) = $0 { true } else { false } }),
      ("identical 1 5", { if case .approve("q1", _, _, .identical(300), _, _) = $0 { true } else { false } }),
    ] {
      var (desk, _) = Self.asked()
      desk.wait(400)
      _ = run(line, &desk)
      #expect(desk.decisions.first.map(check) == true, "\(line)")
    }
    var (desk, _) = Self.asked()
    desk.wait(400)
    #expect(run("pending", &desk) == ["approval 1: git/git_reset, high, by claude-1, 0:41 left"])
    #expect(run("approve 2", &desk) == ["write approve NUMBER; pending lists what waits"])
    #expect(run("lockdown on", &desk) == ["asking the gate"])
    #expect(run("deny git/git_log", &desk).contains { $0.contains("approval") } == false)
  }

  @Test func otherArgumentsArePrintedAnew() {
    var (desk, _) = Self.asked()
    desk.wait(5000)
    var event = Desk.event("q1")
    event.digest = "another"
    desk.ask(event)
    #expect(run("approve 1", &desk).first?.contains("was not printed before") == true)
    desk.answerDetails()
    _ = PlainText.tell("q1", in: &desk.state)
    desk.wait(400)
    #expect(run("approve 1", &desk) == ["asking the gate"])
  }

  @Test func whatIsRiskyIsReadWhole() {
    let long = "{\"text\":\"\(String(repeating: "x", count: 5000))\"}"
    var (desk, _) = Self.asked(Desk.event("q1", arguments: long), arguments: long)
    desk.wait(400)
    #expect(run("approve 1", &desk).first?.contains("more 1 first") == true)
    #expect(run("more 1", &desk).joined().count > 5000)
    desk.wait(400)
    #expect(run("approve 1", &desk) == ["asking the gate"])
  }
}
