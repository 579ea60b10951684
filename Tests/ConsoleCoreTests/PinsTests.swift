import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

struct PinsTests {
  private func popup(_ desk: Desk) throws -> PinsPopup {
    guard case .pins(let popup) = desk.state.overlay else { throw NoPopup() }
    return popup
  }

  private struct NoPopup: Error {}

  private func sent(_ desk: Desk) -> [ControlRequest] {
    desk.effects.compactMap { if case .send(let request) = $0 { request } else { nil } }
  }

  /// A known desk without the popup.
  private func known(_ pins: [PinRow] = Desk.pins, columns: Int = 80) -> Desk {
    var desk = Desk(columns: columns)
    desk.read(Desk.policyText)
    desk.connect()
    desk.tell(pins: pins)
    desk.effects = []
    return desk
  }

  private func text(_ desk: Desk) -> String { screen(desk.state).joined(separator: "\n") }

  @Test func theGateIsAskedWhenItSaysHello() {
    var desk = Desk()
    desk.read(Desk.policyText)
    desk.connect()
    #expect(sent(desk).contains { if case .pins(nil, false, .some) = $0 { true } else { false } })
  }

  @Test func whatIsNotAsAcceptedIsFlaggedAndFound() {
    var desk = known()
    let tools = desk.state.catalogue
    #expect(tools.index(of: ToolName(server: "git", tool: "git_commit")).map { tools.tools[$0].news } == .changed)
    #expect(tools.index(of: ToolName(server: "git", tool: "git_log")).map { tools.tools[$0].news } == .new)
    #expect(
      tools.index(of: ToolName(server: "git", tool: "git_diff")).map { tools.tools[$0].news } == Catalogue.News.none)
    #expect(text(desk).contains("! 4 pins are not as accepted: tools or instructions · P shows them"))
    desk.press("/", "is:changed", "Enter")
    #expect(text(desk).contains("git_commit"))
    #expect(!text(desk).contains("git_diff"))
    desk.press(":", "filter is:new", "Enter")
    #expect(text(desk).contains("git_log"))
    // Another snapshot does not take it back.
    desk.gate(.snapshot(desk.snapshot(Desk.servers), id: nil), sequence: 0)
    let again = desk.state.catalogue
    #expect(again.index(of: ToolName(server: "git", tool: "git_commit")).map { again.tools[$0].news } == .changed)
    desk.gate(.pin(PinEvent(PinNews(.accepted, "git", ["git_commit"]), by: "you on pts/1")))
    desk.tell(pins: [])
    #expect(!text(desk).contains("not as accepted"))
    let now = desk.state.catalogue
    #expect(now.tools.allSatisfy { $0.news == .none })
  }

  @Test func thePopupShowsOldAndNewWithWhatHides() throws {
    let desk = Desk.atPins(columns: 120)
    let shown = text(desk)
    #expect(shown.contains("git/git_commit"))
    #expect(shown.contains("changed: calls of it ask a person"))
    #expect(shown.contains("- ") && shown.contains("‹U+200B›"))
    #expect(shown.contains("looks like `a`"))
    #expect(try popup(desk).index == 1)
  }

  @Test func acceptingNeedsAYesThatIsAnotherKey() throws {
    var desk = Desk.atPins()
    desk.press("a")
    #expect(sent(desk).isEmpty)
    #expect(text(desk).contains("accept it as it is now?"))
    desk.press("a")
    #expect(sent(desk).isEmpty)
    desk.press("n")
    #expect(try popup(desk).question == nil)
    desk.press("a", "y")
    guard case .accept("git", let choices, .some(let id))? = sent(desk).last else {
      Issue.record("nothing was accepted")
      return
    }
    #expect(choices == [PinChoice(tool: "git_commit", digest: Desk.digest("new"))])
    // One at a time.
    desk.press("x")
    #expect(try popup(desk).question == nil)
    desk.gate(.done(id: id), sequence: 0)
    desk.tell(pins: Desk.pins.filter { $0.tool != "git_commit" })
    #expect(try popup(desk).rows.count == 3)
    desk.tellPin(old: nil, new: #"{"name":"git_log"}"#)
    desk.press("x", "y")
    guard case .reject("git", let rejected, _)? = sent(desk).last else {
      Issue.record("nothing was rejected")
      return
    }
    #expect(rejected.map(\.tool) == [try popup(desk).row?.tool])
  }

  @Test func allOfAServerAreTakenWithTheirCounts() throws {
    var desk = Desk.atPins()
    desk.press("A")
    #expect(text(desk).contains("accept 4 of git: 1 added, 2 changed, 1 gone?"))
    desk.press("y")
    guard case .accept("git", let choices, _)? = sent(desk).last else {
      Issue.record("nothing was accepted")
      return
    }
    #expect(choices.map { $0.tool?.string } == [nil, "git_commit", "git_log", "git_push"])
  }

  @Test func whatWasRejectedIsNotTakenWithTheOthers() throws {
    var desk = known([Desk.pin("git_commit", .rejected), Desk.pin("git_log", .changed)])
    #expect(text(desk).contains("! 1 pin is not as accepted"))
    desk.press("P", "A", "y")
    guard case .accept("git", let choices, _)? = sent(desk).last else {
      Issue.record("nothing was accepted")
      return
    }
    #expect(choices.map(\.tool) == ["git_log"])
  }

  @Test func whatIsNotShownYetIsNotDecided() throws {
    var desk = known()
    desk.press("P")
    desk.press("a")
    #expect(try popup(desk).question == nil)
    desk.press("n")
    #expect(try popup(desk).index == 1)
    desk.tellPin()
    desk.press("a")
    #expect(try popup(desk).question == .accept)
  }

  @Test func whatChangesAgainIsAskedAnew() throws {
    var desk = Desk.atPins()
    desk.press("a")
    desk.gate(.pin(PinEvent(PinNews(.changed, "git", ["git_commit"]))))
    desk.tell(pins: Desk.pins.map { $0.tool == "git_commit" ? Desk.pin("git_commit", .changed, digest: "newer") : $0 })
    #expect(try popup(desk).question == nil)
    #expect(try popup(desk).details == nil)
    desk.press("y")
    #expect(!sent(desk).contains { if case .accept = $0 { true } else { false } })
  }

  @Test func readOnlyDecidesNothing() throws {
    var options = Desk.options
    options.isReadOnly = true
    var desk = Desk.atPins(options: options)
    desk.press("a")
    #expect(try popup(desk).question == nil)
    #expect(text(desk).contains("this console is read-only"))
  }

  @Test func aRefusalIsSaidAndAnOldGateIsLeftInPeace() throws {
    var desk = Desk.atPins()
    desk.press("a", "y")
    guard case .accept(_, _, .some(let id))? = sent(desk).last else { return }
    desk.gate(.refused(message: "a process below a client", id: id), sequence: 0)
    #expect(text(desk).contains("not decided: a process below a client"))
    var old = Desk()
    old.read(Desk.policyText)
    old.connect()
    for case .send(.pins(_, _, let id)) in old.effects {
      old.gate(.refused(message: "`pins` is no operation of this gate", id: id), sequence: 0)
    }
    #expect(!text(old).contains("no operation"))
    old.press("P")
    #expect(text(old).contains("the gate tells nothing of pins"))
  }

  @Test func twiceAndInstructionsHaveTheirLimits() throws {
    var desk = known([Desk.pin(nil, .changed), Desk.pin("git_log", .twice), Desk.pin("git_push", .removed)])
    desk.press("P")
    desk.tellPin(old: "\"be kind\"", new: "\"be cruel\"")
    #expect(text(desk).contains("be cruel"))
    desk.press("x")
    #expect(try popup(desk).question == .reject)
    #expect(text(desk).contains("every call of this server's tools is denied"))
    desk.press("n", "n")
    desk.tellPin()
    desk.press("a")
    #expect(try popup(desk).question == nil)
    #expect(text(desk).contains("in two ways at once"))
    desk.press("n")
    desk.tellPin(old: Desk.oldCommit, new: nil)
    desk.press("x")
    #expect(try popup(desk).question == nil)
    desk.press("a")
    #expect(text(desk).contains("take it out of tools.lock.json?"))
  }

  @Test func aLostGateKeepsWhatIsShown() throws {
    var desk = Desk.atPins()
    desk.press("a")
    desk.send(.gateLost(reason: "gone", retryIn: 1))
    desk.press("y")
    #expect(!sent(desk).contains { if case .accept = $0 { true } else { false } })
    #expect(text(desk).contains("git_commit"))
  }

  @Test func theFileThatIsWrongIsSaid() {
    var desk = known([])
    desk.gate(.pin(PinEvent(PinNews(.failed, "", []), detail: "/p/tools.lock.json:3:1: error: x")))
    desk.tell(pins: [], problem: "/p/tools.lock.json:3:1: error: x")
    #expect(text(desk).contains("! pins: /p/tools.lock.json:3:1: error: x"))
  }

  @Test func thePageOfAToolSaysIt() {
    var desk = known()
    desk.press(":", "go git_commit", "Enter", "t")
    desk.send(.toolRead(ToolAnswer(server: "git", name: "git_commit", definition: Array(Desk.newCommit.utf8))))
    #expect(text(desk).contains("pin      changed: calls of it ask a person, since 2026-11-20"))
  }

  @Test(arguments: HostileTests.cases, [(40, 10), (80, 24)])
  func hostileTextsStayInTheirCells(_ testCase: HostileTests.Case, _ size: (Int, Int)) {
    let name = ExactText("t\(testCase.text)")
    var desk = Desk(columns: size.0, rows: size.1)
    desk.read(Desk.policyText)
    desk.connect()
    var row = Desk.pin(name, .changed, server: ExactText("s\(testCase.text)"))
    row.by = testCase.text
    desk.tell(pins: [row], problem: nil)
    desk.press("P")
    let node = JSONNode(
      .object([
        JSONMember(key: "name", value: JSONNode(.string(name))),
        JSONMember(key: "description", value: JSONNode(.string(ExactText(testCase.text)))),
        JSONMember(key: ExactText(testCase.text), value: JSONNode(.string(ExactText(testCase.text)))),
        JSONMember(
          key: "inputSchema",
          value: JSONNode(.object([JSONMember(key: ExactText(testCase.text), value: JSONNode(.bool(true)))]))),
      ]))
    desk.tellPin(old: #"{"name":"x"}"#, new: String(decoding: node.compact, as: UTF8.self))
    HostileTests.check(desk.state, "a pin")
    desk.press("A")
    HostileTests.check(desk.state, "a question about pins")
    desk.press("n")
    for kind in PinNews.Kind.allCases {
      var news = PinNews(kind, ExactText(testCase.text), [name])
      news.isOfInstructions = kind == .restored
      desk.gate(.pin(PinEvent(news, by: testCase.text, detail: testCase.text)))
      HostileTests.check(desk.state, "\(kind)")
    }
  }
}
