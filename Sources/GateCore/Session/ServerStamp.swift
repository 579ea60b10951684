internal import JSONText
internal import MCPWire

/// Whom a server of the stateless era says that it is, as it writes that into each of its results.
///
/// What the gate answers in the server's stead is to say the same: else a hidden tool would be told from one that the
/// server does not have.
struct ServerStamp: Sendable {
  /// A longer one is not kept.
  private static let limit = 4096

  /// The value, without blanks between its tokens.
  private var value: [UInt8] = []

  var isEmpty: Bool { value.isEmpty }

  /// Keeps what a server has written, if it has written anything.
  mutating func remember(_ range: Range<Int>?, _ line: Span<UInt8>) {
    guard let range, range.count <= Self.limit else { return }
    value.removeAll(keepingCapacity: true)
    value.appendCompact(line, range)
  }

  /// Writes the members that go into a result's `_meta`.
  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key(ServerInfo.key)
    writer.raw(value)
    writer.endObject()
  }
}
