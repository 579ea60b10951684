/// What a user, or a client's file, may say in a header that goes with every request to a server.
package enum GivenHeader {
  /// The most bytes of a value.
  package static let longestValue = 16_384

  /// Those that are not the user's to give: they belong to HTTP or to the protocol.
  private static let ours: Set<String> = [
    "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host",
    "keep-alive", "last-event-id", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
  ]

  package static func isOurs(_ name: String) -> Bool {
    let lower = name.lowercased()
    return ours.contains(lower) || lower.hasPrefix("mcp-")
  }

  /// Whether HTTP has such a name.
  package static func isName(_ name: String) -> Bool {
    1...128 ~= name.utf8.count
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// Whether a value is one line of text.
  package static func isValue(_ bytes: some Collection<UInt8>) -> Bool {
    1...longestValue ~= bytes.count && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }
}
