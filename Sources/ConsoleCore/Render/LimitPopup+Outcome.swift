internal import JSONText
internal import Policy

extension ConsoleState {
  /// What would come of the limits as they are now.
  func outcomeLines(_ editor: LimitEditor, _ columns: Int) -> [Line] {
    let outcome = editor.outcome
    var lines: [Line] = []
    func block(_ label: String, _ text: String, _ role: Role, limit: Int = 4) {
      let wrapped = TerminalText.wrap(text, columns: max(8, columns - 9), options.glyphs, limit: limit)
      for (index, glyphs) in wrapped.enumerated() {
        let lead = index == 0 ? label + String(repeating: " ", count: max(1, 9 - label.utf8.count)) : "         "
        lines.append(Line([TextSpan(lead, .dim)] + Self.spans(glyphs, role)))
      }
    }
    let counted = countWords(editor)
    if !counted.isEmpty { block("now", counted.joined(separator: "; "), .accent) }
    if let effect = outcome.effect { lines += effectLines(effect, editor, columns) }
    block("so", editor.inWords(safe(subject(of: editor), limit: 60)), .text)
    if let overruled = outcome.overruled { block("but", overruled, .decisionLimit) }
    if !outcome.shares.isEmpty {
      let more = outcome.shares.count > 4 ? " and \(Format.count(outcome.shares.count - 4)) more" : ""
      block("shared", "with \(safe(outcome.shares.prefix(4).joined(separator: ", "), limit: 400))\(more)", .text)
    }
    if let told = outcome.told { block("told", safe(told, limit: 600), .text) }
    if outcome.mistake == nil, !editor.targets.isEmpty {
      if outcome.edit == nil {
        block("writes", "nothing: no limit is changed", .dim)
      } else {
        let more = editor.targets.count > 1 ? " of the first of \(Format.count(editor.targets.count))" : ""
        lines.append(Line(TextSpan("writes\(more)", .dim)))
        for diff in outcome.diff.prefix(40) {
          let (mark, role): (String, Role) =
            switch diff.kind {
            case .add: ("+ ", .diffAdd)
            case .delete: ("- ", .diffDelete)
            case .context, .hunk: ("  ", .dim)
            }
          let wrapped = TerminalText.wrap(diff.text, columns: max(1, columns - 2), options.glyphs, limit: 6)
          for (index, glyphs) in wrapped.enumerated() {
            lines.append(Line([TextSpan(index == 0 ? mark : "  ", role)] + Self.spans(glyphs, role)))
          }
        }
      }
    }
    return lines
  }

  private func subject(of editor: LimitEditor) -> String {
    guard editor.targets.count == 1, let target = editor.targets.first else { return "each of them" }
    if let tool = target.tool { return tool.tool.string }
    switch target.address.section {
    case .allTools: return target.address.server.map { "the tools of \($0)" } ?? "all tools"
    case .tools, .resources, .prompts, .serverRequests: return target.address.key.string
    }
  }

  private func effectLines(_ effect: LimitEffect, _ editor: LimitEditor, _ columns: Int) -> [Line] {
    guard let since = effect.since else {
      return [Line(TextSpan("no call was seen yet, so nothing can be told of its effect", .dim))]
    }
    let time = Format.clock(since, secondsFromGMT: options.secondsFromGMT)
    guard effect.calls > 0 else {
      return [Line(TextSpan("no call of it went through since \(time)", .dim))]
        + effect.notes.map { Line(TextSpan("  \($0)", .dim)) }
    }
    let unit = editor.current?.values[.window] ?? ""
    let per = Int(unit) == nil ? unit : "\(unit) s"
    var text =
      "would have stopped \(Format.count(effect.stopped)) of \(Format.count(effect.calls, "call")) since \(time)"
    if effect.stopped > 0, effect.stoppedHere < effect.stopped {
      text += ", \(effect.stoppedHere == 0 ? "none" : Format.count(effect.stoppedHere)) of them by this limit"
    }
    if effect.stopped > 0 {
      let holder =
        switch editor.current?.values[.scope] {
        case "session": Format.count(effect.holders, "session")
        case "server": Format.count(effect.holders, "server")
        case "grant": Format.count(effect.holders, "credential")
        default: ""
        }
      text += holder.isEmpty ? "" : " (\(holder))"
      text += "; it stops none at \(Format.count(effect.peak))/\(per)"
    } else {
      text += "; the most was \(Format.count(effect.peak))/\(per)"
    }
    let role: Role = effect.stopped > 0 ? .decisionLimit : .text
    let wrapped = TerminalText.wrap(text, columns: columns, options.glyphs, limit: 3)
    return wrapped.map { Line(TextSpan(String($0), role)) } + effect.notes.map { Line(TextSpan("  \($0)", .dim)) }
  }

  // MARK: The chart

  /// Bars of the calls in each window, with the limit drawn in.
  func chartLines(_ editor: LimitEditor, _ columns: Int, rows: Int) -> [Line] {
    guard columns >= 30, rows >= 3, let effect = editor.outcome.effect, effect.calls > 0,
      let values = editor.current?.values, let window = values[.window]
    else { return [] }
    let limit = values[.cost]?.isEmpty == false ? nil : values[.most].flatMap { LimitEditor.Field.amount($0)?.ceiling }
    let highest = max(1, effect.bars.max() ?? 0)
    // A limit far above what happens would press the bars flat.
    let top = limit.map { $0 <= highest.multiplied(by: 4) ? max(highest, $0) : highest } ?? highest
    let height = rows - 1
    let label = max(Format.count(top).utf8.count, limit.map { Format.count($0).utf8.count } ?? 0, 3)
    let width = max(1, columns - label - 2)
    // A bar is as wide as there is room for all of them, up to four columns.
    let shown = Array(effect.bars.suffix(width))
    let step = max(1, min(4, width / max(1, shown.count)))
    let whose = values[.scope] == "global" || values[.scope] == "server" ? "" : ", busiest \(values[.scope] ?? "")"
    let per = Int(window) == nil ? window : "\(window) s"
    var lines = [
      Line(
        TextSpan("calls per \(per)\(whose), last \(Format.count(shown.count))", .dim),
        TextSpan(
          limit.map { $0 <= top ? "   ┄ the limit" : "   the limit of \(Format.count($0)) is far above" } ?? "",
          .decisionLimit))
    ]
    let limitRow = limit.flatMap { $0 <= top ? Self.row(of: $0, top, height) : nil }
    for row in stride(from: height - 1, through: 0, by: -1) {
      let number =
        row == limitRow
        ? limit.map { Format.count($0) } ?? "" : row == height - 1 ? Format.count(top) : row == 0 ? "0" : ""
      var spans = [
        TextSpan(
          String(repeating: " ", count: max(0, label - number.utf8.count)) + number,
          row == limitRow ? .decisionLimit : .dim),
        TextSpan("┤", .dim),
      ]
      for bar in shown {
        let glyph = Self.bar(bar, row, top, height)
        let isOver = limit.map { bar > $0 } ?? false
        if let glyph {
          spans.append(TextSpan(String(repeating: glyph, count: step), isOver ? .sparkHigh : .sparkLow))
        } else {
          spans.append(TextSpan(String(repeating: row == limitRow ? "┄" : " ", count: step), .decisionLimit))
        }
      }
      lines.append(Line(spans))
    }
    return lines
  }

  /// The row of a chart that a number ends in, the lowest is 0.
  private static func row(of number: Int, _ top: Int, _ height: Int) -> Int {
    guard number > 0 else { return 0 }
    return min(height - 1, (number.multiplied(by: height) - 1) / max(1, top))
  }

  private static let levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// What a bar shows in a row; nil where it does not reach it.
  private static func bar(_ value: Int, _ row: Int, _ top: Int, _ height: Int) -> String? {
    // In eighths of a row; what is more than nothing is seen.
    let eighths = value == 0 ? 0 : max(1, value.multiplied(by: height * 8) / max(1, top))
    let here = eighths - row * 8
    guard here > 0 else { return nil }
    return levels[min(8, here) - 1]
  }
}

extension LimitEditor {
  /// The limit under the cursor as a sentence.
  package func inWords(_ subject: String) -> String {
    guard let values = current?.values else { return "\(subject) has no limit" }
    let who =
      switch values[.scope] {
      case "grant": "each grant"
      case "session": "each session"
      case "server": targets.count == 1 ? "all callers of the server together" : "all callers of each server together"
      case "global": "everyone together"
      default: "each caller"
      }
    let window = values[.window].map { Int($0) == nil ? $0 : "\($0) seconds" } ?? "window"
    let most = values[.most] ?? ""
    let action = outcome.action
    var text: String
    if action == .deny {
      text = "\(subject) is denied whatever the limit says"
    } else if Field.amount(most) == .zero {
      text =
        values[.cost]?.isEmpty == false
        ? "\(who) may call \(subject) only where it costs nothing"
        : "\(who) may never call \(subject): 0 is the same as deny"
    } else {
      let stretch = values[.align] == "calendar" ? "each \(window) of the clock" : "any \(window)"
      if let cost = values[.cost], !cost.isEmpty {
        text = "\(who) may spend \(values[.most] ?? "what each says now") of \(cost) on \(subject) in \(stretch)"
      } else {
        let times =
          values[.most] == nil
          ? "as often as each says now"
          : most == "1" ? "once" : Int(most).map { "\(Format.count($0)) times" } ?? "\(most) times"
        text = "\(who) may call \(subject) \(times) in \(stretch)"
      }
      text += action == .requireApproval ? ", with a person's approval, then it is denied" : ", then it is denied"
    }
    if let counter = values[.counter], !counter.isEmpty { text += "; counted as \(counter)" }
    if values[.count] == "succeeded" { text += "; what fails is given back" }
    if let expires = values[.expires], !expires.isEmpty { text += "; until \(expires)" }
    return rows.count > 1 ? "\(text); \(rows.count == 2 ? "both" : "all \(rows.count)") limits must let it pass" : text
  }
}

extension Amount {
  /// The value, or the next whole number above it.
  fileprivate var ceiling: Int? {
    if let whole { return whole }
    let text = description
    return text.split(separator: ".").first.flatMap { Int($0) }.map { $0 + 1 }
  }
}

extension Int {
  fileprivate func multiplied(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
