import RegularExpressions
import Testing

struct RegularExpressionTests {
  @Test func findsAnywhere() throws {
    #expect(try RegularExpression("b+").matches("abbc"))
    #expect(try !RegularExpression("^b").matches("abbc"))
    #expect(try RegularExpression("^$").matches(""))
  }

  @Test func saysWhatIsWrong() {
    #expect(throws: RegularExpression.Mistake(message: "missing ): a(b")) { try RegularExpression("a(b") }
    #expect(throws: RegularExpression.Mistake(message: "it has more than 4096 bytes")) {
      try RegularExpression(String(repeating: "a", count: 4097))
    }
  }

  @Test func looksAtTextPastNul() throws {
    #expect(try RegularExpression("evil").matches("good\u{0}evil"))
    #expect(try RegularExpression("a\u{0}b").matches("a\u{0}b"))
  }

  @Test func staysLinear() throws {
    // Backtracking would need 2^40 steps.
    #expect(try !RegularExpression("^(a+)+$").matches(String(repeating: "a", count: 40) + "b"))
  }
}
