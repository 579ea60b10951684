package import JSONText

/// One comparison: a place in a call, an operator, a value; compiled when the policy is read.
package struct Condition: Sendable {
  /// Its place in the policy.
  package let pointer: String
  package let path: ConditionPath
  package let op: ConditionOperator
  /// The value as it is written.
  package let value: JSONNode
  let test: ConditionTest

  /// Compiles a condition.
  ///
  /// Throws: `ConditionMistake` where the value does not fit the operator.
  package init(pointer: String, path: ConditionPath, op: ConditionOperator, value: JSONNode) throws(ConditionMistake) {
    if case .call = path.root { try Self.checkFitsString(path, op, value) }
    self.pointer = pointer
    self.path = path
    self.op = op
    self.value = value
    test = try ConditionTest(op, value)
  }

  /// `call.client` and its like are strings, which some operators cannot take and some values never equal.
  private static func checkFitsString(
    _ path: ConditionPath, _ op: ConditionOperator, _ value: JSONNode
  ) throws(ConditionMistake) {
    func refuse(_ node: JSONNode) -> ConditionMistake {
      ConditionMistake(
        "`\(path.text)` is a string, and \(node.kindInWords) never equals one", help: "write a string in quotes")
    }
    switch op {
    case .lt, .lte, .gt, .gte:
      throw ConditionMistake(
        "`\(path.text)` is a string, and `\(op.rawValue)` compares numbers", help: "use `eq`, `in`, `glob` or `regex`")
    case .eq, .neq, .contains, .notContains:
      if value.text == nil { throw refuse(value) }
    case .in, .notIn:
      for element in value.elements ?? [] where element.text == nil { throw refuse(element) }
    case .startsWith, .endsWith, .glob, .regex, .notRegex, .exists, .lengthLt, .lengthLte, .lengthGt, .lengthGte,
      .within, .hostIn:
      break
    }
  }
}

/// Conditions are equal that say the same, wherever they stand.
extension Condition: Hashable {
  package static func == (left: Condition, right: Condition) -> Bool {
    left.path == right.path && left.op == right.op && left.value.means(right.value)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(path)
    hasher.combine(op)
    hasher.combine(JSONMeaning(value))
  }

  package func saysTheSame(as other: Condition) -> Bool { self == other }
}

/// What the conditions of one call look at.
package struct ConditionSubject: Sendable {
  package let call: Call
  /// The arguments of a tool or prompt, `{"uri": ...}` of a resource, the parameters of a server's request; nil if there are none.
  package let arguments: JSONNode?

  package init(call: Call, arguments: JSONNode?) {
    self.call = call
    self.arguments = arguments
  }
}
