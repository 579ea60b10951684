internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// The file is another one, and the edits do not fit on it: from now on a person must choose.
  mutating func setConflict(with theirs: PolicyDocument, _ error: PolicyEditError) {
    guard let draft = policy.draft else { return }
    let isNew = policy.disk != .conflict(theirs: theirs, reason: error.message)
    policy.disk = .conflict(theirs: theirs, reason: error.message)
    policy.conflicts = error.conflicts
    if isNew { policy.theirs = PolicyChange.between(draft.base, theirs) }
    if case .merge(let before) = overlay {
      var view = MergeView(policy.conflicts)
      view.choices = before.choices.filter { choice in policy.conflicts.contains { $0.pointer == choice.key } }
      show(view)
    }
    if isNew {
      let how = byWay("6 lists the conflicts, m merges", "merge lists the conflicts")
      say(.error, "policy.json changed on disk and your edits do not fit; \(how)")
    }
  }

  /// After an edit, the conflict may be gone by itself.
  mutating func settleConflict() {
    guard case .conflict(let theirs, _) = policy.disk, let draft = policy.draft else {
      policy.conflicts = []
      policy.theirs = []
      if case .merge = overlay { overlay = nil }
      return
    }
    do throws(PolicyEditError) {
      policy.draft = try draft.rebased(onto: theirs, at: now)
      policy.disk = .asBase
      ledger.add(theirs.revision, policy.theirs, isOwn: false, answer: nil, at: now)
      settleConflict()
      say(.info, "the conflict is gone: your edits are on top of what is on the disk")
    } catch {
      setConflict(with: theirs, error)
    }
  }

  /// How many changes stand against how many, in a few words.
  var conflictCounts: String {
    "theirs \(Format.count(policy.theirs.count)), yours \(Format.count(policy.unsaved)), "
      + "conflicts \(Format.count(policy.conflicts.count))"
  }

  // MARK: The popup

  /// How to go on, said for a screen or for lines of text.
  func byWay(_ screen: String, _ plain: String) -> String { options.isPlain ? plain : screen }

  mutating func openMerge() {
    guard case .conflict = policy.disk else { return say(.info, "nothing is in conflict") }
    show(MergeView(policy.conflicts))
  }

  /// Shows the choices, with their result once there is one.
  private mutating func show(_ view: MergeView) {
    var view = view
    view.result = nil
    view.list.row = min(view.list.row, max(0, view.conflicts.count - 1))
    if view.open == 0, case .conflict(let theirs, _) = policy.disk, let draft = policy.draft {
      switch PolicyMerge.merge(base: draft.base, mine: draft.current, theirs: theirs, choices: view.choices) {
      case .merged(let text): view.result = DiffLine.unified(theirs.text, text)
      case .conflicts(let more):
        // What was chosen does not make a policy: more must be chosen, or the same otherwise.
        for conflict in more {
          view.choices[conflict.pointer] = nil
          if !view.conflicts.contains(where: { $0.pointer == conflict.pointer }) { view.conflicts.append(conflict) }
        }
        view.list.row = view.conflicts.firstIndex { $0.pointer == more.first?.pointer } ?? view.list.row
        if let first = more.first { say(.error, "this choice is refused: \(safe(first.message))") }
      }
    }
    overlay = .merge(view)
  }

  mutating func take(_ key: Key, _ merge: MergeView) -> [ConsoleEffect] {
    var view = merge
    let count = view.conflicts.count
    func choose(_ side: PolicyMerge.Side?) {
      guard view.conflicts.indices.contains(view.list.row) else { return }
      let pointer = view.conflicts[view.list.row].pointer
      view.choices[pointer] = side ?? (view.choices[pointer] == .mine ? .theirs : .mine)
    }
    switch key {
    case _ where key.leaves:
      overlay = nil
      say(.info, "nothing is merged")
      return []
    case Key(.enter): return takeMerge(view)
    case Key(.down), .character("j"), Key(.tab): view.list.row = min(view.list.row + 1, max(0, count - 1))
    case Key(.up), .character("k"), Key(.tab, .shift): view.list.row = max(0, view.list.row - 1)
    case Key(.pageDown): view.top = min(view.top + 5, max(0, (view.result?.count ?? 0) - 1))
    case Key(.pageUp): view.top = max(0, view.top - 5)
    case .character("m"), Key(.left): choose(.mine)
    case .character("t"), Key(.right): choose(.theirs)
    case .character(" "): choose(nil)
    default:
      say(.info, "m mine, t theirs, Enter takes the result, Esc leaves it")
      return []
    }
    if view.choices == merge.choices { overlay = .merge(view) } else { show(view) }
    return []
  }

  private mutating func takeMerge(_ view: MergeView) -> [ConsoleEffect] {
    guard view.open == 0, view.result != nil else {
      say(.info, "\(Format.count(view.open, "conflict")) left to choose: m mine, t theirs")
      return []
    }
    guard case .conflict(let theirs, _) = policy.disk, let draft = policy.draft else { return [] }
    let mine = view.choices.count { $0.value == .mine }
    do throws(PolicyEditError) {
      let title =
        "merged: mine \(mine), theirs \(view.choices.count - mine) of \(Format.count(view.choices.count, "conflict"))"
      policy.draft = try draft.rebased(onto: theirs, choices: view.choices, title: title, at: now)
    } catch {
      say(.error, safe(error.message))
      return []
    }
    policy.disk = .asBase
    ledger.add(theirs.revision, policy.theirs, isOwn: false, answer: nil, at: now)
    overlay = nil
    refreshPolicy()
    let next = byWay("merged · ctrl-s saves, u undo", "merged: save writes it, undo takes it back")
    say(.info, policy.isDirty ? next : "merged: nothing of yours is left to save")
    return []
  }
}
