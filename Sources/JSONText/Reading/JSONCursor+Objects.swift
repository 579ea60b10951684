// MARK: Objects
extension JSONCursor {
  mutating func skipObject(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) {
    var object = try openObject(bytes, depth: depth)
    while try next(&object, bytes) != nil { try skipValue(bytes, depth: depth + 1) }
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
    /// Whether there are so many keys that the last of `crowds` has their hashes.
    fileprivate var isCrowded = false
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
    try next(&object, bytes)
  }

  /// The same, to become a part of loops that are run through for every key.
  @inline(__always)
  mutating func next(_ object: inout OpenObject, _ bytes: Span<UInt8>) throws(JSONError) -> StringToken? {
    let next = try peek(bytes)
    if object.isFirst {
      object.isFirst = false
      if next == 0x7D {
        position += 1
        return nil
      }
    } else {
      position += 1
      guard next == 0x2C else {
        guard next == 0x7D else { throw JSONError(.unexpectedByte(next), at: position - 1) }
        openCount = object.base
        if object.isCrowded { crowds.removeLast() }
        return nil
      }
    }
    let (key, hash) = try scanKey(bytes)
    guard note(hash, &object) else { throw repeated(key, ofObjectAt: object.start, bytes) }
    if object.depth == notedDepth, foldsKeys { notedKeys.append(NotedKey(hash: hash, key: key)) }
    try expect(0x3A, bytes)
    return key
  }

  /// Takes note of a key by its hash; false if the object has it already.
  @inline(__always)
  private mutating func note(_ hash: UInt64, _ object: inout OpenObject) -> Bool {
    if openCount - object.base >= Self.crowd { return noteInCrowd(hash, &object) }
    var index = object.base
    while index < openCount {
      if openKeys[index] == hash { return false }
      index += 1
    }
    if openCount < openKeys.count { openKeys[openCount] = hash } else { openKeys.append(hash) }
    openCount += 1
    return true
  }

  /// From so many keys on a set finds them faster.
  private static let crowd = 24

  private mutating func noteInCrowd(_ hash: UInt64, _ object: inout OpenObject) -> Bool {
    if !object.isCrowded {
      object.isCrowded = true
      crowds.append(Set(openKeys[object.base..<openCount]))
    }
    return crowds[crowds.count - 1].insert(hash).inserted
  }

  /// Scans a key, and hashes it on the way where it is short and plain, as nearly all are.
  @inline(__always)
  private mutating func scanKey(_ bytes: Span<UInt8>) throws(JSONError) -> (key: StringToken, hash: UInt64) {
    try expect(0x22, bytes)
    let start = position
    let last = min(bytes.count - 8, start + 64)
    var hash = KeyHash.basis
    var index = start
    while index <= last {
      let word = bytes.word(at: index)
      let count = word.plainCount
      if count == 8 {
        hash = KeyHash.mixed(hash, foldsKeys ? word.lowercased.bits : word.bits)
        index += 8
        continue
      }
      guard bytes[index + count] == 0x22 else { break }
      if count > 0 {
        let rest = word.first(count)
        hash = KeyHash.mixed(hash, foldsKeys ? rest.lowercased.bits : rest.bits)
        index += count
      }
      position = index + 1
      return (StringToken(body: start..<index, hasEscapes: false), KeyHash.finished(hash, index - start))
    }
    return try scanOtherKey(bytes)
  }

  private mutating func scanOtherKey(_ bytes: Span<UInt8>) throws(JSONError) -> (key: StringToken, hash: UInt64) {
    position -= 1
    let key = try scanString(bytes)
    return (key, try hash(key, bytes))
  }
}
