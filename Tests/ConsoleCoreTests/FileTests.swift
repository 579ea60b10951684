import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Saving, and a policy file that others change.
struct FileTests {
  func edited() -> Desk {
    var desk = Desk.ready()
    desk.press(":", "deny git/git_status", "Enter")
    desk.effects = []
    return desk
  }

  func document(_ text: String) -> PolicyFileState {
    do { return .loaded(try PolicyDocument.read(Array(text.utf8))) } catch {
      return .rejected(error.problems, text: Array(text.utf8))
    }
  }

  static let denied = Desk.policyText.replacing(#""git_status": {}"#, with: #""git_status": {"action": "deny"}"#)

  @Test func savingReplacesTheBaseAndWaitsForTheGate() {
    var desk = edited()
    desk.press("ctrl-s")
    #expect(
      desk.effects == [.save(text: Array(Self.denied.utf8), over: ContentDigest(of: Array(Desk.policyText.utf8)))])
    #expect(desk.state.policy.saving == .writing)
    desk.press("a", "u", "ctrl-s")
    #expect(desk.effects.count == 1, "while it is written nothing is edited")
    desk.send(.policyRead(.absent))
    #expect(desk.state.policy.disk == .asBase, "what is read while it is written is between two states")
    // The watcher may tell of the new file before the writer does.
    desk.send(.policyRead(document(Self.denied)))
    desk.send(.policySaved(.saved))
    let revision = desk.state.policy.draft?.current.revision ?? ""
    #expect(desk.state.policy.saving == .awaitingGate(revision: revision, since: desk.state.now))
    #expect(!desk.state.policy.isDirty)
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: revision, problems: [])))
    #expect(desk.state.policy.saving == .idle)
    #expect(desk.state.note == Note(.info, "saved; the gate runs rev \(revision) now, loaded in 0.00ms"))
    desk.press("u")
    #expect(desk.state.policy.isDirty, "undo of a save is just another edit")
  }

  @Test func aSlowDiskHoldsUpNoKey() {
    var desk = edited()
    desk.press("ctrl-s")
    #expect(screen(desk.state)[0].contains("saving…"))
    let row = desk.state.list.cursor.row
    desk.press("j", "5")
    #expect(desk.state.focus == .servers)
    #expect(desk.state.list.cursor.row == row + 1)
    // What is written is what was there when the writing began, whatever is typed meanwhile.
    let written = desk.state.policy.draft?.current
    desk.effects = []
    desk.press("1", "d", "u", ":", "mode observe", "Enter", "y", ":", "describe other", "Enter")
    desk.press(":", "default allow", "Enter", "Esc", ":", "take-theirs", "Enter", "Esc", ":", "save", "Enter")
    #expect(desk.effects == [])
    #expect(desk.state.policy.draft?.current == written)
    #expect(desk.state.note?.text == "save: the file is being written")
    desk.send(.policySaved(.saved))
    #expect(desk.state.policy.draft?.base == written)
  }

  @Test func leavingWhileItIsWrittenWaitsOrNot() {
    var desk = edited()
    desk.press("ctrl-s", "q")
    #expect(screen(desk.state).contains { $0.contains("the file is being written: leave without knowing") })
    desk.effects = []
    desk.press("s")
    #expect(desk.effects == [])
    #expect(desk.state.note?.text == "leaving as soon as the file is written")
    desk.send(.policySaved(.saved))
    #expect(desk.effects == [.quit])

    desk = edited()
    desk.press("ctrl-s", "q", "y")
    #expect(desk.effects.last == .quit)

    desk = edited()
    desk.press("ctrl-s", "q", "s")
    desk.effects = []
    desk.send(.policySaved(.failed("no space left on device")))
    #expect(desk.effects == [], "who leaves once all is saved does not leave when it is not")
  }

  @Test func aFirstPolicyIsWrittenOnce() {
    var desk = Desk()
    desk.send(.policyRead(.absent))
    desk.press("Enter", "y")
    #expect(desk.effects.count == 1)
    desk.press("Enter")
    #expect(desk.state.note?.text == "the file is being written")
    desk.press("y")
    #expect(desk.effects.count == 1)
  }

  @Test func aRejectionOfTheGateIsShownUntilItIsMended() {
    var desk = edited()
    desk.press("ctrl-s")
    desk.send(.policySaved(.saved))
    let problem = PolicyProblem(
      weight: .error, place: TextPlace(line: 3, column: 5), pointer: "", message: "no such thing")
    desk.gate(.policy(PolicyEvent(state: .rejected, revision: "abc", problems: [problem])))
    #expect(desk.state.note == Note(.error, "REJECTED by the gate, line 3: no such thing; it keeps rev abc"))
    desk.press("j")
    #expect(screen(desk.state)[1] == " ! the gate REJECTED the policy line 3: no such thing; it keeps rev abc")
  }

  @Test func aSilentGateIsNotWaitedForForEver() {
    var desk = edited()
    desk.press("ctrl-s")
    desk.send(.policySaved(.saved))
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 6_000_000)))
    #expect(desk.state.policy.saving == .idle)
    #expect(desk.state.note?.weight == .warning)
  }

  @Test func savingThatFailsKeepsTheEdits() {
    var desk = edited()
    desk.press("ctrl-s")
    desk.send(.policySaved(.failed("no space left on device")))
    #expect(desk.state.note == Note(.error, "not saved: no space left on device; your edits are kept"))
    #expect(desk.state.policy.isDirty)
    #expect(desk.state.policy.saving == .idle)
  }

  @Test func aChangeOfOthersIsTakenSilentlyWithoutEdits() {
    var desk = Desk.ready()
    desk.press("j", "j")
    let before = desk.state.list.cursor
    desk.send(.policyRead(document(Self.denied)))
    #expect(desk.state.list.cursor == before)
    #expect(desk.state.policy.disk == .asBase)
    #expect(desk.state.note?.text.hasSuffix("1 decision changed") == true)
    #expect(desk.state.overlay == nil)
  }

  @Test func editsAreRebasedOnAChangeOfOthers() {
    var desk = edited()
    let theirs = Desk.policyText.replacing(#""time": {"default": "allow"}"#, with: #""time": {"default": "deny"}"#)
    desk.send(.policyRead(document(theirs)))
    #expect(desk.state.policy.disk == .asBase)
    #expect(desk.state.policy.isDirty)
    let both = Self.denied.replacing(#""time": {"default": "allow"}"#, with: #""time": {"default": "deny"}"#)
    #expect(desk.state.policy.draft?.current.text == Array(both.utf8))
  }

  @Test func aConflictIsDecidedByAPerson() {
    let theirs = Desk.policyText.replacing(
      #""git_status": {}"#, with: #""git_status": {"action": "require_approval", "reason": "theirs"}"#)
    var desk = edited()
    desk.send(.policyRead(document(theirs)))
    #expect(desk.state.policy.isContested)
    desk.press("ctrl-s")
    #expect(desk.effects == [])
    #expect(desk.state.note?.weight == .error)

    var mine = desk
    mine.press(":", "keep-mine", "Enter", "y")
    #expect(mine.state.policy.disk == .asBase)
    #expect(mine.state.policy.draft?.base.text == Array(theirs.utf8))

    desk.press(":", "take-theirs", "Enter", "y")
    #expect(desk.state.policy.disk == .asBase)
    #expect(!desk.state.policy.isDirty)
    #expect(desk.state.policy.draft?.current.text == Array(theirs.utf8))
  }

  @Test func aFileThatChangesWhileWeSaveIsRefused() {
    var desk = edited()
    desk.press("ctrl-s")
    let theirs = Desk.policyText.replacing(#""time": {"default": "allow"}"#, with: #""time": {"default": "deny"}"#)
    desk.send(.policySaved(.changedUnderneath(document(theirs))))
    #expect(desk.state.policy.saving == .idle)
    #expect(desk.state.policy.isDirty)
    #expect(desk.state.policy.draft?.base.text == Array(theirs.utf8))
  }

  @Test func aBrokenFileStopsEditingAndNamesItsLine() {
    var desk = Desk.ready()
    desk.read("{\n  \"version\": 1\n}\n")
    desk.press("j", "d")
    #expect(!desk.state.policy.isDirty)
    #expect(desk.state.note?.text.hasPrefix("deny: the policy file is not valid (line 2)") == true)
    #expect(screen(desk.state)[1].hasPrefix(" ! policy.json is NOT VALID, line 2: "))
    desk.press("E")
    #expect(desk.effects == [.openEditor(line: 2)])
    desk.read(Desk.policyText)
    #expect(desk.state.policy.disk == .asBase)
    desk.press("d")
    #expect(desk.state.policy.isDirty)
  }

  @Test(arguments: Starter.allCases)
  func aFirstFileIsWrittenAfterAsking(starter: Starter) {
    var desk = Desk()
    desk.connect()
    desk.send(.policyRead(.absent))
    desk.effects = []
    for _ in 0..<(Starter.allCases.firstIndex(of: starter) ?? 0) { desk.press("j") }
    #expect(desk.state.starter == starter)
    desk.press("Enter", "Enter")
    #expect(desk.effects == [])
    desk.press("y")
    guard case .save(let text, over: nil) = desk.effects.first else {
      Issue.record("\(desk.effects)")
      return
    }
    desk.send(.policySaved(.saved))
    #expect(desk.effects.last == .readPolicy)
    desk.send(.policyRead(document(String(decoding: text, as: UTF8.self))))
    #expect(desk.state.policy.disk == .asBase)
    #expect(!desk.state.isChoosingStarter)
  }

  @Test func theCarefulFileHasRulesForTheKnownTools() {
    var desk = Desk()
    desk.connect()
    desk.send(.policyRead(.absent))
    desk.press("Enter", "y")
    guard case .save(let text, over: nil) = desk.effects.last else {
      Issue.record("\(desk.effects)")
      return
    }
    desk.send(.policySaved(.saved))
    desk.send(.policyRead(document(String(decoding: text, as: UTF8.self))))
    let said = desk.state.catalogue.tools.map { "\($0.info.name) \($0.standing.summary)" }
    #expect(
      said == [
        "git_status allow", "git_log allow", "git_diff allow", "git_commit 30/minute", "git_reset ask",
        "get_current_time allow", "convert_time allow",
      ])
  }

  /// The console shows beforehand what the agent will read; both must be the same words.
  @Test(arguments: [
    #""git_log": {"limits": [{"window": "minute", "max": 1, "scope": "grant"}]}"#,
    #""git_log": {"limits": [{"window": 90, "max": 1, "scope": "grant"}], "reason": "slow down"}"#,
    #""git_log": {"limits": [{"window": "hour", "max": 0, "scope": "grant"}]}"#,
    #""git_log": {"action": "deny", "reason": "not here"}"#, #""other": {}"#,
  ])
  func theDenialIsToldInTheEnginesWords(rule: String) throws {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.read(#"{"version": "1", "default": "deny", "tools": {\#(rule)}}"#)
    desk.press(":", "go git/git_log", "Enter")
    let engine = try #require(desk.state.policy.draft?.engine)
    var counters = Counters()
    let call = Call(server: "git", target: .tool("git_log"), session: "s")
    _ = engine.judge(call, counters: &counters, at: Desk.noon)
    let decision = engine.judge(call, counters: &counters, at: Desk.noon).decision
    let reason = try #require(decision.reason)
    let words = screen(desk.state).map { $0.drop { $0 != "│" }.dropFirst(84) }.joined(separator: " ")
    let told = words.replacing("│", with: "").split(separator: " ").joined(separator: " ")
    #expect(told.contains("[gatehouse] denied: \(reason). Rule \(decision.rule)."), "\(told)")
  }

  @Test func quittingAsksWhileSomethingIsUnsaved() {
    var desk = Desk.ready()
    desk.press("q")
    #expect(desk.effects == [.quit])
    desk = edited()
    desk.press("q", "q", "Enter", "ctrl-c")
    #expect(desk.effects == [])
    desk.press("q", "y")
    #expect(desk.effects == [.quit])
    desk = edited()
    desk.press("q", "s")
    desk.send(.policySaved(.saved))
    #expect(desk.effects.last == .quit)
    desk = edited()
    desk.press("q", "s")
    desk.send(.policySaved(.failed("disk full")))
    #expect(desk.effects.contains(.quit) == false)
  }
}
