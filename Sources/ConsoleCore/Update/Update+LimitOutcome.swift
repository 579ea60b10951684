internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  /// Works out what would come of the limits in the editor: once a change, not once a frame.
  func refresh(_ editor: inout LimitEditor) {
    var outcome = LimitOutcome()
    outcome.action = editor.wantedAction
    defer { editor.outcome = outcome }
    guard var draft = policy.draft else { return }
    if let stale = staleWords(editor) {
      outcome.mistake = LimitOutcome.Mistake(text: stale)
      return
    }
    if let mistake = editor.emptyNumber {
      outcome.mistake = mistake
      return
    }
    let first = editor.targets.first
    let before = first.flatMap { draft.current.limits(at: $0.address)?.text } ?? []
    let edits = limitEdits(editor)
    if !edits.isEmpty {
      let edit = PolicyEdit.batch(edits, title: limitTitle(editor))
      do throws(PolicyEditError) {
        try draft.apply(edit)
        outcome.edit = edit
      } catch {
        outcome.mistake = editor.mistake(error)
        return
      }
    }
    guard let first else { return }
    let after = draft.current.limits(at: first.address)
    outcome.diff = DiffLine.unified(Self.ruleText(first, before), Self.ruleText(first, after?.text ?? []), context: 1)
      .filter { $0.kind != .hunk }
    let place = editor.rows.prefix(editor.row).count {
      $0.origins.first.map { $0 != nil } ?? false || editor.isWritten($0, for: 0)
    }
    outcome.told = told(editor, after, place)
    outcome.shares = sharingLimits(editor, draft.current)
    outcome.overruled = overrulingWords(editor, draft.engine)
    outcome.effect = limitEffect(editor, draft.engine, ownPointers(editor, draft.current))
  }

  /// The rule as it stands behind its key, its lines as far left as they go.
  private static func ruleText(_ target: LimitEditor.Target, _ text: [UInt8]) -> [UInt8] {
    guard !text.isEmpty else { return [] }
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    let depth = lines.dropFirst().map { line in line.prefix { $0 == 0x20 || $0 == 0x09 }.count }.min() ?? 0
    let bare = lines.enumerated().map { index, line in index == 0 ? line : line.dropFirst(depth) }
    var key: [UInt8] = []
    JSONWriter.append(target.address.section == .allTools ? "all_tools" : target.address.key.string, to: &key)
    return key + [0x3A, 0x20] + Array(bare.joined(separator: [0x0A])) + [0x0A]
  }

  /// The rules were changed by somebody else while the editor was open.
  private func staleWords(_ editor: LimitEditor) -> String? {
    guard let document = policy.draft?.current, document.revision != editor.revision else { return nil }
    var rules = WrittenRules(document)
    for target in editor.targets {
      let written = rules.limits(at: target.address)
      let isSame = target.isNew ? written == nil : written?.limits == target.limits
      guard !isSame else { continue }
      return "\(safe(target.address.pointer)) was changed meanwhile: Esc, then open it again"
    }
    return nil
  }

  // MARK: The edit

  /// The edits that write what was changed, and nothing else.
  private func limitEdits(_ editor: LimitEditor) -> [PolicyEdit] {
    var edits: [PolicyEdit] = []
    for index in editor.targets.indices {
      let target = editor.targets[index]
      let changes = limitChanges(editor, index)
      let action = editor.wantedAction(index)
      let isOther = editor.action != nil && action != target.action
      guard !changes.isEmpty || isOther else { continue }
      if target.isHidden, let tool = target.tool, action != .deny {
        let key = NamePattern.key(for: tool.tool)
        edits += [.unhide(server: tool.server, pattern: key), .unhide(server: nil, pattern: key)]
      }
      if let copied = target.copied, target.isNew { edits.append(.change(target.address, .copy(copied))) }
      // A rule that is made anew allows; one that is there, or is a copy, does what it says.
      let present = target.isNew && target.copied == nil ? .allow : target.action
      if action != present { edits.append(.change(target.address, .action(action))) }
      edits += changes.map { .change(target.address, $0) }
    }
    return edits
  }

  private func limitChanges(_ editor: LimitEditor, _ index: Int) -> [RuleChange] {
    let target = editor.targets[index]
    var changes: [RuleChange] = []
    /// The limits as they come to stand: by their place in the rule, nil for one that is new.
    var order: [Int] = []
    var added = 0
    for row in editor.rows where row.origins.indices.contains(index) {
      if let origin = row.origins[index] {
        order.append(origin)
        let old = target.limits.indices.contains(origin) ? target.limits[origin] : nil
        if !row.changed.isEmpty, let terms = row.values.terms(over: old, changed: row.changed, at: now) {
          changes.append(.changeLimit(origin, terms))
        }
      } else if editor.isWritten(row, for: index),
        let terms = row.values.terms(over: nil, changed: [], at: now)
      {
        order.append(target.limits.count + added)
        added += 1
        changes.append(.addLimit(terms))
      }
    }
    // Where several rules are changed, limits that one of them does not have are no gaps.
    let gone = target.limits.indices.filter { !order.contains($0) }
    changes += gone.reversed().map { .removeLimit($0) }
    // What stays now stands in the order of its numbers.
    var standing = order.sorted()
    for (place, number) in order.enumerated() {
      guard let from = standing.firstIndex(of: number), from != place else { continue }
      standing.remove(at: from)
      standing.insert(number, at: place)
      changes.append(.moveLimit(from, to: place))
    }
    return changes
  }

  func limitTitle(_ editor: LimitEditor) -> String {
    let limits = editor.rows.map { row -> String in
      let scope = row.values[.scope] ?? "mixed"
      return row.values.rate + (scope == "grant" ? "" : " for each \(scope)")
    }
    let subject: String
    if editor.targets.count > 1 {
      subject = Format.count(editor.targets.count, "tool")
    } else if let tool = editor.targets.first?.tool {
      subject = "\(safe(tool.server.string))/\(safe(tool.tool.string))"
    } else {
      subject = safe(editor.targets.first?.address.pointer ?? "")
    }
    let said = limits.prefix(3).joined(separator: ", ") + (limits.count > 3 ? ", ..." : "")
    return "\(subject): \(limits.isEmpty ? "no limit" : safe(said))"
  }

  // MARK: Keeping

  /// Makes the edit and closes the editor, unless something is wrong.
  mutating func keep(_ editor: LimitEditor) -> [ConsoleEffect] {
    var editor = editor
    refresh(&editor)
    overlay = .limit(editor)
    if let mistake = editor.outcome.mistake {
      say(.error, "not kept: \(safe(mistake.text, limit: 600))")
      return []
    }
    if let refusal = policy.refusal {
      say(.error, safe(refusal))
      return []
    }
    guard let edit = editor.outcome.edit else {
      overlay = nil
      say(.info, "no limit is changed")
      return []
    }
    overlay = nil
    remember(editor)
    let said = limitTitle(editor)
    let risky = acceptsRisk ? [] : riskyTools(editor)
    guard let first = risky.first else {
      list.rangeStart = nil
      apply(edit, said: said)
      warnOfOverruling(editor)
      return []
    }
    let more = risky.count > 1 ? " and \(Format.count(risky.count - 1)) more" : ""
    overlay = .confirm(
      Confirmation(
        question: .edit(edit, said: said, isRisky: true),
        lines: [
          said,
          "\(Format.count(risky.count)) of high risk, denied now, will act within the limit unasked: "
            + "\(safe(first.tool.string, limit: 40))\(more)",
        ]))
    return []
  }

  /// Tools of high risk that are denied now and would not be any more.
  private func riskyTools(_ editor: LimitEditor) -> [ToolName] {
    editor.targets.indices.compactMap { index in
      guard let name = editor.targets[index].tool, let tool = catalogue.index(of: name) else { return nil }
      let entry = catalogue.tools[tool]
      let isDenied = entry.standing.verdict == .deny || entry.standing.verdict == .hide
      guard isDenied, editor.wantedAction(index) == .allow, !editor.rows.isEmpty,
        entry.info.assessment.severity >= .high || entry.info.assessment.category >= .destructive
      else { return nil }
      return name
    }
  }

  private mutating func remember(_ editor: LimitEditor) {
    guard let values = editor.current?.values, let most = values[.most].flatMap({ Int($0) }),
      let window = values[.window], let scope = values[.scope]
    else { return }
    lastLimit = LimitSetting(most: most, window: window, scope: scope)
  }

  private mutating func warnOfOverruling(_ editor: LimitEditor) {
    guard let words = editor.outcome.overruled, note?.weight == .info else { return }
    say(.warning, words)
  }

  /// Why the limits would decide nothing; nil where they do.
  private func overrulingWords(_ editor: LimitEditor, _ engine: PolicyEngine) -> String? {
    guard !editor.rows.isEmpty else { return nil }
    for index in editor.targets.indices.prefix(100) {
      guard let name = editor.targets[index].tool, editor.wantedAction(index) != .deny else { continue }
      let standing = engine.standing(server: name.server, tool: name.tool, at: now)
      let rule = editor.targets[index].address.pointer
      if ExactText(standing.rule) == ExactText(rule) { continue }
      return "\(safe(name.tool.string)): still \(safe(standing.summary)), because of \(safe(standing.sourceInWords))"
    }
    return nil
  }

  // MARK: Words

  private func told(_ editor: LimitEditor, _ written: WrittenLimits?, _ place: Int) -> String? {
    guard let written, written.denials.indices.contains(place), editor.current != nil else { return nil }
    let isNothing = editor.current?.values[.most].flatMap { LimitEditor.Field.amount($0) } == .zero
    return "[gatehouse] denied: \(written.denials[place]). Rule \(written.pointers[place])."
      + (isNothing ? "" : " Retry after N s.")
  }

  /// Where the limit under the cursor stands in the rules, as they would be.
  private func ownPointers(_ editor: LimitEditor, _ document: PolicyDocument) -> Set<ExactText> {
    guard let current = editor.current else { return [] }
    var rules = WrittenRules(document)
    var pointers: Set<ExactText> = []
    for index in editor.targets.indices {
      func stands(_ row: LimitEditor.Row) -> Bool { row.origins[index] != nil || editor.isWritten(row, for: index) }
      guard stands(current), let written = rules.limits(at: editor.targets[index].address) else { continue }
      let place = editor.rows.prefix(editor.row).count(where: stands)
      if written.pointers.indices.contains(place) { pointers.insert(ExactText(written.pointers[place])) }
    }
    return pointers
  }

  /// The pointers of other limits that use the count of the one under the cursor.
  private func sharingLimits(_ editor: LimitEditor, _ document: PolicyDocument) -> [String] {
    guard let values = editor.current?.values, let counter = values[.counter], !counter.isEmpty,
      let window = values[.window], let scope = values[.scope]
    else { return [] }
    let own = Set(editor.targets.map { ExactText($0.address.pointer) })
    return document.namedLimits.filter { limit in
      limit.counter == ExactText(counter) && String(limit.windowSeconds) == LimitEditor.Field.seconds(window)
        && limit.scope.rawValue == scope
        && !own.contains(LimitEffect.rule(of: limit.pointer))
    }.map(\.pointer)
  }
}

extension LimitEditor {
  /// A number that was taken out and not yet put in.
  var emptyNumber: LimitOutcome.Mistake? {
    for (index, row) in rows.enumerated() {
      if row.values[.most]?.isEmpty == true {
        return LimitOutcome.Mistake(row: index, field: .most, text: "how many calls? type a number, 0 for none")
      }
    }
    return nil
  }

  /// Where in the editor the engine's error belongs.
  func mistake(_ error: PolicyEditError) -> LimitOutcome.Mistake {
    let text = error.message + (error.help.map { ": \($0)" } ?? "")
    let first = error.problems.first { $0.weight == .error }
    guard let first else { return LimitOutcome.Mistake(text: text) }
    for target in targets {
      let rule = "\(target.address.pointer)/limits/"
      guard first.pointer.utf8.starts(with: rule.utf8) else { continue }
      let steps = first.pointer.dropFirst(rule.count).split(separator: "/")
      let row = steps.first.flatMap { Int($0) }
      let field = steps.dropFirst().first.flatMap { step in Field.members.first { $0.key == step } }
      return LimitOutcome.Mistake(row: row, field: field, text: text)
    }
    return LimitOutcome.Mistake(text: text)
  }
}
