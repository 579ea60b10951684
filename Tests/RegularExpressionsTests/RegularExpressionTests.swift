import RegularExpressions
import Testing

struct RegularExpressionTests {
  @Test func findsAnywhere() throws {
    #expect(try RegularExpression("b+").matches("abbc"))
    #expect(try !RegularExpression("^b").matches("abbc"))
    #expect(try RegularExpression("^$").matches(""))
  }

  @Test(arguments: [
    ("a(b", "missing ): a(b"), ("a)", "unexpected ): a)"), ("*", "no argument for repetition operator: *"),
    (#"(a)\1"#, #"invalid escape sequence: \1"#), ("(?=a)", "invalid perl operator: (?="),
    ("[b-a]", "invalid character class range: b-a"),
    ("a{1001}", "invalid repetition size: {1001}"), ("((a{100}){100}){100}", "invalid repetition size: {100}"),
    (#"\pL{500}"#, "pattern too large - compile failed"),
  ])
  func saysWhatIsWrong(_ pattern: String, _ message: String) {
    #expect(throws: RegularExpression.Mistake(message: message)) { try RegularExpression(pattern) }
  }

  @Test("P16: a pattern is bounded, and one that is none is a mistake of the policy")
  func boundsThePattern() throws {
    #expect(throws: RegularExpression.Mistake(message: "it has more than 4096 bytes")) {
      try RegularExpression(String(repeating: "a", count: 4097))
    }
    #expect(try RegularExpression(String(repeating: "é", count: 2048)).matches(String(repeating: "é", count: 2048)))
    // A message is cut, and never in the middle of what a character needs.
    do throws(RegularExpression.Mistake) {
      _ = try RegularExpression("(" + String(repeating: "é", count: 2000))
      Issue.record("it was compiled")
    } catch {
      #expect(error.message.utf8.count <= 260)
    }
    // One megabyte of memory, and no more.
    #expect(try RegularExpression(#"\pL{10}"#).matches(String(repeating: "é", count: 10)))
    #expect(throws: RegularExpression.Mistake.self) {
      try RegularExpression(#"\pL{10}"#, longest: 100, memory: 1 << 16)
    }
  }

  @Test func readsUTF8() throws {
    #expect(try RegularExpression("^.$").matches("é"))
    #expect(try RegularExpression("^.{2}$").matches("e\u{301}"))
    #expect(try RegularExpression("^[à-ü]+$").matches("éü"))
    #expect(try RegularExpression("(?i)É").matches("é"))
    #expect(try !RegularExpression("\u{E9}").matches("e\u{301}"))
    #expect(try RegularExpression(#"^\x{1F600}$"#).matches("😀"))
    #expect(try RegularExpression(#"^\p{Greek}+$"#).matches("αβγ"))
    // Latin-1 would see two characters.
    #expect(try !RegularExpression("^..$").matches("é"))
  }

  @Test func newlinesAreCharacters() throws {
    #expect(try !RegularExpression("a.b").matches("a\nb"))
    #expect(try RegularExpression("(?s)a.b").matches("a\nb"))
    #expect(try !RegularExpression("^b$").matches("a\nb"))
    #expect(try RegularExpression("(?m)^b$").matches("a\nb"))
    #expect(try !RegularExpression("^a$").matches("a\n"))
  }

  @Test func looksAtTextPastNul() throws {
    #expect(try RegularExpression("evil").matches("good\u{0}evil"))
    #expect(try RegularExpression("a\u{0}b").matches("a\u{0}b"))
    #expect(try !RegularExpression("a\u{0}b").matches("ab"))
    #expect(try !RegularExpression("^good$").matches("good\u{0}evil"))
  }

  @Test("P16: a search takes linear time")
  func staysLinear() throws {
    // Backtracking would need 2^40 steps.
    #expect(try !RegularExpression("^(a+)+$").matches(String(repeating: "a", count: 40) + "b"))
  }

  @Test func bigTextsAreSearched() throws {
    let text = String(repeating: "abcdefgh", count: 1 << 20)
    let pattern = try RegularExpression("h[^a]b|ha$")
    #expect(pattern.matches(text + "a") == true)
    #expect(pattern.matches(text) == false)
  }

  /// The automaton that is fast would need 2^20 states for this, and does not get them; RE2 must then go the slow way, and not say that
  /// there is no match.
  @Test func whatNeedsTooMuchMemoryIsSearchedSlowly() throws {
    let pattern = try RegularExpression("a[ab]{20}c")
    var chance = UInt64(1)
    var text: [UInt8] = []
    for _ in 0..<100_000 {
      chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      text.append(chance >> 63 == 0 ? 0x61 : 0x62)
    }
    #expect(pattern.matches(String(decoding: text, as: UTF8.self)) == false)
    #expect(pattern.matches(String(decoding: text, as: UTF8.self) + "abbbbbbbbbbbbbbbbbbbbc") == true)
    #expect(pattern.matches(String(decoding: text, as: UTF8.self) + String(repeating: "b", count: 21) + "c") == false)
    // With an end to go back from.
    let anchored = try RegularExpression("a[ab]{20}$")
    #expect(anchored.matches(String(decoding: text, as: UTF8.self)) == (text[text.count - 21] == 0x61))
  }

  @Test func saysHowMuchTextIsTooMuch() throws {
    #expect(1_000...100_000 ~= (try RegularExpression("a.{1000}c").longestText))
    #expect(try RegularExpression("^[a-z]+://").longestText > 4_000_000)
  }
}
