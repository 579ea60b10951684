import ConsoleCore
import Policy
import Testing

struct TerminalTextTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var unicode: String
    var ascii: String
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "plain", text: "git_status", unicode: "git_status", ascii: "git_status"),
    Case(name: "escape sequence", text: "\u{1B}[31mred", unicode: "‹1B›[31mred", ascii: "<1B>[31mred"),
    Case(name: "line end", text: "a\nb\r", unicode: "a‹0A›b‹0D›", ascii: "a<0A>b<0D>"),
    Case(name: "tab", text: "a\tb", unicode: "a→b", ascii: "a>b"),
    Case(name: "delete and C1", text: "\u{7F}\u{9B}", unicode: "‹7F›‹9B›", ascii: "<7F><9B>"),
    Case(name: "direction override", text: "a\u{202E}gpj", unicode: "a‹U+202E›gpj", ascii: "a<U+202E>gpj"),
    Case(
      name: "zero width", text: "a\u{200B}b\u{200D}\u{FEFF}", unicode: "a‹U+200B›b‹U+200D›‹U+FEFF›",
      ascii: "a<U+200B>b<U+200D><U+FEFF>"),
    Case(name: "tag", text: "\u{E0041}x", unicode: "‹U+E0041›x", ascii: "<U+E0041>x"),
    Case(name: "variation selector", text: "!\u{FE0F}", unicode: "!‹U+FE0F›", ascii: "!<U+FE0F>"),
    Case(name: "private use", text: "\u{E000}", unicode: "‹U+E000›", ascii: "<U+E000>"),
    Case(name: "unassigned", text: "\u{0378}", unicode: "‹U+0378›", ascii: "<U+0378>"),
    Case(name: "line separator", text: "\u{2028}", unicode: "‹U+2028›", ascii: "<U+2028>"),
    Case(name: "blank that is no space", text: "a\u{A0}b\u{3164}", unicode: "a‹A0›b‹U+3164›", ascii: "a<A0>b<U+3164>"),
    Case(name: "few spaces", text: "a        b", unicode: "a        b", ascii: "a        b"),
    Case(
      name: "many spaces", text: String(repeating: " ", count: 4000) + "x", unicode: "‹space×4000›x",
      ascii: "<spacex4000>x"),
    Case(
      name: "many of a kind", text: String(repeating: "\u{200B}", count: 300), unicode: "‹U+200B×300›",
      ascii: "<U+200Bx300>"),
    Case(name: "two marks", text: "e\u{301}\u{302}", unicode: "e\u{301}\u{302}", ascii: "e<U+0301><U+0302>"),
    Case(
      name: "three marks", text: "e\u{301}\u{302}\u{303}", unicode: "e\u{301}\u{302}‹U+0303›",
      ascii: "e<U+0301><U+0302><U+0303>"),
    Case(name: "mark without a letter", text: "\u{301}", unicode: "‹U+0301›", ascii: "<U+0301>"),
    Case(name: "letters of others", text: "é日本", unicode: "é日本", ascii: "<E9><U+65E5><U+672C>"),
    Case(name: "empty", text: "", unicode: "", ascii: ""),
  ]

  @Test("P53: hidden characters are shown by their numbers", arguments: cases)
  func showsWhatIsThere(_ testCase: Case) {
    // Compared by scalars: as strings, different spellings of a letter are the same.
    let unicode = TerminalText.safe(testCase.text, .unicode)
    #expect(Array(unicode.unicodeScalars) == Array(testCase.unicode.unicodeScalars), "\(unicode)")
    let ascii = TerminalText.safe(testCase.text, .ascii)
    #expect(Array(ascii.unicodeScalars) == Array(testCase.ascii.unicodeScalars), "\(ascii)")
    #expect(ascii.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
  }

  @Test func tokensAreMarked() {
    let glyphs = TerminalText.glyphs("a\u{202E}b")
    #expect(glyphs.map(\.isToken) == [false] + Array(repeating: true, count: 8) + [false])
  }

  @Test func cuttingCountsColumns() {
    #expect(TerminalText.cut("日本語", columns: 6) == "日本語")
    #expect(TerminalText.cut("日本語", columns: 5) == "日本…")
    #expect(TerminalText.cut("日本語", columns: 4) == "日…")
    #expect(TerminalText.cut("status", columns: 4) == "sta…")
    #expect(TerminalText.cut("status", columns: 4, .ascii) == "sta>")
    #expect(TerminalText.cut("status", columns: 0) == "")
    #expect(TerminalText.width("日本") == 4)
  }

  @Test(arguments: [
    ("one two three", 7, ["one two", "three"]),
    ("onetwothree", 4, ["onet", "woth", "ree"]),
    ("a\nb\r\n\nc", 9, ["a", "b", "", "c"]),
    ("日本語", 3, ["日", "本", "語"]),
    ("日", 1, ["日"]),
    ("", 5, [""]),
    ("ab cd", 2, ["ab", "cd"]),
  ])
  func wrapping(text: String, columns: Int, lines: [String]) {
    let wrapped = TerminalText.wrap(text, columns: columns).map { glyphs in
      String(String.UnicodeScalarView(glyphs.map(\.scalar)))
    }
    #expect(wrapped == lines)
  }

  @Test func longTextsCostNoMoreThanTheirShownPart() {
    let text = String(repeating: "x", count: 5_000_000)
    #expect(TerminalText.glyphs(text, limit: 10).count == 10)
    #expect(TerminalText.wrap(text, columns: 10, limit: 3).count == 3)
  }
}

struct FormatTests {
  @Test func numbersAndTimes() {
    #expect([0, 999, 1000, 1_234_567, -1000].map { Format.count($0) } == ["0", "999", "1,000", "1,234,567", "-1,000"])
    #expect([1, 2].map { Format.count($0, "tool") } == ["1 tool", "2 tools"])
    #expect(
      [40, 9_990, 12_000, 1_250_000, 125_000_000].map { Format.span(microseconds: $0) }
        == ["0.04ms", "9.99ms", "12ms", "1.2s", "2m05s"])
    #expect(
      [7_000_000, 61_000_000, 3_600_000_000].map { Format.timer(microseconds: $0) } == ["0:07", "1:01", "1:00:00"])
    #expect(Format.clock(Desk.noon, secondsFromGMT: 3600) == "12:42:07")
    #expect(Format.clock(.init(microseconds: .min), secondsFromGMT: -.max, milliseconds: true).utf8.count == 12)
  }
}
