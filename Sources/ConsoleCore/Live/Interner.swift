/// Texts kept once each, named by small numbers.
struct Interner: Hashable, Sendable {
  private(set) var texts: [String] = [""]
  private var numbers: [String: UInt32] = [:]
  /// Bytes of all texts.
  private(set) var size = 0

  /// Longer texts are cut here: a name is compared in full by the gate, not by the stream's picture.
  static let longest = 512

  /// The number of a text; 0 is the empty one.
  mutating func intern(_ text: String) -> UInt32 {
    if text.isEmpty { return 0 }
    if let number = numbers[text] { return number }
    var kept = text
    if text.utf8.count > Self.longest {
      kept = String(text.unicodeScalars.prefix(Self.longest / 4))
      if let number = numbers[kept] { return number }
    }
    let number = UInt32(truncatingIfNeeded: texts.count)
    texts.append(kept)
    numbers[kept] = number
    size += kept.utf8.count
    return number
  }

  func text(_ number: UInt32) -> String {
    let index = Int(number)
    return texts.indices.contains(index) ? texts[index] : ""
  }
}
