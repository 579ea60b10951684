package import JSONText

/// A policy text that was read and accepted.
package struct PolicyDocument: Sendable {
  package let text: [UInt8]
  /// The first 12 digits of the text's digest.
  package let revision: String
  package let warnings: [PolicyProblem]
  let content: PolicyContent

  /// A longer text is refused unread.
  package static let longest = 16 << 20

  /// Reads a policy strictly.
  ///
  /// Throws: `PolicyRejection` with everything that is wrong.
  package static func read(_ text: [UInt8]) throws(PolicyRejection) -> PolicyDocument {
    let root = try tree(text)
    var reader = PolicyReader(text)
    let content = reader.policy(root)
    reader.refuseInexactNumbers(root)
    // Of a text that is misread nothing is certain.
    if reader.errorCount == 0 { reader.warn(of: PolicyOddities(content).found, in: root) }
    let problems = reader.problems()
    guard problems.allSatisfy({ $0.weight == .warning }) else { throw PolicyRejection(problems: problems) }
    return PolicyDocument(
      text: text, revision: ContentDigest(of: text).short, warnings: problems, content: content)
  }

  /// The tree of a text.
  ///
  /// Throws: `PolicyRejection` where it is too long or no JSON.
  static func tree(
    _ text: [UInt8], of subject: TextMistake.Subject = .policy
  ) throws(PolicyRejection) -> JSONNode {
    guard text.count <= longest else {
      let start = TextPlace(line: 1, column: 1)
      throw PolicyRejection(problems: [
        PolicyProblem(
          weight: .error, place: start, pointer: "",
          message: "a \(subject.rawValue) has at most \(longest) bytes, not \(text.count)"
        )
      ])
    }
    do throws(JSONError) {
      return try JSONNode.read(text)
    } catch {
      let mistake = TextMistake(error, in: text, of: subject)
      throw PolicyRejection(problems: [
        PolicyProblem(
          weight: .error, place: TextPlace(of: mistake.offset, in: text), pointer: mistake.pointer,
          message: mistake.message, help: mistake.help)
      ])
    }
  }

  /// The names of the servers that have a part of their own, in the order of the text.
  package var servers: [ExactText] { content.servers.map(\.name) }

  /// False in a policy that only observes.
  package var isEnforced: Bool { content.isEnforced }

  /// The `default` that is written for a server, or for all (nil).
  package func defaultSetting(server: ExactText?) -> DefaultSetting? { content.level(server)?.fallback?.setting }
}

extension PolicyDocument: Hashable {
  // The text says it all; the rest is made from it.
  package static func == (left: PolicyDocument, right: PolicyDocument) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(revision) }
}

/// Why a policy text is not accepted.
package struct PolicyRejection: Error, Hashable, Sendable, CustomStringConvertible {
  /// All errors and warnings in the order of the text; at least one error.
  package let problems: [PolicyProblem]

  package init(problems: [PolicyProblem]) { self.problems = problems }

  package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// What a policy says where no rule does.
package enum DefaultSetting: String, CaseIterable, Hashable, Sendable {
  case allow, deny
  case requireApproval = "require_approval"
}
