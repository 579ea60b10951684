internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// A longer policy is not sent to be tried.
  private static let longestTrial = 3 << 20
  /// So many of the console's own calls are looked at.
  private static let mostGuessed = 20_000

  /// Asks what would come of a rule for calls that were made; one question at a time.
  mutating func wantEffect(of rule: inout NewRule) -> [ConsoleEffect] {
    guard rule.until != .session, rule.outcome.problem == nil, !rule.outcome.text.isEmpty else {
      rule.effect = .none
      rule.isStale = rule.request != nil
      return []
    }
    guard gate.isUp, rule.outcome.text.count <= Self.longestTrial else {
      rule.effect = .guessed(guess(rule.outcome.text))
      return []
    }
    rule.effect = .asked
    guard rule.request == nil else {
      rule.isStale = true
      return []
    }
    let id = nextRequest()
    rule.request = id
    return [.send(.simulate(policy: rule.outcome.text, id: id))]
  }

  /// Takes what the gate found out; nothing where nobody waits for it any more.
  mutating func took(_ simulation: Simulation, id: Int?) -> [ConsoleEffect] {
    guard case .newRule(var rule) = overlay, let asked = rule.request, id == asked else { return [] }
    rule.request = nil
    var effects: [ConsoleEffect] = []
    if rule.isStale {
      rule.isStale = false
      effects = wantEffect(of: &rule)
    } else {
      rule.effect = .counted(simulation)
    }
    overlay = .newRule(rule)
    return effects
  }

  /// The gate cannot tell; false where that was no answer to such a question.
  mutating func ruleEffectRefused(_ id: Int, _ reason: String) -> Bool {
    guard case .newRule(var rule) = overlay, rule.request == id else { return false }
    rule.request = nil
    rule.isStale = false
    rule.effect = .unknown(reason)
    overlay = .newRule(rule)
    return true
  }

  /// What the console can tell by itself, of calls whose arguments it does not know.
  private func guess(_ text: [UInt8]) -> RuleEffect {
    var effect = RuleEffect()
    guard let draft = policy.draft, let document = try? PolicyDocument.read(text) else { return effect }
    let (before, after) = (draft.baseEngine, PolicyEngine(document))
    var (old, new) = (Counters(), Counters())
    var changes: [[Verdict]: Int] = [:]
    let ring = live.ring
    let first = ring.endSerial - min(UInt64(min(ring.count, Self.mostGuessed)), ring.endSerial)
    for serial in max(first, ring.firstSerial)..<ring.endSerial {
      guard let record = ring[serial], record.kind == .decision, let call = ring.call(record) else { continue }
      var isMissed = false
      func arguments() -> JSONNode? {
        isMissed = true
        return nil
      }
      let was = before.judge(call, counters: &old, at: record.time, arguments: arguments).decision.verdict
      let now = after.judge(call, counters: &new, at: record.time, arguments: arguments).decision.verdict
      if isMissed {
        effect.unknown += 1
      } else {
        effect.calls += 1
        if was != now { changes[[was, now], default: 0] += 1 }
      }
    }
    effect.changes = changes.map { Simulation.Change(from: $0.key[0], to: $0.key[1], calls: $0.value) }
      .sorted { ($1.calls, $0.from.rawValue, $0.to.rawValue) < ($0.calls, $1.from.rawValue, $1.to.rawValue) }
    return effect
  }
}

extension DecisionRing {
  /// The call that a record is about; nil for what no rule was looked at for.
  func call(_ record: Record) -> Call? {
    guard record.kind == .decision, ExactText(text(record.rule)) != ExactText(Decision.malformed) else { return nil }
    let method = ExactText(text(record.method))
    return Call(
      server: ExactText(text(record.server)), target: Call.Target(method: method, name: ExactText(text(record.tool))),
      grant: ExactText(text(record.grant)), session: ExactText(text(record.session)),
      client: ExactText(text(record.client)))
  }
}
