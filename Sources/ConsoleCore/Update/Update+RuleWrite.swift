internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  // MARK: Writing

  /// Writes the rule alone into the file; a call that waits is approved once the gate has loaded it.
  mutating func writeRule(_ rule: NewRule) -> [ConsoleEffect] {
    guard ruleWrite == nil else { return refuseRule("another rule is being written") }
    if rule.until == .session { return approveForSession(rule) }
    if options.isReadOnly { return refuseRule("this console is read-only") }
    if let refusal = policy.refusal { return refuseRule(refusal) }
    guard policy.disk == .asBase else {
      return refuseRule("the file on the disk is another one; pane 6 says how to decide")
    }
    if rule.ticket != nil, !gate.isUp { return refuseRule("no gate is connected, so nobody could let the call pass") }
    var rule = rule
    // Time has passed since it was worked out.
    _ = refresh(&rule)
    overlay = .newRule(rule)
    if let problem = rule.outcome.problem { return refuseRule(problem) }
    guard let edit = rule.outcome.edit else { return refuseRule("there is nothing to write") }
    ruleWrite = RuleWrite(
      stage: .writing, edit: edit, text: rule.outcome.text, rule: rule.rule(at: now), ticket: rule.ticket)
    policy.saving = .writing
    policy.saveBegan = now
    say(.info, "writing the rule…")
    return [.save(text: rule.outcome.text, over: policy.base)]
  }

  private mutating func refuseRule(_ reason: String) -> [ConsoleEffect] {
    say(.error, "not written: \(safe(reason, limit: 400))")
    return []
  }

  /// No rule: the gate keeps it in mind as long as the session lasts.
  private mutating func approveForSession(_ rule: NewRule) -> [ConsoleEffect] {
    guard let ticket = rule.ticket else { return refuseRule("only a call that waits can be approved for its session") }
    guard gate.isUp else { return refuseRule("no gate is connected") }
    let id = nextRequest()
    ruleWrite = RuleWrite(
      stage: .approving(id: id), asked: now, edit: .batch([], title: ""), text: [], rule: rule.rule(at: now),
      ticket: ticket)
    overlay = .newRule(rule)
    say(.info, "asking the gate…")
    return [.send(approve(ticket, .session, id: id))]
  }

  private func approve(_ ticket: ApprovalTicket, _ scope: ApprovalScope, id: Int) -> ControlRequest {
    .approve(
      approval: ticket.id, digest: ticket.digest, revision: ticket.revision, scope: scope, message: nil, id: id)
  }

  // MARK: The file

  /// Takes the end of a save that was a rule's; nil where it was another.
  mutating func took(ruleSave result: PolicySaveResult) -> [ConsoleEffect]? {
    guard let write = ruleWrite, write.stage == .writing, policy.saving == .writing else { return nil }
    policy.saving = .idle
    switch result {
    case .saved: return wrote(write)
    case .changedUnderneath(let file):
      ruleWrite = nil
      take(file)
      let effects = refreshNewRule()
      say(.error, "not written: policy.json changed on disk meanwhile; look again, then ctrl-s\(stillWaits(write))")
      return effects
    case .failed(let reason):
      ruleWrite = nil
      say(.error, "not written: \(safe(reason))\(stillWaits(write))")
    }
    return []
  }

  private func stillWaits(_ write: RuleWrite) -> String { write.ticket == nil ? "" : "; the call still waits" }

  /// The file has the rule: what else is unsaved stays so, on top of it.
  private mutating func wrote(_ write: RuleWrite) -> [ConsoleEffect] {
    guard let draft = policy.draft, let written = try? PolicyDocument.read(write.text) else { return [.readPolicy] }
    let changes = PolicyChange.between(draft.base, written)
    policy.draft = draft.having(write.edit, written, rule: write.rule, at: now)
    policy.disk = .asBase
    let revision = written.revision
    var effects: [ConsoleEffect] = []
    if gate.isUp {
      if gate.policy?.revision == revision, gate.policy?.state == .loaded {
        ledger.add(revision, changes, isOwn: true, answer: .loaded(microseconds: saveTime), at: now)
        effects = ruleIsInForce(revision, write)
      } else {
        policy.saving = .awaitingGate(revision: revision, since: now)
        ruleWrite?.stage = .awaitingGate(revision: revision)
        ledger.add(revision, changes, isOwn: true, answer: .awaited, at: now)
        say(.info, "the rule is written, rev \(revision); waiting for the gate")
      }
    } else {
      ledger.add(revision, changes, isOwn: true, answer: .noGate, at: now)
      endRule()
      say(.info, "the rule is written, rev \(revision); no gate runs, the next one starts with it")
    }
    refreshPolicy()
    return effects
  }

  // MARK: The gate

  /// The gate said what it makes of a policy.
  mutating func ruleLoaded(_ event: PolicyEvent) -> [ConsoleEffect] {
    guard let write = ruleWrite, case .awaitingGate(let revision) = write.stage else { return [] }
    switch event.state {
    case .loaded where event.revision == revision: return ruleIsInForce(revision, write)
    case .loaded: return []
    case .rejected, .absent:
      ruleWrite = nil
      let first = event.problems.first.map { ", line \($0.place.line): \(safe($0.message))" } ?? ""
      say(.error, "the gate did not take the policy with the rule\(first)\(stillWaits(write))")
      return []
    }
  }

  private mutating func ruleIsInForce(_ revision: String, _ write: RuleWrite) -> [ConsoleEffect] {
    guard let ticket = write.ticket else {
      endRule()
      say(.info, "the rule is in force, rev \(revision)\(hint(.undo, "undo"))")
      return []
    }
    let id = nextRequest()
    ruleWrite?.stage = .approving(id: id)
    ruleWrite?.asked = now
    say(.info, "the rule is in force, rev \(revision); asking the gate to let the call pass")
    return [.send(approve(ticket, .rule, id: id))]
  }

  /// The gate took the approval, or did not; false where it was no answer to one.
  mutating func ruleAnswered(_ id: Int?, refusal: String? = nil) -> Bool {
    guard let write = ruleWrite, case .approving(let asked) = write.stage, id == asked else { return false }
    let isSession = write.text.isEmpty
    if let refusal, isSession {
      ruleWrite = nil
      say(.error, "not approved: \(safe(refusal, limit: 400))")
      return true
    }
    endRule()
    if let refusal {
      // The rule itself lets the call go on as soon as it is loaded, and then there is nothing left to approve.
      say(.info, "the rule is in force; of the call the gate says: \(safe(refusal, limit: 400))")
    } else {
      say(.info, isSession ? "approved for the session" : "the rule is in force and the call is approved")
    }
    return true
  }

  /// The gate has not said anything for too long, or is gone.
  ///
  /// Of a call that it was asked to let pass nobody knows then.
  mutating func giveUpRule(_ why: String) {
    guard let write = ruleWrite, write.stage != .writing else { return }
    ruleWrite = nil
    let isWritten = !write.text.isEmpty
    let isAsked = if case .approving = write.stage { true } else { false }
    say(.error, "\(isWritten ? "the rule is written, but " : "")\(why)\(isAsked ? "" : stillWaits(write))")
  }

  /// It is done: the preview goes, unless something else is open by now.
  private mutating func endRule() {
    ruleWrite = nil
    if case .newRule = overlay { overlay = nil }
  }
}

extension PolicyDraft {
  /// The draft after one edit of it alone was written, which made `document` of its base.
  func having(_ edit: PolicyEdit, _ document: PolicyDocument, rule: CallRule, at time: Moment) -> PolicyDraft {
    var draft = self
    guard isDirty else {
      do throws(PolicyEditError) {
        try draft.apply(edit, at: time)
      } catch {
        draft.become(document, title: "a rule from a call", at: time)
      }
      if draft.current.text != document.text { draft.become(document, title: "a rule from a call", at: time) }
      draft.saved()
      return draft
    }
    // With the rule among the edits nothing of it is in conflict with the file.
    if let own = try? rule.edit(on: current) { try? draft.apply(own, at: time) }
    return (try? draft.rebased(onto: document, keepingMine: true, at: time)) ?? draft
  }
}
