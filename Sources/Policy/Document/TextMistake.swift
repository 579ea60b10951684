import JSONText

/// Why a policy's text is no JSON, said to the person who wrote it by hand.
///
/// The reader stops at the first byte that cannot be; what was meant shows in what stands around it, so the text before it is
/// looked through once more.
struct TextMistake {
  let offset: Int
  let pointer: String
  let message: String
  let help: String?

  /// What the text is, which decides what it must hold.
  enum Subject: String, Sendable {
    case policy, rule

    /// The shortest that there is, and what it means.
    var shortest: String {
      switch self {
      case .policy: "`{\"version\": \"1\"}`, which denies everything"
      case .rule: "`{\"action\": \"deny\"}`, which denies every call"
      }
    }

    var whole: String { self == .policy ? "a file holds one policy" : "a text holds one rule" }
  }

  init(_ error: JSONError, in text: [UInt8], of subject: Subject = .policy) {
    let place = TextSurroundings(of: error.offset, in: text)
    var offset = error.offset
    (message, help) =
      switch error.reason {
      case .unexpectedEnd: Self.end(place, text, subject)
      case .unexpectedByte(let byte): Self.unexpected(byte, place, text, &offset)
      case .trailingBytes: Self.trailing(offset, text, subject)
      case .controlCharacterInString(0x09): ("a raw tab stands in a string", "write `\\t`")
      case .controlCharacterInString(0x0A), .controlCharacterInString(0x0D):
        ("a string must end on the line that it begins on", "close it with `\"`, or write `\\n` for a line break")
      case .badNumber: Self.number(Self.word(at: offset, in: text))
      case .duplicateKey(let key):
        (
          "\(error)",
          place.firstKey(like: key, in: text).map { "the first is at \(TextPlace(of: $0, in: text))" }
        )
      case .badEscape: ("\(error)", "write `\\\\` for a backslash")
      case .loneSurrogate: ("\(error)", "write the character itself")
      case .invalidUTF8: ("\(error)", "save the file as UTF-8")
      case .byteOrderMark: ("\(error)", "save the file without it")
      case .controlCharacterInString, .foldingKey, .numberTooLong, .nulInKey, .tooDeep: ("\(error)", nil)
      }
    self.offset = offset
    pointer =
      switch error.reason {
      case .duplicateKey(let key): place.pointer + "/" + Pointer.token(key.string)
      case .tooDeep: ""
      // It was about something before.
      default: offset == error.offset ? place.pointer : TextSurroundings(of: offset, in: text).pointer
      }
  }

  private typealias Words = (message: String, help: String?)

  private static func end(_ place: TextSurroundings, _ text: [UInt8], _ subject: Subject) -> Words {
    if let start = place.openString {
      return ("the string that begins at \(TextPlace(of: start, in: text)) does not end", "close it with `\"`")
    }
    guard let frame = place.frames.last else {
      return ("there is nothing in it", "write \(subject.shortest)")
    }
    let (open, close) = frame.brackets
    return (
      "the text ends before the `\(open)` of \(TextPlace(of: frame.start, in: text)) is closed", "write `\(close)`"
    )
  }

  private static func trailing(_ offset: Int, _ text: [UInt8], _ subject: Subject) -> Words {
    if let comment = comment(at: offset, in: text) { return comment }
    switch text[offset] {
    case 0x7D: return ("there is a `}` too many", "take it out")
    case 0x5D: return ("there is a `]` too many", "take it out")
    default: return ("something follows after the end of the \(subject.rawValue)", subject.whole)
    }
  }

  private static func unexpected(
    _ byte: UInt8, _ place: TextSurroundings, _ text: [UInt8], _ offset: inout Int
  ) -> Words {
    if let comment = comment(at: offset, in: text) { return comment }
    let isClosing = byte == 0x7D || byte == 0x5D
    if isClosing, let frame = place.frames.last, frame.brackets.close != Character(Unicode.Scalar(byte)) {
      return (
        "`\(Character(Unicode.Scalar(byte)))` stands where the `\(frame.brackets.open)` of "
          + "\(TextPlace(of: frame.start, in: text)) is still open", "close it with `\(frame.brackets.close)`"
      )
    }
    if isClosing, let last = place.last, text[last] == 0x2C {
      offset = last
      return ("a comma stands before `\(Character(Unicode.Scalar(byte)))`", "take it out")
    }
    if byte == 0x2C, place.awaited != .end, place.awaited != .colon {
      return ("nothing stands before this comma", "take it out")
    }
    if byte == 0x27 { return ("`'` does not quote in JSON", "write `\"`") }
    let word = word(at: offset, in: text)
    if let quote = word.unicodeScalars.first, 0x201C...0x201F ~= quote.value {
      return ("`\(quote)` does not quote in JSON", "write `\"`")
    }
    switch place.awaited {
    case .key:
      return ("a key must be a string in quotes", isName(word) ? "write `\"\(word)\"`" : nil)
    case .colon:
      return ("a colon must follow a key", byte == 0x3D ? "write `:` instead of `=`" : "write `:` before this")
    case .end where text[offset - 1] == 0x22:
      return ("a string ends before this", "write `,` between them, or `\\\"` for a quote within the string")
    case .end:
      return ("a comma is missing before this", "write `,` between \(place.inObject ? "members" : "elements")")
    case .value:
      let near = isName(word) ? Suggestion.nearest(to: word, among: ["true", "false", "null"]) : nil
      if let near { return ("`\(word)` is no value of JSON", "did you mean `\(near)`?") }
      if isName(word) { return ("`\(word)` stands without quotes", "write `\"\(word)\"`") }
      if byte == 0x2B || byte == 0x2E {
        return ("`\(word)` is no number of JSON", "write digits only, as `10` or `0.5`")
      }
      return ("\(JSONError(.unexpectedByte(byte), at: offset))", "a value must stand here")
    }
  }

  private static func number(_ word: String) -> Words {
    if (try? JSONNode.read(Array(word.utf8))) != nil {
      return ("something must stand between `\(word)` and what follows", "write `,`")
    }
    return ("`\(word)` is no number of JSON", "write digits only, as `10` or `0.5`")
  }

  private static func comment(at offset: Int, in text: [UInt8]) -> Words? {
    guard offset < text.count else { return nil }
    let next = offset + 1 < text.count ? text[offset + 1] : 0
    guard text[offset] == 0x23 || (text[offset] == 0x2F && (next == 0x2F || next == 0x2A)) else { return nil }
    return ("JSON has no comments", "take it out, or say it in `description` or `reason`")
  }

  private static func isName(_ word: String) -> Bool {
    guard let first = word.utf8.first, 0x41...0x5A ~= first & 0xDF || first == 0x5F else { return false }
    return word.utf8.allSatisfy {
      0x41...0x5A ~= $0 & 0xDF || 0x30...0x39 ~= $0 || [0x2A, 0x2D, 0x2E, 0x5F].contains($0)
    }
  }

  /// What stands at an offset up to a blank or something that JSON knows; cut where it is long.
  private static func word(at offset: Int, in text: [UInt8]) -> String {
    let ends: [UInt8] = [0x20, 0x09, 0x0A, 0x0D, 0x22, 0x2C, 0x3A, 0x5B, 0x5D, 0x7B, 0x7D]
    return String(decoding: text.dropFirst(offset).prefix(64).prefix { !ends.contains($0) }, as: UTF8.self)
  }
}

/// What is open, and what must follow, at an offset of a text that is right up to there.
private struct TextSurroundings {
  /// An object or array that is open.
  struct Frame {
    let isObject: Bool
    /// Where its bracket stands.
    let start: Int
    /// The keys that were met, with their quotes.
    var keys: [Range<Int>] = []
    /// How many commas were met.
    var index = 0

    var brackets: (open: Character, close: Character) { isObject ? ("{", "}") : ("[", "]") }
  }

  enum Awaited {
    case value, key, colon
    /// A comma or the closing bracket.
    case end
  }

  private(set) var frames: [Frame] = []
  private(set) var awaited = Awaited.value
  /// Where the last bracket, comma, colon or other token begins.
  private(set) var last: Int?
  /// Where a string begins that the offset is within.
  private(set) var openString: Int?
  private(set) var pointer = ""

  var inObject: Bool { frames.last?.isObject ?? false }

  init(of offset: Int, in text: [UInt8]) {
    var index = 0
    while index < offset {
      let start = index
      index += 1
      switch text[start] {
      case 0x20, 0x09, 0x0A, 0x0D: continue
      case 0x22:
        var isOpen = true
        while index < offset, isOpen {
          if text[index] == 0x5C { index += 1 } else if text[index] == 0x22 { isOpen = false }
          index += 1
        }
        if isOpen { openString = start } else { take(string: start..<index) }
      case 0x7B, 0x5B:
        frames.append(Frame(isObject: text[start] == 0x7B, start: start))
        awaited = inObject ? .key : .value
      case 0x7D, 0x5D:
        frames.removeLast(frames.isEmpty ? 0 : 1)
        awaited = .end
      case 0x2C where !frames.isEmpty:
        frames[frames.count - 1].index += 1
        awaited = inObject ? .key : .value
      case 0x3A: awaited = .value
      default:
        while index < offset, ![0x20, 0x09, 0x0A, 0x0D, 0x2C, 0x5D, 0x7D].contains(text[index]) { index += 1 }
        awaited = .end
      }
      last = start
    }
    pointer = path(in: text)
  }

  private mutating func take(string: Range<Int>) {
    guard awaited == .key, !frames.isEmpty else {
      awaited = .end
      return
    }
    frames[frames.count - 1].keys.append(string)
    awaited = .colon
  }

  private func path(in text: [UInt8]) -> String {
    var pointer = ""
    for (depth, frame) in frames.enumerated() {
      // Between two members, or behind the last, nothing is at hand but the object.
      if depth == frames.count - 1, frame.isObject ? awaited == .key || awaited == .end : awaited == .end { break }
      if !frame.isObject {
        pointer += "/\(frame.index)"
      } else if let key = frame.keys.last {
        pointer += "/" + Pointer.token(Self.key(key, in: text)?.string ?? "")
      }
    }
    return pointer
  }

  private static func key(_ range: Range<Int>, in text: [UInt8]) -> ExactText? {
    (try? JSONNode.read(Array(text[range])))?.text
  }

  /// Where a key of the innermost object stands first.
  func firstKey(like key: ExactText, in text: [UInt8]) -> Int? {
    frames.last?.keys.first { Self.key($0, in: text) == key }?.lowerBound
  }
}
