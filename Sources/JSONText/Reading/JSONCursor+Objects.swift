// MARK: Objects
extension JSONCursor {
  mutating func skipObject(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) {
    var object = try openObject(bytes, depth: depth)
    while try nextKey(of: &object, bytes) != nil { try skipValue(bytes, depth: depth + 1) }
  }

  /// Walks over the object that is next.
  ///
  /// `value` is called behind each key's colon with the key and the depth inside;
  /// it must move past the value.
  ///
  /// Throws: `JSONError`, for a key that occurs twice among others.
  package mutating func eachMember(
    _ bytes: Span<UInt8>, depth: Int,
    _ value: (inout JSONCursor, StringToken, Int) throws(JSONError) -> Void
  ) throws(JSONError) {
    var object = try openObject(bytes, depth: depth)
    while let key = try nextKey(of: &object, bytes) { try value(&self, key, depth + 1) }
  }

  /// An object that is being walked over.
  package struct OpenObject {
    /// Where the hashes of its keys begin.
    fileprivate let base: Int
    /// Where the object begins, and how many values are open around it.
    fileprivate let start: Int
    fileprivate let depth: Int
    fileprivate var isFirst = true
    /// The hashes of all keys once there are many.
    fileprivate var many: Set<UInt64>?
  }

  /// Moves into the object that is next.
  package mutating func openObject(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> OpenObject {
    try expect(0x7B, bytes)
    let start = position - 1
    guard depth < JSONLimits.depth else { throw JSONError(.tooDeep(limit: JSONLimits.depth), at: start) }
    return OpenObject(base: openCount, start: start, depth: depth)
  }

  /// Moves past the next key and its colon, to its value; past the object's end, nil, if there is none.
  ///
  /// The value before must have been moved past.
  package mutating func nextKey(of object: inout OpenObject, _ bytes: Span<UInt8>) throws(JSONError) -> StringToken? {
    let next = try peek(bytes)
    if object.isFirst {
      object.isFirst = false
      if next == 0x7D {
        position += 1
        return nil
      }
    } else {
      position += 1
      switch next {
      case 0x2C: break
      case 0x7D:
        openCount = object.base
        return nil
      default: throw JSONError(.unexpectedByte(next), at: position - 1)
      }
    }
    let (key, hash) = try scanKey(bytes)
    // A collision of two different keys would only refuse a message that nobody writes by accident; two equal keys
    // are always found.
    let isNew: Bool
    if openCount - object.base < 24 {
      isNew = !isOpen(hash, from: object.base)
      if openCount < openKeys.count { openKeys[openCount] = hash } else { openKeys.append(hash) }
      openCount += 1
    } else {
      var many = object.many.take() ?? Set(openKeys[object.base..<openCount])
      isNew = many.insert(hash).inserted
      object.many = many
    }
    guard isNew else { throw repeated(key, ofObjectAt: object.start, bytes) }
    if foldsKeys, object.depth == notedDepth { notedKeys.append(NotedKey(hash: hash, key: key)) }
    try expect(0x3A, bytes)
    return key
  }

  private func isOpen(_ hash: UInt64, from base: Int) -> Bool {
    for index in base..<openCount where openKeys[index] == hash { return true }
    return false
  }

  /// Scans a key, and hashes it on the way where it is short and plain, as nearly all are.
  private mutating func scanKey(_ bytes: Span<UInt8>) throws(JSONError) -> (key: StringToken, hash: UInt64) {
    try expect(0x22, bytes)
    let start = position
    let end = min(bytes.count, start + 48)
    var hash = FoldedKey.hashBasis
    var index = start
    while index < end {
      let byte = bytes[index]
      if byte == 0x22 {
        position = index + 1
        return (StringToken(body: start..<index, hasEscapes: false), hash)
      }
      guard byte >= 0x20, byte < 0x80, byte != 0x5C else { break }
      let lower: UInt8 = foldsKeys && byte &- 0x41 < 26 ? 0x20 : 0
      hash = (hash ^ UInt64(byte | lower)) &* FoldedKey.hashPrime
      index += 1
    }
    position = start - 1
    let key = try scanString(bytes)
    if foldsKeys { return (key, try Self.foldedHash(key, bytes)) }
    return (key, try Self.hash(key, bytes))
  }

  /// FNV-1a over the key's characters, escapes resolved; the same key has the same hash however it is spelled.
  private static func hash(_ key: StringToken, _ bytes: Span<UInt8>) throws(JSONError) -> UInt64 {
    var hash = FoldedKey.hashBasis
    if !key.hasEscapes {
      for index in key.body { hash = (hash ^ UInt64(bytes[index])) &* FoldedKey.hashPrime }
      return hash
    }
    for byte in decode(key, bytes).utf8 {
      if byte == 0 { throw JSONError(.nulInKey, at: key.body.lowerBound - 1) }
      hash = (hash ^ UInt64(byte)) &* FoldedKey.hashPrime
    }
    return hash
  }
}
