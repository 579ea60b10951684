internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// Edits that other consoles left behind were found.
  mutating func take(_ found: [LeftEdits]) {
    let found = found.filter { $0.edits.base != $0.edits.mine }
    guard let last = found.max(by: { $0.edits.time < $1.edits.time }) else { return }
    guard !options.isReadOnly else {
      say(.info, "\(words(of: last)) were left; a console that is not read-only offers them")
      return
    }
    left = found.sorted { $0.edits.time > $1.edits.time }
    guard overlay == nil, !policy.isDirty else {
      say(.warning, "\(words(of: last)) were left: \(byWay("6", "left")) lists them")
      return
    }
    openLeft()
    let how = byWay("r restore, d drop, Esc later", "left tells of them, restore takes them in, discard drops them")
    say(.info, "\(words(of: last)) were left: \(how)")
  }

  func words(of left: LeftEdits) -> String {
    let time = Format.clock(left.edits.time, secondsFromGMT: options.secondsFromGMT)
    return "\(Format.count(left.edits.count, "unsaved edit")) of \(time)"
  }

  /// The edits that are spoken of: those under the cursor, else the newest.
  private var offeredLeft: LeftEdits? {
    if focus == .changes, case .left(let edits) = changeRow(changeList.row) { return edits }
    return left.first
  }

  mutating func openLeft() {
    guard let edits = offeredLeft?.edits else { return }
    overlay = .left(LeftView(preview: preview(of: edits)))
  }

  /// What they would change, worked out once and not for every picture.
  private func preview(of edits: UnsavedEdits) -> LeftView.Preview {
    let file: PolicyDocument
    switch policy.disk {
    case .asBase:
      guard let base = policy.draft?.base else { return .noFile }
      file = base
    case .conflict(let theirs, _): file = theirs
    case .reading, .rejected, .absent, .unreadable: return .noFile
    }
    if file == edits.base { return .changes(PolicyChange.between(file, edits.mine)) }
    let theirs = PolicyChange.between(edits.base, file).count
    switch PolicyMerge.merge(base: edits.base, mine: edits.mine, theirs: file) {
    case .conflicts(let conflicts): return .conflicts(conflicts, theirs: theirs)
    case .merged(let text):
      guard text != file.text, let merged = try? PolicyDocument.read(text) else { return .nothing }
      return .merged(PolicyChange.between(file, merged), theirs: theirs)
    }
  }

  /// Takes them in as one step: on the file as it is now, where they fit.
  mutating func restore() -> [ConsoleEffect] {
    guard let found = offeredLeft else { return [] }
    guard !policy.isDirty else {
      say(.info, "save or undo your own edits first")
      return []
    }
    overlay = nil
    left.removeAll { $0 == found }
    let file = policy.draft?.base
    // Where the file is what it was, the history goes on.
    var draft = policy.draft ?? PolicyDraft(base: found.edits.base)
    if file != found.edits.base { draft = PolicyDraft(base: found.edits.base) }
    draft.become(found.edits.mine, title: "restored: \(words(of: found))", at: found.edits.time)
    policy.draft = draft
    switch policy.disk {
    case .asBase:
      if let file { take(.loaded(file)) }
    case .conflict(let theirs, _): take(.loaded(theirs))
    case .reading, .rejected, .absent, .unreadable: refreshPolicy()
    }
    if !policy.isContested {
      say(
        .info,
        policy.isDirty
          ? "\(words(of: found)) are back\(byWay(" · = shows them", ": changes lists them"))"
          : "the file has all of them already")
    }
    return [.adoptEdits(name: found.name)]
  }

  /// Drops them for ever.
  mutating func discard() -> [ConsoleEffect] {
    guard let found = offeredLeft else { return [] }
    overlay = nil
    left.removeAll { $0 == found }
    say(.info, "\(words(of: found)) are dropped")
    return [.dropEdits(name: found.name)]
  }

  mutating func askToDiscard() {
    openLeft()
    if case .left(var view) = overlay {
      view.isDropping = true
      overlay = .left(view)
    }
  }

  mutating func take(_ key: Key, _ left: LeftView) -> [ConsoleEffect] {
    var view = left
    switch key {
    case .character("y") where view.isDropping: return discard()
    case _ where view.isDropping:
      view.isDropping = false
      say(.info, "they are kept")
    case _ where key.leaves:
      overlay = nil
      say(.info, "they are kept: 6 lists them")
      return []
    case .character("r"): return restore()
    case .character("d"), .character("x"):
      view.isDropping = true
      note = nil
    case Key(.down), .character("j"): view.top += 1
    case Key(.up), .character("k"): view.top = max(0, view.top - 1)
    case Key(.pageDown), .character(" "): view.top += 5
    case Key(.pageUp): view.top = max(0, view.top - 5)
    default:
      say(.info, "r restores them, d drops them, Esc leaves them for later")
      return []
    }
    view.top = min(view.top, view.mostTop)
    overlay = .left(view)
    return []
  }
}

extension LeftView {
  /// So far it may be scrolled.
  var mostTop: Int {
    switch preview {
    case .changes(let changes), .merged(let changes, _): max(0, changes.count - 1)
    case .conflicts(let conflicts, _): max(0, conflicts.count - 1)
    case .noFile, .nothing: 0
    }
  }
}
