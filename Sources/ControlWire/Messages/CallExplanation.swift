package import Policy

/// What one call was made with, and what the policy in force says to it now, step by step.
package struct CallExplanation: Hashable, Sendable {
  /// The number of the call's decision.
  package var sequence: UInt64
  /// The arguments as compact JSON, their secrets hidden; nil where the gate has them no longer, or there were none.
  package var arguments: [UInt8]?
  /// So many bytes there are in all.
  package var argumentsBytes: Int
  /// `arguments` is the beginning of them only.
  package var isCut: Bool
  package var hasHiddenSecrets: Bool
  /// The call's `_meta` in the same way; nil where it had none, or that is not kept.
  package var meta: [UInt8]?
  /// The revision of the policy that judged the call then, and of the one in force, which the steps are of.
  package var revisionThen: String?
  package var revision: String?
  /// Nil where it cannot be told; `problem` says why.
  package var explanation: Explanation?
  /// What is not known, in words.
  package var problem: String?

  package init(
    sequence: UInt64, arguments: [UInt8]? = nil, argumentsBytes: Int = 0, isCut: Bool = false,
    hasHiddenSecrets: Bool = false, meta: [UInt8]? = nil, revisionThen: String? = nil, revision: String? = nil,
    explanation: Explanation? = nil, problem: String? = nil
  ) {
    self.sequence = sequence
    self.arguments = arguments
    self.argumentsBytes = argumentsBytes
    self.isCut = isCut
    self.hasHiddenSecrets = hasHiddenSecrets
    self.meta = meta
    self.revisionThen = revisionThen
    self.revision = revision
    self.explanation = explanation
    self.problem = problem
  }

  /// Whether the policy is another one than when the call was judged.
  package var isOfAnotherPolicy: Bool { revision != revisionThen }
}
