import RegularExpressions

/// Translates a pattern of ECMA-262, as JSON Schema has them, into RE2's syntax with the same meaning.
///
/// The pattern is read with Unicode semantics (one character is one code point), and where those would refuse what is often written,
/// such as `\-` or `[\w-.]`, as browsers read it without them. What RE2 cannot do (look-around, back-references, `\B`) is refused.
struct ECMAPattern {
  /// Why a pattern cannot be translated.
  struct Mistake: Error {
    let message: String
  }

  /// RE2 counts no further in one repetition.
  private static let furthestCount = 1000
  /// A longer translation is refused.
  static let longest = 32 << 10
  /// More repetitions than this are refused at once.
  private static let mostCounts = 10_000

  private var reader: PatternReader
  private var output = ""
  /// Where the last thing that can be repeated begins in the output; nil behind something that cannot.
  private var atomStart: String.Index?
  /// Where each open group begins.
  private var groups: [String.Index] = []

  static func translate(_ pattern: String) throws(Mistake) -> String {
    guard pattern.utf8.count <= RegularExpression.longest else {
      throw Mistake(message: "it has more than \(RegularExpression.longest) bytes")
    }
    var translation = ECMAPattern(reader: PatternReader(pattern))
    try translation.run()
    return translation.output
  }

  private init(reader: PatternReader) { self.reader = reader }

  private mutating func run() throws(Mistake) {
    while let scalar = reader.next() {
      switch scalar {
      case "^", "$":
        output.unicodeScalars.append(scalar)
        atomStart = nil
      case "|":
        output += "|"
        atomStart = nil
      case "(": try openGroup()
      case ")":
        guard let start = groups.popLast() else { throw Mistake(message: "a `)` closes nothing") }
        output += ")"
        atomStart = start
      case "*", "+", "?": try repeatAtom(String(scalar))
      case "{":
        if let counts = try reader.counts() {
          try repeatAtom(from: counts.least, to: counts.most)
        } else {
          append("\\{")
        }
      case ".": append("[^\\n\\r\\x{2028}\\x{2029}]")
      case "[":
        var characters = PatternClass()
        append(try characters.translate(&reader))
      case "\\": try escape()
      default: append(PatternReader.literal(scalar))
      }
    }
    guard output.utf8.count <= Self.longest else { throw Mistake(message: "it is too long") }
    guard groups.isEmpty else { throw Mistake(message: "a `(` is never closed") }
  }

  private mutating func append(_ atom: String) {
    atomStart = output.endIndex
    output += atom
  }

  private mutating func openGroup() throws(Mistake) {
    groups.append(output.endIndex)
    output += "(?:"
    atomStart = nil
    guard reader.skip("?") else { return }
    if reader.skip(":") { return }
    if reader.skip("=") || reader.skip("!") { throw Mistake(message: "RE2 knows no look-ahead") }
    guard reader.skip("<") else { throw Mistake(message: "a group begins with `(?` and something unknown") }
    if reader.skip("=") || reader.skip("!") { throw Mistake(message: "RE2 knows no look-behind") }
    try reader.groupName()
  }

  // MARK: Repetition

  private mutating func repeatAtom(_ sign: String) throws(Mistake) {
    guard atomStart != nil else { throw Mistake(message: "a `\(sign)` repeats nothing") }
    output += sign
    finishRepetition()
  }

  /// Whether it is lazy does not matter for whether it matches; and a repetition is not to be repeated.
  private mutating func finishRepetition() {
    _ = reader.skip("?")
    atomStart = nil
  }

  private mutating func repeatAtom(from least: Int, to most: Int?) throws(Mistake) {
    guard let start = atomStart else { throw Mistake(message: "a `{` repeats nothing") }
    if let most, most < least { throw Mistake(message: "a repetition counts down") }
    guard max(least, most ?? 0) <= Self.mostCounts else {
      throw Mistake(message: "it repeats something more than \(Self.mostCounts) times")
    }
    if max(least, most ?? 0) <= Self.furthestCount {
      output += most == least ? "{\(least)}" : "{\(least),\(most.map(String.init) ?? "")}"
    } else {
      // As many as RE2 counts at a time.
      let atom = String(output[start...])
      guard atom.utf8.count * ((max(least, most ?? 0)) / Self.furthestCount + 2) < Self.longest else {
        throw Mistake(message: "it repeats too much too often")
      }
      output.removeSubrange(start...)
      output += "(?:" + Self.times(atom, least) { "{\($0)}" }
      if let most {
        output += Self.times(atom, most - least) { "{0,\($0)}" }
      } else {
        output += atom + "*"
      }
      output += ")"
    }
    finishRepetition()
  }

  private static func times(_ atom: String, _ count: Int, _ written: (Int) -> String) -> String {
    var text = ""
    var left = count
    while left > 0 {
      let step = min(left, furthestCount)
      text += atom + written(step)
      left -= step
    }
    return text
  }

  // MARK: Escapes

  private mutating func escape() throws(Mistake) {
    switch try reader.escape(inClass: false) {
    case .character(let scalar): append(PatternReader.literal(scalar))
    case .set(let ranges, let isNegated): append("[\(isNegated ? "^" : "")\(ranges)]")
    case .property(let name): append(name)
    case .wordBoundary:
      output += "(?:\\b)"
      atomStart = nil
    }
  }
}
