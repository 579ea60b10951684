/// Translates a bracket expression such as `[a-z\d]`.
struct PatternClass {
  private typealias Mistake = ECMAPattern.Mistake

  /// What stands in the brackets, as RE2 has it.
  private var items = ""

  /// Reads from behind the `[` to the `]`.
  mutating func translate(_ reader: inout PatternReader) throws(ECMAPattern.Mistake) -> String {
    let isNegated = reader.skip("^")
    while true {
      guard let scalar = reader.next() else { throw Mistake(message: "a `[` is never closed") }
      if scalar == "]" { break }
      guard let first = try atom(scalar, &reader) else { continue }
      guard let dash = reader.peek(), dash == "-", let second = reader.peek(1), second != "]" else {
        items += PatternReader.literal(first)
        continue
      }
      _ = reader.next()
      _ = reader.next()
      let before = items
      if let last = try atom(second, &reader) {
        guard first.value <= last.value else { throw Mistake(message: "a range in brackets goes backwards") }
        items += "\(PatternReader.literal(first))-\(PatternReader.literal(last))"
      } else {
        // A set is no end of a range: the dash means itself.
        let set = items.dropFirst(before.count)
        items = before + PatternReader.literal(first) + "\\-" + set
      }
    }
    // An empty class matches nothing, and its opposite everything.
    if items.isEmpty { return isNegated ? "[\\x{0}-\\x{10FFFF}]" : "[^\\x{0}-\\x{10FFFF}]" }
    return "[\(isNegated ? "^" : "")\(items)]"
  }

  /// One character, or nil where it was a set, which is then among the items.
  private mutating func atom(
    _ scalar: Unicode.Scalar, _ reader: inout PatternReader
  ) throws(ECMAPattern.Mistake) -> Unicode.Scalar? {
    guard scalar == "\\" else { return scalar }
    switch try reader.escape(inClass: true) {
    case .character(let scalar): return scalar
    case .set(let ranges, let isNegated):
      items += isNegated ? PatternReader.complement(of: ranges) : ranges
    case .property(let name): items += name
    case .wordBoundary: return "\u{8}"
    }
    // Behind a set, a dash means itself.
    if reader.peek() == "-", reader.peek(1) != "]" {
      _ = reader.next()
      items += "\\-"
    }
    return nil
  }
}
