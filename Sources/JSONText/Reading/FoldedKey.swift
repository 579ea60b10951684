/// The spelling by which careless readers compare object keys.
///
/// Go's `encoding/json` matches keys without regard to case, in every alphabet, U+017F as `s` and U+212A as `k` included;
/// Java's order without case takes both of the Turkish letters for `i`; other readers drop NULs. Two keys of one folded
/// spelling are one key to them.
package enum FoldedKey {
  /// The key in lower case, without NULs; letters that fold into another become that one.
  package static func of(_ key: [UInt8]) -> [UInt8] {
    var folded: [UInt8] = []
    folded.reserveCapacity(key.count)
    var isPlain = true
    for byte in key {
      if byte >= 0x80 { isPlain = false }
      if byte != 0 { folded.append(lower(byte)) }
    }
    return isPlain ? folded : folding(String(decoding: folded, as: UTF8.self))
  }

  private static func folding(_ key: String) -> [UInt8] {
    var folded = String.UnicodeScalarView()
    for scalar in key.unicodeScalars {
      folded.append(scalar.isASCII ? scalar : letters[scalar.value] ?? scalar)
    }
    return Array(String(folded).utf8)
  }

  /// What letters outside ASCII fold to, of those that do; each asked for by itself would take its time.
  private static let letters: [UInt32: Unicode.Scalar] = {
    var letters: [UInt32: Unicode.Scalar] = [:]
    for value: UInt32 in 0x80...0x1_FFFF {
      guard let letter = Unicode.Scalar(value), letter.properties.changesWhenCaseMapped else { continue }
      let folded = folding(letter)
      if folded != letter { letters[value] = folded }
    }
    return letters
  }()

  /// By way of the capital, for there letters meet that are different small ones, as both kinds of `s` and of sigma.
  private static func folding(_ letter: Unicode.Scalar) -> Unicode.Scalar {
    // Its small letter is two characters: `i`, and the dot once more.
    guard letter != "\u{130}" else { return "i" }
    let capital = only(only(letter.properties.lowercaseMapping, letter).properties.uppercaseMapping, letter)
    return only(capital.properties.lowercaseMapping, capital)
  }

  /// What a letter is mapped to, where that is one letter again.
  private static func only(_ mapping: String, _ letter: Unicode.Scalar) -> Unicode.Scalar {
    var rest = mapping.unicodeScalars.makeIterator()
    guard let first = rest.next(), rest.next() == nil else { return letter }
    return first
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

  @inline(__always)
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
