/// The beginning of an event's line: its number and the word for what it tells.
package struct LineHead: Sendable {
  package enum Kind: Hashable, Sendable { case decision, result, approval, other }

  package var sequence: Int
  package var kind: Kind

  /// Nil for a line that begins otherwise than a gate writes the lines of its stream.
  package init?(_ bytes: Span<UInt8>) {
    var line = LineScanner()
    guard line.take("{\"seq\":", bytes), let sequence = line.number(bytes), line.take(",\"time\":\"", bytes),
      line.string(bytes) != nil, line.take(",\"event\":\"", bytes)
    else { return nil }
    self.sequence = sequence
    if line.take("decision\"", bytes) {
      kind = .decision
    } else if line.take("result\"", bytes) {
      kind = .result
    } else if line.take("approval\"", bytes) {
      kind = .approval
    } else {
      kind = .other
    }
  }
}
