/// The length of a limit's window in whole seconds, and its spellings.
struct LimitWindow: Hashable, Sendable {
  static let range = 1...2_678_400
  static let words: [(word: String, seconds: Int)] = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400)]

  let seconds: Int

  /// Nil if it is out of range.
  init?(seconds: Int) {
    guard Self.range.contains(seconds) else { return nil }
    self.seconds = seconds
  }

  /// Nil if it is none of the words.
  init?(word: String) {
    guard let entry = Self.words.first(where: { $0.word.utf8.elementsEqual(word.utf8) }) else { return nil }
    seconds = entry.seconds
  }

  var microseconds: Int64 { Int64(seconds) * 1_000_000 }

  var word: String? { Self.words.first { $0.seconds == seconds }?.word }

  /// `minute`, `90 seconds`: what follows "per".
  var inWords: String { word ?? "\(seconds) seconds" }

  /// `minute`, `90s`: what follows the slash of `10/minute`.
  var short: String { word ?? "\(seconds)s" }
}

/// Who shares one count.
package enum LimitScope: String, CaseIterable, Hashable, Sendable {
  /// One client credential.
  case grant
  /// One MCP session.
  case session
  /// All callers of one server.
  case server
  /// Everything.
  case global
}
