internal import JSONText

/// The part of a TOML text that says which servers there are, as the JSON that other clients would write.
///
/// All of TOML's values are read over, but only what stands below `mcp_servers` is kept; dates and numbers there become null.
struct CodexText {
  struct Problem: Error, Hashable {
    var line: Int
    var message: String
  }

  private static let deepest = 32
  private static let mostValues = 4_000

  private let text: [UInt8]
  private var index = 0
  private var line = 1
  private var table: [ExactText] = []
  /// Entries by server, in the order of the text.
  private var names: [ExactText] = []
  private var entries: [ExactText: [JSONMember]] = [:]
  private var seen: Set<[ExactText]> = []

  private init(_ text: [UInt8]) { self.text = text }

  /// Reads a text; the answer is the object that `mcp_servers` is.
  static func servers(in text: [UInt8]) throws(Problem) -> JSONNode {
    guard String(validating: text, as: UTF8.self) != nil else {
      throw Problem(line: 1, message: "the file is not UTF-8")
    }
    var reader = CodexText(text)
    try reader.read()
    return JSONNode(
      .object(
        reader.names.map { name in
          JSONMember(key: name, value: JSONNode(.object(reader.entries[name] ?? [])))
        }))
  }

  // MARK: Lines

  private mutating func read() throws(Problem) {
    while try skipToNext() {
      if byte == 0x5B { try readHeader() } else { try readPair(below: table, depth: 0) }
      skipBlanks()
      skipComment()
      guard index == text.count || byte == 0x0A || byte == 0x0D else { throw problem("there is more in the line") }
    }
  }

  private mutating func readHeader() throws(Problem) {
    index += 1
    let isList = byte == 0x5B
    if isList { index += 1 }
    let path = try readKey()
    for _ in 0..<(isList ? 2 : 1) {
      guard byte == 0x5D else { throw problem("`]` is missing") }
      index += 1
    }
    // A list of tables is nothing that a server's entry has.
    table = isList ? path + [ExactText("[]")] : path
    if !isList, path.count == 2, path[0] == "mcp_servers" { declare(path[1]) }
  }

  private mutating func readPair(below path: [ExactText], depth: Int) throws(Problem) {
    let key = try readKey()
    guard byte == 0x3D else { throw problem("`=` is missing") }
    index += 1
    skipBlanks()
    let value = try readValue(depth: depth)
    try keep(path + key, value)
  }

  private mutating func readKey() throws(Problem) -> [ExactText] {
    var parts: [ExactText] = []
    while true {
      skipBlanks()
      switch byte {
      case 0x22, 0x27: parts.append(ExactText(try readString()))
      default:
        let start = index
        while let byte, Self.isBare(byte) { index += 1 }
        guard index > start else { throw problem("a key is missing") }
        parts.append(ExactText(String(decoding: text[start..<index], as: UTF8.self)))
      }
      guard parts.count <= Self.deepest else { throw problem("a key has too many parts") }
      skipBlanks()
      guard byte == 0x2E else { return parts }
      index += 1
    }
  }

  // MARK: Values

  private mutating func readValue(depth: Int) throws(Problem) -> JSONNode {
    guard depth < Self.deepest else { throw problem("values are nested too deeply") }
    switch byte {
    case 0x22, 0x27: return JSONNode(.string(ExactText(try readString())))
    case 0x5B: return try readList(depth: depth)
    case 0x7B: return try readInlineTable(depth: depth)
    default:
      let start = index
      while let byte, Self.isBare(byte) || byte == 0x2B || byte == 0x2E || byte == 0x3A { index += 1 }
      switch String(decoding: text[start..<index], as: UTF8.self) {
      case "": throw problem("a value is missing")
      case "true": return JSONNode(.bool(true))
      case "false": return JSONNode(.bool(false))
      default: break
      }
      // A date may have a blank before its time.
      if byte == 0x20, index + 1 < text.count, (0x30...0x39).contains(text[index + 1]) {
        index += 1
        while let byte, Self.isBare(byte) || byte == 0x2E || byte == 0x3A || byte == 0x2B { index += 1 }
      }
      return JSONNode(.null)
    }
  }

  private mutating func readList(depth: Int) throws(Problem) -> JSONNode {
    index += 1
    var elements: [JSONNode] = []
    while true {
      guard try skipToNext() else { throw problem("`]` is missing") }
      if byte == 0x5D { break }
      elements.append(try readValue(depth: depth + 1))
      guard try skipToNext() else { throw problem("`]` is missing") }
      if byte == 0x2C {
        index += 1
      } else if byte != 0x5D {
        throw problem("`,` is missing")
      }
    }
    index += 1
    return JSONNode(.array(elements))
  }

  private mutating func readInlineTable(depth: Int) throws(Problem) -> JSONNode {
    index += 1
    var members: [JSONMember] = []
    var keys: Set<ExactText> = []
    while true {
      guard try skipToNext() else { throw problem("`}` is missing") }
      if byte == 0x7D { break }
      let key = try readKey()
      guard byte == 0x3D else { throw problem("`=` is missing") }
      index += 1
      skipBlanks()
      let value = try readValue(depth: depth + 1)
      // What has a dotted key is deeper than anything that is looked at.
      if key.count == 1 {
        guard keys.insert(key[0]).inserted else { throw problem("`\(key[0])` is there twice") }
        members.append(JSONMember(key: key[0], value: value))
      }
      guard try skipToNext() else { throw problem("`}` is missing") }
      if byte == 0x2C {
        index += 1
      } else if byte != 0x7D {
        throw problem("`,` is missing")
      }
    }
    index += 1
    return JSONNode(.object(members))
  }

  // MARK: Strings

  private mutating func readString() throws(Problem) -> String {
    let quote = text[index]
    let isLong = index + 2 < text.count && text[index + 1] == quote && text[index + 2] == quote
    index += isLong ? 3 : 1
    if isLong {
      if byte == 0x0D { index += 1 }
      if byte == 0x0A { newline() }
    }
    var bytes: [UInt8] = []
    while let byte {
      if byte == quote, !isLong || isLongEnd(quote) {
        index += isLong ? 3 : 1
        // Up to two quotes more belong to the text.
        while isLong, self.byte == quote {
          bytes.append(quote)
          index += 1
        }
        return String(decoding: bytes, as: UTF8.self)
      }
      if byte == 0x0A {
        guard isLong else { break }
        bytes.append(byte)
        newline()
      } else if byte == 0x5C, quote == 0x22 {
        try readEscape(into: &bytes, isLong: isLong)
      } else {
        bytes.append(byte)
        index += 1
      }
    }
    throw problem("a text does not end")
  }

  private func isLongEnd(_ quote: UInt8) -> Bool {
    index + 2 < text.count && text[index + 1] == quote && text[index + 2] == quote
  }

  private mutating func readEscape(into bytes: inout [UInt8], isLong: Bool) throws(Problem) {
    index += 1
    guard let byte else { throw problem("a text does not end") }
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
      guard index + count <= text.count,
        let value = UInt32(String(decoding: text[index..<(index + count)], as: UTF8.self), radix: 16),
        let scalar = Unicode.Scalar(value)
      else { throw problem("an escape is no character") }
      index += count
      bytes.append(contentsOf: String(scalar).utf8)
    case 0x20, 0x09, 0x0A, 0x0D:
      guard isLong else { throw problem("an escape is unknown") }
      index -= 1
      while let byte = self.byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
        if byte == 0x0A { newline() } else { index += 1 }
      }
    default: throw problem("an escape is unknown")
    }
  }

  // MARK: What is kept

  private mutating func declare(_ name: ExactText) {
    guard entries[name] == nil, names.count < Self.mostValues else { return }
    names.append(name)
    entries[name] = []
  }

  private mutating func keep(_ path: [ExactText], _ value: JSONNode) throws(Problem) {
    guard path.first == "mcp_servers", path.count > 1 else {
      if path == ["mcp_servers"], let members = value.members {
        for member in members { try keep(path + [member.key], member.value) }
      }
      return
    }
    guard seen.count < Self.mostValues else { throw problem("there are more than \(Self.mostValues) values") }
    guard seen.insert(path).inserted else { throw problem("`\(path.last?.string ?? "")` is there twice") }
    let name = path[1]
    if path.count == 2 {
      declare(name)
      for member in value.members ?? [] { try keep(path + [member.key], member.value) }
      return
    }
    guard path.count <= 4 else { return }
    declare(name)
    var members = entries.removeValue(forKey: name) ?? []
    if path.count == 3 {
      members.append(JSONMember(key: path[2], value: value))
    } else if let place = members.firstIndex(where: { $0.key == path[2] }) {
      let inner = (members[place].value.members ?? []) + [JSONMember(key: path[3], value: value)]
      members[place].value = JSONNode(.object(inner))
    } else {
      members.append(
        JSONMember(key: path[2], value: JSONNode(.object([JSONMember(key: path[3], value: value)]))))
    }
    entries[name] = members
  }

  // MARK: Bytes

  private var byte: UInt8? { index < text.count ? text[index] : nil }

  private static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
    default: false
    }
  }

  private mutating func newline() {
    index += 1
    line += 1
  }

  private mutating func skipBlanks() {
    while let byte, byte == 0x20 || byte == 0x09 { index += 1 }
  }

  private mutating func skipComment() {
    guard byte == 0x23 else { return }
    while let byte, byte != 0x0A { index += 1 }
  }

  /// Moves to what comes next, over blanks, comments and line ends; false at the end.
  private mutating func skipToNext() throws(Problem) -> Bool {
    while let byte {
      switch byte {
      case 0x20, 0x09, 0x0D: index += 1
      case 0x0A: newline()
      case 0x23: skipComment()
      default: return true
      }
    }
    return false
  }

  private func problem(_ message: String) -> Problem { Problem(line: line, message: message) }
}
