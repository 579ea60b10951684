/// Reads JSON as leniently as it is told to; never fails worse than with nil.
struct LenientParser {
  private let bytes: [UInt8]
  private let leniency: Leniency
  private(set) var position = 0

  private static let deepest = 150

  init(_ bytes: [UInt8], _ leniency: Leniency) {
    self.bytes = bytes
    self.leniency = leniency
  }

  /// The values of one frame, in order; empty where the reader would give up.
  static func values(in frame: [UInt8], _ leniency: Leniency) -> [LenientValue] {
    let frame = leniency.guessesEncoding ? LenientText.recoded(frame) : frame
    var parser = LenientParser(frame, leniency)
    if leniency.skipsByteOrderMark, frame.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    var values: [LenientValue] = []
    repeat {
      parser.skipBlanks()
      guard parser.position < frame.count, let value = parser.value(0) else { return leniency.readsOn ? values : [] }
      values.append(value)
      parser.skipBlanks()
      // Some readers of streams want, or overlook, something between documents.
      if leniency.readsOn, let byte = parser.peek, byte == 0x2C || byte == 0x00 { parser.position += 1 }
    } while leniency.readsOn && parser.position < frame.count
    return leniency.readsOn || leniency.ignoresTrailing || parser.position == frame.count ? values : []
  }

  /// The value that some text begins with.
  static func first(in text: [UInt8]) -> LenientValue? {
    var parser = LenientParser(text, Leniency())
    return parser.value(0)
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  private mutating func take(_ word: String) -> Bool {
    guard starts(with: word) else { return false }
    position += word.utf8.count
    return true
  }

  // MARK: Between tokens

  private mutating func skipBlanks() {
    while let byte = peek {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case 0x01...0x1F:
        guard leniency.takesOddBlanks else { return }
        position += 1
      case 0xC2, 0xE2, 0xEF: guard leniency.takesOddBlanks, skipWideBlank() else { return }
      case 0x2F, 0x23: guard leniency.takesComments, skipComment() else { return }
      default: return
      }
    }
  }

  private mutating func skipWideBlank() -> Bool {
    for blank in ["\u{85}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{200B}", "\u{FEFF}"] where take(blank) { return true }
    return false
  }

  private mutating func skipComment() -> Bool {
    if take("/*") {
      while position < bytes.count {
        if take("*/") { return true }
        position += 1
      }
      return true
    }
    guard starts(with: "//") || starts(with: "#") else { return false }
    while let byte = peek, byte != 0x0A, byte != 0x0D { position += 1 }
    return true
  }

  // MARK: Values

  private mutating func value(_ depth: Int) -> LenientValue? {
    skipBlanks()
    guard let byte = peek else { return nil }
    switch byte {
    case 0x7B: return depth < Self.deepest ? object(depth) : skipDeep()
    case 0x5B: return depth < Self.deepest ? array(depth) : skipDeep()
    case 0x22: return string(0x22).map { .string($0) }
    case 0x27 where leniency.takesSingleQuotes: return string(0x27).map { .string($0) }
    default: return word()
    }
  }

  private mutating func word() -> LenientValue? {
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("null") { return .null }
    if leniency.takesNaN {
      for name in ["NaN", "-NaN", "Infinity", "-Infinity", "nan"] where take(name) { return .number("0") }
    }
    return number()
  }

  private mutating func number() -> LenientValue? {
    let start = position
    while let byte = peek {
      guard
        0x30...0x39 ~= byte || 0x41...0x46 ~= byte || 0x61...0x66 ~= byte
          || [0x2B, 0x2D, 0x2E, 0x58, 0x78].contains(byte)
      else { break }
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard !text.isEmpty else { return nil }
    if leniency.takesOddNumbers {
      if text.hasPrefix("0x") || text.hasPrefix("0X") {
        return Int(text.dropFirst(2), radix: 16).map { .number(String($0)) }
      }
      return Double(text).map { _ in .number(text) }
    }
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard let first = digits.utf8.first, 0x30...0x39 ~= first, Double(text) != nil, digits.utf8.last != 0x2E,
      !text.utf8.contains(0x78), !text.utf8.contains(0x58)
    else { return nil }
    let second = digits.utf8.dropFirst().first
    if first == 0x30, let second, 0x30...0x39 ~= second { return nil }
    return .number(text)
  }

  private mutating func array(_ depth: Int) -> LenientValue? {
    position += 1
    var elements: [LenientValue] = []
    while true {
      skipBlanks()
      if take(0x5D) {
        return elements.isEmpty || leniency.takesTrailingCommas ? .array(elements) : nil
      }
      guard let element = value(depth + 1) else { return nil }
      elements.append(element)
      skipBlanks()
      if take(0x5D) { return .array(elements) }
      guard take(0x2C) else { return nil }
    }
  }

  private mutating func object(_ depth: Int) -> LenientValue? {
    position += 1
    var members: [(key: String, value: LenientValue)] = []
    while true {
      skipBlanks()
      if take(0x7D) {
        return members.isEmpty || leniency.takesTrailingCommas ? .object(members) : nil
      }
      guard let key = key() else { return nil }
      skipBlanks()
      guard take(0x3A), let value = value(depth + 1) else { return nil }
      members.append((key, value))
      skipBlanks()
      if take(0x7D) { return .object(members) }
      guard take(0x2C) else { return nil }
    }
  }

  private mutating func key() -> String? {
    if peek == 0x22 { return string(0x22) }
    if leniency.takesSingleQuotes, peek == 0x27 { return string(0x27) }
    guard leniency.takesBareKeys else { return nil }
    let start = position
    while let byte = peek,
      byte == 0x5F || 0x30...0x39 ~= byte || 0x41...0x5A ~= byte | 0x20 & 0xDF || 0x61...0x7A ~= byte
    {
      position += 1
    }
    return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
  }

  /// Passes a value by its brackets and quotes alone.
  private mutating func skipDeep() -> LenientValue? {
    var open = 0
    while let byte = peek {
      position += 1
      switch byte {
      case 0x22:
        while let inner = peek, inner != 0x22 { position += inner == 0x5C ? 2 : 1 }
        position += 1
      case 0x7B, 0x5B: open += 1
      case 0x7D, 0x5D:
        open -= 1
        if open == 0 { return .deep }
      default: break
      }
    }
    return nil
  }

  // MARK: Strings

  private mutating func string(_ quote: UInt8) -> String? {
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case quote: return finished(text)
      case 0x5C: guard escape(&text) else { return nil }
      case 0x00..<0x20:
        guard leniency.takesRawControls else { return nil }
        text.append(byte)
      default: text.append(byte)
      }
    }
    return nil
  }

  private mutating func escape(_ text: inout [UInt8]) -> Bool {
    guard let byte = peek else { return false }
    position += 1
    switch byte {
    case 0x22, 0x27, 0x5C, 0x2F: text.append(byte)
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0C)
    case 0x6E: text.append(0x0A)
    case 0x72: text.append(0x0D)
    case 0x74: text.append(0x09)
    case 0x75:
      guard var unit = hexUnit() else { return false }
      if 0xD800..<0xDC00 ~= unit, starts(with: "\\u") {
        let before = position
        position += 2
        if let low = hexUnit(), 0xDC00..<0xE000 ~= low {
          unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        } else {
          position = before
        }
      }
      if let scalar = Unicode.Scalar(unit) {
        text.append(contentsOf: Array(String(scalar).utf8))
      } else {
        switch leniency.loneSurrogates {
        case .refuse: return false
        case .replace: text.append(contentsOf: "\u{FFFD}".utf8)
        case .drop: break
        }
      }
    default: return false
    }
    return true
  }

  private mutating func hexUnit() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
    guard let unit = UInt32(digits, radix: 16), digits.utf8.first != 0x2B else { return nil }
    position += 4
    return unit
  }

  private func finished(_ text: [UInt8]) -> String? {
    var text = text
    if leniency.endsAtNUL, let end = text.firstIndex(of: 0) { text.removeSubrange(end...) }
    let string = String(decoding: text, as: UTF8.self)
    if Array(string.utf8) == text { return string }
    switch leniency.badBytes {
    case .refuse: return nil
    case .replace: return string
    case .drop: return String(decoding: LenientText.withoutBadBytes(text), as: UTF8.self)
    }
  }
}

/// Repairs of text that is not UTF-8.
enum LenientText {
  /// The text in UTF-8, if it seems to be UTF-16.
  static func recoded(_ text: [UInt8]) -> [UInt8] {
    guard text.count > 3, (text[0] == 0) != (text[1] == 0) else { return text }
    let isLittle = text[1] == 0
    var units: [UInt16] = []
    for index in stride(from: 0, to: text.count - 1, by: 2) {
      let (low, high) = isLittle ? (text[index], text[index + 1]) : (text[index + 1], text[index])
      units.append(UInt16(high) << 8 | UInt16(low))
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// The text without what is no character; bytes that spell ASCII in too many bytes become what they spell, as in readers
  /// that only shift bits.
  static func withoutBadBytes(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte < 0x80 {
        out.append(byte)
        index += 1
        continue
      }
      if byte == 0xC0 || byte == 0xC1, index + 1 < text.count, text[index + 1] & 0xC0 == 0x80 {
        out.append((byte & 0x03) << 6 | text[index + 1] & 0x3F)
        index += 2
        continue
      }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      let piece = Array(text[index..<min(index + length, text.count)])
      if byte >= 0xC2, Array(String(decoding: piece, as: UTF8.self).utf8) == piece {
        out += piece
        index += length
      } else {
        index += 1
      }
    }
    return out
  }
}
