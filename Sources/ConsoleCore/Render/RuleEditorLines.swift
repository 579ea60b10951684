internal import ControlWire
internal import JSONText
internal import Policy

extension RuleEditor {
  /// The keys of the editor, for its own help.
  static let keyLines: [Line] = [
    ("Enter", "edit the cell; on a list open or close it; in a cell keep it"),
    ("Space", "the next word, where a cell has a few"), ("Tab S-Tab", "the next cell, the one before"),
    ("a", "add a condition, an element of the open list, or a sample"), ("n", "add an entry to the list"),
    ("d", "take away the condition, the element, or what is written in the cell"),
    ("D", "take away the whole entry"), ("K J", "move up or down"),
    ("c", "add arguments to try the rule on; paste JSON there"), ("v", "rule in words, samples and JSON"),
    ("E", "the rule's JSON, or a sample, in $EDITOR"), ("u U", "undo and redo in here"),
    ("ctrl-s w", "keep: one unsaved edit of the policy"), ("Esc q", "leave; asks before anything is lost"),
    ("ctrl-t", "in a cell for any value: text, JSON, or what it looks like"),
  ].map { key, words in
    Line(TextSpan(" " + key + String(repeating: " ", count: max(1, 11 - key.utf8.count)), .key), TextSpan(words))
  }
}

extension ConsoleState {
  /// Where the rule stands and how it is.
  func editorFacts(_ editor: RuleEditor) -> Line {
    var spans = [TextSpan(peer: editor.tool == nil ? "" : editor.address.pointer, .dim)]
    if !editor.origin.isEmpty { spans.append(TextSpan((editor.tool == nil ? "" : " · ") + editor.origin, .dim)) }
    if editor.isChanged { spans.append(TextSpan(" · changed", .diffChange)) }
    let errors = editor.errors.count
    if errors > 0 { spans.append(TextSpan(" · \(Format.count(errors, "mistake"))", .inputError)) }
    if let tool = editor.tool, let index = catalogue.index(of: tool), catalogue.tools[index].standing.verdict == .hide {
      spans.append(TextSpan(" · hidden now, so that no call gets here", .decisionHide))
    }
    return Line(spans)
  }

  // MARK: Under the outline

  /// What there is to say of the line under the cursor, or of the cell that is open.
  func detailLines(_ editor: RuleEditor, columns: Int) -> [Line] {
    func wrapped(_ text: String, _ role: Role, limit: Int = 3) -> [Line] {
      TerminalText.wrap(text, columns: max(1, columns), options.glyphs, limit: limit).map {
        Line(Self.spans($0, role))
      }
    }
    switch editor.question {
    case .leave: return wrapped("the rule is changed: y keeps it, n drops it, Esc goes on", .decisionLimit)
    case .overwrite:
      return wrapped(
        "the rule was changed elsewhere while you edited it: y puts yours in its place, n goes on", .decisionLimit)
    case .risk:
      return wrapped("this lets a tool of high risk act unasked: y yes, n no", .decisionLimit)
    case nil: break
    }
    if let field = editor.field {
      if let error = field.error { return wrapped(safe(error, limit: 600), .inputError) }
      return fieldWords(field, editor).map { wrapped($0, .dim, limit: 2) } ?? []
    }
    var lines: [Line] = []
    if let problem = editor.cells(of: editor.currentRow).compactMap({ editor.problem(at: $0) }).first {
      lines += wrapped(
        safe(RuleEditor.words(problem), limit: 600), problem.weight == .error ? .inputError : .decisionLimit)
    }
    return lines + rowLines(editor).flatMap { wrapped($0.text, $0.role, limit: 2) }
  }

  /// What the text in the open cell stands for.
  private func fieldWords(_ field: CellField, _ editor: RuleEditor) -> String? {
    if field.kind == .value, let value = try? field.candidate() {
      return "= \(value.kindInWords) \(safe(TerminalText.cut(value.json, columns: 60)))"
    }
    switch field.cell {
    case .expires, .end: return field.field.scalars.isEmpty ? "as 2026-12-31T00:00:00Z; empty for never" : nil
    case .path(let place):
      guard let path = try? ConditionPath(ExactText(field.choice?.text ?? field.field.text)) else { return nil }
      guard let known = editor.places.place(path) else { return "the tool's schema does not name it" }
      _ = place
      return field.shown.count > 1 ? nil : safe(known.summary, limit: 300)
    case .value(let place), .item(let place, _):
      return editor.argument(place).map { safe($0.summary, limit: 300) }
    case .sample: return "a JSON object; it may be pasted"
    default: return nil
    }
  }

  private func rowLines(_ editor: RuleEditor) -> [(text: String, role: Role)] {
    let row = editor.currentRow
    var lines: [(String, Role)] = []
    switch row {
    case .condition(let place), .item(let place, _):
      if let argument = editor.argument(place) {
        lines.append((safe("\(argument.path.text) · \(argument.summary)", limit: 300), .text))
      } else if let text = editor.condition(place)?["path"]?.string, !text.isEmpty {
        lines.append(("\(safe(text, limit: 80)) · the tool's schema does not name it", .dim))
      }
    case .action where editor.rule["action"]?.string == "deny":
      let hasMore = RuleList.allCases.contains { !editor.entries($0).isEmpty }
      lines.append(
        hasMore
          ? ("deny: every call is denied, whatever the conditions say · Space changes it", .decisionLimit)
          : ("every call is denied", .text))
    case .action: lines.append(("what happens to a call that all conditions let through", .dim))
    case .reason: lines.append(("what the agent is told on a denial, and a person who is asked", .dim))
    case .matchSchema: lines.append(("arguments must satisfy the schema that the server itself declared", .dim))
    case .expires: lines.append(("from then on the rule is as if absent", .dim))
    case .section(let list):
      let effect = list.effect
      lines.append(("each entry: its conditions hold together: \(effect.holds); else: \(effect.fails)", .dim))
    case .approval:
      lines.append(("how many seconds a call waits, a person may decide, an approval is remembered", .dim))
    case .limits: lines.append(("limits have an editor of their own", .dim))
    case .caller: lines.append(("who calls in the samples: call.client, call.grant, call.session", .dim))
    case .sample(let index): return sampleLines(editor, index)
    case .always, .terms: break
    }
    if let place = editor.entryPlace(of: row) { lines.append(effectLine(editor, place)) }
    if case .condition(let place) = row {
      for (index, trial) in editor.trials.enumerated() {
        guard let report = trial.conditions[place] else { continue }
        lines.append(("sample \(index + 1) \(safe(report.inWords, limit: 200))", report.mark.role))
      }
    }
    return lines
  }

  /// What follows where the entry holds, and where it does not.
  private func effectLine(_ editor: RuleEditor, _ place: EntryPlace) -> (String, Role) {
    let effect = place.list.effect
    let entry = editor.compiled(place)
    let told = entry.map { safe($0.text ?? $0.sentence(place.list.kind), limit: 200) }
    let words = told.map { ": \($0)" } ?? ""
    switch place.list {
    case .require: return ("entry \(place.entry + 1) holds: \(effect.holds); else \(effect.fails)\(words)", .text)
    case .denyIf, .approveIf:
      return ("entry \(place.entry + 1) holds: \(effect.holds)\(words); else \(effect.fails)", .text)
    case .allowIf: return ("entry \(place.entry + 1) holds: \(effect.holds); else \(effect.fails)", .text)
    }
  }

  private func sampleLines(_ editor: RuleEditor, _ index: Int) -> [(text: String, role: Role)] {
    guard editor.trials.indices.contains(index) else { return [] }
    let trial = editor.trials[index]
    if let problem = trial.problem { return [(safe(problem), .inputError)] }
    guard let decision = trial.decision else {
      return [("no tool is known that this could call, so the whole policy is not asked", .dim)]
    }
    var lines = [(decisionWords(decision), decision.verdict.role)]
    if let because = trial.because { lines.append(("because " + safe(because, limit: 200), .text)) }
    lines.append(("rule \(safe(decision.rule, limit: 200)) · limits are not counted", .dim))
    return lines
  }

  private func decisionWords(_ decision: Decision) -> String {
    "\(decision.verdict.glyph) \(decision.verdict.rawValue)"
      + (decision.reason.map { ": \(safe($0, limit: 300))" } ?? "")
      + (decision.isEnforced ? "" : " (the policy only observes)")
  }

  // MARK: Beside the outline

  /// The rule in words, what becomes of the samples, and the JSON.
  func panelLines(_ editor: RuleEditor, columns: Int) -> [Line] {
    func block(_ text: String, _ role: Role, indent: Int = 0, limit: Int = 6) -> [Line] {
      TerminalText.wrap(text, columns: max(1, columns - indent), options.glyphs, limit: limit).map {
        Line([TextSpan(String(repeating: " ", count: indent))] + Self.spans($0, role))
      }
    }
    var lines = [Line(TextSpan("In words", .title))]
    for words in ruleWords(editor) { lines += block(words.text, words.role, indent: 1) }
    lines += [Line(), Line(TextSpan("Under test", .title))]
    if editor.trials.isEmpty { lines += block("no samples yet: c adds arguments, typed or pasted", .dim, indent: 1) }
    for (index, trial) in editor.trials.enumerated() {
      let text = editor.samples.texts.indices.contains(index) ? editor.samples.texts[index] : ""
      lines += block(
        "\(index + 1) \(safe(TerminalText.cut(text, columns: max(8, columns - 4)), limit: 400))", .dim, indent: 1,
        limit: 2)
      if let problem = trial.problem {
        lines += block(safe(problem), .inputError, indent: 3)
      } else if let decision = trial.decision {
        lines += block(decisionWords(decision), decision.verdict.role, indent: 3)
        let because = trial.because.map { "\(safe($0, limit: 200)) · " } ?? ""
        lines += block(because + safe(decision.rule, limit: 200), .dim, indent: 3)
      }
    }
    lines += [Line(), Line(TextSpan("JSON", .title))]
    var formatter = JSONFormatter()
    formatter.columns = max(20, columns - 1)
    formatter.longest = 64 << 10
    let text = (try? formatter.formatted(editor.rule.compact)) ?? nil
    guard let text else { return lines + block("it is too long to be shown", .dim, indent: 1) }
    for line in text.split(separator: 0x0A).prefix(2000) {
      let indentation = line.prefix { $0 == 0x20 }.count
      let words = String(decoding: line.dropFirst(indentation), as: UTF8.self)
      lines.append(Line(TextSpan(String(repeating: " ", count: indentation + 1)), TextSpan(peer: words)))
    }
    return lines
  }

  /// The rule as sentences.
  private func ruleWords(_ editor: RuleEditor) -> [(text: String, role: Role)] {
    var words: [(String, Role)] = []
    let action = editor.rule["action"]?.string ?? "allow"
    switch action {
    case "deny": words.append(("✗ every call is denied", .decisionDeny))
    case "require_approval": words.append(("? a person is asked about every call", .decisionAsk))
    default: words.append(("✓ calls go through", .decisionAllow))
    }
    if editor.rule["match_schema"]?.bool == true {
      words.append(("only if the arguments match the tool's schema", .text))
    }
    for list in RuleList.allCases {
      for index in editor.entries(list).indices {
        let place = EntryPlace(list: list, entry: index)
        let entry = editor.compiled(place)
        let what = entry.map { safe($0.inWords, limit: 400) } ?? "(not complete)"
        let end = editor.value(.end(place))?.string.map { " · until \(safe($0, limit: 40))" } ?? ""
        switch list {
        case .require: words.append(("only if \(what)\(end)", .text))
        case .denyIf: words.append(("denied if \(what)\(end)", .decisionDeny))
        case .approveIf: words.append(("a person is asked if \(what)\(end)", .decisionAsk))
        case .allowIf: words.append(("nobody is asked if \(what)\(end)", .decisionAllow))
        }
        if list != .allowIf, let entry, list != .approveIf {
          words.append(("  the agent reads: \(safe(entry.text ?? entry.sentence(list.kind), limit: 300))", .dim))
        }
      }
    }
    let limits = (editor.rule["limits"]?.elements?.count ?? 0) + (editor.rule["rate_limit"] == nil ? 0 : 1)
    if limits > 0 { words.append(("within \(Format.count(limits, "limit"))", .decisionLimit)) }
    if let reason = editor.rule["reason"]?.string { words.append(("reason: \(safe(reason, limit: 300))", .dim)) }
    if let end = editor.rule["expires"]?.string { words.append(("until \(safe(end, limit: 40))", .text)) }
    return words
  }
}
