import ConsoleCore
import Testing

/// Feeds the bytes whole, one at a time and cut at every place; the events must not change.
private func expectEvents(
  _ bytes: [UInt8], _ expected: [InputEvent], sourceLocation: SourceLocation = #_sourceLocation
) {
  let cuts =
    [[bytes], bytes.map { [$0] }]
    + (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
  for pieces in cuts {
    var decoder = InputDecoder()
    var events = pieces.flatMap { decoder.feed($0) }
    events += decoder.timeout()
    #expect(events == expected, "cut as \(pieces.map(\.count))", sourceLocation: sourceLocation)
    _ = decoder.timeout()
    #expect(decoder.feed([0x6B]) == [.key(.character("k"))], "the next key", sourceLocation: sourceLocation)
  }
}

struct InputDecoderTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var events: [InputEvent]
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ events: InputEvent...) {
      self.init(name, Array(text.utf8), events)
    }
    init(_ name: String, _ text: String, keys: Key, _ more: Key...) {
      self.init(name, Array(text.utf8), ([keys] + more).map { .key($0) })
    }
    /// Bytes that are no UTF-8.
    init(_ name: String, _ bytes: [UInt8], _ events: [InputEvent]) {
      self.name = name
      self.bytes = bytes
      self.events = events
    }
  }

  @Test(arguments: [
    Case("letters", "aZ ~", keys: .character("a"), .character("Z"), .character(" "), .character("~")),
    Case("two bytes", "ä", keys: .character("ä")),
    Case("three bytes", "✓", keys: .character("✓")),
    Case("four bytes", "😀", keys: .character("😀")),
    Case(
      "Enter, Tab, Backspace twice", "\r\t\u{7F}\u{8}", keys: Key(.enter), Key(.tab), Key(.backspace), Key(.backspace)),
    Case("control letters", "\u{13}\u{1}\u{1A}\u{A}", keys: .control("s"), .control("a"), .control("z"), .control("j")),
    Case("control signs", "\u{0}\u{1C}\u{1F}", keys: .control(" "), .control("\\"), .control("_")),
    Case("a lone Escape", "\u{1B}", keys: Key(.escape)),
    Case("two Escapes", "\u{1B}\u{1B}", keys: Key(.escape), Key(.escape)),
    Case("Alt and a letter", "\u{1B}a", keys: Key(.scalar("a"), .alt)),
    Case("Alt and a letter of two bytes", "\u{1B}ä", keys: Key(.scalar("ä"), .alt)),
    Case("Alt and Control", "\u{1B}\u{1}", keys: Key(.scalar("a"), [.alt, .control])),
  ])
  func plainKeys(_ testCase: Case) { expectEvents(testCase.bytes, testCase.events) }

  @Test(arguments: [
    Case("xterm arrows", "\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", keys: Key(.up), Key(.down), Key(.right), Key(.left)),
    Case("application arrows", "\u{1B}OA\u{1B}OB\u{1B}OC\u{1B}OD", keys: Key(.up), Key(.down), Key(.right), Key(.left)),
    Case("Home and End", "\u{1B}[H\u{1B}[F\u{1B}OH\u{1B}OF", keys: Key(.home), Key(.end), Key(.home), Key(.end)),
    Case("tmux and screen Home and End", "\u{1B}[1~\u{1B}[4~", keys: Key(.home), Key(.end)),
    Case("rxvt Home and End", "\u{1B}[7~\u{1B}[8~", keys: Key(.home), Key(.end)),
    Case("pages", "\u{1B}[5~\u{1B}[6~", keys: Key(.pageUp), Key(.pageDown)),
    Case("Insert and Delete", "\u{1B}[2~\u{1B}[3~", keys: Key(.insert), Key(.delete)),
    Case("Control and Right", "\u{1B}[1;5C", keys: Key(.right, .control)),
    Case("Shift, Alt, Control and Up", "\u{1B}[1;8A", keys: Key(.up, [.shift, .alt, .control])),
    Case("Num Lock does not count", "\u{1B}[1;129A", keys: Key(.up)),
    Case("Alt by a second ESC", "\u{1B}\u{1B}[A", keys: Key(.up, .alt)),
    Case("Shift and Tab", "\u{1B}[Z", keys: Key(.tab, .shift)),
    Case("Shift and Delete", "\u{1B}[3;2~", keys: Key(.delete, .shift)),
    Case("rxvt Shift and Up", "\u{1B}[a", keys: Key(.up, .shift)),
    Case("rxvt Control and Up", "\u{1B}Oa", keys: Key(.up, .control)),
    Case("rxvt Control and End", "\u{1B}[8^", keys: Key(.end, .control)),
    Case("rxvt Control, Shift and End", "\u{1B}[8@", keys: Key(.end, [.control, .shift])),
    Case("F1 to F4 of xterm", "\u{1B}OP\u{1B}OS", keys: Key(.function(1)), Key(.function(4))),
    Case("F1 of the Linux console", "\u{1B}[[A", keys: Key(.function(1))),
    Case("F1 and F5 with numbers", "\u{1B}[11~\u{1B}[15~", keys: Key(.function(1)), Key(.function(5))),
    Case("F6 to F12", "\u{1B}[17~\u{1B}[24~", keys: Key(.function(6)), Key(.function(12))),
    Case("Control and F2", "\u{1B}[1;5Q", keys: Key(.function(2), .control)),
    Case("keypad", "\u{1B}Op\u{1B}Oy\u{1B}OM", keys: .character("0"), .character("9"), Key(.enter)),
    Case("eight-bit introducer", [0x9B, 0x41], [.key(Key(.up))]),
    Case("eight-bit introducer in UTF-8", "\u{9B}A", keys: Key(.up)),
  ])
  func sequences(_ testCase: Case) { expectEvents(testCase.bytes, testCase.events) }

  @Test(arguments: [
    Case("letter", "\u{1B}[97u", keys: .character("a")),
    Case("Control and a letter", "\u{1B}[97;5u", keys: .control("a")),
    Case("Shift and a letter", "\u{1B}[97;2u", keys: .character("A")),
    Case("Shift and a letter that the terminal names", "\u{1B}[97:65;2u", keys: .character("A")),
    Case("Caps Lock", "\u{1B}[97;65u", keys: .character("A")),
    Case("Caps Lock and Shift", "\u{1B}[97;66u", keys: .character("a")),
    Case("Shift and a digit, keyboard unknown", "\u{1B}[49;2u", keys: Key(.scalar("1"), .shift)),
    Case("Shift and a digit, keyboard known", "\u{1B}[49:33;2u", keys: .character("!")),
    Case("Escape", "\u{1B}[27u", keys: Key(.escape)),
    Case("Enter and Control", "\u{1B}[13;5u", keys: Key(.enter, .control)),
    Case("Backspace and Tab", "\u{1B}[127u\u{1B}[9;2u", keys: Key(.backspace), Key(.tab, .shift)),
    Case("repeat", "\u{1B}[97;1:2u", keys: .character("a")),
    Case("release", "\u{1B}[97;1:3u"),
    Case("release of an arrow", "\u{1B}[1;1:3A"),
    Case("Super is another key", "\u{1B}[97;9u"),
    Case(
      "keypad and arrows of kitty", "\u{1B}[57400u\u{1B}[57419u\u{1B}[57413u", keys: .character("1"), Key(.up),
      .character("+")),
    Case("F13 of kitty", "\u{1B}[57376u", keys: Key(.function(13))),
    Case("a modifier key alone", "\u{1B}[57441;2u"),
    Case("modifyOtherKeys", "\u{1B}[27;5;97~", keys: .control("a")),
    Case("no scalar", "\u{1B}[55296u\u{1B}[1114111u\u{1B}[9999999999u", keys: .character("\u{10FFFF}")),
    Case("a capital of two letters", "\u{1B}[223;2u"),
  ])
  func numberedKeys(_ testCase: Case) { expectEvents(testCase.bytes, testCase.events) }

  @Test(arguments: [
    Case("focus", "\u{1B}[I\u{1B}[O", .focus(true), .focus(false)),
    Case(
      "press and release", "\u{1B}[<0;10;3M\u{1B}[<0;10;3m",
      .mouse(Mouse(.press, row: 2, column: 9)), .mouse(Mouse(.release, row: 2, column: 9))),
    Case(
      "wheel", "\u{1B}[<64;1;1M\u{1B}[<65;1;1M",
      .mouse(Mouse(.wheelUp, row: 0, column: 0)), .mouse(Mouse(.wheelDown, row: 0, column: 0))),
    Case("wheel with Control", "\u{1B}[<80;1;1M", .mouse(Mouse(.wheelUp, row: 0, column: 0))),
    Case("motion, other buttons, place 0", "\u{1B}[<35;1;1M\u{1B}[<2;1;1M\u{1B}[<0;0;1M"),
    Case("paste", "\u{1B}[200~a\r\nb\rc\u{1B}[201~", .paste("a\nb\nc")),
    Case(
      "paste with an escape in it", "\u{1B}[200~a\u{1B}[20\u{1B}[31mb\u{1B}\u{1B}[201~d",
      .paste("a[20[31mb"), .key(.character("d"))),
    Case("paste without an end", "\u{1B}[200~rm -rf\u{1B}[201", .paste("rm -rf")),
    Case(
      "paste of broken UTF-8", Array("\u{1B}[200~".utf8) + [0xFF, 0x61] + Array("\u{1B}[201~".utf8),
      [.paste("\u{FFFD}a")]),
    Case("the end of a paste alone", "\u{1B}[201~"),
  ])
  func otherEvents(_ testCase: Case) { expectEvents(testCase.bytes, testCase.events) }

  /// In every one of these a careless reader would find the letter `A`, `a` or `y`.
  @Test(arguments: nothings)
  func dropped(_ testCase: Case) { expectEvents(testCase.bytes, testCase.events) }

  private static let nothings: [Case] = [
    Case("unknown sequence", "\u{1B}[99A"),
    Case("unknown final byte", "\u{1B}[1;2;3y"),
    Case("private marker", "\u{1B}[?1A\u{1B}[>0;1;0c\u{1B}[=1A"),
    Case("intermediate bytes", "\u{1B}[?2026;2$y\u{1B}[1 A"),
    Case("overlong", "\u{1B}[" + String(repeating: "1;", count: 80) + "A"),
    Case("a control character inside", "\u{1B}[1\r;\u{0}5A"),
    Case("a character of two bytes inside", "\u{1B}[1äA"),
    Case("two parameters too many", "\u{1B}[1;2;3A"),
    Case("title", "\u{1B}]0;allow A\u{7}"),
    Case("colour reply", "\u{1B}]11;rgb:aaaa/aaaa/aaaa\u{1B}\\"),
    Case("eight-bit string", [0x9D] + Array("0;A".utf8) + [0x07], []),
    Case("device control", "\u{1B}P>|xterm(370)A\u{1B}\\"),
    Case("application command", "\u{1B}_Gi=1;OK\u{1B}\\\u{1B}^a\u{1B}\\\u{1B}Xa\u{1B}\\"),
    Case("old mouse", "\u{1B}[M aA"),
    Case("old mouse, far right", [0x1B, 0x5B, 0x4D, 0x20, 0xFF, 0x61], []),
    Case("unknown function of the console", "\u{1B}[[Z"),
    Case("unknown single shift", "\u{1B}OZ\u{1B}O9A"),
    Case("cut off by CAN", "\u{1B}[1\u{18}"),
    Case("broken UTF-8", [0xC0, 0xFF, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xE0, 0x80, 0x80], []),
  ]

  @Test func aLateRestOfASequenceIsNoLetter() {
    var decoder = InputDecoder()
    #expect(decoder.feed([0x1B]) == [])
    #expect(decoder.timeout() == [.key(Key(.escape))])
    #expect(decoder.needsTimeout)
    #expect(decoder.feed(Array("[A".utf8)) == [.key(Key(.up))])
    #expect(!decoder.needsTimeout)
  }

  @Test func afterALongerWhileABracketIsAKeyAgain() {
    var decoder = InputDecoder()
    _ = decoder.feed([0x1B])
    #expect(decoder.timeout() == [.key(Key(.escape))])
    #expect(decoder.timeout() == [])
    #expect(decoder.feed(Array("[A".utf8)) == [.key(.character("[")), .key(.character("A"))])
  }

  @Test func aBrokenCharacterDoesNotEatTheNextKey() {
    expectEvents([0xE2, 0x9C, 0x61], [.key(.character("a"))])
  }

  @Test func aPasteIsCutAt64KiB() {
    var decoder = InputDecoder()
    _ = decoder.feed(Array("\u{1B}[200~".utf8))
    for _ in 0..<3 { #expect(decoder.feed(Array(repeating: 0x61, count: 40 << 10)) == []) }
    let events = decoder.feed(Array("\u{1B}[201~".utf8))
    #expect(events == [.paste(String(repeating: "a", count: InputDecoder.longestPaste))])
  }
}
