internal import ControlWire
internal import JSONText
internal import Policy

/// One line of the changes pane.
enum ChangeRow: Hashable {
  case heading(String)
  case problem(PolicyProblem)
  case change(PolicyChange)
  case diff(DiffLine)
  case blank
}

extension ConsoleState {
  /// What is wrong with the file on the disk, else what the gate found wrong with it.
  var problems: [PolicyProblem] {
    if case .rejected(let problems, _) = policy.disk { return problems }
    if let event = gateProblems { return event.problems }
    return policy.draft?.current.warnings ?? []
  }

  /// What the gate found in the file that is shown; it knows the tools and what was in force before.
  private var gateProblems: PolicyEvent? {
    guard gate.isUp, let event = gate.policy else { return nil }
    switch event.state {
    case .rejected: return event
    case .loaded:
      let isShown = !policy.isDirty && event.revision == policy.draft?.current.revision
      return isShown && !event.problems.isEmpty ? event : nil
    case .absent: return nil
    }
  }

  var changeRowCount: Int {
    let problems = problems.count
    return (problems > 0 ? problems + 2 : 0) + 1 + policy.changes.count
      + (policy.diff.isEmpty ? 0 : policy.diff.count + 2)
  }

  /// The line at a place; the parts are: problems, changes, diff.
  func changeRow(_ index: Int) -> ChangeRow? {
    var index = index
    let problems = problems
    if !problems.isEmpty {
      if index == 0 { return .heading(problemHeading(problems)) }
      if index <= problems.count { return .problem(problems[index - 1]) }
      if index == problems.count + 1 { return .blank }
      index -= problems.count + 2
    }
    if index == 0 { return .heading(changeHeading) }
    index -= 1
    if index < policy.changes.count { return index < 0 ? nil : .change(policy.changes[index]) }
    index -= policy.changes.count
    guard !policy.diff.isEmpty else { return nil }
    if index == 0 { return .blank }
    if index == 1 { return .heading("the text that saving writes, as a diff") }
    index -= 2
    return index < policy.diff.count ? .diff(policy.diff[index]) : nil
  }

  private func problemHeading(_ problems: [PolicyProblem]) -> String {
    let errors = problems.count { $0.weight == .error }
    let warnings = problems.count - errors
    let parts = [
      errors > 0 ? Format.count(errors, "error") : "", warnings > 0 ? Format.count(warnings, "warning") : "",
    ].filter { !$0.isEmpty }
    let untold = problems == gateProblems?.problems ? gateProblems?.untold ?? 0 : 0
    return "\(parts.joined(separator: " and ")) in policy.json"
      + (untold > 0 ? ", and \(Format.count(untold)) more" : "")
  }

  private var changeHeading: String {
    guard policy.isDirty else {
      switch policy.disk {
      case .rejected, .unreadable:
        let gate = gate.policy?.revision.map { "the gate keeps rev \($0)" } ?? "the gate denies everything"
        return policy.draft == nil ? gate : "\(gate); panes 1 and 2 show the last valid file"
      case .absent: return "there is no policy file: the gate denies everything"
      case .reading: return "the file has not been read yet"
      case .asBase, .conflict: return "nothing is changed: what is saved is what you see"
      }
    }
    let undo = Format.count(policy.draft?.editCount ?? 0, "step")
    return "\(Format.count(policy.unsaved, "unsaved change")) · \(undo) to undo (u) · ctrl-s saves"
  }

  /// Goes to what a line is about.
  mutating func openChange() {
    guard let row = changeRow(changeList.row) else { return }
    switch row {
    case .change(let change):
      let parts = change.subject.split(separator: "/", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        say(.info, "this change is about no single tool")
        return
      }
      reveal(ToolName(server: .init(parts[0]), tool: .init(parts[1])))
    case .problem(let problem):
      say(.info, "line \(problem.place.line), column \(problem.place.column) · E opens the file")
    case .heading, .diff, .blank: break
    }
  }
}
