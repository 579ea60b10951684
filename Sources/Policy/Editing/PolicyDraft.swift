import JSONText

/// A policy with unsaved edits: an undo history over a base.
package struct PolicyDraft: Sendable {
  fileprivate struct Step: Hashable, Sendable {
    var edit: PolicyEdit
    var title: String
    var replacements: [Replacement]
  }

  /// The policy as it is saved.
  package private(set) var base: PolicyDocument
  /// The policy with all edits.
  package private(set) var current: PolicyDocument
  /// What judges by `current`; made once a change.
  package private(set) var engine: PolicyEngine
  private var baseEngine: PolicyEngine
  private var steps: [Step] = []
  /// How many of the steps are done; the others can be done again.
  private var position = 0
  /// Where in the steps `base` is.
  private var savedPosition = 0
  /// Steps that led to `base` and were taken back before others took their place.
  private var lostSteps: [Step] = []

  package init(base: PolicyDocument) {
    self.base = base
    current = base
    engine = PolicyEngine(base)
    baseEngine = engine
  }

  /// Whether the current text differs from that of the base.
  package var isDirty: Bool { current != base }

  /// How many steps lie between the base and now.
  package var editCount: Int { isDirty ? lostSteps.count + abs(position - savedPosition) : 0 }

  /// What `undo` and `redo` would take back or do again.
  package var undoTitle: String? { position > 0 ? steps[position - 1].title : nil }
  package var redoTitle: String? { position < steps.count ? steps[position].title : nil }

  /// Makes an edit; only the bytes that must change do.
  ///
  /// An edit that changes nothing leaves no step behind.
  package mutating func apply(_ edit: PolicyEdit) throws(PolicyEditError) {
    var editor = try PolicyEditor(current.text, base: base.content)
    try editor.apply(edit)
    let replacements = editor.replacements
    let text = Replacement.apply(replacements, to: current.text)
    guard text != current.text else { return }
    let changed: PolicyDocument
    do throws(PolicyRejection) {
      changed = try PolicyDocument.read(text)
    } catch {
      let first = error.problems.first { $0.weight == .error }
      throw PolicyEditError(first?.message ?? "the result would be no policy", help: first?.help)
    }
    let before = (document: current, engine: engine)
    take(changed)
    if position < savedPosition {
      lostSteps += steps[position..<savedPosition]
      savedPosition = position
    }
    steps.removeSubrange(position...)
    steps.append(Step(edit: edit, title: title(edit, before), replacements: replacements))
    position += 1
  }

  /// Takes the last step back.
  ///
  /// - Returns: Its title, nil where there is none.
  package mutating func undo() -> String? {
    guard position > 0 else { return nil }
    let step = steps[position - 1]
    guard move(Replacement.inverse(step.replacements)) else { return nil }
    position -= 1
    return step.title
  }

  /// Does again what was taken back last.
  ///
  /// - Returns: Its title, nil where there is none.
  package mutating func redo() -> String? {
    guard position < steps.count else { return nil }
    let step = steps[position]
    guard move(step.replacements) else { return nil }
    position += 1
    return step.title
  }

  /// The current text is in the file now; the history stays.
  package mutating func saved() {
    base = current
    baseEngine = engine
    savedPosition = position
    lostSteps = []
  }

  /// What the edits change, in words.
  package var changes: [PolicyChange] { PolicyChange.between(base, baseEngine, current, engine) }

  /// What the edits change in the text, with three lines around each change.
  package var diff: [DiffLine] { DiffLine.unified(base.text, current.text) }

  // MARK: Details

  private mutating func move(_ replacements: [Replacement]) -> Bool {
    // Every text of the history was accepted once.
    guard let document = try? PolicyDocument.read(Replacement.apply(replacements, to: current.text)) else {
      return false
    }
    take(document)
    return true
  }

  private mutating func take(_ document: PolicyDocument) {
    if document == base {
      (current, engine) = (base, baseEngine)
    } else {
      (current, engine) = (document, PolicyEngine(document))
    }
  }

  private func title(_ edit: PolicyEdit, _ before: (document: PolicyDocument, engine: PolicyEngine)) -> String {
    switch edit {
    case .batch(_, let title): title
    case .setRule(let server, let tool, _):
      PolicyChange(
        subject: (server.map { "\($0)/" } ?? "") + tool.string,
        from: before.engine.standing(inPolicyOf: server, tool).inWords,
        to: engine.standing(inPolicyOf: server, tool).inWords
      ).sentence
    case .setDefault(let server, let setting):
      "default\(server.map { " of \($0)" } ?? ""): \(setting?.rawValue ?? "none")"
    case .change, .hide, .unhide, .setMode, .setDescription, .removeServer:
      Self.title(PolicyChange.between(before.document, before.engine, current, engine))
    }
  }
}

extension PolicyDraft {
  /// The first of some changes, and how many there are beside it.
  fileprivate static func title(_ changes: [PolicyChange]) -> String {
    guard let first = changes.first else { return "the same in other words" }
    return first.sentence + (changes.count > 1 ? " and \(changes.count - 1) more" : "")
  }
}

extension PolicyDraft: Hashable {
  // The engines are made from the documents.
  package static func == (left: PolicyDraft, right: PolicyDraft) -> Bool {
    left.base == right.base && left.current == right.current && left.position == right.position
      && left.savedPosition == right.savedPosition && left.steps == right.steps && left.lostSteps == right.lostSteps
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(base)
    hasher.combine(current)
    hasher.combine(position)
  }
}

// MARK: A file that changed underneath

extension PolicyDraft {
  /// The same edits on another base.
  ///
  /// A place that was changed on both sides, to something else, is a conflict; `keepingMine` lets the edits win.
  package func rebased(onto other: PolicyDocument, keepingMine: Bool = false) throws(PolicyEditError) -> PolicyDraft {
    guard lostSteps.isEmpty, position >= savedPosition else {
      throw PolicyEditError(
        "the edits take back what was saved, and the file has changed since",
        help: "do them again on the changed file, or save over it")
    }
    var draft = PolicyDraft(base: other)
    let edits = steps[savedPosition..<position]
    if !keepingMine {
      for step in edits { try refuseConflicts(step.edit, other) }
    }
    for step in edits { try draft.apply(step.edit) }
    return draft
  }

  private func refuseConflicts(_ edit: PolicyEdit, _ other: PolicyDocument) throws(PolicyEditError) {
    let subject: String
    let states: [PlaceState]
    switch edit {
    case .batch(let edits, _):
      for edit in edits { try refuseConflicts(edit, other) }
      return
    case .setRule(let server, let tool, _):
      subject = (server.map { "\($0)/" } ?? "") + tool.string
      states = [base, other, current].map { PlaceState($0.content, server, tool) }
    case .setDefault(let server, _):
      subject = server.map { "default of \($0)" } ?? "default"
      states = [base, other, current].map { PlaceState($0.content, server) }
    case .change, .hide, .unhide, .setMode, .setDescription, .removeServer: return
    }
    if states[1] != states[0], states[1] != states[2] {
      throw PolicyEditError(
        "`\(subject)` was changed in the file as well", help: "keep one of the two")
    }
  }
}

/// What a policy says in the place that one edit changes.
private struct PlaceState: Hashable {
  var rule: [String] = []
  var isHidden = false
  var fallback: DefaultSetting?

  init(_ content: PolicyContent, _ server: ExactText?, _ tool: ExactText) {
    let key = NamePattern.key(for: tool)
    let level = content.level(server)
    isHidden = [content.top, level].contains { $0?.hide?.contains { $0.text == key } ?? false }
    guard let found = level?.tools?.first(where: { $0.key == key })?.rule else { return }
    rule = [found.action.rawValue, found.reason ?? ""]
    for limit in found.limits {
      rule += [limit.counter?.string ?? "", limit.summary, limit.scope.rawValue]
    }
  }

  init(_ content: PolicyContent, _ server: ExactText?) {
    fallback = content.level(server)?.fallback?.setting
  }
}
