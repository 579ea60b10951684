import Terminal
import Testing

/// Fewer bytes, the same picture.
struct StyleSqueezerTests {
  /// What a terminal makes of it: each byte that is drawn or moves something, with the style that it has then.
  private static func meaning(_ bytes: [UInt8]) -> [String] {
    var found: [String] = []
    var attributes: Set<Int> = []
    var colours = ["standard", "standard"]
    var place = 0
    while place < bytes.count {
      if bytes[place] == 0x0F {
        place += 1
      } else if bytes[place...].starts(with: Array("\u{1B}(B".utf8)) {
        place += 3
      } else if bytes[place...].starts(with: [0x1B, 0x5B]),
        let end = bytes[(place + 2)...].firstIndex(where: { !(0x30...0x3B ~= $0) }), bytes[end] == 0x6D
      {
        var numbers = String(decoding: bytes[(place + 2)..<end], as: UTF8.self)
          .split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }[...]
        while let number = numbers.popFirst() {
          switch number {
          case 0: (attributes, colours) = ([], ["standard", "standard"])
          case 1...9: attributes.insert(number)
          case 38, 48:
            let count = numbers.first == 5 ? 2 : 4
            colours[number == 38 ? 0 : 1] = "\(numbers.prefix(count))"
            numbers = numbers.dropFirst(count)
          case 39: colours[0] = "standard"
          case 49: colours[1] = "standard"
          case 30...37, 90...97: colours[0] = "\(number)"
          case 40...47, 100...107: colours[1] = "\(number)"
          default: found.append("unknown \(number)")
          }
        }
        place = end + 1
      } else {
        found.append("\(bytes[place]) \(attributes.sorted()) \(colours)")
        place += 1
      }
    }
    return found
  }

  private static func squeezed(_ text: String) -> String {
    var squeezer = StyleSqueezer()
    return String(decoding: squeezer.squeeze(Array(text.utf8)), as: UTF8.self).replacing("\u{1B}", with: "^")
  }

  @Test func saysOneThingInPlaceOfMany() {
    #expect(
      Self.squeezed("\u{1B}[39m\u{1B}(B\u{1B}[0;1;7m\u{1B}[39;49m\u{1B}[31mx\u{1B}[39;49m\u{1B}(B\u{1B}[my")
        == "^(B^[0;1;7;31mx^[my")
    #expect(Self.squeezed("\u{1B}[m\u{0F}\u{1B}[38;5;208ma") == "\u{0F}^[0;38;5;208ma")
    // What is about colours stays where it does something.
    #expect(Self.squeezed("\u{1B}[0;31m\u{1B}[39;49ma\u{1B}[39;49mb") == "^[0;31;39;49ma^[39;49mb")
    #expect(Self.squeezed("\u{1B}[;4mx\u{1B}[1m\u{1B}[;4my") == "^[0;4mx^[0;4my")
    // No terminal is asked to read too much at once.
    #expect(
      Self.squeezed("\u{1B}[0;1;2;3;4m\u{1B}[38;2;1;2;3m\u{1B}[48;2;4;5;6mx") == "^[0;1;2;3;4;38;2;1;2;3m^[48;2;4;5;6mx"
    )
    for text in [
      "", "plain", "\u{1B}[3;52Hx", "\u{1B}[28X", "\u{1B}[?25l", "\u{1B}]0;title\u{7}", "\u{1B}[", "\u{1B}[3",
    ] {
      #expect(Self.squeezed(text) == text.replacing("\u{1B}", with: "^"))
    }
  }

  @Test func selectsASCIIAgainAfterItMayHaveChanged() {
    var squeezer = StyleSqueezer()
    let text = Array("\u{1B}(B\u{1B}[mx".utf8)
    #expect(squeezer.squeeze(text) == text)
    #expect(squeezer.squeeze(text) == Array("\u{1B}[mx".utf8))
    squeezer.forget()
    #expect(squeezer.squeeze(text) == text)
  }

  @Test(arguments: 0..<8) func meansTheSame(seed: Int) {
    let parts = [
      "\u{1B}[m", "\u{1B}[0m", "\u{1B}[0;1m", "\u{1B}[0;2;7m", "\u{1B}[39;49m", "\u{1B}[39m", "\u{1B}[49m",
      "\u{1B}[31m",
      "\u{1B}[44m", "\u{1B}[97m", "\u{1B}[38;5;9m", "\u{1B}[48;2;1;2;3m", "\u{1B}(B", "\u{0F}", "x", "é",
      "\u{1B}[2;3H", "\u{1B}[K",
    ]
    var state = UInt64(seed + 1)
    for _ in 0..<400 {
      var text = ""
      for _ in 0..<24 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += parts[Int(state >> 33) % parts.count]
      }
      // It ends with something that is drawn.
      let bytes = Array((text + "z").utf8)
      var squeezer = StyleSqueezer()
      let squeezed = squeezer.squeeze(bytes)
      #expect(Self.meaning(squeezed) == Self.meaning(bytes), "\(text.debugDescription)")
      #expect(squeezed.count <= bytes.count)
    }
  }
}
