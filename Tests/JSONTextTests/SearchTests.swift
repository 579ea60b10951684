import JSONText
import SeededChance
import Testing

/// The searches over many bytes at a time, against looking at each.
struct SearchTests {
  private static func naive(_ bytes: [UInt8], from start: Int, to end: Int, _ isWanted: (UInt8) -> Bool) -> Int {
    let end = min(end, bytes.count)
    return start < end ? bytes[start..<end].firstIndex(where: isWanted) ?? end : end
  }

  private static func check(_ bytes: [UInt8], from start: Int, to end: Int) -> Bool {
    let span = bytes.span
    let isLineFeed = span.firstLineFeed(from: start) == naive(bytes, from: start, to: bytes.count) { $0 == 0x0A }
    let isSpecial =
      span.firstQuoteOrBackslash(from: start, to: end)
      == naive(bytes, from: start, to: end) { $0 == 0x22 || $0 == 0x5C }
    let isBlank = span.firstQuoteOrBlank(from: start, to: end) == naive(bytes, from: start, to: end) { $0 <= 0x22 }
    return isLineFeed && isSpecial && isBlank
  }

  @Test func everyByteIsFoundInEveryPlace() {
    for byte in 0...UInt8.max {
      for count in [1, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100] {
        for place in Set([0, 1, count / 2, count - 2, count - 1]) where place >= 0 && place < count {
          var bytes = Array(repeating: UInt8(ascii: "x"), count: count)
          bytes[place] = byte
          #expect(Self.check(bytes, from: 0, to: count), "\(byte) at \(place) of \(count)")
        }
      }
    }
  }

  @Test func randomBytesInRandomRanges() {
    var chance = Chance(7)
    for _ in 0..<20_000 {
      let kinds: [UInt8] = chance.pick([
        [0x78], [0x78, 0x78, 0x78, 0x78, 0x22], [0x20, 0x0A, 0x5C, 0xC3, 0x21, 0x23, 0x78],
      ])
      let bytes = (0..<chance.below(150)).map { _ in chance.pick(kinds) }
      let start = chance.below(bytes.count + 1)
      let end = chance.below(bytes.count + 10)
      #expect(Self.check(bytes, from: start, to: end), "\(bytes) from \(start) to \(end)")
    }
  }

  @Test func stringsEndWhereTheyEnd() throws {
    for count in 0..<140 {
      for (byte, isPlain) in [(0x1F, false), (0x20, true), (0x7F, true), (0x80, false), (0xFF, false), (0x23, true)] {
        var text = Array(repeating: UInt8(ascii: "x"), count: count)
        for place in [0, count / 2, count - 1] where place >= 0 && place < count {
          text = Array(repeating: UInt8(ascii: "x"), count: count)
          text[place] = UInt8(byte)
          let read = try? JSONNode.read([0x22] + text + [0x22])
          #expect((read != nil) == isPlain, "\(byte) at \(place) of \(count)")
        }
      }
    }
  }

  @Test func digestsAreThoseOfTheStandard() {
    // b2sum --length 256
    #expect(
      ContentDigest(of: []).hexadecimal == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")
    #expect(
      ContentDigest(of: Array("abc".utf8)).hexadecimal
        == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
    var digits: [UInt8] = []
    ContentDigest(of: Array("abc".utf8)).appendHexadecimal(to: &digits)
    #expect(String(decoding: digits, as: UTF8.self) == ContentDigest(of: Array("abc".utf8)).hexadecimal)
  }
}
