internal import ControlWire
internal import JSONText
internal import Policy

/// A line under the header that is there only while something needs the person.
struct Banner: Hashable, Sendable {
  var text: String
  var isError: Bool
  /// It tells of calls that wait.
  var isWaiting = false
}

extension PolicyFile {
  /// The file on the disk is another than the one being edited, and a person must choose.
  package var isContested: Bool {
    switch disk {
    case .conflict: true
    case .rejected, .unreadable, .absent: isDirty
    case .reading, .asBase: false
    }
  }
}

extension ConsoleState {
  /// The most urgent thing that stays until it is dealt with.
  private var standingBanner: Banner? {
    if let banner = fileBanner { return banner }
    guard gate.isUp else { return nil }
    if let path = gate.policyPath, path.hasPrefix("/"), options.policyPath.hasPrefix("/"), path != options.policyPath {
      let other = TerminalText.safe(path, options.glyphs, limit: 200)
      return Banner(
        text: "! the gate obeys another file: \(other); start the console with --policy to edit that one", isError: true
      )
    }
    switch gate.policy?.state {
    case .rejected:
      let first = gate.policy?.problems.first.map { " line \($0.place.line): \(safe($0.message))" } ?? ""
      let rest = gate.policy?.revision.map { "it keeps rev \($0)" } ?? "it denies everything"
      return Banner(text: "! the gate REJECTED the policy\(first); \(rest)", isError: true)
    // Pane 1 says the same, with what to do about it.
    case .absent where policy.disk == .absent: return nil
    case .absent: return Banner(text: "! the gate has no policy: it denies everything", isError: true)
    case .loaded, nil: return pinsBanner
    }
  }

  /// The lines below the header: first the calls that wait, then the most urgent of the rest.
  ///
  /// Where there is room for one alone it is what is wrong, and the header tells of the calls.
  var banners: [Banner] {
    guard let waiting = waitingBanner else { return standingBanner.map { [$0] } ?? [] }
    guard let other = standingBanner, other.isError || size.rows >= Layout.rowsForTwo else { return [waiting] }
    return size.rows >= Layout.rowsForTwo ? [waiting, other] : [other]
  }

  /// The lines at the top that no popup covers: the facts of the header, and that calls wait.
  var headRows: Int { banners.first?.isWaiting == true ? 2 : 1 }

  /// That tools are not as they were accepted.
  private var pinsBanner: Banner? {
    if let problem = pins.answer?.problem {
      return Banner(text: "! pins: \(safe(problem, limit: 300))", isError: true)
    }
    let count = pins.undecided
    guard count > 0 else { return nil }
    let key = options.keys.key(for: .pins, in: focus) ?? ":pins"
    let many = Format.count(count, "pin")
    let words =
      size.columns < 60 ? "not as accepted" : "\(count == 1 ? "is" : "are") not as accepted: tools or instructions"
    return Banner(text: "! \(many) \(words) · \(key) shows \(count == 1 ? "it" : "them")", isError: false)
  }

  private var fileBanner: Banner? {
    let unsaved = Format.count(policy.unsaved, "edit")
    switch policy.disk {
    case .conflict:
      let keys =
        focus == .changes
        ? "m merge, K keep mine, T take theirs" : "= shows it; there m merges, K keeps mine, T takes theirs"
      let start = size.columns < 110 ? "! changed on disk" : "! policy.json changed on disk"
      return Banner(text: "\(start): \(conflictCounts) · \(keys)", isError: true)
    case .rejected(let problems, _):
      let place = problems.first.map { "line \($0.place.line): \(safe($0.message))" } ?? "not valid"
      return Banner(
        text: "! policy.json is NOT VALID, \(place); E opens it, 6 lists all"
          + (policy.isDirty ? "; \(unsaved) kept" : ""),
        isError: true)
    case .unreadable(let reason): return Banner(text: "! policy.json cannot be read: \(safe(reason))", isError: true)
    case .absent where policy.isDirty:
      return Banner(
        text: "! policy.json is gone from the disk; ctrl-s makes it again with your \(unsaved)", isError: true)
    case .absent, .asBase, .reading: break
    }
    return options.isReadOnly ? Banner(text: "read-only: nothing can be changed or saved here", isError: false) : nil
  }

  /// A peer's text, safe to be put into one of ours.
  func safe(_ text: String, limit: Int = 200) -> String { TerminalText.safe(text, options.glyphs, limit: limit) }
}
