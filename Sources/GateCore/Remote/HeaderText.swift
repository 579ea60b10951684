/// How a value of a message is written in a header, as the 2026-07-28 revision has it.
package enum HeaderText {
  /// The value itself where it can stand in a header, else its base64 between two marks.
  package static func encoded(_ value: some Collection<UInt8>) -> [UInt8] {
    let value = Array(value)
    let isPlain = value.allSatisfy { 0x20...0x7E ~= $0 } && value.first != 0x20 && value.last != 0x20
    let isMarked = value.starts(with: start.utf8) && value.reversed().starts(with: end.utf8.reversed())
    if isPlain, !isMarked { return value }
    return Array(start.utf8) + base64(value) + Array(end.utf8)
  }

  private static let start = "=?base64?"
  private static let end = "?="

  static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for place in stride(from: 0, to: bytes.count, by: 3) {
      let rest = bytes.count - place
      let word =
        UInt32(bytes[place]) << 16 | (rest > 1 ? UInt32(bytes[place + 1]) << 8 : 0)
        | (rest > 2 ? UInt32(bytes[place + 2]) : 0)
      for index in 0..<4 {
        text.append(index <= rest ? alphabet[Int(word >> UInt32(18 - 6 * index) & 63)] : 0x3D)
      }
    }
    return text
  }
}
