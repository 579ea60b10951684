/// JSON as editors write their settings: with comments, and with commas behind the last member.
enum CommentedJSON {
  /// The text as plain JSON of the same length; comments and those commas become blanks.
  ///
  /// A comment that does not end takes all that follows, and the reading of what is left says what is wrong.
  static func plain(_ text: [UInt8]) -> [UInt8] {
    var plain = text
    /// The last comma, if nothing but blanks and comments came since.
    var comma: Int?
    var index = 0
    while index < plain.count {
      switch plain[index] {
      case 0x22:
        comma = nil
        index = endOfString(plain, from: index)
      case 0x2F where index + 1 < plain.count && (plain[index + 1] == 0x2F || plain[index + 1] == 0x2A):
        index = blankComment(&plain, from: index)
      case 0x2C:
        comma = index
        index += 1
      case 0x5D, 0x7D:
        if let comma { plain[comma] = 0x20 }
        comma = nil
        index += 1
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default:
        comma = nil
        index += 1
      }
    }
    return plain
  }

  private static func endOfString(_ text: [UInt8], from start: Int) -> Int {
    var index = start + 1
    while index < text.count {
      switch text[index] {
      case 0x22: return index + 1
      case 0x5C: index += 2
      default: index += 1
      }
    }
    return text.count
  }

  private static func blankComment(_ text: inout [UInt8], from start: Int) -> Int {
    let isLine = text[start + 1] == 0x2F
    var index = start
    while index < text.count {
      if isLine, text[index] == 0x0A { return index }
      if !isLine, index >= start + 2, text[index] == 0x2A, index + 1 < text.count, text[index + 1] == 0x2F {
        text[index] = 0x20
        text[index + 1] = 0x20
        return index + 2
      }
      if text[index] != 0x0A, text[index] != 0x0D { text[index] = 0x20 }
      index += 1
    }
    return index
  }
}
