import JSONText

/// What a count belongs to: names only, so that it outlives an edit of the policy.
///
/// Every text in it is `bounded`.
struct CounterKey: Hashable, Sendable {
  enum Name: Hashable, Sendable {
    case named(ExactText)
    /// With what is counted, so that the limits of one rule that count different things do not share a count.
    case own(place: ExactText, tool: ExactText?, cost: ExactText?, count: PolicyLimit.Counting)
  }

  enum Holder: Hashable, Sendable {
    case grant(ExactText)
    case session(ExactText)
    case server(ExactText)
    case everyone
  }

  let name: Name
  let window: LimitWindow
  let holder: Holder

  /// In bytes.
  static let longestText = 256

  /// A name that is not longer than `longestText`, else its digest: a peer chooses tool names, and a key lives as long
  /// as its window.
  static func bounded(_ name: ExactText) -> ExactText {
    name.utf8.count <= longestText ? name : ExactText(ContentDigest(of: Array(name.utf8)).hexadecimal)
  }
}
