import JSONSchema
import JSONText
import SeededChance
import Testing

/// Patterns of ECMA-262, which RE2 searches with.
struct PatternTests {
  struct Case: CustomTestStringConvertible {
    let pattern: String
    let matching: [String]
    let other: [String]
    var testDescription: String { pattern }

    init(_ pattern: String, _ matching: [String], not other: [String]) {
      self.pattern = pattern
      self.matching = matching
      self.other = other
    }
  }

  static let cases: [Case] = [
    Case("b", ["abc", "b"], not: ["", "ac"]),
    Case(
      "^a.c$", ["abc", "a😀c", "a\u{85}c"], not: ["a\nc", "a\rc", "a\u{2028}c", "a\u{2029}c", "abc\n", "\nabc", "ac"]),
    Case(#"^\d\D\w\W$"#, ["1xz-", "1٣_é"], not: ["٣xz-", "1xé-", "12z-"]),
    Case(#"^[\d][\D][\w][\W]$"#, ["1xz-", "1٣_é"], not: ["٣xz-", "1xé-", "12z-"]),
    Case(
      #"^\s+$"#, [" \t\n\u{B}\u{C}\r\u{A0}\u{1680}\u{2000}\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}"],
      not: ["\u{85}", "\u{200B}", "\u{180E}", "x", ""]),
    Case(
      #"^\S+$"#, ["\u{85}\u{200B}x\u{0}\u{1F}!~\u{10FFFF}"], not: [" ", "\u{3000}", "\u{FEFF}", "\u{2028}", "\u{A0}"]),
    Case(
      #"^[\S]$"#,
      ["\u{85}", "\u{200B}", "x", "\u{0}", "!", "\u{FEFE}", "\u{FF00}", "\u{3001}", "\u{2FFF}", "\u{10FFFF}"],
      not: [
        " ", "\t", "\r", "\u{3000}", "\u{FEFF}", "\u{2028}", "\u{A0}", "\u{1680}", "\u{2005}", "\u{202F}", "\u{205F}",
      ]),
    Case(#"^[^\s]$"#, ["\u{85}", "x"], not: [" ", "\u{FEFF}"]),
    Case(#"^[^a]$"#, ["\n", "b", "😀"], not: ["a", "bb"]),
    Case(#"^\cA\cz\x41\u0042\u{43}\uD83D\uDE00\0$"#, ["\u{1}\u{1A}ABC😀\0"], not: ["cA"]),
    Case(#"^[\b\cA\x41-\x43\u{1F600}-\uD83D\uDE02]+$"#, ["\u{8}\u{1}ABC😀😁😂"], not: ["b", "😃", "D"]),
    Case(#"^\/\-\.\^\$\*\+\?\(\)\[\]\{\}\|\\\"\@$"#, [#"/-.^$*+?()[]{}|\"@"#], not: [""]),
    Case(#"^[\w-.]+$"#, ["a-b.c_1"], not: ["a b", ","]),
    Case(#"^[a-\d-z]+$"#, ["a-3z-"], not: ["b", "y"]),
    Case(#"^[\d--a]+$"#, ["1-a"], not: ["/", "=", "A"]),
    Case(#"^[--/]+$"#, ["-./"], not: [",", "0"]),
    Case(#"^[a-]+$"#, ["a-"], not: ["b"]),
    Case(#"^[\d-]+$"#, ["1-2"], not: ["b"]),
    Case(#"^[[:alpha:]]$"#, ["[]", "a]", ":]"], not: ["b", "a"]),
    Case("[]", [], not: ["", "a"]),
    Case("^[^]$", ["\n", "😀"], not: ["", "ab"]),
    Case("^{a}{,2}{b$", ["{a}{,2}{b"], not: ["a"]),
    Case("^]}$", ["]}"], not: [""]),
    Case("^(a|b)(?:c|)(?<name>d)+?e*?f{2}?$", ["adff", "bcddeeff"], not: ["aff", "adf"]),
    Case("^a{2,3}b{2,}c{0}$", ["aabb", "aaabbbb"], not: ["abb", "aab", "aaaabb"]),
    Case(
      "^(?:xy){1001,2500}$", [String(repeating: "xy", count: 1001), String(repeating: "xy", count: 2500)],
      not: [
        String(repeating: "xy", count: 1000), String(repeating: "xy", count: 2501),
        String(repeating: "xy", count: 1500) + "x",
      ]),
    Case(
      "^x{1500,}$", [String(repeating: "x", count: 1500), String(repeating: "x", count: 9000)],
      not: [String(repeating: "x", count: 1499)]),
    Case(
      "^x{1500}$", [String(repeating: "x", count: 1500)],
      not: [String(repeating: "x", count: 1499), String(repeating: "x", count: 1501)]),
    Case(#"\bword\b"#, ["a word.", "word"], not: ["words", "sword"]),
    Case(
      #"^\p{L}\p{Lu}\p{Letter}\P{Uppercase_Letter}\p{gc=Nd}\p{Script=Greek}\p{sc=Han}\p{ASCII}$"#, ["éÉßa٣α漢~"],
      not: ["1Aaa1αa~"]),
    Case(#"^[\p{L}\P{ASCII}\d]+$"#, ["é€a1"], not: ["-", " "]),
    Case(#"^(\d{3}-)?\d{4}$"#, ["555-1234", "1234"], not: ["55-1234"]),
    Case("(?:)", ["", "a"], not: []),
    Case("a||b", ["", "x"], not: []),
    Case("^\u{e9}$", ["\u{e9}"], not: ["e\u{301}"]),
  ]

  @Test(arguments: cases)
  func means(_ given: Case) throws {
    let schema = try JSONSchema(Self.schema(given.pattern))
    for text in given.matching {
      #expect(
        schema.failure(of: JSONNode(.string(ExactText(text)))) == nil,
        "\(given.pattern) must match \(text.debugDescription)")
    }
    for text in given.other {
      #expect(
        schema.failure(of: JSONNode(.string(ExactText(text)))) != nil,
        "\(given.pattern) must not match \(text.debugDescription)")
    }
  }

  static let refused: [(String, String)] = [
    ("(?=a)", "RE2 knows no look-ahead"), ("(?!a)", "RE2 knows no look-ahead"), ("(?<=a)", "RE2 knows no look-behind"),
    ("(?<!a)", "RE2 knows no look-behind"), (#"(a)\1"#, "RE2 knows no back-reference"),
    (#"(?<n>a)\k<n>"#, "RE2 knows no back-reference"), (#"\B"#, #"RE2 has no `\B` that goes by characters"#),
    ("(?i)a", "a group begins with `(?` and something unknown"),
    ("(?i:a)", "a group begins with `(?` and something unknown"),
    ("(?P<n>a)", "a group begins with `(?` and something unknown"),
    ("(?#a)", "a group begins with `(?` and something unknown"),
    ("(?<1>a)", "a group has a name that is none"), ("(?<>a)", "a group has a name that is none"),
    ("(?<a", "a group has a name that is none"),
    (#"\Z"#, #"`\Z` is no escape of ECMA-262"#), (#"\A"#, #"`\A` is no escape of ECMA-262"#),
    (#"\z"#, #"`\z` is no escape of ECMA-262"#), (#"\a"#, #"`\a` is no escape of ECMA-262"#),
    (#"\Qa\E"#, #"`\Q` is no escape of ECMA-262"#), (#"\C"#, #"`\C` is no escape of ECMA-262"#),
    (#"\é"#, #"`\é` is no escape of ECMA-262"#), (#"[\B]"#, #"RE2 has no `\B` that goes by characters"#),
    (#"\00"#, #"`\0` is followed by a digit"#), (#"\c1"#, #"`\c` is followed by no letter"#),
    (#"\x4"#, "an escape has too few hexadecimal digits"), (#"\u004"#, #"`\u` is followed by no character's number"#),
    (#"\u{110000}"#, #"`\u` is followed by no character's number"#),
    (#"\u{}"#, #"`\u` is followed by no character's number"#),
    (#"\uD83D"#, "half of a surrogate pair stands alone"), (#"\uDE00"#, "half of a surrogate pair stands alone"),
    (#"\uD83D\u0041"#, "half of a surrogate pair stands alone"),
    (#"\p"#, #"`\p` is followed by no `{`"#), (#"\p{Greek}"#, "the Unicode property `Greek` is not known here"),
    (#"\p{Alphabetic}"#, "the Unicode property `Alphabetic` is not known here"),
    (#"\p{"#, #"the Unicode property `` is not known here"#),
    (#"\p{sc=Lu}"#, "the Unicode property `sc=Lu` is not known here"), (#"\p{L l}"#, #"`\p{` is followed by no name"#),
    ("a**", "a `*` repeats nothing"), ("a++", "a `+` repeats nothing"), ("*", "a `*` repeats nothing"),
    ("(*a)", "a `*` repeats nothing"), ("^*", "a `*` repeats nothing"), (#"\b+"#, "a `+` repeats nothing"),
    ("a{2}{3}", "a `{` repeats nothing"), ("{2}", "a `{` repeats nothing"), ("a{3,2}", "a repetition counts down"),
    ("a{10001}", "it repeats something more than 10000 times"),
    ("((((a{9999}){9999}){9999}){9999}){9999}", "it repeats too much too often"),
    ("[b-a]", "a range in brackets goes backwards"), ("[a", "a `[` is never closed"), ("[a-", "a `[` is never closed"),
    (")", "a `)` closes nothing"), ("(a", "a `(` is never closed"), ("a\\", "it ends with a backslash"),
    ("[\\", "it ends with a backslash"), (String(repeating: "a", count: 4097), "it has more than 4096 bytes"),
    (String(repeating: #"\s"#, count: 2000), "it is too long"),
  ]

  @Test(arguments: refused)
  func refuses(_ pattern: String, _ message: String) {
    var said: String?
    do throws(JSONSchema.Mistake) { _ = try JSONSchema(Self.schema(pattern)) } catch { said = error.message }
    #expect(said?.hasSuffix("cannot be used: \(message)") == true, "\(said ?? "it was read")")
  }

  /// No text makes the translation trap, and whatever comes out RE2 either reads or refuses.
  @Test func survivesAnything() throws {
    var chance = Chance(4)
    let pieces = [
      "a", "\\", "[", "]", "(", ")", "{", "}", "?", "*", "+", "-", "^", "$", "|", ".", ",", "1", "99", "<", ">", "=",
      "!", ":", "u", "x",
      "c", "p", "P", "L", "d", "S", "b", "é", "😀", "\n", "\0", "{2,3}", "\\u{", "\\uD83D", "(?<",
    ]
    var read = 0
    for _ in 0..<20_000 {
      let pattern = (0..<chance.below(12)).map { _ in chance.pick(pieces) }.joined()
      do throws(JSONSchema.Mistake) {
        _ = try JSONSchema(Self.schema(pattern)).failure(of: JSONNode(.string("aé1-")))
        read += 1
      } catch {}
    }
    #expect(read > 2000)
  }

  private static func schema(_ pattern: String) -> JSONNode {
    JSONNode(.object([JSONMember(key: "pattern", value: JSONNode(.string(ExactText(pattern))))]))
  }
}
