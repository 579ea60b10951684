import History
import Testing

struct HistoryWordsTests {
  @Test(arguments: [
    (0, "0us"), (-5, "0us"), (999, "999us"), (1_000, "1.0ms"), (4_260, "4.2ms"), (123_456, "123ms"),
    (1_790_000, "1.7s"),
    (59_999_999, "59.9s"), (192_000_000, "3m12s"), (7_500_000_000, "2h05m"),
  ])
  func spansAreShort(_ microseconds: Int, _ text: String) { #expect(HistoryWords.span(Int64(microseconds)) == text) }

  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
  func numbersHaveCommas(_ number: Int, _ text: String) { #expect(HistoryWords.count(number) == text) }

  @Test(arguments: [
    ("plain", #""plain""#), ("a\"b", #""a""b""#), ("=1+1", #""'=1+1""#), ("-2", #""'-2""#), ("\t=x", #""' =x""#),
    ("a\r\nb\u{1B}[31m", #""a  b [31m""#), ("\u{FF1D}x", "\"'\u{FF1D}x\""), ("", #""""#), ("@SUM", #""'@SUM""#),
  ])
  func noSpreadsheetTakesATextForAFormula(_ text: String, _ quoted: String) { #expect(CSV.quoted(text) == quoted) }
}
