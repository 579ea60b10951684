internal import JSONText

/// Calls that the server answered by asking for more input; the client's next try goes on with the same call.
///
/// Such a try is judged again, but limits count the call once. Each asking spares one try, and after `rounds` of them
/// a try is a call like any other, so that a server and a client cannot agree on calls that nobody counts.
struct Continuations: Sendable {
  struct Key: Hashable, Sendable {
    var subject: ExactText
    var argumentsDigest: String?
    var stateDigest: String?
  }

  static let rounds = 10
  private static let capacity = 256

  private var awaited: [Key: Int] = [:]
  private var order: [Key] = []

  /// The server has asked for the `round`th time.
  mutating func expect(_ key: Key, round: Int) {
    guard round <= Self.rounds else { return }
    if awaited.updateValue(round, forKey: key) == nil { order.append(key) }
    if order.count > Self.capacity { awaited[order.removeFirst()] = nil }
  }

  /// Which round a try belongs to; nil if it is a call of its own.
  mutating func take(_ key: Key) -> Int? {
    guard let round = awaited.removeValue(forKey: key) else { return nil }
    order.removeAll { $0 == key }
    return round
  }
}
