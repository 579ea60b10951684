package import JSONText

/// Why a client's file cannot be read, and where.
package struct DocumentProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package var message: String
  package var place: TextPlace?

  package init(_ message: String, at place: TextPlace? = nil) {
    self.message = message
    self.place = place
  }

  init(_ message: String, at offset: Int, in text: [UInt8]) {
    self.init(message, at: TextPlace(of: offset, in: text))
  }

  package var description: String { place.map { "\($0): \(message)" } ?? message }
}
