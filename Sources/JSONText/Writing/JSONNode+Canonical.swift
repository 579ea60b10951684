extension JSONNode {
  /// One spelling for all values that mean the same: no blanks, members sorted by the bytes of their keys, numbers by
  /// their exact value.
  ///
  /// It is for digests, not for other readers. It goes as deep as the value does, which reading bounds.
  package var canonical: [UInt8] {
    var bytes: [UInt8] = []
    appendCanonical(to: &bytes)
    return bytes
  }

  private func appendCanonical(to bytes: inout [UInt8]) {
    switch content {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let number): bytes.append(contentsOf: number.canonical.utf8)
    case .string(let text): JSONWriter.append(text.string, to: &bytes)
    case .array(let elements):
      bytes.append(0x5B)
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(0x2C) }
        element.appendCanonical(to: &bytes)
      }
      bytes.append(0x5D)
    case .object(let members):
      bytes.append(0x7B)
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { bytes.append(0x2C) }
        JSONWriter.append(member.key.string, to: &bytes)
        bytes.append(0x3A)
        member.value.appendCanonical(to: &bytes)
      }
      bytes.append(0x7D)
    }
  }
}

extension JSONNumber {
  /// `-12e-1` for -1.2, -1.20 and -12e-1: the digits that count, and the power of ten; its own text where that is too extreme.
  fileprivate var canonical: String {
    var digits: [UInt8] = []
    var power = 0
    var exponent: (isNegative: Bool, value: Int)?
    var isFraction = false
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39:
        if let (isNegative, value) = exponent {
          guard value < 1 << 40 else { return text }
          exponent = (isNegative, value * 10 + Int(byte - 0x30))
        } else {
          if isFraction { power -= 1 }
          if byte != 0x30 || !digits.isEmpty { digits.append(byte) }
        }
      case 0x2E: isFraction = true
      case 0x65, 0x45: exponent = (false, 0)
      case 0x2D: if exponent != nil { exponent?.isNegative = true }
      default: continue
      }
    }
    guard !digits.isEmpty else { return "0" }
    while digits.last == 0x30 {
      digits.removeLast()
      power += 1
    }
    power += exponent.map { $0.isNegative ? -$0.value : $0.value } ?? 0
    let sign = text.utf8.first == 0x2D ? "-" : ""
    return "\(sign)\(String(decoding: digits, as: UTF8.self))e\(power)"
  }
}
