internal import JSONText

extension [UInt8] {
  /// Appends a JSON string with its quotes.
  package mutating func appendQuoted(_ text: String) { JSONWriter.append(text, to: &self) }
}
