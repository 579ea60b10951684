import JSONText

/// What a count belongs to: names only, so that it outlives an edit of the policy.
struct CounterKey: Hashable, Sendable {
  enum Name: Hashable, Sendable {
    case named(ExactText)
    case own(place: ExactText, tool: ExactText?)
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

  /// A name that is not longer than a digest: a peer chooses tool names, and a key lives as long as its window.
  static func bounded(_ name: ExactText) -> ExactText {
    name.utf8.count <= 256 ? name : ExactText(ContentDigest(of: Array(name.utf8)).hexadecimal)
  }
}
