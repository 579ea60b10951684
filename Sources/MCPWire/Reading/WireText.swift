package import JSONText

/// A string value of a message, by its place.
package struct WireText: Hashable, Sendable {
  /// Byte offsets without the quotes.
  package let body: Range<Int>
  package let hasEscapes: Bool

  /// Nil if the value there is not a string; `range` must be a value that was scanned, quotes included.
  package init?(_ range: Range<Int>, _ bytes: Span<UInt8>) {
    guard range.count >= 2, bytes[range.lowerBound] == 0x22 else { return nil }
    body = range.lowerBound + 1..<range.upperBound - 1
    hasEscapes = bytes.firstQuoteOrBackslash(from: body.lowerBound, to: body.upperBound) < body.upperBound
  }

  /// A string that was scanned and has no escapes.
  init(plain body: Range<Int>) {
    self.body = body
    hasEscapes = false
  }

  /// The characters, escapes resolved.
  package func decoded(_ bytes: Span<UInt8>) -> ExactText {
    guard hasEscapes else { return bytes.exactText(body) }
    var scanner = JSONCursor(at: body.lowerBound - 1)
    guard let token = try? scanner.scanString(bytes) else { return "" }
    return ExactText(JSONCursor.decode(token, bytes))
  }
}

extension WireText {
  /// Whether the characters hold a control character, which can only stand there escaped.
  ///
  /// Programs in C end a text at NUL, and others drop what they cannot show: nobody knows which name is meant.
  func holdsControls(_ bytes: Span<UInt8>) -> Bool {
    hasEscapes && decoded(bytes).utf8.contains { $0 < 0x20 || $0 == 0x7F }
  }
}

extension Span<UInt8> {
  /// These bytes as text; what is not UTF-8 is replaced.
  package func exactText(_ range: Range<Int>) -> ExactText {
    unsafe extracting(range).withUnsafeBufferPointer { unsafe ExactText(String(decoding: $0, as: UTF8.self)) }
  }

  /// Whether these bytes are exactly `text`.
  package func isEqual(_ range: Range<Int>, to text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard range.count == length else { return false }
    let wanted = unsafe UnsafeRawPointer(text.utf8Start)
    return unsafe extracting(range).withUnsafeBytes { found in
      guard length >= 8 else {
        for offset in 0..<length {
          let byte = unsafe wanted.load(fromByteOffset: offset, as: UInt8.self)
          guard unsafe found[offset] == byte else { return false }
        }
        return true
      }
      // Eight at a time; the last eight overlap with those before.
      var offset = 0
      while true {
        let word = unsafe wanted.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        guard unsafe found.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == word else { return false }
        if offset == length - 8 { return true }
        offset = Swift.min(offset + 8, length - 8)
      }
    }
  }

  func isObject(_ range: Range<Int>) -> Bool { !range.isEmpty && self[range.lowerBound] == 0x7B }

  /// Whether these bytes are spaces, tabs and carriage returns only.
  package var isBlank: Bool {
    for index in indices {
      switch self[index] {
      case 0x20, 0x09, 0x0D: continue
      default: return false
      }
    }
    return true
  }
}

extension Span<UInt8> {
  /// Whether these bytes are exactly `other`.
  package func isEqual(_ range: Range<Int>, to other: [UInt8]) -> Bool {
    guard range.count == other.count else { return false }
    for offset in 0..<range.count where self[range.lowerBound + offset] != other[offset] { return false }
    return true
  }
}
