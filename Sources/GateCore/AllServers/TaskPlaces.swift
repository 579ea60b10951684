internal import JSONText

/// Which server has which task, by the ids that the servers gave them.
struct TaskPlaces: Sendable {
  private var places: [ExactText: ExactText] = [:]
  private var order: [ExactText] = []

  static let capacity = 1_000
  static let longestID = 1_024

  subscript(_ id: ExactText) -> ExactText? { places[id] }

  /// Takes a task in; the oldest is forgotten for it.
  ///
  /// - Returns: Whether requests for it reach its server; not where another server's is called so.
  mutating func begin(_ id: ExactText, on server: ExactText) -> Bool {
    guard id.utf8.count <= Self.longestID else { return false }
    if let known = places[id] { return known == server }
    places[id] = server
    order.append(id)
    if order.count > Self.capacity { places[order.removeFirst()] = nil }
    return true
  }
}
