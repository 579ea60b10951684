internal import History
internal import JSONText
internal import Policy

// MARK: Unsaved edits, tried on every recorded call
extension ConsoleState {
  /// The edits that are to be tried, if they are shown and are other ones than those that were tried last.
  mutating func wantRecordEffect() -> [ConsoleEffect] {
    guard policy.isDirty, let draft = policy.draft else {
      setRecordTrial(nil)
      return []
    }
    // There somebody asks for it.
    if options.isPlain { return [] }
    // The same text is most often in the same place of memory, which is soon compared.
    if let last = recordTrial?.question, last.text == draft.current.text, last.saved == draft.base.text,
      last.period == effectPeriod
    {
      return []
    }
    guard showsRecordEffect else {
      setRecordTrial(nil)
      return []
    }
    return askRecordEffect()
  }

  /// Tries the edits as they are now.
  mutating func askRecordEffect() -> [ConsoleEffect] {
    guard let draft = policy.draft else { return [] }
    let question = EffectQuestion(
      text: draft.current.text, saved: draft.base.text, period: effectPeriod, now: now)
    setRecordTrial(RecordTrial(question: question))
    return [.tryOnRecord(question)]
  }

  /// What it adds to the changes pane, or takes away, leaves the cursor on what it was on.
  private mutating func setRecordTrial(_ trial: RecordTrial?) {
    guard recordTrial != trial else { return }
    let row = changeList.row
    let place = upper == .changes ? changePlace(row) : nil
    recordTrial = trial
    keep(place, at: row)
  }

  /// Looks for it further back, or less far.
  mutating func setEffectPeriod(_ period: EffectPeriod) {
    effectPeriod = period
    let keys = options.keys.key(for: .effectPeriod, in: focus).map { "\($0) changes that, " } ?? ""
    say(.info, "the effect of edits is told for \(period.words)\(byWay(" · \(keys):since 3d takes any", ""))")
  }

  /// A pane that tells of it is on the screen.
  private var showsRecordEffect: Bool {
    layout.places.contains { place in
      switch place.pane {
      case .rule, .changes, .history: true
      case .policy, .approvals, .live, .servers: false
      }
    }
  }

  /// Takes what came of it; nothing where other edits were made since.
  mutating func take(_ answer: EffectAnswer) {
    guard recordTrial?.question == answer.question else { return }
    recordTrial?.standing =
      answer.effect.map { .known($0) } ?? .unknown(answer.problem ?? "the record cannot be read")
  }
}

// MARK: In words
extension ConsoleState {
  /// The effect in one line: `37 allow→deny, 4 ask→allow`; nil without unsaved edits.
  var recordEffectWords: [TextSpan]? {
    guard policy.isDirty, let trial = recordTrial else { return nil }
    switch trial.standing {
    case .asked: return [TextSpan("trying the edits on every call…", .dim)]
    case .unknown(let reason): return [TextSpan(safe(reason, limit: 200), .dim)]
    case .known(let effect):
      guard !effect.changes.isEmpty else {
        return [TextSpan(effect.calls == 0 ? "no call can be told" : "no call is judged otherwise", .text)]
      }
      return effect.changes.enumerated().flatMap { index, change in
        (index == 0 ? [] : [TextSpan(", ", .dim)]) + [TextSpan(Self.words(of: change), change.to.role)]
      }
    }
  }

  /// What it is told of: `1,000,000 recorded calls in the last 7 days`.
  var recordEffectScope: String {
    guard case .known(let effect)? = recordTrial?.standing else { return effectPeriod.words }
    return "\(Format.count(effect.calls, "recorded call")) in \(effectPeriod.words)"
  }

  private static func words(of change: RecordEffect.Change) -> String {
    "\(Format.count(change.calls)) \(change.from.rawValue)→\(change.to.rawValue)"
  }

  /// So many lines at the end of the rule pane are the effect's: always as many while there are unsaved edits.
  func effectFoot(rows: Int) -> Int {
    guard policy.isDirty, !options.isPlain, rows >= 5 else { return 0 }
    return rows >= 10 ? 3 : 1
  }

  /// The end of the rule pane while there are unsaved edits.
  func effectFootLines(rows: Int) -> [Line] {
    let words = recordEffectWords ?? [TextSpan("…", .dim)]
    guard rows > 1 else { return [Line([TextSpan("effect ", .dim)] + words)] }
    var heading = [TextSpan("effect on \(effectPeriod.words)", .dim)]
    if let key = options.keys.key(for: .effectPeriod, in: .rule) {
      heading += [TextSpan(" "), TextSpan(key, .key)]
    }
    var body = [TextSpan(" ")] + words
    if case .known(let effect)? = recordTrial?.standing {
      body.append(TextSpan(" of \(Format.count(effect.calls, "call"))", .dim))
    }
    return [Line(), Line(heading), Line(body)]
  }

  /// The effect in the changes pane, a line for each kind of change; at least one while there are unsaved edits.
  var recordEffectLines: [Line] {
    guard policy.isDirty, let trial = recordTrial else { return [] }
    guard case .known(let effect) = trial.standing else {
      return [Line([TextSpan("  ")] + (recordEffectWords ?? []))]
    }
    var lines = effect.changes.map { change in
      var spans = [TextSpan("  "), TextSpan(Self.words(of: change), change.to.role), TextSpan(": ", .dim)]
      for (index, tool) in change.tools.enumerated() {
        spans += [
          TextSpan(index == 0 ? "" : ", ", .dim), TextSpan(peer: "\(tool.name.server.string)/\(tool.name.tool.string)"),
          TextSpan(" \(Format.count(tool.calls))"),
        ]
      }
      if change.untold > 0 { spans.append(TextSpan(" and \(Format.count(change.untold, "more tool"))", .dim)) }
      return Line(spans)
    }
    if lines.isEmpty { lines = [Line([TextSpan("  ")] + (recordEffectWords ?? []))] }
    if effect.unknown > 0 {
      lines.append(
        Line(
          TextSpan(
            "  \(Format.count(effect.unknown, "call")) cannot be told: rules look at arguments that the record does not have",
            .dim)))
    }
    return lines
  }

  /// The heading above them.
  var recordEffectHeading: String {
    guard case .known(let effect)? = recordTrial?.standing else { return "effect on \(effectPeriod.words)" }
    return
      "effect on \(effectPeriod.words): \(Format.count(effect.changed)) of \(Format.count(effect.calls, "call")) would be judged otherwise"
  }
}
