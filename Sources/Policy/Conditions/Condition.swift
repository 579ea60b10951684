import JSONText

/// One comparison: a place in a call, an operator, a value; compiled when the policy is read.
struct Condition: Sendable {
  /// Its place in the policy.
  let pointer: String
  let path: ConditionPath
  let op: ConditionOperator
  /// The value as it is written.
  let value: JSONNode

  /// Compiles a condition.
  ///
  /// Throws: `ConditionMistake` where the value does not fit the operator.
  init(pointer: String, path: ConditionPath, op: ConditionOperator, value: JSONNode) throws(ConditionMistake) {
    self.pointer = pointer
    self.path = path
    self.op = op
    self.value = value
  }
}

/// What the conditions of one call look at.
struct ConditionSubject: Sendable {
  let call: Call
  /// The arguments of a tool or prompt, `{"uri": ...}` of a resource, the parameters of a server's request; nil if there are none.
  let arguments: JSONNode?
}
