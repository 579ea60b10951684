import JSONText
import RegularExpressions

/// What looking at things costs, in steps of about a tenth of a microsecond.
enum Work {
  /// No validation does more; it fails instead.
  static let most = 1_000_000

  static func text(_ text: ExactText) -> Int { 1 + text.utf8.count / 64 }

  /// A search is linear in the text, and where its automaton outgrows its memory also in the pattern's program: then a
  /// validation takes half a second at worst.
  static func search(_ text: ExactText, _ pattern: RegularExpression) -> Int {
    1 + text.utf8.count * pattern.size / 64
  }
}
