internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  // MARK: The file

  mutating func take(_ file: PolicyFileState) {
    // While we write, the file is between two states; `policySaved` says which one it came to.
    if policy.saving == .writing { return }
    switch file {
    case .loaded(let document): take(document)
    case .rejected(let problems, let text):
      let isNew = policy.disk != .rejected(problems, text: text)
      policy.disk = .rejected(problems, text: text)
      if isNew {
        let first = problems.first.map { "line \($0.place.line): \(safe($0.message))" } ?? "it is not valid"
        say(.error, "policy.json: \(first)")
      }
    case .absent:
      policy.disk = .absent
      if !policy.isDirty { policy.draft = nil }
    case .unreadable(let reason):
      policy.disk = .unreadable(reason)
      say(.error, "policy.json cannot be read: \(safe(reason))")
    }
    refreshPolicy()
  }

  private mutating func take(_ document: PolicyDocument) {
    guard let draft = policy.draft else {
      let wasOdd = policy.disk != .reading
      policy.disk = .asBase
      policy.draft = PolicyDraft(base: document)
      if wasOdd { say(.info, "policy.json is there and valid: rev \(document.revision)") }
      return
    }
    let wasOdd = policy.disk != .asBase
    if document.text == draft.base.text {
      policy.disk = .asBase
      if wasOdd { say(.info, "policy.json is again what it was") }
    } else if document.text == draft.current.text {
      policy.disk = .asBase
      policy.draft?.saved()
    } else if !draft.isDirty {
      policy.disk = .asBase
      let changes = PolicyChange.between(draft.base, document)
      policy.draft?.reloaded(document, title: PolicyDraft.reloadTitle(changes), at: now)
      ledger.add(document.revision, changes, isOwn: false, answer: nil, at: now)
      let before = catalogue.tools.map(\.standing.summary)
      catalogue.judge(policy.draft, at: now)
      let changed = zip(before, catalogue.tools).count { $0 != $1.standing.summary }
      say(
        .info,
        "\(PolicyDraft.reloadTitle(changes))\(byWay(" · 6 lists them ·", ": saves lists them;")) rev \(document.revision), \(Format.count(changed, "decision")) changed"
      )
    } else {
      do throws(PolicyEditError) {
        policy.draft = try draft.rebased(onto: document, at: now)
        policy.disk = .asBase
        let changes = PolicyChange.between(draft.base, document)
        ledger.add(document.revision, changes, isOwn: false, answer: nil, at: now)
        let how = byWay("= shows them", "changes lists them")
        say(.warning, "\(PolicyDraft.reloadTitle(changes)); your unsaved edits were put on top of it, \(how)")
      } catch {
        setConflict(with: document, error)
      }
    }
  }

  /// Works out everything that follows from the draft: once an edit, not once a frame.
  mutating func refreshPolicy() {
    settleConflict()
    watchRevision()
    catalogue.judge(policy.draft, at: now)
    policy.changes = policy.isDirty ? policy.draft?.changes ?? [] : []
    policy.diff = []
    refreshDiff()
    refreshStarters()
    list.rebuild(from: catalogue, to: catalogue, at: now)
    revealCursor()
  }

  /// The text diff is made only for who looks at it.
  mutating func refreshDiff() {
    guard upper == .changes || focus == .changes else { return }
    policy.diff = policy.isDirty ? policy.draft?.diff ?? [] : []
  }

  // MARK: Saving

  mutating func save() -> [ConsoleEffect] {
    guard policy.isDirty, let draft = policy.draft else {
      say(.info, "nothing to save: policy.json is as you see it")
      return []
    }
    switch policy.disk {
    case .asBase, .absent: return write(draft, over: policy.base)
    case .reading: return []
    case .conflict, .rejected, .unreadable:
      let how = byWay(
        "in pane 6 m merges, K keeps mine, T takes theirs", "merge, keep-mine or take-theirs decides what becomes of it"
      )
      say(.error, "not saved: the file on the disk is another one; \(how)")
      return []
    }
  }

  mutating func write(_ draft: PolicyDraft, over base: ContentDigest?) -> [ConsoleEffect] {
    policy.saving = .writing
    policy.saveBegan = now
    say(.info, "saving…")
    return [.save(text: draft.current.text, over: base)]
  }

  mutating func take(_ result: PolicySaveResult) -> [ConsoleEffect] {
    if let effects = took(ruleSave: result) { return effects }
    guard policy.saving == .writing else { return [] }
    policy.saving = .idle
    switch result {
    case .saved:
      if policy.draft == nil { return [.readPolicy] + offerServers() }
      let changes = policy.changes
      policy.draft?.saved()
      policy.disk = .asBase
      let revision = policy.draft?.current.revision ?? ""
      if gate.isUp {
        if gate.policy?.revision == revision, gate.policy?.state == .loaded {
          ledger.add(revision, changes, isOwn: true, answer: .loaded(microseconds: saveTime), at: now)
          say(.info, "saved; the gate runs rev \(revision) now")
        } else {
          policy.saving = .awaitingGate(revision: revision, since: now)
          ledger.add(revision, changes, isOwn: true, answer: .awaited, at: now)
          say(.info, "saved as rev \(revision); waiting for the gate")
        }
      } else {
        ledger.add(revision, changes, isOwn: true, answer: .noGate, at: now)
        say(.info, "saved as rev \(revision); no gate runs, the next one starts with it")
      }
      refreshPolicy()
      if isQuitting { return [.quit] }
    case .changedUnderneath(let file):
      isQuitting = false
      take(file)
      let rest =
        policy.isContested
        ? "decide first, \(byWay("pane 6 says how", "merge lists what both changed"))"
        : "your edits are on top of it; save again"
      say(
        .error,
        file == .absent
          ? "not saved: policy.json is gone from the disk; \(byWay("ctrl-s", "save")) makes it again"
          : "not saved: policy.json changed on disk meanwhile; \(rest)")
    case .failed(let reason):
      isQuitting = false
      say(.error, "not saved: \(safe(reason)); your edits are kept")
    }
    return []
  }

  /// How long the save took that has just come to its end.
  var saveTime: Int64 { policy.saveBegan.map { now.microseconds(since: $0) } ?? 0 }

  mutating func takeTheirs() {
    switch policy.disk {
    case .conflict(let theirs, _):
      policy.disk = .asBase
      ledger.add(theirs.revision, policy.theirs, isOwn: false, answer: nil, at: now)
      policy.draft = policy.draft?.droppedFor(theirs, at: now)
    case .absent:
      policy.draft = nil
    case .rejected, .unreadable:
      let saved = policy.draft?.savedStep
      if saved.map({ policy.draft?.go(to: $0) == true }) != true {
        policy.draft = policy.draft.map { PolicyDraft(base: $0.base) }
      }
    case .asBase, .reading: return
    }
    refreshPolicy()
    let back = policy.draft?.redoTitle == nil ? "" : byWay(" · U brings yours back", ": redo brings yours back")
    say(.info, "your edits are dropped; this is what is on the disk\(back)")
  }

  mutating func keepMine() -> [ConsoleEffect] {
    guard let draft = policy.draft else { return [] }
    switch policy.disk {
    case .conflict(let theirs, _):
      guard let rebased = try? draft.rebased(onto: theirs, keepingMine: true, at: now) else {
        return write(draft, over: ContentDigest(of: theirs.text))
      }
      ledger.add(theirs.revision, policy.theirs, isOwn: false, answer: nil, at: now)
      policy.draft = rebased
      policy.disk = .asBase
      refreshPolicy()
      let how = byWay("= shows them, ctrl-s saves", "changes lists them, save saves")
      say(.info, "your edits are on top of what is on the disk; \(how)")
      return []
    case .rejected(_, let text): return write(draft, over: ContentDigest(of: text))
    case .absent: return write(draft, over: nil)
    case .asBase, .reading, .unreadable:
      say(.error, "the file cannot be written over: it cannot be read")
      return []
    }
  }

  // MARK: Editing

  /// Makes one undoable step and says what came of it.
  mutating func apply(_ edit: PolicyEdit, said: String) {
    do throws(PolicyEditError) {
      try make(edit)
    } catch {
      say(.error, safe(error.message) + (error.help.map { ": \(safe($0))" } ?? ""))
      return
    }
    refreshPolicy()
    say(.info, "\(said)\(hint(.undo, "undo"))")
    warnOfNoEffect(edit)
  }

  /// A rule that something stronger overrules is no mistake, but it must not look as if it worked.
  private mutating func warnOfNoEffect(_ edit: PolicyEdit) {
    var edits = [edit]
    if case .batch(let all, _) = edit { edits = all }
    var overruled: [Catalogue.Tool] = []
    for case .setRule(.some(let server), let tool, let setting) in edits {
      guard let index = catalogue.index(of: ToolName(server: server, tool: tool)) else { continue }
      let entry = catalogue.tools[index]
      guard let wanted = setting.verdict, entry.standing.verdict != wanted else { continue }
      overruled.append(entry)
    }
    guard let first = overruled.first else { return }
    let name = safe(first.info.name.string)
    let more = overruled.count > 1 ? " and \(overruled.count - 1) more" : ""
    say(
      .warning,
      "\(name)\(more): still \(safe(first.standing.summary)), because of \(safe(first.standing.sourceInWords))")
  }

  mutating func undo(again: Bool) {
    guard let title = again ? policy.draft?.redo() : policy.draft?.undo() else {
      say(.info, again ? "nothing to do again" : "nothing to undo")
      return
    }
    refreshPolicy()
    say(.info, again ? "done again: \(safe(title))" : "undone: \(safe(title))\(hint(.redo, "redo"))")
  }
}

extension RuleSetting {
  /// The decision that a tool has when the rule is in force; nil where others decide.
  var verdict: Verdict? {
    switch self {
    case .allow: .allow
    case .deny: .deny
    case .requireApproval: .ask
    case .limit(let most, _, _): most == 0 ? nil : .limit
    case .hide: .hide
    case .inherit: nil
    }
  }

  /// In words: `allow`, `10/minute`.
  package var words: String {
    switch self {
    case .allow: "allow"
    case .deny: "deny"
    case .requireApproval: "ask"
    case .limit(let most, let window, let scope):
      "\(most)/\(window)" + (scope == "grant" ? "" : " for each \(scope)")
    case .hide: "hide"
    case .inherit: "inherit"
    }
  }
}
