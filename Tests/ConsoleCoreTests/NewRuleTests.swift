import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// A rule from a call: the preview, what is written, and the approval behind it.
struct NewRuleTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// A call that the default denied, with the preview of a rule open and its arguments known.
  private func denied(_ arguments: String = #"{"message":"fix","amend":false}"#) -> Desk {
    var desk = Desk.asking()
    desk.call("git", "git_commit", .deny, reason: "no rule allows this tool")
    desk.press("4", "w")
    desk.explain(arguments)
    return desk
  }

  @Test func aDeniedCallOpensTheNarrowestRule() throws {
    let desk = denied()
    let rule = try #require(desk.newRule)
    #expect(rule.boxes.map(\.label) == ["server", "tool", "agent", "message", "amend", "others"])
    #expect(!rule.boxes.contains { !$0.isChecked })
    #expect(rule.until == .day)
    #expect(rule.outcome.problem == nil)
    let added = rule.outcome.hunk.filter { $0.kind == .add }.map(\.text).joined(separator: "\n")
    #expect(added.contains("git_commit"))
    #expect(added.contains(#""path": "call.client", "op": "eq", "value": "claude""#))
    #expect(added.contains(#""path": "args.amend", "op": "eq", "value": false"#))
    #expect(added.contains("\"expires\""))
    guard case .simulate(let policy, _)? = desk.lastRequest else {
      Issue.record("the gate is not asked for the effect")
      return
    }
    #expect(text(policy).contains("git_commit"))
  }

  @Test func untilTheArgumentsAreThereNothingCanBeWritten() {
    var desk = Desk.asking()
    desk.call("git", "git_commit", .deny)
    desk.press("4", "w")
    #expect(desk.newRule?.arguments == .asked)
    desk.press("ctrl-s")
    #expect(desk.lastSave == nil)
    #expect(desk.state.note?.weight == .error)
  }

  @Test func argumentsThatCannotBeHadAreSaidToBeOpen() throws {
    var desk = Desk.asking()
    desk.call("git", "git_commit", .deny)
    desk.press("4", "w")
    desk.explain(nil, problem: "the gate does not remember the call's arguments any more")
    let rule = try #require(desk.newRule)
    #expect(rule.boxes.map(\.label) == ["server", "tool", "agent"])
    #expect(screen(desk.state).contains { $0.contains("with any arguments") })
  }

  @Test func secretsAreNeverWritten() throws {
    let desk = {
      var desk = Desk.asking()
      desk.call("git", "git_commit", .deny)
      desk.press("4", "w")
      desk.explain(#"{"message":"fix","token":"[hidden]"}"#, hidden: true)
      return desk
    }()
    let rule = try #require(desk.newRule)
    let token = try #require(rule.boxes.first { $0.label == "token" })
    #expect(!token.isChecked && token.fixed != nil)
    #expect(rule.outcome.problem == nil)
    #expect(!rule.outcome.hunk.contains { $0.kind == .add && $0.text.contains("hidden") })
  }

  @Test func widening() throws {
    var desk = denied()
    desk.press("j", "j", "Space")
    #expect(desk.newRule?.boxes[2].isChecked == false)
    #expect(desk.newRule?.outcome.hunk.contains { $0.text.contains("call.client") } == false)
    desk.press("j", "Right")
    #expect(desk.newRule?.boxes[3].op == .startsWith)
    desk.press("Enter", "ctrl-u", "fi", "Enter")
    #expect(desk.newRule?.boxes[3].value.string == "fi")
    #expect(desk.newRule?.outcome.problem == nil)
    desk.press("Enter", "ctrl-u", "other", "Enter")
    #expect(desk.newRule?.outcome.problem?.contains("denies it all the same") == true, "the call itself must pass")
    desk.press("ctrl-s")
    #expect(desk.lastSave == nil)
  }

  @Test func theWindowsOfTime() throws {
    var desk = denied()
    desk.press("u")
    #expect(desk.newRule?.until == .always)
    #expect(desk.newRule?.outcome.hunk.contains { $0.text.contains("expires") } == false)
    desk.press("u")
    #expect(desk.newRule?.until == .day, "a call that waits no more has no session to be approved for")
  }

  @Test func savingWritesThisHunkAloneAndKeepsTheOtherEdits() throws {
    var desk = Desk.asking()
    desk.press(":", "deny git/git_status", "Enter")
    #expect(desk.state.policy.unsaved == 1)
    desk.call("git", "git_commit", .deny)
    desk.press("4", "w")
    desk.explain(#"{"message":"fix"}"#)
    desk.press("ctrl-s")
    let save = try #require(desk.lastSave)
    #expect(save.over == ContentDigest(of: Array(Desk.askingPolicy.utf8)))
    let written = try PolicyDocument.read(save.text)
    #expect(written.rule(at: RuleAddress(server: "git", .tools, "git_commit")) != nil)
    #expect(
      written.rule(at: RuleAddress(server: "git", .tools, "git_status"))?.members?.isEmpty == true,
      "that edit is not saved")
    // Every other byte is as it was.
    let old = Array(Desk.askingPolicy.utf8)
    let start = zip(old, save.text).prefix { $0 == $1 }.count
    let end = zip(old.reversed(), save.text.reversed()).prefix { $0 == $1 }.count
    #expect(start + end >= old.count)
    desk.send(.policySaved(.saved))
    #expect(desk.state.policy.unsaved == 1, "the other edit is still there")
    let draft = try #require(desk.state.policy.draft)
    #expect(draft.base.text == save.text)
    #expect(draft.current.rule(at: RuleAddress(server: "git", .tools, "git_commit")) != nil)
    #expect(draft.current.rule(at: RuleAddress(server: "git", .tools, "git_status"))?["action"]?.string == "deny")
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: written.revision, problems: [])))
    #expect(desk.newRule == nil)
    #expect(desk.state.ruleWrite == nil)
    #expect(desk.state.note?.text.contains("in force") == true)
  }

  // MARK: From an approval

  @Test func anApprovedRuleSparesTheAsking() throws {
    var desk = Desk.asking()
    desk.openNewRule()
    let rule = try #require(desk.newRule)
    #expect(rule.boxes.first?.fixed != nil, "the rule that asks is this server's")
    #expect(rule.outcome.problem == nil)
    desk.press("ctrl-s")
    let save = try #require(desk.lastSave)
    let entry = try PolicyDocument.read(save.text).rule(at: RuleAddress(server: "git", .tools, "git_reset"))?[
      "allow_if"]
    #expect(entry?.elements?.count == 1)
    #expect(desk.effects.contains { if case .send(.approve) = $0 { true } else { false } } == false)
    desk.send(.policySaved(.saved))
    #expect(
      desk.effects.contains { if case .send(.approve) = $0 { true } else { false } } == false, "not before it is loaded"
    )
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: try PolicyDocument.read(save.text).revision, problems: [])))
    guard
      case .approve(let approval, let digest, let revision, let scope, _, let id)? = desk.lastRequest
    else {
      Issue.record("not approved: \(String(describing: desk.lastRequest))")
      return
    }
    #expect((approval, digest, revision, scope) == ("q1-1", "d1", "r1", .rule))
    desk.gate(.done(id: id), sequence: 0)
    #expect(desk.newRule == nil && desk.state.ruleWrite == nil)
  }

  @Test func aFailedWriteLeavesTheCallWaiting() {
    var desk = Desk.asking()
    desk.openNewRule()
    desk.press("ctrl-s")
    desk.send(.policySaved(.failed("the disk is full")))
    #expect(desk.state.note?.text == "not written: the disk is full; the call still waits")
    #expect(desk.newRule != nil && desk.state.ruleWrite == nil)
    #expect(desk.effects.contains { if case .send(.approve) = $0 { true } else { false } } == false)
  }

  @Test func aRejectedPolicyLeavesTheCallWaiting() {
    var desk = Desk.asking()
    desk.openNewRule()
    desk.press("ctrl-s")
    desk.send(.policySaved(.saved))
    desk.gate(.policy(PolicyEvent(state: .rejected, revision: "r1", problems: [])))
    #expect(desk.state.note?.text.contains("the call still waits") == true)
    #expect(desk.effects.contains { if case .send(.approve) = $0 { true } else { false } } == false)
  }

  @Test func aSilentOrLostGateLeavesTheCallWaiting() {
    for isLost in [true, false] {
      var desk = Desk.asking()
      desk.openNewRule()
      desk.press("ctrl-s")
      desk.send(.policySaved(.saved))
      if isLost {
        desk.send(.gateLost(reason: "gone", retryIn: nil))
      } else {
        desk.send(.tick(desk.state.now.advanced(byMicroseconds: 6_000_000)))
      }
      #expect(desk.state.ruleWrite == nil)
      #expect(desk.state.log.contains { $0.note.text.contains("the call still waits") })
    }
  }

  @Test func aGateThatNeverAnswersTheApprovalIsNotWaitedForForEver() throws {
    for isSession in [false, true] {
      var desk = Desk.asking()
      desk.openNewRule()
      if isSession { desk.press("u", "u") }
      desk.press("ctrl-s")
      if !isSession {
        let save = try #require(desk.lastSave)
        desk.send(.policySaved(.saved))
        let revision = try PolicyDocument.read(save.text).revision
        desk.gate(.policy(PolicyEvent(state: .loaded, revision: revision, problems: [])))
      }
      guard case .approve? = desk.lastRequest else {
        Issue.record("not approved")
        return
      }
      desk.send(.tick(desk.state.now.advanced(byMicroseconds: 4_000_000)))
      #expect(desk.state.ruleWrite != nil)
      let next = try #require(desk.state.nextTick)
      #expect(next.microseconds(since: desk.state.now) <= 1_000_000)
      desk.send(.tick(desk.state.now.advanced(byMicroseconds: 2_000_000)))
      #expect(desk.state.ruleWrite == nil)
      let said = "the gate has not said whether it lets the call pass"
      #expect(desk.state.note?.text == (isSession ? said : "the rule is written, but \(said)"))
    }
  }

  @Test func theSessionIsAStandingApprovalAndNoRule() throws {
    var desk = Desk.asking()
    desk.openNewRule()
    desk.press("u", "u")
    #expect(desk.newRule?.until == .session)
    desk.press("ctrl-s")
    #expect(desk.lastSave == nil)
    guard case .approve("q1-1", "d1", "r1", .session, _, let id)? = desk.lastRequest else {
      Issue.record("not approved for the session")
      return
    }
    desk.gate(.refused(message: "it has expired", id: id), sequence: 0)
    #expect(desk.state.note?.text == "not approved: it has expired")
    #expect(desk.newRule != nil)
  }

  @Test func escapeLeavesItWaiting() {
    var desk = Desk.asking()
    desk.openNewRule()
    desk.press("Esc")
    #expect(desk.newRule == nil)
    #expect(desk.effects.contains { if case .send(.approve) = $0 { true } else { false } } == false)
    #expect(desk.lastSave == nil)
  }

  // MARK: What stands in the way

  @Test func aDenyingRuleIsNamedAndCanBeEdited() {
    var desk = Desk.asking()
    desk.call("git", "git_log", .deny, rule: "/servers/git/tools/git_log")
    desk.press("4", "w")
    desk.explain("{}")
    #expect(desk.newRule?.outcome.problem?.contains("`/servers/git/tools/git_log` denies it") == true)
    desk.press("e")
    if case .rule(let editor) = desk.state.overlay {
      #expect(editor.address == RuleAddress(server: "git", .tools, "git_log"))
    } else {
      Issue.record("the rule that denies is not opened")
    }
  }

  @Test func aReadOnlyConsoleMakesNone() {
    var options = Desk.options
    options.isReadOnly = true
    var desk = Desk(columns: 100, rows: 36, options: options)
    desk.read(Desk.askingPolicy)
    desk.connect()
    desk.call("git", "git_commit", .deny)
    desk.press("4", "w")
    #expect(desk.newRule == nil)
    #expect(desk.state.note?.text == "rule-from-call: this console is read-only")
  }

  @Test func aFileThatChangedUnderneathIsLookedAtAgain() throws {
    var desk = Desk.asking()
    desk.openNewRule()
    desk.press("ctrl-s")
    let other = Desk.askingPolicy.replacing("\"git_log\": {\"action\": \"deny\"}", with: "\"git_log\": {}")
    desk.send(.policySaved(.changedUnderneath(.loaded(try PolicyDocument.read(Array(other.utf8))))))
    #expect(desk.newRule?.outcome.problem == nil)
    desk.press("ctrl-s")
    let save = try #require(desk.lastSave)
    #expect(save.over == ContentDigest(of: Array(other.utf8)))
    #expect(text(save.text).contains("\"git_log\": {}"))
  }

  @Test func theEffectIsAskedOncePerChangeAndOneAtATime() {
    var desk = denied()
    desk.press("Space", "Space", "Space")
    let asked = desk.effects.filter { if case .send(.simulate) = $0 { true } else { false } }
    #expect(asked.count == 1)
    guard case .simulate(_, let id)? = desk.lastRequest else {
      Issue.record("not asked")
      return
    }
    desk.gate(.simulated(Simulation(revision: "x", calls: 9), id: id), sequence: 0)
    #expect(desk.newRule?.effect == .asked, "that was the effect of something else")
    guard case .simulate(_, let next)? = desk.lastRequest else { return }
    #expect(next != id)
    desk.gate(
      .simulated(
        Simulation(
          revision: "x", calls: 9, unknown: 2, changes: [Simulation.Change(from: .deny, to: .allow, calls: 3)],
          pending: [Simulation.Change(from: .ask, to: .allow, calls: 1)]), id: next), sequence: 0)
    let shown = screen(desk.state).joined(separator: "\n")
    #expect(shown.contains("effect on the last 9 calls: 3 change (3 deny→allow)"))
    #expect(shown.contains("of 2 the arguments are not known"))
    #expect(shown.contains("of 1 call that wait, 1 would pass"))
  }
}
