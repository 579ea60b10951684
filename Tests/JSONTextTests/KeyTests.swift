import JSONText
import Testing

/// Keys of one object are told apart whatever their length, and found again in every spelling.
struct KeyTests {
  private static func refusal(_ text: String, foldsKeys: Bool = false) -> JSONError.Reason? {
    var cursor = JSONCursor()
    cursor.foldsKeys = foldsKeys
    let bytes = Array(text.utf8)
    do throws(JSONError) {
      try cursor.skipValue(bytes.span)
      return nil
    } catch {
      return error.reason
    }
  }

  private static func isDuplicate(_ reason: JSONError.Reason?) -> Bool {
    if case .duplicateKey? = reason { true } else { false }
  }

  private static func isFolding(_ reason: JSONError.Reason?) -> Bool {
    if case .foldingKey? = reason { true } else { false }
  }

  @Test(arguments: 0...80, ["", String(repeating: " ", count: 20)]) func ofEveryLength(length: Int, tail: String) {
    let key = String(String(repeating: "abcdefgh Xyz~", count: 8).prefix(length))
    // The same with its first letter escaped, and one that differs in the last.
    let escaped = key.isEmpty ? "" : "\\u0061" + key.dropFirst()
    let other = key.isEmpty ? "a" : String(key.dropLast()) + "#"
    let capital = key.isEmpty ? "" : "A" + key.dropFirst()
    #expect(Self.isDuplicate(Self.refusal(#"{"\#(key)":1,"\#(key)":2}\#(tail)"#)))
    #expect(Self.isDuplicate(Self.refusal(#"{"\#(key)":1,"\#(escaped)":2}\#(tail)"#)))
    #expect(Self.refusal(#"{"\#(key)":1,"\#(other)":2}\#(tail)"#) == nil)
    #expect(Self.refusal(#"{"\#(key)":1,"\#(key)é":2}\#(tail)"#) == nil)
    guard length > 0 else { return }
    #expect(Self.refusal(#"{"\#(key)":1,"\#(capital)":2}\#(tail)"#) == nil)
    #expect(Self.isFolding(Self.refusal(#"{"\#(key)":1,"\#(capital)":2}\#(tail)"#, foldsKeys: true)))
    #expect(Self.isDuplicate(Self.refusal(#"{"\#(key)":1,"\#(key)":2}\#(tail)"#, foldsKeys: true)))
    #expect(Self.refusal(#"{"\#(key)":1,"\#(other)":2}\#(tail)"#, foldsKeys: true) == nil)
  }

  /// Every pair is one key to somebody: to Go's `EqualFold`, or to Java's order without case.
  @Test(arguments: [
    ("größe", "GRÖßE"), ("straße", "STRAẞE"), ("ключ", "КЛЮЧ"), ("σας", "ΣΑΣ"), ("σας", "σασ"),
    ("secret", "\u{17F}ecret"),
    ("key", "\u{212A}EY"), ("åse", "\u{212B}SE"), ("µ", "\u{3BC}"), ("id", "\u{131}d"), ("id", "\u{130}D"),
    ("\u{FF53}", "\u{FF33}"), ("\u{1E9B}", "\u{1E61}"), ("\u{10428}", "\u{10400}"), ("ⅷ", "Ⅷ"),
  ])
  func foldsEveryAlphabet(one: String, other: String) {
    #expect(FoldedKey.areTwins(ExactText(one), ExactText(other)))
    #expect(Self.isFolding(Self.refusal(#"{"\#(one)":1,"\#(other)":2}"#, foldsKeys: true)))
    #expect(Self.refusal(#"{"\#(one)":1,"\#(other)":2}"#) == nil)
  }

  @Test(arguments: [("maße", "masse"), ("é", "e"), ("e\u{301}", "é"), ("日", "曰"), ("ﬁ", "fi"), ("ö", "o"), ("я", "R")])
  func tellsOtherLettersApart(one: String, other: String) {
    #expect(!FoldedKey.areTwins(ExactText(one), ExactText(other)))
    #expect(Self.refusal(#"{"\#(one)":1,"\#(other)":2}"#, foldsKeys: true) == nil)
  }

  @Test func foldsALongKeyInTime() {
    let key = String(repeating: "\u{1E00}日Ж", count: 200_000)
    let started = ContinuousClock.now
    #expect(Self.isFolding(Self.refusal(#"{"\#(key)":1,"\#(key.lowercased())":2}"#, foldsKeys: true)))
    #expect(ContinuousClock.now - started < .seconds(5))
  }

  /// Only the letters fold, at every place of eight.
  @Test(arguments: 0x20..<0x7F) func foldsLettersAlone(byte: Int) {
    let letter = Character(Unicode.Scalar(UInt8(byte)))
    guard letter != "\"", letter != "\\" else { return }
    let other = letter.isUppercase ? letter.lowercased() : letter.uppercased()
    let twin = Character(Unicode.Scalar(UInt8(byte) ^ 0x20))
    for place in 0..<10 {
      let (before, after) = (String(repeating: "-", count: place), String(repeating: "_", count: 10 - place))
      func pair(_ one: String, _ other: String) -> String {
        #"{"\#(before)\#(one)\#(after)":1,"\#(before)\#(other)\#(after)":2}"#
      }
      if letter.isLetter {
        #expect(Self.isFolding(Self.refusal(pair(String(letter), other), foldsKeys: true)))
      } else if twin != "\"", twin != "\\", twin.asciiValue.map({ 0x20..<0x7F ~= $0 }) ?? false {
        #expect(Self.refusal(pair(String(letter), String(twin)), foldsKeys: true) == nil)
      }
    }
  }

  /// Many keys, and many objects with many keys within each other and behind each other.
  @Test(arguments: [23, 24, 25, 60]) func crowds(count: Int) {
    let keys = (0..<count).map { "\"key \($0)\"" }
    func object(_ value: String, _ more: String = "") -> String {
      "{" + keys.map { "\($0):\(value)" }.joined(separator: ",") + more + "}"
    }
    let nested = "[\(object(object("1"))),\(object("{}"))]"
    #expect(Self.refusal(nested) == nil)
    for key in [keys[0], keys[count / 2], keys[count - 1]] {
      #expect(Self.isDuplicate(Self.refusal(object("1", ",\(key):2"))))
      #expect(Self.isDuplicate(Self.refusal("{\"a\":\(nested),\"b\":\(object("1", ",\(key):2"))}")))
      #expect(Self.isDuplicate(Self.refusal(object(object("1"), ",\(key):2"))))
    }
  }
}

struct HexadecimalTests {
  @Test func everyByteAtEveryPlace() {
    for first in UInt8.min...UInt8.max {
      let digest = ContentDigest(of: [first])
      let text = digest.hexadecimal
      #expect(text.utf8.count == 64 && text.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 })
    }
    // By the program b2sum.
    #expect(
      ContentDigest(of: []).hexadecimal == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")
    #expect(
      ContentDigest(of: Array("abc".utf8)).hexadecimal
        == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
  }
}
