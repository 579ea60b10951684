internal import ControlWire
internal import Policy

/// What a decision made now would be about: exactly what is on the screen.
///
/// Whatever changes it begins the time anew that must pass before a decision key counts.
package struct DecisionFace: Hashable, Sendable {
  /// Where it is shown.
  package enum Place: Hashable, Sendable { case pane, popup, bulk }

  package struct Item: Hashable, Sendable {
    package var id: String
    package var digest: String
    package var revision: String?
  }

  package var place: Place
  package var items: [Item]
  package var size: Size
  /// Counts what begins the time anew by itself: focus, pasted text, another gate.
  package var epoch: UInt64
}

/// What is on the screen, and since when.
struct ShownFace: Hashable, Sendable {
  var face: DecisionFace
  /// Nil until the terminal has taken the whole picture.
  var since: Moment?
}

extension ApprovalsView {
  /// How long something must have been in view before a key may decide about it, in microseconds.
  package static let armingTime: Int64 = 400_000
  /// How long it shows that a key was dropped.
  static let flashTime: Int64 = 700_000

  /// From now on the same is looked at as if it were new.
  mutating func disarm() { epoch &+= 1 }
}

extension ConsoleState {
  /// What a decision would be about; nil where none can be made.
  var decisionFace: DecisionFace? {
    guard gate.isUp, hasFocus, !options.isPlain, layout.form != .line, focus == .approvals else { return nil }
    switch overlay {
    case nil, .command, .filter: return layout.form == .single ? nil : face(approvals.currentRow, .pane)
    case .reply(let reply):
      guard let popup = reply.popup else { return layout.form == .single ? nil : face(approvals.currentRow, .pane) }
      return face(approvals.row(of: popup.id), .popup)
    case .request(let popup): return face(approvals.row(of: popup.id), .popup)
    case .bulk(let bulk):
      let items = bulkItems(bulk)
      return items.isEmpty ? nil : DecisionFace(place: .bulk, items: items, size: size, epoch: approvals.epoch)
    default: return nil
    }
  }

  private func face(_ row: ApprovalsView.Row?, _ place: DecisionFace.Place) -> DecisionFace? {
    guard let row, let request = approvals.shown(in: row), request.isWaiting,
      let known = approvals.details[request.event.id], known.details.event.digest == request.event.digest
    else { return nil }
    let items = row.ids.compactMap { id -> DecisionFace.Item? in
      guard let other = approvals.requests[id], other.isWaiting else { return nil }
      return DecisionFace.Item(id: id, digest: other.event.digest, revision: other.event.revision)
    }
    return DecisionFace(place: place, items: items, size: size, epoch: approvals.epoch)
  }

  /// What of a bulk decision can still be decided as it was listed.
  func bulkItems(_ bulk: BulkDecision) -> [DecisionFace.Item] {
    bulk.items.filter { item in
      approvals.requests[item.id].map { $0.isWaiting && $0.event.digest == item.digest } ?? false
    }
  }

  /// A decision key counts now.
  package var isArmed: Bool {
    guard !approvals.isCrowded, let shown = approvals.shownFace, let since = shown.since, shown.face == decisionFace
    else { return false }
    return now.microseconds(since: since) >= ApprovalsView.armingTime
  }

  /// What is in the picture of now and was in none that the terminal has taken; to be told by `ConsoleMessage.drawn`.
  package var undrawnFace: DecisionFace? {
    approvals.shownFace.flatMap { $0.since == nil ? $0.face : nil }
  }

  /// Notices what is shown now, and goes in or out of the pane with the focus; after every message.
  mutating func settleApprovals() {
    if approvals.isEntered != (focus == .approvals) {
      if approvals.isEntered { approvals.leave() } else { approvals.enter() }
    }
    guard approvals.isEntered else {
      approvals.shownFace = nil
      return
    }
    let face = decisionFace
    if approvals.shownFace?.face != face { approvals.shownFace = face.map { ShownFace(face: $0) } }
  }

  /// The terminal has taken a picture with this in it.
  mutating func drew(_ face: DecisionFace) {
    guard approvals.shownFace?.face == face, approvals.shownFace?.since == nil else { return }
    approvals.shownFace?.since = now
  }
}

extension ConsoleState {
  /// What a decision of now would be about; nil where nothing can be decided.
  package var shownItems: [DecisionFace.Item]? { decisionFace?.items }
}
