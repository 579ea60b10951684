import JSONText
import Policy

/// A condition judges whatever it meets, alike in the lists that let through and in those that do not.
///
/// The input's lines are an operator, a path, a value and arguments.
func checkConditions(_ input: [UInt8]) throws(Complaint) {
  let parts = lines(input, 4)
  guard parts.count == 4 else { return }
  let words = parts.map { String(decoding: $0, as: UTF8.self) }
  let path: ConditionPath
  do throws(ConditionMistake) {
    path = try ConditionPath(ExactText(words[1]))
  } catch {
    return try check(error, in: words[1])
  }
  let arguments = try? JSONNode.read(parts[3])
  guard let value = try? JSONNode.read(parts[2]) else { return }
  let call = Call(server: "git", target: .tool(ExactText(words[3])), grant: "local", session: "s", client: "client")
  let subject = ConditionSubject(call: call, arguments: arguments)
  for op in ConditionOperator.allCases where words[0].isEmpty || words[0] == op.rawValue {
    let condition: Condition
    do throws(ConditionMistake) {
      condition = try Condition(pointer: "/c", path: path, op: op, value: value)
    } catch {
      try check(error, in: nil)
      continue
    }
    try check(condition, subject)
  }
}

private func check(_ mistake: ConditionMistake, in text: String?) throws(Complaint) {
  try demand(!mistake.message.isEmpty, "a mistake says nothing")
  if let text, let range = mistake.range {
    try demand(range.upperBound <= text.utf8.count, "a mistake stands outside of the text")
  }
}

private func check(_ condition: Condition, _ subject: ConditionSubject) throws(Complaint) {
  let entry = ConditionEntry(pointer: "/e", line: 1, conditions: [condition])
  var holds: [ConditionEntry.Kind: Bool] = [:]
  for kind in ConditionEntry.Kind.allCases {
    let outcome = entry.outcome(kind, subject)
    holds[kind] = outcome.holds
    let what = "\(condition.inWords) in \(kind.rawValue)"
    if outcome.mistyped != nil {
      try demand(outcome.holds == !kind.isPermissive, "\(what) does not fail closed at a wrong type")
    }
    let reports = entry.reports(kind, subject)
    try demand(reports.count == 1, "\(what) is not reported once")
    for report in reports {
      let isMistyped = report.outcome == .wrongType
      try demand(isMistyped == (outcome.mistyped != nil), "\(what) is reported as \(report.outcome.rawValue)")
      if !isMistyped, report.outcome != .missing {
        try demand((report.outcome == .holds) == outcome.holds, "\(what) is reported as \(report.outcome.rawValue)")
      }
    }
  }
  try demand(holds[.require] == holds[.allowIf], "\(condition.inWords): require and allow_if differ")
  try demand(holds[.denyIf] == holds[.approveIf], "\(condition.inWords): deny_if and approve_if differ")
  // What is sure enough to let a call through is sure enough to stop one.
  if holds[.require] == true {
    try demand(holds[.denyIf] == true, "\(condition.inWords): require holds and deny_if does not")
  }
}
