internal import ControlWire
internal import JSONText
internal import Policy

/// One line of the changes pane.
enum ChangeRow: Hashable {
  case heading(String)
  case problem(PolicyProblem)
  case conflict(PolicyMerge.Conflict)
  case left(LeftEdits)
  case change(PolicyChange)
  case diff(DiffLine)
  /// What the edits would do to recorded calls.
  case effect(Line)
  /// The history after so many steps.
  case step(Int)
  case revision(ChangeLedger.Revision)
  case load(ChangeLedger.Load)
  case blank
}

/// The parts of the changes pane, in their order.
enum ChangeSection: Int, CaseIterable, Hashable {
  case problems, conflicts, left, changes, effect, diff, history, revisions, loads
}

/// A line of the changes pane by what it is, and not by how many stand above it.
struct ChangePlace: Hashable {
  var section: ChangeSection
  /// -1 for the heading; lists that grow are counted from their oldest entry.
  var item: Int
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

  // MARK: Rows

  func count(of section: ChangeSection) -> Int {
    switch section {
    case .problems: problems.count
    case .conflicts: policy.conflicts.count
    case .left: left.count
    case .changes: policy.changes.count
    case .effect: recordEffectLines.count
    case .diff: policy.diff.count
    // One more than steps: the file as it was first read.
    case .history: policy.draft.map { $0.stepCount > 0 ? $0.stepCount + 1 : 0 } ?? 0
    case .revisions: ledger.revisions.count
    case .loads: ledger.loads.count
    }
  }

  /// The parts that have something to say; the list of changes always says how things are.
  private var shownSections: [(section: ChangeSection, count: Int)] {
    ChangeSection.allCases.compactMap { section in
      let count = count(of: section)
      return count > 0 || section == .changes ? (section, count) : nil
    }
  }

  var changeRowCount: Int { shownSections.reduce(-1) { $0 + $1.count + 2 } }

  /// What stands at a line; nil for a blank one, and below the end.
  func changePlace(_ row: Int) -> ChangePlace? {
    var row = row
    guard row >= 0 else { return nil }
    for (section, count) in shownSections {
      if row <= count {
        return ChangePlace(section: section, item: row == 0 ? -1 : item(row - 1, of: count, in: section))
      }
      row -= count + 2
      if row < 0 { return nil }
    }
    return nil
  }

  /// The line of a place; nil if it is no longer there.
  func changeRow(of place: ChangePlace) -> Int? {
    var row = 0
    for (section, count) in shownSections {
      guard section == place.section else {
        row += count + 2
        continue
      }
      if place.item < 0 { return row }
      let index = item(place.item, of: count, in: section)
      return (0..<count).contains(index) ? row + 1 + index : nil
    }
    return nil
  }

  /// Lists that grow show the newest first; the way there and back is the same.
  private func item(_ index: Int, of count: Int, in section: ChangeSection) -> Int {
    switch section {
    case .problems, .conflicts, .left, .changes, .effect, .diff: index
    case .history, .revisions, .loads: count - 1 - index
    }
  }

  /// The line at a place; all that is not there is blank.
  func changeRow(_ row: Int) -> ChangeRow? {
    guard (0..<changeRowCount).contains(row) else { return nil }
    guard let place = changePlace(row) else { return .blank }
    guard place.item >= 0 else { return .heading(heading(of: place.section)) }
    let item = place.item
    switch place.section {
    case .problems: return .problem(problems[item])
    case .conflicts: return .conflict(policy.conflicts[item])
    case .left: return .left(left[item])
    case .changes: return .change(policy.changes[item])
    case .effect: return .effect(recordEffectLines[item])
    case .diff: return .diff(policy.diff[item])
    case .history: return .step(item)
    case .revisions: return .revision(ledger.revisions[item])
    case .loads: return .load(ledger.loads[item])
    }
  }

  /// Keeps the cursor and the picture where they were when something came in above them.
  mutating func keep(_ place: ChangePlace?, at row: Int) {
    guard let place, let now = changeRow(of: place), now != row else { return }
    changeList.row = now
    changeList.top = max(0, changeList.top + now - row)
  }

  // MARK: Headings

  private func heading(of section: ChangeSection) -> String {
    switch section {
    case .problems: problemHeading
    case .conflicts:
      "\(Format.count(policy.conflicts.count, "conflict")) with what is on the disk: m chooses for each · K keeps mine · T takes theirs"
    case .left: "unsaved edits that were left behind: r restores, x drops them"
    case .changes: changeHeading
    case .effect: recordEffectHeading
    case .diff: "the text that saving writes, as a diff"
    case .history: "history: Enter goes to a step · u takes back, U does again"
    case .revisions: "the file while this console ran: Enter shows what changed"
    case .loads: loadHeading
    }
  }

  private var problemHeading: String {
    let problems = problems
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
        let gate =
          gate.policy?.revision.map { "the gate keeps rev \(safe($0, limit: 12))" } ?? "the gate denies everything"
        return policy.draft == nil ? gate : "\(gate); panes 1 and 2 show the last valid file"
      case .absent: return "there is no policy file: the gate denies everything"
      case .reading: return "the file has not been read yet"
      case .asBase, .conflict: return "nothing is changed: what is saved is what you see"
      }
    }
    let undo = Format.count(policy.draft?.editCount ?? 0, "step")
    return "\(Format.count(policy.unsaved, "unsaved change")) · \(undo) to undo (u) · ctrl-s saves"
  }

  private var loadHeading: String {
    guard gate.isUp else { return "what the gate said; no gate is connected now" }
    guard let wanted = fileRevision, gateDiffers else { return "what the gate said" }
    let runs = gate.policy?.revision.map { "runs rev \(safe($0, limit: 12))" } ?? "denies everything"
    return "the gate \(runs), the file is rev \(wanted): R lets it read the file again"
  }
}
