package import JSONText

/// The JSON text of one rule, as somebody writes it by hand.
package enum RuleText {
  /// Reads a rule as strictly as it would be read in its place.
  ///
  /// Throws: `PolicyRejection` with everything that is wrong; places are those in this text, pointers begin at the rule.
  package static func read(_ text: [UInt8], at place: RuleAddress) throws(PolicyRejection) -> JSONNode {
    let root = try PolicyDocument.tree(text, of: .rule)
    let problems = problems(of: root, text, place)
    guard problems.allSatisfy({ $0.weight == .warning }) else { throw PolicyRejection(problems: problems) }
    return root
  }

  /// Everything that is wrong or odd about a rule that a program holds; pointers begin at the rule.
  package static func problems(of rule: JSONNode, at place: RuleAddress) -> [PolicyProblem] {
    let text = rule.compact
    do throws(PolicyRejection) {
      return problems(of: try PolicyDocument.tree(text, of: .rule), text, place)
    } catch {
      return error.problems
    }
  }

  private static func problems(of root: JSONNode, _ text: [UInt8], _ place: RuleAddress) -> [PolicyProblem] {
    var reader = PolicyReader(text)
    _ = reader.rule(JSONMember(key: place.key, value: root), RulePlace(place.section))
    reader.refuseInexactNumbers(root)
    return reader.problems()
  }
}

extension RulePlace {
  init(_ section: RuleAddress.Section) {
    switch section {
    case .tools: self = .tool
    case .resources: self = .resource
    case .prompts: self = .prompt
    case .serverRequests: self = .serverRequest
    case .allTools: self = .allTools
    }
  }
}
