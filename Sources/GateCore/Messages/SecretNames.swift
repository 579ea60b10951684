/// Which names promise that what they name is nobody's to see.
enum SecretNames {
  private static let parts: [StaticString] = [
    "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "APIKEY", "ACCESSKEY", "PRIVATEKEY",
    "COOKIE", "AUTHORIZATION", "CONNECTIONSTRING",
  ]
  private static let ends: [StaticString] = ["KEY", "KEYS", "_PWD", "_PASS", "_PAT", "_DSN"]

  /// Whether a variable, a member or an option of this name holds a secret, whatever the case of its letters: `API_KEY`,
  /// `--auth-token`.
  static func contains(_ name: some Sequence<UInt8>) -> Bool {
    var whole: [UInt8] = []
    for byte in name.prefix(128) {
      switch byte {
      case 0x61...0x7A: whole.append(byte - 0x20)
      case 0x2D: whole.append(0x5F)
      default: whole.append(byte)
      }
    }
    let joined = whole.filter { $0 != 0x5F }
    return parts.contains { contains($0, joined) } || ends.contains { ends(whole, $0) }
  }

  private static func bytes(_ text: StaticString) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  private static func ends(_ name: [UInt8], _ end: StaticString) -> Bool {
    let count = end.utf8CodeUnitCount
    return name.count >= count && (unsafe name.suffix(count).elementsEqual(bytes(end)))
  }

  private static func contains(_ part: StaticString, _ name: [UInt8]) -> Bool {
    let count = part.utf8CodeUnitCount
    guard name.count >= count else { return false }
    return (0...(name.count - count)).contains { start in
      unsafe name[start..<(start + count)].elementsEqual(bytes(part))
    }
  }
}
