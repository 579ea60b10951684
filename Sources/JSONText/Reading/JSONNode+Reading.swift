extension JSONNode {
  /// Reads one JSON text, whole.
  ///
  /// Throws: `JSONError` for the first thing that is wrong; `JSONCursor` says what is accepted.
  package static func read(_ text: [UInt8]) throws(JSONError) -> JSONNode {
    try read(text.span)
  }

  package static func read(_ bytes: Span<UInt8>) throws(JSONError) -> JSONNode {
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      throw JSONError(.byteOrderMark, at: 0)
    }
    var cursor = JSONCursor()
    let node = try read(bytes, &cursor, depth: 0)
    try cursor.expectEnd(bytes)
    return node
  }

  /// Reads the value that is next and moves the cursor past it.
  package static func read(
    _ bytes: Span<UInt8>, _ cursor: inout JSONCursor, depth: Int
  ) throws(JSONError) -> JSONNode {
    let byte = try cursor.peek(bytes)
    let start = cursor.position
    let content: Content
    switch byte {
    case 0x22:
      let token = try cursor.scanString(bytes)
      content = .string(ExactText(JSONCursor.decode(token, bytes)))
    case 0x7B:
      var members: [JSONMember] = []
      try cursor.eachMember(bytes, depth: depth) { cursor, key, depth throws(JSONError) in
        let value = try read(bytes, &cursor, depth: depth)
        let keyRange = key.body.lowerBound - 1..<key.body.upperBound + 1
        members.append(
          JSONMember(key: ExactText(JSONCursor.decode(key, bytes)), keyRange: keyRange, value: value))
      }
      content = .object(members)
    case 0x5B:
      content = .array(try readArray(bytes, &cursor, depth: depth))
    case 0x2D, 0x30...0x39:
      let range = try cursor.scanNumber(bytes)
      var digits: [UInt8] = []
      for index in range { digits.append(bytes[index]) }
      content = .number(JSONNumber(text: String(decoding: digits, as: UTF8.self)))
    default:
      try cursor.skipValue(bytes, depth: depth)
      content = byte == 0x6E ? .null : .bool(byte == 0x74)
    }
    return JSONNode(content, range: start..<cursor.position)
  }

  private static func readArray(
    _ bytes: Span<UInt8>, _ cursor: inout JSONCursor, depth: Int
  ) throws(JSONError) -> [JSONNode] {
    guard depth < JSONLimits.depth else { throw JSONError(.tooDeep(limit: JSONLimits.depth), at: cursor.position) }
    try cursor.expect(0x5B, bytes)
    var elements: [JSONNode] = []
    if try cursor.peek(bytes) == 0x5D {
      cursor.position += 1
      return elements
    }
    while true {
      elements.append(try read(bytes, &cursor, depth: depth + 1))
      let next = try cursor.peek(bytes)
      cursor.position += 1
      switch next {
      case 0x2C: continue
      case 0x5D: return elements
      default: throw JSONError(.unexpectedByte(next), at: cursor.position - 1)
      }
    }
  }
}
