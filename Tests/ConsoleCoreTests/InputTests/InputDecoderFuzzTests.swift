import ConsoleCore
import Testing

/// Repeats itself from a seed, so that a failure can be seen again.
private struct Repeatable: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let mixed = (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    return mixed ^ (mixed >> 29)
  }
}

struct InputDecoderFuzzTests {
  private static let pieces: [[UInt8]] =
    [
      "\u{1B}", "\u{1B}[", "\u{1B}O", "\u{1B}]", "\u{1B}P", "\u{1B}\\", "\u{1B}[200~", "\u{1B}[201~", "\u{1B}[<", ";",
      ":", "1", "27;5;", "~", "M", "A", "u", "y", "\u{7}", "\u{18}", "ä", "😀", "[", "$", "?",
    ].map { Array($0.utf8) } + [[0xFF], [0x9B], [0xC2], [0xE0, 0x80], [0x80], [0x00], [0x7F]]

  /// However the same bytes are cut, the same events come, and silence always ends what was begun.
  @Test(arguments: 1...40) func cutsDoNotMatter(seed: UInt64) {
    var random = Repeatable(state: seed)
    for _ in 0..<200 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        bytes += Self.pieces.randomElement(using: &random) ?? []
        if Int.random(in: 0..<6, using: &random) == 0 { bytes.append(UInt8.random(in: 0...255, using: &random)) }
      }
      var whole = InputDecoder()
      let expected = whole.feed(bytes)
      var cut = InputDecoder()
      var events: [InputEvent] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...rest.count, using: &random)
        events += cut.feed(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      #expect(events == expected, "\(bytes)")
      #expect(cut == whole)
      _ = whole.timeout()
      _ = whole.timeout()
      #expect(whole == InputDecoder(), "\(bytes) leaves something behind")
    }
  }
}
