import JSONText
import Policy
import Testing

/// Amounts out of the numbers that a policy or a call writes.
struct AmountTests {
  @Test(arguments: [
    ("0", "0"), ("-0.0", "0"), ("1", "1"), ("1.50", "1.5"), ("15e-1", "1.5"), ("1e18", "1000000000000000000"),
    ("0.000000001", "0.000000001"), ("999999999999999999.999999999", "999999999999999999.999999999"),
  ])
  func exact(_ text: String, _ amount: String) {
    #expect(Amount(exactly: JSONNumber(text: text))?.description == amount)
    #expect(Amount(roundingUp: JSONNumber(text: text))?.description == amount)
  }

  @Test(arguments: [
    ("0.0000000001", "0.000000001"), ("1.0000000000000000000000000000000001", "1.000000001"),
    ("1e-999999999", "0.000000001"), ("0.9999999999", "1"), ("2.0000000019", "2.000000002"),
    ("999999999999999999.9999999991", "1000000000000000000"),
  ])
  func roundedUp(_ text: String, _ amount: String) {
    #expect(Amount(roundingUp: JSONNumber(text: text))?.description == amount)
    #expect(Amount(exactly: JSONNumber(text: text)) == nil)
  }

  @Test(arguments: [
    "-1", "-0.0000000001", "1000000000000000001", "1000000000000000000.0000000001", "1e19", "1e99", "1e999999999",
    "1e9999999999", "x",
  ])
  func none(_ text: String) {
    #expect(Amount(roundingUp: JSONNumber(text: text)) == nil)
    #expect(Amount(exactly: JSONNumber(text: text)) == nil)
  }
}
