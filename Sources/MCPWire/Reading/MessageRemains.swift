package import JSONText

/// What can still be told about a line that was refused, so that its sender gets an answer.
///
/// It is read leniently and nothing is ever decided or passed on by it: it only finds whom to tell about the refusal.
package struct MessageRemains: Hashable, Sendable {
  /// A valid id that stands exactly once at the top of the message, as it is written.
  package private(set) var id: Range<Int>?
  /// Whether there is an id at all, valid or not: whoever writes one waits for an answer.
  package private(set) var hasID = false
  /// Whether it says of itself that it is a message.
  package private(set) var hasVersion = false
  /// Whether there is a method, whatever it is; null is none.
  package private(set) var hasMethod = false
  package private(set) var hasAnswer = false
  /// The method, if it is a plain string of a sensible length.
  package private(set) var method: ExactText?

  package init(of line: Span<UInt8>) {
    var walk = Walk()
    var ids = 0
    while let (key, value) = walk.nextMember(line) {
      if line.isEqual(key, to: "\"id\"") {
        ids += 1
        hasID = true
        id = ids == 1 ? value.flatMap { Self.isWholeID($0, line) ? $0 : nil } : nil
      } else if line.isEqual(key, to: "\"jsonrpc\"") {
        hasVersion = true
      } else if line.isEqual(key, to: "\"method\"") {
        guard value.map({ !line.isEqual($0, to: "null") }) ?? true else { continue }
        hasMethod = true
        method = value.flatMap { Self.plainText($0, line) }
      } else if line.isEqual(key, to: "\"result\"") || line.isEqual(key, to: "\"error\"") {
        hasAnswer = true
      }
    }
  }

  private static func isWholeID(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    guard 1...WireLimits.id ~= range.count, WireID.isValid(range, bytes) else { return false }
    var scanner = JSONCursor()
    let value = bytes.extracting(range)
    do throws(JSONError) {
      try scanner.skipValue(value)
      try scanner.expectEnd(value)
      return true
    } catch {
      return false
    }
  }

  private static func plainText(_ range: Range<Int>, _ bytes: Span<UInt8>) -> ExactText? {
    guard 3...WireLimits.method ~= range.count, bytes[range.lowerBound] == 0x22 else { return nil }
    let body = range.lowerBound + 1..<range.upperBound - 1
    for index in body {
      guard 0x20..<0x7F ~= bytes[index], bytes[index] != 0x5C else { return nil }
    }
    return bytes.exactText(body)
  }

  /// The id at the end of a message of which only the end is left, where it stands among its last members.
  package static func lastID(in tail: Span<UInt8>) -> Range<Int>? {
    let key = Array("\"id\":".utf8)
    var start = tail.count - key.count
    while start >= 0 {
      if tail.isEqual(start..<start + key.count, to: key) {
        var scanner = JSONCursor(at: start + key.count)
        let value = start + key.count
        guard (try? scanner.peek(tail)) != nil, (try? scanner.skipValue(tail)) != nil else { return nil }
        let range = value..<scanner.position
        guard isWholeID(range, tail), closes(tail, from: scanner.position) else { return nil }
        return range
      }
      start -= 1
    }
    return nil
  }

  /// Whether only simple members follow and then the end of the message.
  private static func closes(_ bytes: Span<UInt8>, from start: Int) -> Bool {
    var braces = 0
    for index in start..<bytes.count {
      switch bytes[index] {
      case 0x7D: braces += 1
      case 0x7B, 0x5B, 0x5D: return false
      default: break
      }
    }
    return braces == 1
  }

  /// Goes through the members of the outermost object by its quotes and brackets alone.
  private struct Walk {
    private var index = 0
    private var hasBegun = false

    /// The next member; one whose end is missing has no value, and is the last.
    mutating func nextMember(_ bytes: Span<UInt8>) -> (key: Range<Int>, value: Range<Int>?)? {
      if !hasBegun {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { index = 3 }
        skipBlanks(bytes)
        guard index < bytes.count, bytes[index] == 0x7B else { return nil }
        hasBegun = true
        index += 1
      }
      skipBlanks(bytes)
      guard index < bytes.count, bytes[index] == 0x22 else { return nil }
      let key = index
      skipString(bytes)
      let keyEnd = index
      skipBlanks(bytes)
      guard index < bytes.count, bytes[index] == 0x3A else { return nil }
      index += 1
      skipBlanks(bytes)
      let value = index
      var valueEnd = index
      var depth = 0
      while index < bytes.count {
        switch bytes[index] {
        case 0x22:
          skipString(bytes)
          valueEnd = index
          continue
        case 0x7B, 0x5B: depth += 1
        case 0x7D, 0x5D:
          if depth == 0 { return (key..<keyEnd, value..<valueEnd) }
          depth -= 1
        case 0x2C where depth == 0:
          index += 1
          return (key..<keyEnd, value..<valueEnd)
        case 0x20, 0x09, 0x0A, 0x0D:
          index += 1
          continue
        default: break
        }
        index += 1
        valueEnd = index
      }
      return (key..<keyEnd, nil)
    }

    private mutating func skipBlanks(_ bytes: Span<UInt8>) {
      while index < bytes.count {
        switch bytes[index] {
        case 0x20, 0x09, 0x0A, 0x0D: index += 1
        default: return
        }
      }
    }

    private mutating func skipString(_ bytes: Span<UInt8>) {
      index += 1
      while index < bytes.count {
        switch bytes[index] {
        case 0x5C: index += 2
        case 0x22:
          index += 1
          return
        default: index += 1
        }
      }
      index = bytes.count
    }
  }
}
