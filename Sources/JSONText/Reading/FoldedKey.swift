/// The spelling by which careless readers compare object keys.
///
/// Go's `encoding/json` matches keys without regard to case, U+017F as `s` and U+212A as `k` included; other readers drop
/// NULs. Two keys of one folded spelling are one key to them.
package enum FoldedKey {
  /// The key in lower case, without NULs, with the two letters outside ASCII that fold into it.
  package static func of(_ key: [UInt8]) -> [UInt8] {
    var folded: [UInt8] = []
    folded.reserveCapacity(key.count)
    var index = 0
    while index < key.count {
      switch key[index] {
      case 0: break
      case let byte where 0x41...0x5A ~= byte: folded.append(byte + 0x20)
      case 0xC5 where index + 1 < key.count && key[index + 1] == 0xBF:
        folded.append(0x73)
        index += 1
      case 0xE2 where index + 2 < key.count && key[index + 1] == 0x84 && key[index + 2] == 0xAA:
        folded.append(0x6B)
        index += 2
      case let byte: folded.append(byte)
      }
      index += 1
    }
    return folded
  }

  /// Whether two keys differ, and are one to a careless reader.
  package static func areTwins(_ left: ExactText, _ right: ExactText) -> Bool {
    let (one, other) = (left.string.utf8Span.span, right.string.utf8Span.span)
    if isPlain(one), isPlain(other) {
      guard one.count == other.count else { return false }
      var differ = false
      for index in one.indices where one[index] != other[index] {
        guard lower(one[index]) == lower(other[index]) else { return false }
        differ = true
      }
      return differ
    }
    if left == right { return false }
    return of(Array(left.utf8)) == of(Array(right.utf8))
  }

  /// Whether folding changes nothing but the case of letters.
  private static func isPlain(_ key: Span<UInt8>) -> Bool {
    for index in key.indices where key[index] &- 1 >= 0x7F { return false }
    return true
  }

  private static func lower(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte + 0x20 : byte }

  /// The hash of the folded key; the same as the one that `JSONCursor` notes.
  package static func hash(_ key: [UInt8]) -> UInt64 { KeyHash.of(of(key)) }
}

extension JSONCursor {
  /// A key that was noted, with the hash of its folded spelling.
  package struct NotedKey: Sendable, Hashable {
    package let hash: UInt64
    package let key: StringToken
  }

  /// The hash of a key, escapes resolved, or that of its folded spelling; the same key has the same hash however it is
  /// spelled.
  func hash(_ key: StringToken, _ bytes: Span<UInt8>) throws(JSONError) -> UInt64 {
    let decoded = Array(Self.decode(key, bytes).utf8)
    if decoded.contains(0) { throw JSONError(.nulInKey, at: key.body.lowerBound - 1) }
    return foldsKeys ? FoldedKey.hash(decoded) : KeyHash.of(decoded)
  }

  /// Why a key is refused whose hash was there already: it is there twice, or another one is that folds to it.
  ///
  /// The object is walked again by exact spelling to tell.
  func repeated(_ key: StringToken, ofObjectAt start: Int, _ bytes: Span<UInt8>) -> JSONError {
    let text = ExactText(Self.decode(key, bytes))
    guard foldsKeys else { return JSONError(.duplicateKey(text), at: key.body.lowerBound - 1) }
    var again = JSONCursor(at: start)
    do throws(JSONError) {
      try again.skipValue(bytes)
    } catch {
      if case .duplicateKey = error.reason, error.offset <= key.body.lowerBound { return error }
    }
    return JSONError(.foldingKey(text), at: key.body.lowerBound - 1)
  }
}
