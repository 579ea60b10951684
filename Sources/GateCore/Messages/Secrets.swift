/// What a server was given and nobody shall read in what it says.
package struct Secrets: Sendable {
  /// The longest first.
  private let values: [[UInt8]]

  package static let none = Secrets(values: [])
  package static let mark = "[hidden]"

  private static let most = 256
  /// Shorter values are found in too much that is innocent.
  private static let least = 4
  /// How many bytes may be compared for one line.
  private static let mostWork = 1 << 20
  private static let leastOfOthers = 6

  private init(values: [[UInt8]]) { self.values = values }

  /// Takes the values of variables whose names promise a secret, of those in `own` whatever their names, and of options
  /// such as `--api-key VALUE`.
  package init(environment: [[UInt8]], own: some Sequence<String>, words: [[UInt8]]) {
    let own = Set(own.map { Array($0.utf8) })
    var values: Set<[UInt8]> = []
    for entry in environment {
      guard let equals = entry.firstIndex(of: 0x3D), equals > 0 else { continue }
      let isSecret = SecretNames.contains(entry[..<equals])
      guard isSecret || own.contains(Array(entry[..<equals])) else { continue }
      Self.add(entry[(equals + 1)...], least: isSecret ? Self.least : Self.leastOfOthers, to: &values)
    }
    var isNext = false
    for word in words.dropFirst() {
      let equals = word.firstIndex(of: 0x3D)
      let isOption = word.first == 0x2D
      if isNext, !isOption { Self.add(word[...], least: Self.least, to: &values) }
      let isSecret = isOption && SecretNames.contains(word[..<(equals ?? word.endIndex)])
      if isSecret, let equals { Self.add(word[(equals + 1)...], least: Self.least, to: &values) }
      isNext = isSecret && equals == nil
    }
    self.values = values.sorted { $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count > $1.count }
      .prefix(Self.most).map { $0 }
  }

  /// Takes values that are known to be secrets beside those of another; short ones are in too much that is innocent.
  package init(values known: Secrets, _ others: [[UInt8]]) {
    var values = Set(known.values)
    for value in others.prefix(Self.most) { Self.add(value[...], least: Self.least, to: &values) }
    self.values = values.sorted { $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count > $1.count }
      .prefix(Self.most).map { $0 }
  }

  /// Each line of a value, for that is how it would be seen.
  private static func add(_ value: ArraySlice<UInt8>, least: Int, to values: inout Set<[UInt8]>) {
    for line in value.split(separator: 0x0A) {
      let line = line.last == 0x0D ? line.dropLast() : line
      guard line.count >= least, !isInnocent(line) else { continue }
      values.insert(Array(line.prefix(MessageLog.longestLine)))
    }
  }

  private static let words: Set<[UInt8]> = Set(
    [
      "true", "false", "none", "null", "auto", "default", "debug", "trace", "info", "warn", "warning", "error",
      "production", "development", "staging", "localhost", "127.0.0.1", "enabled", "disabled",
    ].map { Array($0.utf8) })

  private static func isInnocent(_ value: ArraySlice<UInt8>) -> Bool {
    let isSmallNumber = value.count < 6 && value.allSatisfy { (0x30...0x39).contains($0) }
    return isSmallNumber || words.contains(value.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 })
  }

  /// A line without its secrets; where it was cut, a secret may have been cut with it.
  package func hiding(in line: [UInt8], isCut: Bool = false) -> [UInt8] {
    var hidden = TokenShapes(line).found
    var work = 0
    for index in line.indices {
      for value in values where value[0] == line[index] {
        var count = 0
        while count < value.count, index + count < line.count, value[count] == line[index + count] { count += 1 }
        work += count
        // A line that nearly is very many secrets is shown to nobody.
        guard work <= Self.mostWork else { return Array(Self.mark.utf8) }
        let isPart = isCut && index + count == line.count && count >= Self.least
        if count == value.count || isPart {
          hidden.append(index..<(index + count))
          break
        }
      }
    }
    guard !hidden.isEmpty else { return line }
    hidden.sort { $0.lowerBound < $1.lowerBound }
    var shown: [UInt8] = []
    var index = 0
    for range in hidden where range.upperBound > index {
      // What overlaps is one secret.
      if range.lowerBound >= index, index == 0 || range.lowerBound > index || !shown.hasSuffix(Self.mark) {
        shown += line[index..<range.lowerBound]
        shown += Self.mark.utf8
      }
      index = range.upperBound
    }
    return shown + line[index...]
  }
}

extension [UInt8] {
  fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
