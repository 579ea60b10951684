package import JSONText

/// What has become of some pins of one server at once.
package struct PinNews: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Heard of first, and taken as it is.
    case recorded
    /// New on a server that was known; with strict pins, on any.
    case added
    /// Not as it was accepted.
    case changed
    /// As it was accepted again.
    case restored
    case removed
    case accepted
    case rejected
    /// The file cannot be read or written.
    case failed
  }

  package var kind: Kind
  package var server: ExactText
  /// The first of them.
  package var tools: [ExactText]
  /// How many there are.
  package var count: Int
  /// Whether it is about the server's instructions.
  package var isOfInstructions = false

  /// More names are not told.
  package static let mostTools = 20

  package init(_ kind: Kind, _ server: ExactText, _ tools: [ExactText], isOfInstructions: Bool = false) {
    self.kind = kind
    self.server = server
    self.tools = Array(tools.prefix(Self.mostTools))
    count = tools.count
    self.isOfInstructions = isOfInstructions
  }
}
