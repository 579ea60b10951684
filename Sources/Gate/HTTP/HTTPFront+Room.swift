internal import HTTPWire
package import JSONText
package import Policy
internal import System

/// How many of the gate's connections there are of whom.
package struct ConnectionShares {
  /// Among whose connections room is looked for.
  package enum Group: Hashable, Sendable {
    case strangers(UInt64)
    case origin(UInt64)
    case grant(ExactText)
    case all
  }

  private struct Share {
    var all = 0
    /// Those of which no request was let in.
    var strangers = 0
  }

  private var origins: [UInt64: Share] = [:]
  private var grants: [ExactText: Int] = [:]
  /// When room was looked for in vain.
  private var vain: [Group: Moment] = [:]

  /// How long nobody looks again where all were being answered: each has to be looked at for that.
  static let respite: Int64 = 100_000
  static let most = 20_000
  /// Of one origin, and of one grant: others find room beside them.
  static let mostOfOne = 12_000
  /// Of one origin.
  static let mostStrangers = 2_000

  package init() {}

  func all(of origin: UInt64) -> Int { origins[origin]?.all ?? 0 }
  func strangers(of origin: UInt64) -> Int { origins[origin]?.strangers ?? 0 }
  func all(of grant: ExactText) -> Int { grants[grant] ?? 0 }

  mutating func began(_ origin: UInt64) {
    origins[origin, default: Share()].all += 1
    origins[origin]?.strangers += 1
  }

  /// A connection is known as a grant's from now on; it was another's before, or nobody's.
  mutating func admitted(_ origin: UInt64, _ grant: ExactText, before: ExactText?) {
    if let before { drop(before) } else { origins[origin]?.strangers -= 1 }
    grants[grant, default: 0] += 1
  }

  mutating func ended(_ origin: UInt64, _ grant: ExactText?) {
    guard var share = origins[origin] else { return }
    share.all -= 1
    if let grant { drop(grant) } else { share.strangers -= 1 }
    origins[origin] = share.all > 0 ? share : nil
  }

  /// Whether somebody may go by now: not while all of a group were being answered a moment ago.
  package mutating func isWorthASearch(_ group: Group, at now: Moment) -> Bool {
    guard let then = vain[group] else { return true }
    guard now.microseconds(since: then) >= Self.respite else { return false }
    vain[group] = nil
    return true
  }

  package mutating func searchedInVain(_ group: Group, at now: Moment) {
    vain = vain.filter { now.microseconds(since: $0.value) < Self.respite }
    vain[group] = now
  }

  private mutating func drop(_ grant: ExactText) {
    let left = (grants[grant] ?? 0) - 1
    grants[grant] = left > 0 ? left : nil
  }
}

// MARK: Room for those who come
extension HTTPFront {
  /// How many make room together: to find the oldest all have to be looked at.
  private static let batch = 64

  /// Sees to it that there is room for one more connection; nobody who is being answered goes for that.
  ///
  /// - Returns: Whether there is.
  func makeRoom(for origin: UInt64) -> Bool {
    if shares.strangers(of: origin) >= ConnectionShares.mostStrangers {
      guard closeOldest(.strangers(origin), { $0.origin == origin && $0.grant == nil }) else { return false }
    }
    if shares.all(of: origin) >= ConnectionShares.mostOfOne {
      guard closeOldest(.origin(origin), { $0.origin == origin }) else { return false }
    }
    return connections.count < ConnectionShares.most || closeOldest(.all, { _ in true })
  }

  /// A request of a connection is let in under a grant.
  func admit(_ connection: HTTPConnection, _ grant: ExactText) throws(HTTPRefusal) {
    guard connection.grant != grant else { return }
    if shares.all(of: grant) >= ConnectionShares.mostOfOne,
      !closeOldest(.grant(grant), { $0.grant == grant && $0 !== connection })
    {
      throw HTTPRefusal(.unavailable, "there are too many connections of this grant")
    }
    shares.admitted(connection.origin, grant, before: connection.grant)
    connection.isAdmitted(grant)
  }

  /// Closes the connections that have been idle for the longest time, strangers first.
  ///
  /// - Returns: Whether there was any.
  private func closeOldest(_ group: ConnectionShares.Group, _ mayGo: (HTTPConnection) -> Bool) -> Bool {
    let now = Loop.shared.now
    guard shares.isWorthASearch(group, at: now) else { return false }
    let idle = connections.values.filter { $0.isIdle && mayGo($0) }
    let oldest = idle.sorted { left, right in
      (left.grant == nil ? 0 : 1, left.lastUse) < (right.grant == nil ? 0 : 1, right.lastUse)
    }
    for connection in oldest.prefix(Self.batch) { connection.close() }
    if oldest.isEmpty { shares.searchedInVain(group, at: now) }
    return !oldest.isEmpty
  }
}
