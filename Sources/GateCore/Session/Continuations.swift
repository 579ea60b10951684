internal import JSONText
internal import Policy

/// Calls that the server answered by asking for more input; the client's next try goes on with the same call.
///
/// Such a try is judged again, but limits count the call once. Each asking spares one try, and after `rounds` of them
/// a try is a call like any other, so that a server and a client cannot agree on calls that nobody counts.
struct Continuations: Sendable {
  struct Key: Hashable, Sendable {
    var subject: ExactText
    var argumentsDigest: ContentDigest?
    var stateDigest: ContentDigest?
  }

  /// What the next try takes over from the one before.
  struct Awaited: Sendable {
    var round: Int
    var reservation: Reservation?
    var approval: UInt64 = 0
  }

  static let rounds = 10
  private static let capacity = 256

  private var awaited: [Key: Awaited] = [:]
  private var order: [Key] = []

  /// The server has asked for the `round`th time.
  mutating func expect(_ key: Key, round: Int, holding reservation: Reservation?, approval: UInt64) {
    guard round <= Self.rounds else { return }
    let next = Awaited(round: round, reservation: reservation, approval: approval)
    if awaited.updateValue(next, forKey: key) == nil { order.append(key) }
    if order.count > Self.capacity { awaited[order.removeFirst()] = nil }
  }

  /// Whether a try would go on with a call.
  func awaits(_ key: Key) -> Bool { awaited[key] != nil }

  /// What a try goes on with; nil if it is a call of its own.
  mutating func take(_ key: Key) -> Awaited? {
    guard let next = awaited.removeValue(forKey: key) else { return nil }
    order.removeAll { $0 == key }
    return next
  }
}
