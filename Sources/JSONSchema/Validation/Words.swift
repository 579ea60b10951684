import JSONText

/// How messages name things.
enum Words {
  /// A longer key is cut.
  static let longestKey = 64

  /// A longer JSON pointer is cut.
  static let longestPointer = 512

  /// One JSON pointer and another from there on, which is left out where it is long.
  static func joined(_ place: String, _ rest: String) -> String {
    place + (rest.utf8.count < longestPointer ? rest : "/…")
  }

  /// A key, cut where it is long.
  static func key(_ key: ExactText) -> String { "`\(cut(key.string))`" }

  /// A key as one step of a JSON pointer, cut where it is long.
  static func pointerToken(_ key: ExactText) -> String {
    var token = ""
    for scalar in cut(key.string).unicodeScalars {
      switch scalar {
      case "~": token += "~0"
      case "/": token += "~1"
      default: token.unicodeScalars.append(scalar)
      }
    }
    return token
  }

  static func cut(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: longestKey, limitedBy: scalars.endIndex),
      end != scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "…"
  }

  static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    count == 1 ? "1 \(one)" : "\(count) \(many ?? one + "s")"
  }

  /// "a, b or c".
  static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}
