import JSONText
import SeededChance
import Testing

/// Digits that are written several at a time, against writing each.
struct DigitTests {
  private static func decimal(_ value: UInt64) -> String {
    let text = unsafe [UInt8](unsafeUninitializedCapacity: DecimalDigits.room) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      count = unsafe DecimalDigits.write(value, to: start)
    }
    return String(decoding: text, as: UTF8.self)
  }

  @Test func numbersHaveTheirDigits() {
    var power: UInt64 = 1
    for _ in 0..<19 {
      for value in [power - 1, power, power + 1, power &* 9 + power / 7] where Self.decimal(value) != "\(value)" {
        Issue.record("\(value) became \(Self.decimal(value))")
      }
      power *= 10
    }
    #expect(Self.decimal(.max) == "\(UInt64.max)")
    #expect((0..<20_000).allSatisfy { Self.decimal($0) == "\($0)" })
    var chance = Chance(7)
    for _ in 0..<5_000 {
      let value = chance.next() >> UInt64(chance.below(64))
      #expect(Self.decimal(value) == "\(value)")
    }
  }

  @Test(arguments: 0...70) func bytesHaveTwoDigitsEach(_ count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count &* 11) }
    let digits = unsafe [UInt8](unsafeUninitializedCapacity: 2 * count) { buffer, written in
      unsafe bytes.withUnsafeBytes { source in
        unsafe HexadecimalDigits.write(source, to: UnsafeMutableRawBufferPointer(buffer))
      }
      written = 2 * count
    }
    let wanted = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(String(decoding: digits, as: UTF8.self) == wanted)
  }
}
