package import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  // MARK: Opening

  /// Opens the preview of a rule from the call under the cursor of the stream.
  mutating func openNewRule() -> [ConsoleEffect] {
    guard let serial = live.currentCall, let record = live.ring[serial] else {
      say(.info, "there is no decision under the cursor")
      return []
    }
    live.setFollows(false, height: height(of: .live))
    let ring = live.ring
    let method = ExactText(ring.text(record.method))
    let call = Call(
      server: ExactText(ring.text(record.server)),
      target: Call.Target(method: method, name: ExactText(ring.text(record.tool))),
      grant: ExactText(ring.text(record.grant)), session: ExactText(ring.text(record.session)),
      client: ExactText(ring.text(record.client)))
    let decision = Decision(
      record.verdict, rule: ring.text(record.rule), reason: record.reason == 0 ? nil : ring.text(record.reason),
      isEnforced: record.isEnforced)
    var rule = NewRule(source: .call(serial), call: call, method: method, decision: decision, arguments: .asked)
    let effects = wantFacts(of: serial)
    rule.takeFacts(facts(of: serial), isUp: gate.isUp)
    return effects + open(rule)
  }

  /// Opens the preview of a rule from the request under the cursor of pane 3, or in front of it.
  mutating func openNewRuleFromRequest() -> [ConsoleEffect] {
    guard let row = aimedRow, let request = approvals.shown(in: row) else { return [] }
    return openNewRule(from: request.event, details: approvals.details[request.event.id]?.details)
  }

  /// Opens the preview of a rule from a call that waits for a person; `details` are what that person was shown.
  package mutating func openNewRule(from event: ApprovalEvent, details: ApprovalDetails?) -> [ConsoleEffect] {
    guard let details, details.event.digest == event.digest else {
      say(.info, "the call's arguments have not come yet")
      return []
    }
    let call = Call(
      server: event.server, target: Call.Target(method: event.method, name: event.tool ?? ""), grant: event.grant,
      session: event.session, client: event.client)
    let decision = Decision(.ask, rule: event.rule, reason: event.reason)
    var arguments = NewRule.Arguments.unknown("the call's arguments are too long to be shown whole")
    if !details.isCut {
      let text = details.arguments.isEmpty ? Array("{}".utf8) : details.arguments
      arguments = (try? JSONNode.read(text)).map { .known($0) } ?? .unknown("the call's arguments cannot be read")
    }
    let ticket = ApprovalTicket(id: event.id, digest: event.digest, revision: event.revision)
    var rule = NewRule(
      source: .approval(ticket), call: call, method: event.method, decision: decision, arguments: arguments)
    if details.hasHiddenSecrets { rule.note = NewRule.secretsNote }
    return open(rule)
  }

  private mutating func open(_ rule: NewRule) -> [ConsoleEffect] {
    var rule = rule
    rule.makeBoxes()
    var effects: [ConsoleEffect] = []
    if case .tool(let name) = rule.call.target {
      let tool = ToolName(server: rule.call.server, tool: name)
      if catalogue.index(of: tool) != nil { effects = wantDefinition(of: tool) }
    }
    effects += refresh(&rule)
    overlay = .newRule(rule)
    return effects
  }

  // MARK: What it comes to

  /// Works out what the rule would do, and asks the gate what would come of it.
  mutating func refresh(_ rule: inout NewRule) -> [ConsoleEffect] {
    rule.outcome = outcome(of: rule)
    return wantEffect(of: &rule)
  }

  private func outcome(of rule: NewRule) -> NewRule.Outcome {
    var outcome = NewRule.Outcome()
    if rule.until == .session { return outcome }
    if rule.arguments == .asked {
      outcome.problem = "the gate is being asked what the call was made with"
      return outcome
    }
    guard let draft = policy.draft else {
      outcome.problem = policy.refusal ?? "there is no policy yet"
      return outcome
    }
    let wanted = rule.rule(at: now)
    do throws(PolicyEditError) {
      var trial = draft
      try trial.apply(try wanted.edit(on: draft.current))
      outcome.hunk = DiffLine.unified(draft.current.text, trial.current.text)
      let edit = try wanted.edit(on: draft.base)
      outcome.edit = edit
      // On the disk goes this hunk alone: what else is unsaved stays so.
      var saved = PolicyDraft(base: draft.base)
      if draft.isDirty { try saved.apply(edit) } else { saved = trial }
      outcome.text = saved.current.text
      outcome.problem = obstacle(wanted, rule, saved.engine, &outcome)
      if outcome.problem == nil, draft.isDirty, let problem = obstacle(wanted, rule, trial.engine, &outcome) {
        outcome.problem = "with your unsaved edits, \(problem)"
      }
    } catch {
      outcome.problem = error.message + (error.help.map { ": \($0)" } ?? "")
      outcome.obstacle = RuleAddress(pointer: rule.decision.rule)
    }
    return outcome
  }

  /// Why the very call would not pass.
  private func obstacle(
    _ wanted: CallRule, _ rule: NewRule, _ engine: PolicyEngine, _ outcome: inout NewRule.Outcome
  ) -> String? {
    guard case .known(let arguments) = rule.arguments else { return nil }
    var schema: [UInt8]?
    if case .tool(let name) = rule.call.target {
      schema = definitions[ToolName(server: rule.call.server, tool: name)]?.inputSchema
    }
    let found = wanted.obstacle(in: engine, arguments: arguments, inputSchema: schema, at: now)
    // What is hidden cannot be judged, and may be why.
    guard let found, rule.note != NewRule.secretsNote else { return nil }
    outcome.obstacle = RuleAddress(pointer: found.pointer)
    return found.words
  }

  /// Something that the rule depends on is another now: the file, the edits, what is known of the tool.
  mutating func refreshNewRule() -> [ConsoleEffect] {
    guard case .newRule(var rule) = overlay else { return [] }
    let effects = refresh(&rule)
    overlay = .newRule(rule)
    return effects
  }

  /// What the gate told of a call may be what an open preview waits for.
  mutating func took(_ answer: CallExplanation) -> [ConsoleEffect] {
    guard case .newRule(var rule) = overlay, case .call(let serial) = rule.source, rule.arguments == .asked,
      live.ring[serial]?.sequence == answer.sequence
    else { return [] }
    rule.takeFacts(facts(of: serial), isUp: gate.isUp)
    rule.makeBoxes()
    let effects = refresh(&rule)
    overlay = .newRule(rule)
    return effects
  }

  // MARK: Keys

  mutating func take(_ key: Key, _ rule: NewRule) -> [ConsoleEffect] {
    var rule = rule
    let before = rule
    var refusal: String?
    if rule.field != nil {
      switch key {
      case _ where key.leaves:
        rule.field = nil
        rule.fieldProblem = nil
      case Key(.enter), Key(.tab): if !rule.keepField() { refusal = rule.fieldProblem }
      default:
        if rule.field?.take(key) == true { rule.fieldProblem = nil }
      }
    } else {
      switch key {
      case _ where key.leaves, .character("q"):
        overlay = nil
        if rule.ticket != nil { say(.info, "nothing is written; the call still waits") }
        return []
      case Key(.down), .character("j"), Key(.tab): rule.row = (rule.row + 1) % rule.rows
      case Key(.up), .character("k"), Key(.tab, .shift): rule.row = (rule.row + rule.rows - 1) % rule.rows
      case Key(.home), .character("g"): rule.row = 0
      case Key(.end), .character("G"): rule.row = rule.rows - 1
      case .character(" "), .character("x"): refusal = rule.toggle()
      case Key(.right), .character("l"): refusal = rule.turnOperator(1)
      case Key(.left), .character("h"): refusal = rule.turnOperator(-1)
      case Key(.enter): refusal = rule.openField()
      case .character("u"): rule.turnUntil(1)
      case Key(.pageDown): rule.top = min(rule.top + 5, max(0, rule.outcome.hunk.count))
      case Key(.pageUp): rule.top = max(0, rule.top - 5)
      case .character("e"): return editObstacle(of: rule)
      case .control("s"): return writeRule(rule)
      default:
        refusal = "\(key.name) does nothing here: Space toggles, Left and Right choose how, Enter types, ctrl-s writes"
      }
    }
    if let refusal { say(.info, safe(refusal, limit: 400)) }
    var effects: [ConsoleEffect] = []
    if rule.boxes != before.boxes || rule.until != before.until {
      rule.top = 0
      effects = refresh(&rule)
    }
    overlay = .newRule(rule)
    return effects
  }

  mutating func paste(_ text: String, into rule: NewRule) {
    var rule = rule
    guard rule.field != nil else {
      say(.info, "pasted text goes into text fields only: ignored")
      return
    }
    rule.field?.paste(text)
    rule.fieldProblem = nil
    overlay = .newRule(rule)
  }

  /// Opens the editor of the rule that stands in the way.
  private mutating func editObstacle(of rule: NewRule) -> [ConsoleEffect] {
    guard let address = rule.outcome.obstacle, policy.draft?.current.rule(at: address) != nil else {
      say(.info, "no rule stands in the way")
      return []
    }
    overlay = nil
    return openRuleEditor(at: address)
  }
}

extension NewRule {
  static let secretsNote = "secrets in the arguments are hidden: they are left open"

  /// Takes in what the gate told of the call.
  mutating func takeFacts(_ entry: CallFacts.Entry?, isUp: Bool) {
    switch entry {
    case .known(let facts):
      if let text = facts.arguments, !facts.isCut, let node = try? JSONNode.read(text) {
        arguments = .known(node)
        if facts.hasHiddenSecrets { note = Self.secretsNote }
      } else if facts.arguments == nil, facts.problem == nil {
        arguments = .known(JSONNode(.object([])))
      } else {
        arguments = .unknown(facts.problem ?? "the call's arguments are too long to be shown whole")
      }
    case .missing(let reason): arguments = .unknown(reason)
    case .asked: arguments = .asked
    case nil:
      arguments = .unknown(
        isUp ? "the call was made before this gate began" : "no gate is connected that could tell the arguments")
    }
  }
}
