import JSONText

/// What a call adds to a limit that counts an argument instead of calls.
enum Cost: Hashable, Sendable {
  case amount(Amount)
  /// There is none that could be counted; the reason is a clause.
  case refused(String)

  /// Reads the argument at a path.
  init(_ path: ConditionPath, arguments: JSONNode?) {
    self = .refused("the cost \(path.text) is missing")
  }
}
