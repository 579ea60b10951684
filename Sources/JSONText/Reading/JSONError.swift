/// Why a text is not JSON that we accept, and where.
package struct JSONError: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case unexpectedEnd
    case unexpectedByte(UInt8)
    case trailingBytes
    case controlCharacterInString(UInt8)
    case badEscape
    case loneSurrogate
    case invalidUTF8
    case badNumber
    case numberTooLong
    case duplicateKey(ExactText)
    /// The key is another one's twin to readers that overlook case; found only where that is looked for.
    case foldingKey(ExactText)
    case nulInKey
    case tooDeep(limit: Int)
    case byteOrderMark
  }

  package let reason: Reason
  /// Byte offset of the offending byte.
  package let offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension JSONError: CustomStringConvertible {
  package var description: String {
    switch reason {
    case .unexpectedEnd: "the text ends in the middle of a value"
    case .unexpectedByte(let byte): "unexpected \(Self.name(of: byte))"
    case .trailingBytes: "something follows after the end of the value"
    case .controlCharacterInString(let byte): "a raw control character (\(Self.hex(byte))) stands in a string"
    case .badEscape: "a backslash is followed by no escape that JSON knows"
    case .loneSurrogate: "half of a surrogate pair stands alone"
    case .invalidUTF8: "a byte sequence is not UTF-8"
    case .badNumber: "a number is not written as JSON writes numbers"
    case .numberTooLong: "a number has more than \(JSONLimits.numberLength) characters"
    case .duplicateKey(let key): "the key `\(key)` occurs twice in one object"
    case .foldingKey(let key): "the key `\(key)` could be mistaken for another one of its object"
    case .nulInKey: "a key holds the character NUL"
    case .tooDeep(let limit): "values are nested deeper than \(limit)"
    case .byteOrderMark: "the text begins with a byte order mark"
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "0x" + (digits.utf8.count < 2 ? "0" : "") + digits
  }

  private static func name(of byte: UInt8) -> String {
    0x21...0x7E ~= byte ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(hex(byte))"
  }
}

/// Bounds that every reading keeps.
package enum JSONLimits {
  package static let depth = 128
  package static let numberLength = 400
}

/// A place in a text as an editor counts: lines and columns from 1, columns in Unicode scalars.
package struct TextPlace: Hashable, Sendable, CustomStringConvertible {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The place of the byte at `offset`; an offset past the end means the end.
  package init(of offset: Int, in text: [UInt8]) {
    var line = 1
    var column = 1
    for byte in text.prefix(max(0, offset)) {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    self.init(line: line, column: column)
  }

  package var description: String { "line \(line), column \(column)" }
}
