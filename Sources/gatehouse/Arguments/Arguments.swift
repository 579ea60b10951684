/// The words of a command line, read by the rules of one command before anything is done.
struct Arguments {
  private(set) var operands: [String] = []
  /// What followed `--`; nil where there was no `--`.
  private(set) var command: [String]?
  private var values: [String: [String]] = [:]

  /// - Throws: `Failure` with code 2 that names the word that is wrong.
  init(_ words: ArraySlice<String>, for command: Command) throws(Failure) {
    var words = words
    while let word = words.popFirst() {
      if word == "--" {
        guard command.takesCommand else { throw .usage("`--` has no meaning here", help: command.usage) }
        self.command = Array(words)
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let option = command.options.first(where: { $0.name == parts[0] }) else {
        let known = command.options.map(\.name)
        let hint = nearest(to: parts[0], in: known).map { "did you mean `\($0)`?" } ?? "see `\(command.name) --help`"
        throw .usage("`\(parts[0])` is no option of `\(command.name)`", help: hint)
      }
      try take(option, parts, &words)
    }
    guard command.count.contains(operands.count) else {
      let problem = operands.count < command.count.lowerBound ? "something is missing" : "there is a word too many"
      throw .usage(problem, help: "usage: \(command.usage)")
    }
  }

  private mutating func take(
    _ option: Command.Option, _ parts: [String], _ words: inout ArraySlice<String>
  ) throws(Failure) {
    guard let placeholder = option.value else {
      guard parts.count == 1 else { throw .usage("`\(option.name)` takes no value") }
      values[option.name] = []
      return
    }
    guard let value = parts.count == 2 ? parts[1] : words.popFirst() else {
      throw .usage("`\(option.name)` needs a value: \(option.name) \(placeholder)")
    }
    values[option.name, default: []].append(value)
  }

  func has(_ name: String) -> Bool { values[name] != nil }
  /// The value of an option; the last one where it was given several times.
  func value(_ name: String) -> String? { values[name]?.last }
  /// All values of an option that may be given several times.
  func values(_ name: String) -> [String] { values[name] ?? [] }
}

/// The word of `known` that takes the fewest changes of a letter to reach; nil if none is near.
func nearest(to word: String, in known: [String]) -> String? {
  let ranked = known.map { (word: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
  guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(2, word.utf8.count / 3) else {
    return nil
  }
  return best.word
}

/// Levenshtein's distance; words of a command line are short.
private func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var row = Array(0...right.count)
  for (index, byte) in left.prefix(64).enumerated() {
    var previous = row[0]
    row[0] = index + 1
    for column in 0..<right.count {
      let substituted = previous + (byte == right[column] ? 0 : 1)
      previous = row[column + 1]
      row[column + 1] = min(substituted, row[column] + 1, previous + 1)
    }
  }
  return row[right.count]
}
