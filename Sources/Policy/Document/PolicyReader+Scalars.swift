import JSONText

extension PolicyReader {
  /// A string that is not empty.
  mutating func string(_ node: JSONNode, _ name: String) -> ExactText? {
    guard let text = node.text else {
      error(at: node.range.lowerBound, "\(name) must be a string, not \(node.kindInWords)")
      return nil
    }
    guard !text.isEmpty else {
      error(at: node.range.lowerBound, "\(name) must not be empty", help: "take it out")
      return nil
    }
    return text
  }

  mutating func word<Word: PolicyWord>(_ node: JSONNode, _ name: String, as: Word.Type = Word.self) -> Word? {
    let words = Word.allCases.map(\.rawValue)
    guard let text = node.text else {
      error(
        at: node.range.lowerBound, "\(name) must be a string, not \(node.kindInWords)", help: Self.oneOf(words))
      return nil
    }
    guard let word = Word(exact: text) else {
      let near = Word.aliases[text.string] ?? nearest(to: text, among: words)
      error(
        at: node.range.lowerBound, "`\(text)` is not \(Word.kind)",
        help: near.map { "did you mean `\($0)`?" } ?? Self.oneOf(words))
      return nil
    }
    return word
  }

  private static func oneOf(_ words: [String]) -> String {
    let quoted = words.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return "write \(quoted.first ?? "")" }
    return "write \(quoted.dropLast().joined(separator: ", ")) or \(last)"
  }

  /// A name or a glob.
  mutating func pattern(_ text: ExactText, at offset: Int) -> NamePattern? {
    do throws(NamePattern.Mistake) {
      return try NamePattern(text)
    } catch {
      switch error {
      case .empty:
        self.error(at: offset, "a name must not be empty")
      case .unknownEscape(let escape):
        self.error(
          at: offset, "`\(escape)` in a name means nothing", help: "write `\\*` for a star, `\\\\` for a backslash")
      }
      return nil
    }
  }

  mutating func bool(_ node: JSONNode, _ name: String) -> Bool? {
    if let value = node.bool { return value }
    error(
      at: node.range.lowerBound, "\(name) must be `true` or `false`, not \(node.kindInWords)",
      help: node.string == "true" || node.string == "false" ? "take the quotes off" : nil)
    return nil
  }

  /// A point in time.
  mutating func moment(_ node: JSONNode, _ name: String) -> Moment? {
    let example = "write a date, a time and `Z` or an offset: `2026-12-31T00:00:00Z`"
    guard let text = node.string else {
      error(at: node.range.lowerBound, "\(name) must be a string, not \(node.kindInWords)", help: example)
      return nil
    }
    if let moment = Moment(rfc3339: text) { return moment }
    // What people write instead: a day, no offset, a blank for the T.
    let candidates =
      text.utf8.count > 32 ? [] : ["\(text)T00:00:00Z", "\(text)Z", text.spelledWithT, text.spelledWithT + "Z"]
    let meant = candidates.first { Moment(rfc3339: $0) != nil }
    error(
      at: node.range.lowerBound, "`\(text)` is not a time", help: meant.map { "write `\($0)`" } ?? example)
    return nil
  }

  /// Whole seconds.
  mutating func seconds(_ node: JSONNode, _ name: String, from least: Int) -> Int? {
    guard case .number(let number) = node.content else {
      error(at: node.range.lowerBound, "\(name) must be a number, not \(node.kindInWords)", help: "write whole seconds")
      return nil
    }
    guard let seconds = WholeNumber.read(number), least...LimitWindow.range.upperBound ~= seconds else {
      error(
        at: node.range.lowerBound,
        "\(name) must be whole seconds from \(least) to \(LimitWindow.range.upperBound), not `\(number.text)`")
      return nil
    }
    return seconds
  }

  // MARK: Numbers that other readers change

  /// Refuses numbers that would be others for whoever reads them as binary floating point, as most programs do.
  mutating func refuseInexactNumbers(_ node: JSONNode) {
    switch node.content {
    case .number(let number):
      guard !number.keepsItsDigits, !hasError(at: node.range.lowerBound) else { return }
      let nearest = number.nearestDouble
      error(
        at: node.range.lowerBound,
        "`\(number.text)` would lose digits: other programs read it as \(nearest ?? "infinity")",
        help: nearest.map { "write `\($0)`, or fewer digits" } ?? "write a smaller number")
    case .array(let elements):
      for (index, element) in elements.enumerated() where element.mayHoldNumbers {
        inside(String(index)) { $0.refuseInexactNumbers(element) }
      }
    case .object(let members):
      for member in members where member.value.mayHoldNumbers {
        inside(Pointer.token(member.key.string)) { $0.refuseInexactNumbers(member.value) }
      }
    case .null, .bool, .string: break
    }
  }
}

extension JSONNode {
  fileprivate var mayHoldNumbers: Bool {
    switch content {
    case .number, .array, .object: true
    case .null, .bool, .string: false
    }
  }
}

extension JSONNumber {
  /// Whether the nearest double, written as short as it can be, is the same decimal value.
  var keepsItsDigits: Bool {
    // Fifteen digits always survive.
    if text.utf8.count <= 15, text.utf8.allSatisfy({ $0 | 0x20 != 0x65 }) { return true }
    guard let exact = ExactDecimal(self), let double = Double(text), double.isFinite else { return false }
    return ExactDecimal(Self.plain(double)) == exact
  }

  /// What it becomes as a double; nil where that is none.
  fileprivate var nearestDouble: String? {
    guard let double = Double(text), double.isFinite else { return nil }
    return Self.plain(double)
  }

  /// As short as it can be, without the `.0` of a whole number.
  private static func plain(_ double: Double) -> String {
    let text = double.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension String {
  /// With a T for the first blank.
  fileprivate var spelledWithT: String {
    String(decoding: utf8.enumerated().map { $0.offset == 10 && $0.element == 0x20 ? 0x54 : $0.element }, as: UTF8.self)
  }
}
