internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  private var currentChange: ChangeRow? { focus == .changes ? changeRow(changeList.row) : nil }

  /// Goes to what a line is about.
  mutating func openChange() {
    switch currentChange {
    case .change(let change): reveal(change)
    case .problem(let problem):
      say(.info, "line \(problem.place.line), column \(problem.place.column) · E opens the file")
    case .conflict: openMerge()
    case .left: openLeft()
    case .step(let step): go(to: step)
    case .revision(let revision):
      var lines = revision.changes.map { DiffLine(.context, $0) }
      if revision.untold > 0 { lines.append(DiffLine(.hunk, "and \(Format.count(revision.untold)) more")) }
      if lines.isEmpty { lines = [DiffLine(.hunk, "nothing changes in what it says")] }
      overlay = .part(ChangePart(title: "rev \(revision.revision)", lines: lines))
    case .load(let load):
      let lines = load.event.problems.map { DiffLine(.context, "\($0)") }
      guard !lines.isEmpty else {
        say(.info, "the gate had nothing to say of it")
        return
      }
      overlay = .part(ChangePart(title: "the gate's problems", lines: lines))
    case .heading, .diff, .effect, .blank, nil: break
    }
  }

  /// Puts the policy pane's cursor on what a change is about.
  private mutating func reveal(_ change: PolicyChange) {
    var steps = Pointer.steps(change.pointer)[...]
    var server: ExactText?
    if steps.first == "servers", steps.count > 1 {
      server = steps.dropFirst().first
      steps = steps.dropFirst(2)
    }
    var tool: ExactText?
    if steps.first == "tools", let key = steps.dropFirst().first, case .exact(let name)? = try? NamePattern(key) {
      tool = name
    } else if steps.first == "hide" {
      // The list is one value; the change's own words name the tool.
      let prefix = server.map { "\($0)/" } ?? ""
      if change.subject.hasPrefix(prefix) { tool = ExactText(String(change.subject.dropFirst(prefix.count))) }
    }
    if server == nil, let tool {
      server = catalogue.tools.indices.map { catalogue.name(of: $0) }.first { $0.tool == tool }?.server
    }
    guard let server else {
      say(.info, "this change is about no single tool · d shows its part of the diff")
      return
    }
    reveal(ToolName(server: server, tool: tool ?? "\n"))
  }

  /// Shows what one change writes.
  mutating func showPart() {
    switch currentChange {
    case .change(let change):
      guard let draft = policy.draft else { return }
      do throws(PolicyEditError) {
        let without = try draft.without(change)
        overlay = .part(
          ChangePart(title: change.sentence, lines: DiffLine.unified(without.text, draft.current.text)))
      } catch {
        say(.info, "\(safe(error.message)): the diff below shows all of them")
      }
    case .revision, .load, .conflict, .left: openChange()
    default: say(.info, "put the cursor on a change")
    }
  }

  /// Takes one change back; elsewhere, the last step.
  mutating func dropChange() {
    guard case .change(let change) = currentChange else {
      if focus == .changes { undo(again: false) } else { say(.info, "put the cursor on a change in pane 6") }
      return
    }
    do throws(PolicyEditError) {
      let before = policy.changes.count
      try policy.draft?.drop(change, at: now)
      refreshPolicy()
      let more = before - 1 - policy.changes.count
      let along = more > 0 ? ", and \(more) that cannot be without it" : ""
      say(.info, "dropped: \(safe(change.sentence))\(along)\(byWay(" · z undo", ""))")
    } catch {
      say(.error, safe(error.message) + (error.help.map { ": \(safe($0))" } ?? ""))
    }
  }

  /// Goes to a step of the history.
  mutating func go(to step: Int) {
    if let refusal = Action.undo.refusal(in: self) { return say(.info, safe(refusal)) }
    guard let from = policy.draft?.position, from != step else { return say(.info, "this is where you are") }
    guard policy.draft?.go(to: step) == true else { return say(.error, "there is no such step") }
    refreshPolicy()
    if let row = changeRow(of: ChangePlace(section: .history, item: step)) {
      changeList.go(to: row, count: changeRowCount, height: height(of: .changes))
    }
    let steps = Format.count(abs(step - from), "step")
    say(
      .info,
      step < from
        ? "\(steps) undone\(byWay(" · U redo", ""))" : "\(steps) done again\(byWay(" · u undo", ""))")
  }

  mutating func take(_ key: Key, _ part: ChangePart) -> [ConsoleEffect] {
    var part = part
    let most = max(0, part.lines.count - 1)
    switch key {
    case _ where key.leaves, Key(.enter), .character("q"):
      overlay = nil
      return []
    case Key(.down), .character("j"): part.top = min(part.top + 1, most)
    case Key(.up), .character("k"): part.top = max(0, part.top - 1)
    case Key(.pageDown), .character(" "): part.top = min(part.top + 10, most)
    case Key(.pageUp): part.top = max(0, part.top - 10)
    case .character("g"), Key(.home): part.top = 0
    case .character("G"), Key(.end): part.top = most
    default: break
    }
    overlay = .part(part)
    return []
  }
}

extension ConsoleState {
  /// The revision of the file on the disk, if that is a policy.
  var fileRevision: String? {
    switch policy.disk {
    case .asBase: policy.draft?.base.revision
    case .conflict(let theirs, _): theirs.revision
    case .reading, .rejected, .absent, .unreadable: nil
    }
  }

  /// The gate runs another policy than the one in the file that this console shows, though it had time to follow.
  var gateDiffers: Bool { differsAt.map { $0 <= now } ?? false }

  /// From when on it counts that the gate runs another policy than the file; nil where it runs that.
  var differsAt: Moment? {
    guard gate.isUp, policy.saving == .idle, let event = gate.policy, let file = fileRevision else { return nil }
    if let path = gate.policyPath, path.hasPrefix("/"), options.policyPath.hasPrefix("/"), path != options.policyPath {
      return nil
    }
    return event.revision == file ? nil : policy.fileSince.advanced(byMicroseconds: 1_000_000)
  }

  /// Notes when the file became another one.
  mutating func watchRevision() {
    guard policy.fileRevision != fileRevision else { return }
    policy.fileRevision = fileRevision
    policy.fileSince = now
  }
}
