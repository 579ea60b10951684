internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  /// Everything that is known about one decision.
  func decisionLines(_ serial: UInt64, columns: Int) -> [Line] {
    guard let record = live.ring[serial], record.kind == .decision else {
      return [Line(TextSpan("this decision is no longer kept", .dim))]
    }
    let ring = live.ring
    var facts: [(String, TextSpan)] = [
      ("time", TextSpan(Format.clock(record.time, secondsFromGMT: options.secondsFromGMT, milliseconds: true))),
      (
        "decision",
        TextSpan(
          verdictWords(record) + (record.isEnforced ? "" : " would be; the policy only observes"), record.verdict.role)
      ),
      ("rule", TextSpan(peer: ring.text(record.rule))),
    ]
    if record.reason != 0 { facts.append(("reason", TextSpan(peer: ring.text(record.reason)))) }
    if record.retryAfter > 0 { facts.append(("fits in", TextSpan(Format.span(microseconds: record.retryAfter)))) }
    facts += [
      ("server", TextSpan(peer: ring.text(record.server))), ("tool", TextSpan(peer: ring.text(record.tool))),
      ("method", TextSpan(peer: ring.text(record.method))), ("client", TextSpan(peer: ring.text(record.client))),
      ("session", TextSpan(peer: ring.text(record.session))),
    ]
    if let severity = record.severity, let category = record.category {
      facts.append(("risk", TextSpan("\(category.rawValue) · \(severity.rawValue)", severity.role)))
    }
    facts.append(("judged in", TextSpan(Format.span(microseconds: record.took))))
    let result = resultWords(record)
    if record.outcome != nil { facts.append(("outcome", TextSpan(result.text, result.role))) }
    if record.outcome == nil, record.verdict == .allow { facts.append(("outcome", TextSpan("not answered yet", .dim))) }
    if record.digest > 0 {
      let digits = String(record.digest & (1 << 48 - 1), radix: 16)
      facts.append(
        ("arguments", TextSpan("digest \(String(repeating: "0", count: max(0, 12 - digits.count)))\(digits)")))
    }
    if record.revision != 0 { facts.append(("policy", TextSpan(peer: "rev " + ring.text(record.revision)))) }
    facts.append(("event", TextSpan("number \(record.sequence)", .dim)))
    let lines = facts.flatMap { label, value -> [Line] in
      let text = value.isPeer ? safe(value.text, limit: 600) : value.text
      let wrapped = TerminalText.wrap(text, columns: max(8, columns - 10), options.glyphs, limit: 8)
      return wrapped.enumerated().map { index, glyphs in
        let name =
          index == 0
          ? label + String(repeating: " ", count: max(1, 10 - label.utf8.count)) : String(repeating: " ", count: 10)
        return Line(TextSpan(name, .dim), TextSpan(String(glyphs), value.role))
      }
    }
    return lines + factLines(serial, columns: columns)
  }

  // MARK: What the gate told of it

  /// The call's arguments, and how the policy judges it, step by step.
  private func factLines(_ serial: UInt64, columns: Int) -> [Line] {
    switch self.facts(of: serial) {
    case nil:
      return [
        Line(),
        Line(
          TextSpan(
            gate.isUp ? "the gate that runs now does not know this call" : "no gate is connected that could tell more",
            .dim)),
      ]
    case .asked: return [Line(), Line(TextSpan("asking the gate for arguments and trace…", .dim))]
    case .missing(let reason):
      return paragraph("the gate does not tell more: \(safe(reason, limit: 400))", columns, .dim)
    case .known(let facts):
      return argumentLines(facts, columns) + metaLines(facts, columns) + traceLines(facts, columns)
    }
  }

  private func paragraph(_ text: String, _ columns: Int, _ role: Role, indent: Int = 0) -> [Line] {
    let blank = String(repeating: " ", count: indent)
    return TerminalText.wrap(text, columns: max(8, columns - indent), options.glyphs, limit: 8)
      .map { Line(TextSpan(blank), TextSpan(String($0), role)) }
  }

  /// Lines of arguments are not told beyond so many.
  static let mostArgumentLines = 2_000

  private func argumentLines(_ facts: CallExplanation, _ columns: Int) -> [Line] {
    var lines = [Line()]
    guard let arguments = facts.arguments else {
      if let problem = facts.problem { return lines + paragraph(safe(problem), columns, .dim) }
      return lines + [Line(TextSpan("arguments ", .title), TextSpan("none", .dim))]
    }
    var title = [TextSpan("arguments ", .title), TextSpan(Format.count(facts.argumentsBytes, "byte"), .dim)]
    if facts.isCut {
      title.append(
        TextSpan(" · +\(Format.count(max(0, facts.argumentsBytes - arguments.count))) B not shown", .attention))
    }
    if facts.hasHiddenSecrets { title.append(TextSpan(" · secrets hidden", .attention)) }
    lines.append(Line(title))
    return lines + laidOut(arguments, isWhole: !facts.isCut, columns)
  }

  /// What the call says of itself, which no rule looks at.
  private func metaLines(_ facts: CallExplanation, _ columns: Int) -> [Line] {
    guard let meta = facts.meta else { return [] }
    let hidden = facts.hasHiddenSecrets && facts.arguments == nil ? " · secrets hidden" : ""
    return [
      Line(),
      Line(TextSpan("_meta ", .title), TextSpan("no rule looks at it", .dim), TextSpan(hidden, .attention)),
    ]
      + laidOut(meta, isWhole: true, columns)
  }

  /// JSON as its formatter would lay it out, what cannot be seen as tokens; up to a number of lines.
  func laidOut(_ json: [UInt8], isWhole: Bool, _ columns: Int) -> [Line] {
    var formatter = JSONFormatter()
    formatter.columns = max(20, columns - 4)
    formatter.longest = 1 << 20
    let laidOut = isWhole ? (try? formatter.formatted(json)) ?? nil : nil
    let text = String(decoding: laidOut ?? json, as: UTF8.self)
    var shown = TerminalText.wrap(text, columns: max(8, columns - 2), options.glyphs, limit: Self.mostArgumentLines)
    if shown.last?.isEmpty == true { shown.removeLast() }
    return shown.map { glyphs in
      // Blanks at the beginning of a line are the formatter's, and tokens are drawn as what they are.
      Line(TextSpan("  "), TextSpan(String(glyphs), glyphs.contains(where: \.isToken) ? .attention : .text))
    }
  }

  private func traceLines(_ facts: CallExplanation, _ columns: Int) -> [Line] {
    guard let explanation = facts.explanation else { return [] }
    let revision = facts.revision.map { "rev \($0)" } ?? "no policy"
    var title = [TextSpan("trace ", .title), TextSpan("as judged now by \(safe(revision))", .dim)]
    if facts.isOfAnotherPolicy {
      title.append(TextSpan(", then by \(safe(facts.revisionThen.map { "rev \($0)" } ?? "no policy"))", .attention))
    }
    var lines = [Line(), Line(title)]
    let places = policy.draft.flatMap { $0.base.revision == facts.revision ? PolicyPlaces($0.base) : nil }
    for step in explanation.steps {
      let line = places?.line(of: step.rule).map { " line \($0)" } ?? ""
      let rule = step.rule.isEmpty ? "" : " \(safe(step.rule))\(line)"
      lines.append(
        Line(
          TextSpan("  \(step.outcome.word)", step.outcome.role), TextSpan(" \(step.subject.rawValue)", .text),
          TextSpan(rule, .dim)))
      lines += paragraph(safe(step.text, limit: 400), columns, .dim, indent: 10)
      for condition in step.conditions.prefix(100) {
        lines += paragraph(
          "\(condition.mark.glyph) \(safe("\(condition.path) \(condition.op) \(condition.value)", limit: 400)) \(condition.outcome.rawValue)"
            + (condition.found.map { ", found \(safe($0, limit: 400))" } ?? ""), columns, condition.mark.role,
          indent: 10)
      }
    }
    let decision = explanation.decision
    lines.append(
      Line(
        TextSpan("  so now  ", .dim),
        TextSpan("\(decision.verdict.glyph) \(decision.verdict.rawValue)", decision.verdict.role),
        TextSpan(" by ", .dim), TextSpan(peer: decision.rule, .dim)))
    return lines
  }
}

extension Explanation.Step.Outcome {
  /// Of one width.
  fileprivate var word: String { rawValue + String(repeating: " ", count: max(0, 7 - rawValue.utf8.count)) }

  fileprivate var role: Role {
    switch self {
    case .passes, .spares: .decisionAllow
    case .skipped: .dim
    case .denies: .decisionDeny
    case .asks: .decisionAsk
    }
  }
}
