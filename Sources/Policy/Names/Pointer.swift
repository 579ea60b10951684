import JSONText

/// JSON pointers (RFC 6901).
package enum Pointer {
  /// A key or an index as one step of a pointer.
  package static func token(_ key: String) -> String {
    guard key.utf8.contains(where: { $0 == 0x7E || $0 == 0x2F }) else { return key }
    var out: [UInt8] = []
    for byte in key.utf8 {
      switch byte {
      case 0x7E: out.append(contentsOf: [0x7E, 0x30])
      case 0x2F: out.append(contentsOf: [0x7E, 0x31])
      default: out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
