package import JSONText
package import Policy

/// The requests of a client that may not wait for ever, each with the time when the patience with it ends.
///
/// Numbers are the gate's own of requests in flight. A server that is still starting is not slow: where it matters, the
/// time counts from when the server has read the request.
package struct Waiting: Sendable {
  package enum Kind: Hashable, Sendable { case initialize, discover, list, call }

  /// A request whose time is over.
  package struct Expired: Hashable, Sendable {
    package var number: UInt64
    package var kind: Kind
    /// How long it waited, in microseconds.
    package var waited: Int64

    package init(number: UInt64, kind: Kind, waited: Int64) {
      self.number = number
      self.kind = kind
      self.waited = waited
    }
  }

  /// How long an answer may take.
  package struct Patience: Hashable, Sendable {
    package var limit: Int64
    /// How long the server may take to start and read the request; the limit counts from then.
    package var start: Int64?

    package init(limit: Int64, start: Int64? = nil) {
      self.limit = limit
      self.start = start
    }
  }

  private enum Phase: Hashable {
    /// As far as is known the server has not read it. Leads to `counting` when it has.
    case unread
    /// Progress moves the end, but not beyond `latest`.
    case counting(latest: Moment)
  }

  private struct Entry {
    var kind: Kind
    var sent: Moment
    var phase: Phase
    var limit: Int64
    var due: Moment
    var token: ExactText?
  }

  /// When something is due; one that is not that of its entry, or has none, is out of date.
  private struct Due {
    var moment: Moment
    var number: UInt64
  }

  /// How often to look whether the server has read what waits for that.
  package static let lookInterval: Int64 = 250_000

  private var entries: [UInt64: Entry] = [:]
  private var numbers: [ExactText: UInt64] = [:]
  /// A binary heap, the earliest on top.
  private var dues: [Due] = []
  private var unread = 0
  private var nextLook: Moment?

  package init() {}

  package var isEmpty: Bool { entries.isEmpty }
  /// Whether it must be found out when the server reads.
  package var hasUnread: Bool { unread > 0 }

  /// When `expire`, or a look at what the server has read, is due next or not long after; nil for never.
  package var wakeUp: Moment? {
    guard !entries.isEmpty else { return nil }
    guard let due = dues.first?.moment else { return nextLook }
    return nextLook.map { min($0, due) } ?? due
  }

  /// A request is sent; `token` is what the server reports progress under.
  package mutating func add(_ number: UInt64, _ kind: Kind, _ patience: Patience, token: ExactText?, at now: Moment) {
    let limit = max(0, patience.limit)
    var entry = Entry(
      kind: kind, sent: now, phase: .unread, limit: limit, due: now.advanced(byMicroseconds: limit), token: token)
    if let start = patience.start {
      entry.due = now.advanced(byMicroseconds: max(0, start))
      unread += 1
      if nextLook == nil { nextLook = now.advanced(byMicroseconds: Self.lookInterval) }
    } else {
      entry.phase = .counting(latest: Self.latest(limit, from: now))
    }
    entries[number] = entry
    if let token { numbers[token] = number }
    push(Due(moment: entry.due, number: number))
  }

  /// A request was answered or given up.
  package mutating func remove(_ number: UInt64) {
    guard let entry = entries.removeValue(forKey: number) else { return }
    if let token = entry.token, numbers[token] == number { numbers[token] = nil }
    if entry.phase == .unread { forgetUnread(1) }
    // Calls that come and go must not pile up below one that waits long.
    if dues.count > 2 * entries.count + 64 {
      dues = entries.map { Due(moment: $0.value.due, number: $0.key) }.sorted { $0.moment < $1.moment }
    }
  }

  /// The server has read all that it was sent.
  package mutating func serverHasRead(at now: Moment) {
    guard unread > 0 else { return }
    for (number, var entry) in entries where entry.phase == .unread {
      entry.phase = .counting(latest: Self.latest(entry.limit, from: now))
      entry.due = now.advanced(byMicroseconds: entry.limit)
      entries[number] = entry
      push(Due(moment: entry.due, number: number))
    }
    forgetUnread(unread)
  }

  /// The server was looked at and has not read all.
  package mutating func looked(at now: Moment) {
    guard unread > 0, let look = nextLook, look <= now else { return }
    nextLook = now.advanced(byMicroseconds: Self.lookInterval)
  }

  /// The server reports progress: the wait begins anew, and ends for certain after a multiple of its limit.
  package mutating func progressed(_ token: ExactText, at now: Moment) {
    guard let number = numbers[token], var entry = entries[number], case .counting(let latest) = entry.phase else {
      return
    }
    let due = min(now.advanced(byMicroseconds: entry.limit), latest)
    guard due > entry.due else { return }
    entry.due = due
    entries[number] = entry
    push(Due(moment: due, number: number))
  }

  /// Takes out what has waited too long, the earliest first.
  package mutating func expire(at now: Moment) -> [Expired] {
    var expired: [Expired] = []
    while let top = dues.first {
      if let entry = entries[top.number], entry.due == top.moment {
        guard entry.due <= now else { break }
        expired.append(
          Expired(number: top.number, kind: entry.kind, waited: entry.due.microseconds(since: entry.sent)))
        pop()
        remove(top.number)
      } else {
        pop()
      }
    }
    return expired
  }

  private static func latest(_ limit: Int64, from now: Moment) -> Moment {
    let (most, overflow) = limit.multipliedReportingOverflow(by: TimeLimits.mostWaits)
    return now.advanced(byMicroseconds: overflow ? .max : most)
  }

  private mutating func forgetUnread(_ count: Int) {
    unread -= count
    if unread == 0 { nextLook = nil }
  }

  // MARK: The heap

  private mutating func push(_ due: Due) {
    if dues.count > 2 * entries.count + 64 {
      dues.removeAll { entries[$0.number]?.due != $0.moment }
      dues.sort { $0.moment < $1.moment }
    }
    dues.append(due)
    var child = dues.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard dues[child].moment < dues[parent].moment else { return }
      dues.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func pop() {
    let last = dues.removeLast()
    guard !dues.isEmpty else { return }
    dues[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < dues.count {
        if dues[child].moment < dues[smallest].moment { smallest = child }
      }
      guard smallest != parent else { return }
      dues.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
