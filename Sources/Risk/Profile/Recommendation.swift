package import JSONText

/// The rule that a tool could start with, and what would make it tighter where only a person knows the values.
package struct Recommendation: Hashable, Sendable {
  package var rule: RecommendedRule
  /// The rule in words.
  package var words: String
  /// Conditions that its parameters invite, each one line; no values are made up.
  package var suggestions: [String]

  /// The rule as policy.json holds it.
  package var node: JSONNode { rule.node }

  init(_ category: Category, _ parameters: ParameterOutline) {
    rule = RecommendedRule(for: category)
    words =
      switch rule {
      case .allow: "every call passes"
      case .limit(let most, let matchesSchema):
        "each client may call it \(most) times in any minute"
          + (matchesSchema ? ", with arguments that satisfy the tool's own schema" : "") + "; more is denied"
      case .requireApproval: "a person decides about each call; it is denied where nobody does"
      }
    suggestions = []
    for row in parameters.rows.prefix(100) {
      guard suggestions.count < 6, let line = Self.suggestion(for: row, category), !suggestions.contains(line) else {
        continue
      }
      suggestions.append(line)
    }
  }

  private static func suggestion(for row: ParameterOutline.Row, _ category: Category) -> String? {
    let path = "`\(row.path)`"
    return switch row.purpose {
    case .path: "require \(path) within the folders that it needs"
    case .url: "require \(path) host_in the hosts that it needs"
    case .host: "require \(path) in the machines that it needs"
    case .command: "require \(path) regex of the commands that it needs"
    case .statement: "deny_if \(path) regex of the statements that nobody should send"
    case .amount: category == .financial ? "limits with cost \(path): no more than a sum a day" : nil
    case .recipient: category == .read ? nil : "require \(path) in, or ends_with, those that it may write to"
    case .act:
      row.choices.count > 1 ? "require \(path) in those of its \(row.choices.count) values that are needed" : nil
    case nil: nil
    }
  }
}
