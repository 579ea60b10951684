import CFolding
package import JSONText

/// The spelling by which a careless server compares names: without regard to case, width and other dress of letters
/// (Unicode's NFKC case folding), to what cannot be seen, and to blanks around it.
package enum NameFolding {
  /// Whether a name is its own folded spelling at a glance: no capitals, no blanks, nothing outside ASCII.
  static func isPlain(_ name: ExactText) -> Bool { isPlain(name.string.utf8Span.span) }

  static func isPlain(_ name: Span<UInt8>) -> Bool {
    for index in name.indices {
      let byte = name[index]
      guard byte > 0x20, byte < 0x7F, !(0x41...0x5A ~= byte) else { return false }
    }
    return true
  }

  package static func folded(_ name: ExactText) -> ExactText {
    ExactText(trimmed(folded(Array(name.utf8))))
  }

  /// The same of a piece of a name, blanks at its ends kept.
  static func folded(_ piece: [UInt8]) -> [UInt8] {
    if isPlain(piece.span) { return piece }
    let piece = withoutTurkish(piece)
    var folded = [UInt8](repeating: 0, count: 4 * piece.count + 64)
    let count = unsafe cfolding_fold(piece, piece.count, &folded, folded.count)
    // What unfolds without end is no tool's name; it stays what it is.
    guard count >= 0 else { return piece }
    folded.removeLast(folded.count - count)
    return folded
  }

  /// With an `i` for both of the Turkish letters, as Java compares without regard to case; Unicode's folding keeps them.
  private static func withoutTurkish(_ name: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(name.count)
    var index = 0
    while index < name.count {
      let next = index + 1 < name.count ? name[index + 1] : 0
      let isTurkish = (name[index] == 0xC4 && next == 0xB0) || (name[index] == 0xC4 && next == 0xB1)
      out.append(isTurkish ? 0x69 : name[index])
      index += isTurkish ? 2 : 1
    }
    return out
  }

  private static func trimmed(_ name: [UInt8]) -> String {
    var scalars = Substring(String(decoding: name, as: UTF8.self)).unicodeScalars
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(Substring(scalars))
  }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || scalar.value < 0x20 || scalar.value == 0x7F
  }
}

extension NamePattern {
  /// The pattern that matches the folded spellings of names.
  var folded: NamePattern {
    switch self {
    case .exact(let name): .exact(NameFolding.folded(name))
    case .glob(let glob):
      .glob(
        Glob(
          prefix: NameFolding.folded(glob.prefix), middles: glob.middles.map { NameFolding.folded($0) },
          suffix: NameFolding.folded(glob.suffix)))
    }
  }

  var isPlain: Bool {
    switch self {
    case .exact(let name): NameFolding.isPlain(name)
    case .glob(let glob):
      ([glob.prefix, glob.suffix] + glob.middles).allSatisfy { NameFolding.isPlain($0.span) }
    }
  }
}
