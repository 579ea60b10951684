/// A text to look for: a part of another, or all of it with `*` for any run of characters.
///
/// Upper and lower case are the same unless the pattern has a capital letter; only ASCII letters have a case here.
struct Pattern: Hashable, Sendable {
  enum Reach: Hashable, Sendable { case part, whole }

  let bytes: [UInt8]
  let reach: Reach
  let isExactCase: Bool
  let hasStar: Bool

  init(_ text: String, _ reach: Reach) {
    let utf8 = Array(text.utf8)
    isExactCase = utf8.contains { $0 >= 0x41 && $0 <= 0x5A }
    bytes = utf8
    self.reach = reach
    hasStar = reach == .whole && utf8.contains(UInt8(ascii: "*"))
  }

  func holds(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { unsafe holds(Span(_unsafeElements: $0)) }
  }

  private func fold(_ byte: UInt8) -> UInt8 {
    isExactCase || byte < 0x41 || byte > 0x5A ? byte : byte | 0x20
  }

  private func holds(_ text: Span<UInt8>) -> Bool {
    if hasStar { return glob(text) }
    if reach == .whole, text.count != bytes.count { return false }
    guard text.count >= bytes.count else { return false }
    for start in 0...text.count - bytes.count where matches(text, at: start) { return true }
    return false
  }

  private func matches(_ text: Span<UInt8>, at start: Int) -> Bool {
    for index in bytes.indices where fold(text[start + index]) != bytes[index] { return false }
    return true
  }

  /// Matches with stars by going back to the last star only: the time is at most the product of both lengths.
  private func glob(_ text: Span<UInt8>) -> Bool {
    var at = 0
    var own = 0
    var star: (own: Int, at: Int)?
    while at < text.count {
      if own < bytes.count, bytes[own] == UInt8(ascii: "*") {
        star = (own, at)
        own += 1
      } else if own < bytes.count, bytes[own] == fold(text[at]) {
        own += 1
        at += 1
      } else if let (starred, from) = star {
        own = starred + 1
        at = from + 1
        star = (starred, at)
      } else {
        return false
      }
    }
    while own < bytes.count, bytes[own] == UInt8(ascii: "*") { own += 1 }
    return own == bytes.count
  }
}
