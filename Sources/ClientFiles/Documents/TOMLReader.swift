internal import JSONText

/// Reads a TOML text once, from its beginning to its end.
struct TOMLReader {
  private static let deepest = 32

  private let text: [UInt8]
  private var index = 0
  private var sections: [TOMLDocument.Section] = [TOMLDocument.Section()]
  private var headers: Set<[ExactText]> = []
  private var pairs = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func read() throws(DocumentProblem) -> [TOMLDocument.Section] {
    guard String(validating: text, as: UTF8.self) != nil else { throw DocumentProblem("the file is not UTF-8") }
    // Some editors begin a file with a mark.
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    var isKept = true
    while try skipToNext() {
      let start = index
      if byte == 0x5B {
        end(at: start)
        isKept = try readHeader()
      } else {
        let pair = try readPair()
        if isKept, pair.path.first == TOMLDocument.list { sections[sections.count - 1].pairs.append(pair) }
      }
      skipBlanks()
      skipComment()
      guard index == text.count || byte == 0x0A || byte == 0x0D else {
        throw problem("there is more in the line", at: index)
      }
      let behind = endOfLine(index)
      if text[start] == 0x5B {
        if isKept { sections[sections.count - 1].body = behind }
      } else if isKept, let last = sections.last?.pairs.indices.last, sections.last?.pairs[last].ordinal == pairs {
        let line = startOfLine(start)
        sections[sections.count - 1].pairs[last].lines = line..<behind
      }
    }
    end(at: text.count)
    return sections
  }

  /// Where the last section that is kept ends, if it has not ended yet.
  private mutating func end(at offset: Int) {
    let last = sections.count - 1
    guard sections[last].extent.isEmpty else { return }
    let start = sections[last].extent.lowerBound
    sections[last].extent = start..<max(start, offset)
  }

  private mutating func readHeader() throws(DocumentProblem) -> Bool {
    let start = index
    index += 1
    let isList = byte == 0x5B
    if isList { index += 1 }
    let (path, keys) = try readKey()
    for _ in 0..<(isList ? 2 : 1) {
      guard byte == 0x5D else { throw problem("`]` is missing", at: index) }
      index += 1
    }
    guard path.first == TOMLDocument.list else { return false }
    guard isList || headers.insert(path).inserted else {
      throw problem("the table `\(path.map(\.string).joined(separator: "."))` is there twice", at: start)
    }
    sections.append(
      TOMLDocument.Section(path: path, keys: keys, body: index, extent: start..<start, isList: isList))
    return true
  }

  private mutating func readPair() throws(DocumentProblem) -> TOMLDocument.Pair {
    let start = index
    let (path, keys) = try readKey()
    guard byte == 0x3D else { throw problem("`=` is missing", at: index) }
    index += 1
    skipBlanks()
    let value = try readValue(depth: 0)
    pairs += 1
    let table = sections.count > 1 ? sections[sections.count - 1].path : []
    return TOMLDocument.Pair(path: table + path, keys: keys, value: value, lines: start..<index, ordinal: pairs)
  }

  private mutating func readKey() throws(DocumentProblem) -> (path: [ExactText], places: [Range<Int>]) {
    var path: [ExactText] = []
    var places: [Range<Int>] = []
    while true {
      skipBlanks()
      let start = index
      switch byte {
      case 0x22, 0x27:
        let key = try readString()
        // No JSON that is kept of it could be read again.
        guard !key.utf8.contains(0) else { throw problem("a key holds the character NUL", at: start) }
        path.append(ExactText(key))
      default:
        while let byte, Self.isBare(byte) { index += 1 }
        guard index > start else { throw problem("a key is missing", at: index) }
        path.append(ExactText(String(decoding: text[start..<index], as: UTF8.self)))
      }
      places.append(start..<index)
      guard path.count <= Self.deepest else { throw problem("a key has too many parts", at: start) }
      skipBlanks()
      guard byte == 0x2E else { return (path, places) }
      index += 1
    }
  }

  // MARK: Values

  private mutating func readValue(depth: Int) throws(DocumentProblem) -> JSONNode {
    guard depth < Self.deepest else { throw problem("values are nested too deeply", at: index) }
    let start = index
    switch byte {
    case 0x22, 0x27:
      let string = try readString()
      return JSONNode(.string(ExactText(string)), range: start..<index)
    case 0x5B: return try readList(depth: depth)
    case 0x7B: return try readInlineTable(depth: depth)
    default:
      while let byte, Self.isBare(byte) || byte == 0x2B || byte == 0x2E || byte == 0x3A { index += 1 }
      let word = String(decoding: text[start..<index], as: UTF8.self)
      switch word {
      case "": throw problem("a value is missing", at: start)
      case "true": return JSONNode(.bool(true), range: start..<index)
      case "false": return JSONNode(.bool(false), range: start..<index)
      default: break
      }
      let first = word.utf8.drop { $0 == 0x2B || $0 == 0x2D }.first ?? 0
      guard (0x30...0x39).contains(first) || word.hasSuffix("inf") || word.hasSuffix("nan") else {
        throw problem("a text needs quotes", at: start)
      }
      // A date may have a blank before its time.
      if byte == 0x20, index + 1 < text.count, (0x30...0x39).contains(text[index + 1]) {
        index += 1
        while let byte, Self.isBare(byte) || byte == 0x2E || byte == 0x3A || byte == 0x2B { index += 1 }
      }
      return JSONNode(.null, range: start..<index)
    }
  }

  private mutating func readList(depth: Int) throws(DocumentProblem) -> JSONNode {
    let start = index
    index += 1
    var elements: [JSONNode] = []
    while true {
      guard try skipToNext() else { throw problem("`]` is missing", at: index) }
      if byte == 0x5D { break }
      elements.append(try readValue(depth: depth + 1))
      guard try skipToNext() else { throw problem("`]` is missing", at: index) }
      if byte == 0x2C {
        index += 1
      } else if byte != 0x5D {
        throw problem("`,` is missing", at: index)
      }
    }
    index += 1
    return JSONNode(.array(elements), range: start..<index)
  }

  private mutating func readInlineTable(depth: Int) throws(DocumentProblem) -> JSONNode {
    let start = index
    index += 1
    var members: [JSONMember] = []
    var keys: Set<ExactText> = []
    while true {
      guard try skipToNext() else { throw problem("`}` is missing", at: index) }
      if byte == 0x7D { break }
      let (path, places) = try readKey()
      guard byte == 0x3D else { throw problem("`=` is missing", at: index) }
      index += 1
      skipBlanks()
      let value = try readValue(depth: depth + 1)
      // What has a dotted key is deeper than anything that is looked at, and only kept as it is written.
      let place = places[0].lowerBound..<(places.last ?? places[0]).upperBound
      let key = path.count == 1 ? path[0] : ExactText(path.map(\.string).joined(separator: "."))
      guard keys.insert(key).inserted else { throw problem("`\(key)` is there twice", at: place.lowerBound) }
      members.append(JSONMember(key: key, keyRange: place, value: value))
      guard try skipToNext() else { throw problem("`}` is missing", at: index) }
      if byte == 0x2C {
        index += 1
      } else if byte != 0x7D {
        throw problem("`,` is missing", at: index)
      }
    }
    index += 1
    return JSONNode(.object(members), range: start..<index)
  }

  // MARK: Strings

  private mutating func readString() throws(DocumentProblem) -> String {
    let start = index
    let quote = text[index]
    let isLong = index + 2 < text.count && text[index + 1] == quote && text[index + 2] == quote
    index += isLong ? 3 : 1
    if isLong {
      if byte == 0x0D { index += 1 }
      if byte == 0x0A { index += 1 }
    }
    var bytes: [UInt8] = []
    while let byte {
      if byte == quote, !isLong || isLongEnd(quote) {
        index += isLong ? 3 : 1
        // Up to two quotes more belong to the text.
        for _ in 0..<2 where isLong && self.byte == quote {
          bytes.append(quote)
          index += 1
        }
        return String(decoding: bytes, as: UTF8.self)
      }
      if byte == 0x0A || byte == 0x0D, !isLong { break }
      guard !Self.isControl(byte) else {
        throw problem("a raw control character stands in a text", at: index)
      }
      if byte == 0x5C, quote == 0x22 {
        try readEscape(into: &bytes, isLong: isLong)
      } else {
        bytes.append(byte)
        index += 1
      }
    }
    throw problem("a text does not end", at: start)
  }

  /// Whether no text may have the byte as it is (TOML 1.0, String).
  private static func isControl(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x09, 0x0A, 0x0D: false
    default: byte < 0x20 || byte == 0x7F
    }
  }

  private func isLongEnd(_ quote: UInt8) -> Bool {
    index + 2 < text.count && text[index + 1] == quote && text[index + 2] == quote
  }

  private mutating func readEscape(into bytes: inout [UInt8], isLong: Bool) throws(DocumentProblem) {
    let start = index
    index += 1
    guard let byte else { throw problem("a text does not end", at: start) }
    index += 1
    switch byte {
    case 0x62: bytes.append(0x08)
    case 0x74: bytes.append(0x09)
    case 0x6E: bytes.append(0x0A)
    case 0x66: bytes.append(0x0C)
    case 0x72: bytes.append(0x0D)
    case 0x65: bytes.append(0x1B)
    case 0x22, 0x5C: bytes.append(byte)
    case 0x75, 0x55:
      let count = byte == 0x75 ? 4 : 8
      guard index + count <= text.count, text[index..<(index + count)].allSatisfy(Self.isHexadecimal),
        let value = UInt32(String(decoding: text[index..<(index + count)], as: UTF8.self), radix: 16),
        let scalar = Unicode.Scalar(value)
      else { throw problem("an escape is no character", at: start) }
      index += count
      bytes.append(contentsOf: String(scalar).utf8)
    case 0x20, 0x09, 0x0A, 0x0D:
      guard isLong else { throw problem("an escape is unknown", at: start) }
      while let byte = self.byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
    default: throw problem("an escape is unknown", at: start)
    }
  }

  // MARK: Bytes

  private var byte: UInt8? { index < text.count ? text[index] : nil }

  static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
    default: false
    }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  private func startOfLine(_ offset: Int) -> Int {
    var start = offset
    while start > 0, text[start - 1] != 0x0A { start -= 1 }
    return start == 0 && text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : start
  }

  private func endOfLine(_ offset: Int) -> Int {
    text[offset...].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.count
  }

  private mutating func skipBlanks() {
    while let byte, byte == 0x20 || byte == 0x09 { index += 1 }
  }

  private mutating func skipComment() {
    guard byte == 0x23 else { return }
    while let byte, byte != 0x0A { index += 1 }
  }

  /// Moves to what comes next, over blanks, comments and line ends; false at the end.
  private mutating func skipToNext() throws(DocumentProblem) -> Bool {
    while let byte {
      switch byte {
      case 0x20, 0x09, 0x0D, 0x0A: index += 1
      case 0x23: skipComment()
      default: return true
      }
    }
    return false
  }

  private func problem(_ message: String, at offset: Int) -> DocumentProblem {
    DocumentProblem(message, at: offset, in: text)
  }
}
