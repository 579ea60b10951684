/// The beginning of what a call was made with, for one row of a list; hostile text, its secrets hidden.
package struct CallGlimpse: Hashable, Sendable {
  /// The number of the call's decision.
  package var sequence: UInt64
  /// `path="/srv/app" depth=2 files=[3]`; empty where there are no arguments.
  package var text: String
  /// So many bytes of compact JSON are not in it.
  package var more: Int
  /// Whether the gate still has the arguments.
  package var isKnown: Bool

  /// So many calls are told of at once.
  package static let most = 200
  /// So many characters are told of each.
  package static let longest = 240

  package init(sequence: UInt64, text: String, more: Int = 0, isKnown: Bool = true) {
    self.sequence = sequence
    self.text = text
    self.more = more
    self.isKnown = isKnown
  }
}
