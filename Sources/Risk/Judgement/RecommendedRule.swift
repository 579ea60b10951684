package import JSONText

/// The rule that a category of tools starts with until a person decides otherwise.
package enum RecommendedRule: Hashable, Sendable {
  case allow
  /// At most so many calls in any minute; `matchSchema` also wants arguments that satisfy the tool's own schema.
  case limit(perMinute: Int, matchSchema: Bool)
  case requireApproval

  package init(for category: Category) {
    switch category {
    case .read: self = .allow
    case .write: self = .limit(perMinute: 30, matchSchema: false)
    case .execute: self = .limit(perMinute: 10, matchSchema: true)
    case .destructive, .financial: self = .requireApproval
    }
  }

  /// In a few words, for a table.
  package var summary: String {
    switch self {
    case .allow: "allow"
    case .limit(let max, let matchSchema): "\(max)/minute" + (matchSchema ? ", arguments match the schema" : "")
    case .requireApproval: "require approval"
    }
  }

  /// The rule as policy.json holds it.
  package var node: JSONNode {
    func object(_ members: KeyValuePairs<String, JSONNode>) -> JSONNode {
      JSONNode(.object(members.map { JSONMember(key: ExactText($0.key), value: $0.value) }))
    }
    func string(_ text: String) -> JSONNode { JSONNode(.string(ExactText(text))) }
    switch self {
    case .allow:
      return object(["action": string("allow")])
    case .limit(let max, let matchSchema):
      let limit = object(["window": string("minute"), "max": JSONNode(.number(JSONNumber(max)))])
      let limits = JSONNode(.array([limit]))
      return matchSchema
        ? object(["limits": limits, "match_schema": JSONNode(.bool(true))]) : object(["limits": limits])
    case .requireApproval:
      return object(["action": string("require_approval")])
    }
  }
}
