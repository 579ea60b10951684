import JSONText

/// A policy with unsaved edits: an undo history over a base.
package struct PolicyDraft: Sendable {
  struct Step: Hashable, Sendable {
    var title: String
    var replacements: [Replacement]
    /// When it was made, if that was told.
    var time: Moment?
  }

  /// The policy as it is saved.
  package private(set) var base: PolicyDocument
  /// The policy with all edits.
  package private(set) var current: PolicyDocument
  /// What judges by `current`; made once a change.
  package private(set) var engine: PolicyEngine
  /// What judges by `base`.
  package private(set) var baseEngine: PolicyEngine
  private(set) var steps: [Step] = []
  /// How many of the steps are done; the others can be done again.
  package private(set) var position = 0
  /// Where in the steps `base` is.
  private(set) var savedPosition = 0
  /// Steps that led to `base` and were taken back before others took their place.
  private(set) var lostSteps: [Step] = []

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
  package mutating func apply(_ edit: PolicyEdit, at time: Moment? = nil) throws(PolicyEditError) {
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
      var refusal = PolicyEditError(first?.message ?? "the result would be no policy", help: first?.help)
      refusal.problems = error.problems
      throw refusal
    }
    let before = (document: current, engine: engine)
    if edit.laysOut, !current.text.dropLast().contains(0x0A), let lines = changed.formatted,
      let document = try? PolicyDocument.read(lines)
    {
      return become(document, title: title(edit, before), at: time)
    }
    take(changed)
    add(Step(title: title(edit, before), replacements: replacements, time: time))
  }

  /// Puts another policy in the current one's place as one step; nothing happens where it is the same text.
  package mutating func become(_ document: PolicyDocument, title: String, at time: Moment? = nil) {
    guard document != current else { return }
    let step = Step(title: title, replacements: Replacement.between(current.text, document.text), time: time)
    take(document)
    add(step)
  }

  private mutating func add(_ step: Step) {
    if position < savedPosition {
      lostSteps += steps[position..<savedPosition]
      savedPosition = position
    }
    steps.removeSubrange(position...)
    steps.append(step)
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

  /// Goes to where so many steps are done, in one go.
  ///
  /// - Returns: False where there are not so many, and nothing happens.
  package mutating func go(to wanted: Int) -> Bool {
    guard (0...steps.count).contains(wanted) else { return false }
    var text = current.text
    for index in stride(from: position, to: wanted, by: wanted < position ? -1 : 1) {
      let replacements =
        wanted < position ? Replacement.inverse(steps[index - 1].replacements) : steps[index].replacements
      text = Replacement.apply(replacements, to: text)
    }
    guard text == current.text || accept(text) else { return false }
    position = wanted
    return true
  }

  /// The file is another one now, and nothing was unsaved: it becomes the base, and the history goes on across it.
  package mutating func reloaded(_ document: PolicyDocument, title: String, at time: Moment? = nil) {
    become(document, title: title, at: time)
    saved()
  }

  /// A draft without edits on the same base, with the steps that led to that.
  func cleared() -> PolicyDraft {
    var draft = self
    (draft.current, draft.engine) = (base, baseEngine)
    draft.steps = lostSteps.isEmpty ? Array(steps[..<savedPosition]) : []
    draft.position = draft.steps.count
    draft.savedPosition = draft.position
    draft.lostSteps = []
    return draft
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
    accept(Replacement.apply(replacements, to: current.text))
  }

  private mutating func accept(_ text: [UInt8]) -> Bool {
    // Every text of the history was accepted once.
    guard let document = try? PolicyDocument.read(text) else { return false }
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
    case .layOut: "the usual lines"
    case .setDefault(let server, let setting):
      "default\(server.map { " of \($0)" } ?? ""): \(setting?.rawValue ?? "none")"
    case .change, .hide, .unhide, .setMode, .setDescription, .removeServer:
      Self.title(PolicyChange.between(before.document, before.engine, current, engine))
    }
  }
}

extension PolicyDraft {
  /// The first of some changes, and how many there are beside it.
  static func title(_ changes: [PolicyChange]) -> String {
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

extension PolicyEdit {
  fileprivate var laysOut: Bool {
    switch self {
    case .layOut: true
    case .batch(let edits, _): edits.contains(where: \.laysOut)
    default: false
    }
  }
}
