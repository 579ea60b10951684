import JSONText

/// What a call adds to a limit that counts an argument instead of calls.
enum Cost: Hashable, Sendable {
  case amount(Amount)
  /// There is none that could be counted; the reason is a clause.
  case refused(String)

  /// Reads the argument at a path.
  ///
  /// Servers may take `"5"` for 5 or a missing amount for their own default: what is no number is refused, never counted
  /// as nothing.
  init(_ path: ConditionPath, arguments: JSONNode?) {
    guard let node = path.value(in: arguments) else {
      self = .refused("the cost \(path.text) is missing")
      return
    }
    guard case .number(let number) = node.content else {
      self = .refused("the cost \(path.text) is \(node.kindInWords)\(node.isNull ? "" : ", not a number")")
      return
    }
    if let amount = Amount(roundingUp: number) {
      self = .amount(amount)
    } else {
      let isNegative = number.text.utf8.first == 0x2D
      self = .refused("the cost \(path.text) is \(isNegative ? "negative" : "too extreme to be counted")")
    }
  }
}
