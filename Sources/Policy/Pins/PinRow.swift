package import JSONText

/// How a tool's definition, or a server's instructions, stand to what was accepted.
package struct PinRow: Hashable, Sendable {
  package enum State: String, CaseIterable, Hashable, Sendable {
    case accepted
    /// Heard of after the server's first list, and nobody has looked at it.
    case added
    /// Not accepted, and denied for it: pins are strict.
    case new
    case changed
    /// Told of in two ways at once.
    case twice
    case rejected
    /// The server's last list left it out.
    case removed

    /// Whether somebody should look at it.
    package var isOpen: Bool { self != .accepted }
  }

  package var server: ExactText
  /// Nil for the server's instructions.
  package var tool: ExactText?
  package var state: State
  /// Of what the server tells now, as far as it is known.
  package var digest: ContentDigest
  /// Of what is accepted.
  package var accepted: ContentDigest?
  /// When that was accepted, and by whom.
  package var acceptedAt: Moment?
  package var by: String?
  /// Since when it is not as it was accepted.
  package var since: Moment?
  /// False where the server has told of it since as it was accepted.
  package var isCurrent = true

  package init(server: ExactText, tool: ExactText?, state: State, digest: ContentDigest) {
    self.server = server
    self.tool = tool
    self.state = state
    self.digest = digest
  }
}

extension PinBook {
  /// Every pin, or those of one server, in the order of their names; only the open ones on demand.
  package func rows(of server: ExactText? = nil, onlyOpen: Bool = false) -> [PinRow] {
    var names = Set(lock.servers.keys).union(deviations.keys)
    if let server { names.formIntersection([server]) }
    return names.sorted().flatMap { rows(of: $0, onlyOpen) }
  }

  private func rows(of server: ExactText, _ onlyOpen: Bool) -> [PinRow] {
    var rows: [PinRow] = []
    if let row = row(server, nil), !onlyOpen || row.state.isOpen { rows.append(row) }
    var names: Set<ExactText> = []
    if let found = deviations[server] { names = Set(found.tools.keys).union(found.gone.keys) }
    for (name, tool) in lock.servers[server]?.tools ?? [:]
    where !onlyOpen || tool.added != nil || tool.rejected != nil {
      names.insert(name)
    }
    return rows
      + names.sorted().compactMap { name in
        row(server, name).flatMap { !onlyOpen || $0.state.isOpen ? $0 : nil }
      }
  }

  /// One pin; nil where nothing is known of it.
  package func row(_ server: ExactText, _ tool: ExactText?) -> PinRow? {
    guard let tool else {
      let pin = lock.servers[server]?.instructions
      guard let told = deviations[server]?.instructions ?? pin else { return nil }
      var row = PinRow(
        server: server, tool: nil, state: told.digest == pin?.digest ? .accepted : .changed, digest: told.digest)
      (row.accepted, row.acceptedAt, row.by) = (pin?.digest, pin?.accepted, pin?.by)
      if row.state == .changed { row.since = told.accepted }
      if let rejected = rejectedInstructions(of: server) {
        (row.state, row.since) = (.rejected, told.digest == rejected.digest ? rejected.at : told.accepted)
      }
      return row
    }
    let pin = lock[server, tool]
    let heard = deviations[server]?.tools[tool]
    guard let digest = heard?.digest ?? pin?.digest ?? pin?.rejected?.digest else { return nil }
    var row = PinRow(server: server, tool: tool, state: .accepted, digest: digest)
    (row.accepted, row.acceptedAt, row.by) = (pin?.digest, pin?.accepted, pin?.by)
    if let heard {
      row.since = heard.since
      row.isCurrent = heard.isCurrent
      row.state =
        heard.isTwice ? .twice : pin?.rejected != nil ? .rejected : pin?.digest == nil ? .new : .changed
    } else if let gone = deviations[server]?.gone[tool] {
      (row.state, row.since) = (.removed, gone)
    } else if pin?.digest == nil {
      (row.state, row.since) = (.rejected, pin?.rejected?.at)
    } else if let added = pin?.added {
      (row.state, row.since) = (.added, added)
    }
    return row
  }

  /// The definition, or the instructions, as they were accepted and as they are told now; as compact JSON.
  package func texts(_ server: ExactText, _ tool: ExactText?) -> (old: [UInt8]?, new: [UInt8]?) {
    guard let tool else {
      func text(_ instructions: PinLock.Instructions?) -> [UInt8]? {
        instructions?.text.map { JSONNode(.string(ExactText($0))).compact }
      }
      let old = lock.servers[server]?.instructions
      return (text(old), text(deviations[server]?.instructions ?? old))
    }
    let pin = lock[server, tool]
    let heard = deviations[server]?.tools[tool]
    // What is kept of a definition that was never accepted is no old one.
    let old = pin?.digest == nil ? nil : pin?.definition
    if deviations[server]?.gone[tool] != nil, heard == nil { return (old, nil) }
    return (old, heard == nil ? pin?.definition : heard?.definition)
  }
}

extension PinRow {
  /// Its state in words.
  package var words: String {
    switch state {
    case .twice: "described twice"
    case .changed where !isCurrent: "was changed, and is back"
    case .new: "new, not accepted"
    case .added: "added"
    case .removed: "gone"
    case .accepted: by == PinLock.firstUse ? "as first seen" : "accepted"
    case .changed, .rejected: state.rawValue
    }
  }
}
