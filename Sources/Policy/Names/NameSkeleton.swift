package import JSONText

/// What a name looks like to a person: names of one skeleton can be taken for each other.
///
/// It is the folded spelling with every letter of another script, and every digit, as the Latin letter that a terminal's
/// font draws like it. Characters that join, as `rn` and `m`, take different room on a terminal and are left alone.
package enum NameSkeleton {
  /// The ways to read a name: its skeleton, and where it has a capital I, which many fonts draw as a small L, that too.
  ///
  /// Nil for a name that is its own skeleton.
  package static func readings(of name: ExactText) -> [ExactText]? {
    if name.utf8.allSatisfy(isOwn) { return nil }
    var readings = [skeleton(name)]
    if name.utf8.contains(UInt8(ascii: "I")) {
      var view = String.UnicodeScalarView()
      for scalar in name.string.unicodeScalars { view.append(scalar == "I" ? "l" : scalar) }
      readings.append(skeleton(ExactText(String(view))))
    }
    return readings
  }

  private static func isOwn(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0"), UInt8(ascii: "1"), UInt8(ascii: "|"), 0x41...0x5A: false
    default: 0x20 < byte && byte < 0x7F
    }
  }

  private static func skeleton(_ name: ExactText) -> ExactText {
    var view = String.UnicodeScalarView()
    for scalar in NameFolding.folded(name).string.unicodeScalars { view.append(likenesses[scalar] ?? scalar) }
    return ExactText(String(view))
  }

  /// The letter that a font draws like this one; nil where there is none.
  static func likeness(of scalar: Unicode.Scalar) -> Unicode.Scalar? {
    if let other = likenesses[scalar] { return other }
    let small = scalar.properties.lowercaseMapping.unicodeScalars
    return small.count == 1 ? small.first.flatMap { likenesses[$0] } : nil
  }

  /// Of folded letters: a capital's likeness is under its small letter.
  private static let likenesses: [Unicode.Scalar: Unicode.Scalar] = {
    let groups: [(Unicode.Scalar, String)] = [
      ("a", "\u{0430}\u{03B1}\u{0251}"), ("b", "\u{0432}\u{03B2}\u{044C}\u{0185}"), ("c", "\u{0441}\u{03F2}\u{1D04}"),
      ("d", "\u{0501}"), ("e", "\u{0435}\u{0454}\u{212E}"), ("g", "\u{0261}\u{0581}\u{050D}"),
      ("h", "\u{043D}\u{04BB}\u{0570}\u{210E}"), ("i", "\u{0456}\u{03B9}\u{0131}\u{0269}"), ("j", "\u{0458}\u{03F3}"),
      ("k", "\u{043A}\u{03BA}"), ("l", "1|\u{04CF}\u{01C0}\u{05D5}\u{0627}"), ("m", "\u{043C}\u{03BC}"),
      ("n", "\u{0578}\u{057C}\u{03B7}"), ("o", "0\u{043E}\u{03BF}\u{0585}\u{05E1}\u{0665}\u{03C3}"),
      ("p", "\u{0440}\u{03C1}"),
      ("q", "\u{051B}\u{0563}"), ("r", "\u{0433}\u{1D26}"), ("s", "\u{0455}\u{01BD}"), ("t", "\u{0442}\u{03C4}"),
      ("u", "\u{03C5}\u{057D}\u{028B}"), ("v", "\u{03BD}\u{0475}\u{1D20}"), ("w", "\u{051D}\u{0461}\u{03C9}\u{0561}"),
      ("x", "\u{0445}\u{03C7}\u{00D7}"), ("y", "\u{0443}\u{03B3}\u{04AF}"), ("z", "\u{03B6}\u{1D22}"),
      ("-", "\u{2010}\u{2012}\u{2013}\u{2014}\u{2212}\u{02D7}\u{2043}"), ("_", "\u{02CD}\u{2017}"),
      ("/", "\u{2044}\u{2215}\u{29F8}"), (".", "\u{0660}\u{06F0}\u{A4F8}"), (":", "\u{05C3}\u{A789}\u{2236}"),
    ]
    var likenesses: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (letter, others) in groups {
      for scalar in others.unicodeScalars { likenesses[scalar] = letter }
    }
    return likenesses
  }()
}
