import JSONText

/// How one condition came out.
package struct ConditionReport: Hashable, Sendable {
  package enum Outcome: String, CaseIterable, Hashable, Sendable {
    case holds, fails, missing
    case wrongType = "wrong type"
  }

  /// The condition's place in the policy.
  package var pointer: String
  package var path: String
  package var op: String
  /// The condition's value as compact JSON.
  package var value: String
  package var outcome: Outcome
  /// What was found as compact JSON, cut where it is long; nil where there was nothing.
  package var found: String?

  package init(pointer: String, path: String, op: String, value: String, outcome: Outcome, found: String?) {
    self.pointer = pointer
    self.path = path
    self.op = op
    self.value = value
    self.outcome = outcome
    self.found = found
  }
}

extension ConditionReport {
  /// More of what was found is not shown.
  private static let mostFound = 120

  /// The report on a condition; of several values under `[*]` it shows the one that decided.
  init(_ condition: Condition, _ outcome: Condition.Outcome) {
    let end = condition.path.steps.count
    let (path, found): (String, String?) =
      switch outcome.place.found {
      case .value(let node):
        (condition.path.written(upTo: end, outcome.place.elements), JSONExcerpt.text(of: node, most: Self.mostFound))
      case .blocked(let node, let step):
        (condition.path.written(upTo: step, outcome.place.elements), JSONExcerpt.text(of: node, most: Self.mostFound))
      case .missing: (condition.path.text.string, nil)
      }
    self.init(
      pointer: condition.pointer, path: path, op: condition.op.rawValue,
      value: String(decoding: condition.value.compact, as: UTF8.self), outcome: outcome.result, found: found)
  }
}

/// The beginning of a value as compact JSON, made without writing the whole of a big one.
enum JSONExcerpt {
  static func text(of node: JSONNode, most: Int) -> String {
    var bytes: [UInt8] = []
    append(node, to: &bytes, upTo: most * 8)
    let text = String(decoding: bytes, as: UTF8.self)
    let scalars = text.unicodeScalars
    guard scalars.count > most else { return text }
    return String(String.UnicodeScalarView(scalars.prefix(most - 1))) + "…"
  }

  /// Stops where enough is written; what it leaves is cut off anyway.
  private static func append(_ node: JSONNode, to bytes: inout [UInt8], upTo enough: Int) {
    switch node.content {
    case .null, .bool, .number: bytes += node.compact
    case .string(let text): append(text, to: &bytes, upTo: enough)
    case .array(let elements):
      bytes.append(0x5B)
      for (index, element) in elements.enumerated() {
        if bytes.count > enough { return }
        if index > 0 { bytes.append(0x2C) }
        append(element, to: &bytes, upTo: enough)
      }
      bytes.append(0x5D)
    case .object(let members):
      bytes.append(0x7B)
      for (index, member) in members.enumerated() {
        if bytes.count > enough { return }
        if index > 0 { bytes.append(0x2C) }
        append(member.key, to: &bytes, upTo: enough)
        bytes.append(0x3A)
        append(member.value, to: &bytes, upTo: enough)
      }
      bytes.append(0x7D)
    }
  }

  private static func append(_ text: ExactText, to bytes: inout [UInt8], upTo enough: Int) {
    JSONWriter.append(String(String.UnicodeScalarView(text.string.unicodeScalars.prefix(enough))), to: &bytes)
  }
}
