internal import JSONText

/// The tasks that calls of this session have become, by the ids that the server gave them.
///
/// A call that becomes a task is over when its task is: then it is told how it ended, and what it holds of limits is
/// given back where it failed.
struct TasksBegun: Sendable {
  struct Begun: Sendable {
    /// The call; nil once it was told how it ended.
    var call: RequestsInFlight.Request?
    /// The tool that was called.
    var tool: ExactText
    /// Whether the call passed on a person's approval.
    var isApproved = false
    /// The policy by which it was judged; nil where another is in force since.
    var revision: String?
  }

  static let capacity = 1_000
  static let longestID = 1_024

  private var tasks: [ExactText: Begun] = [:]
  private var order: [ExactText] = []

  subscript(_ id: ExactText) -> Begun? { tasks[id] }

  /// Whether any call waits for the end of its task.
  var isEmpty: Bool { tasks.isEmpty }

  /// Takes a task in; gives the call of one that is forgotten for it, and that nobody will hear the end of.
  mutating func begin(_ id: ExactText, _ begun: Begun) -> RequestsInFlight.Request? {
    if let replaced = tasks.updateValue(begun, forKey: id) { return replaced.call }
    order.append(id)
    guard order.count > Self.capacity else { return nil }
    return tasks.removeValue(forKey: order.removeFirst())?.call
  }

  /// The task is over: gives its call, once.
  mutating func end(_ id: ExactText) -> RequestsInFlight.Request? {
    guard let call = tasks[id]?.call else { return nil }
    tasks[id]?.call = nil
    return call
  }

  /// Forgets all; gives the calls whose tasks were not over, the oldest first.
  mutating func removeAll() -> [RequestsInFlight.Request] {
    defer { self = TasksBegun() }
    return order.compactMap { tasks[$0]?.call }
  }
}
