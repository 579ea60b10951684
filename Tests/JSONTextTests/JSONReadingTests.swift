import JSONText
import Testing

/// Texts on which parsers of the field disagree, or which lose something; none may be read.
private let refused: [(text: [UInt8], reason: JSONError.Reason, offset: Int)] = [
  (Array(#"{"name":"safe","name":"evil"}"#.utf8), .duplicateKey("name"), 15),
  (Array(#"{"name":"safe","n\u0061me":"evil"}"#.utf8), .duplicateKey("name"), 15),
  (Array(#"{"a":[{"b":{"c":1,"c":2}}]}"#.utf8), .duplicateKey("c"), 18),
  (Array(#"["\ud800"]"#.utf8), .loneSurrogate, 2),
  (Array(#"["\udc00\ud800"]"#.utf8), .loneSurrogate, 2),
  (Array(#"["\ud800\u0041"]"#.utf8), .loneSurrogate, 2),
  ([0x22, 0xC0, 0xAF, 0x22], .invalidUTF8, 1),
  ([0x22, 0xED, 0xA0, 0x80, 0x22], .invalidUTF8, 1),
  ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidUTF8, 1),
  ([0x22, 0xE2, 0x82, 0x22], .invalidUTF8, 1),
  ([0x22, 0xE2, 0x82], .invalidUTF8, 1),
  ([0xEF, 0xBB, 0xBF, 0x31], .byteOrderMark, 0),
  (Array("[1,]".utf8), .unexpectedByte(0x5D), 3),
  (Array(#"{"a":1,}"#.utf8), .unexpectedByte(0x7D), 7),
  (Array("01".utf8), .badNumber, 0),
  (Array("1.".utf8), .badNumber, 0),
  (Array(".5".utf8), .unexpectedByte(0x2E), 0),
  (Array("+1".utf8), .unexpectedByte(0x2B), 0),
  (Array("-".utf8), .unexpectedEnd, 1),
  (Array("1e".utf8), .badNumber, 0),
  (Array("1x".utf8), .badNumber, 0),
  (Array("NaN".utf8), .unexpectedByte(0x4E), 0),
  (Array("nul".utf8), .unexpectedEnd, 3),
  (Array("nulL".utf8), .unexpectedByte(0x6E), 0),
  (Array("1 2".utf8), .trailingBytes, 2),
  (Array("{}{}".utf8), .trailingBytes, 2),
  (Array("// note\n1".utf8), .unexpectedByte(0x2F), 0),
  (Array(#"{"a\u0000":1}"#.utf8), .nulInKey, 1),
  (Array("\"a\u{0}\"".utf8), .controlCharacterInString(0), 2),
  (Array("\"a\nb\"".utf8), .controlCharacterInString(0x0A), 2),
  (Array(#""\x41""#.utf8), .badEscape, 1),
  (Array(#""\u00g0""#.utf8), .badEscape, 5),
  (Array(#""\u00"#.utf8), .unexpectedEnd, 5),
  (Array(#"""#.utf8), .unexpectedEnd, 1),
  (Array("".utf8), .unexpectedEnd, 0),
  (Array("[1 2]".utf8), .unexpectedByte(0x32), 3),
  (Array(#"{1:2}"#.utf8), .unexpectedByte(0x31), 1),
  (Array(#"{"a" 1}"#.utf8), .unexpectedByte(0x31), 5),
  (Array(String(repeating: "[", count: 100_000).utf8), .tooDeep(limit: 128), 128),
  (Array(String(repeating: #"{"a":"#, count: 3_000).utf8), .tooDeep(limit: 128), 640),
  (Array(String(repeating: "9", count: 401).utf8), .numberTooLong, 0),
]

/// Moves over a text that must be one value.
private func skipWhole(_ text: [UInt8]) throws(JSONError) {
  var cursor = JSONCursor()
  try cursor.skipValue(text.span)
  try cursor.expectEnd(text.span)
}

struct JSONReadingTests {
  @Test(arguments: refused.indices)
  func refuses(_ index: Int) {
    let (text, reason, offset) = refused[index]
    let expected = JSONError(reason, at: offset)
    #expect(throws: expected, "\(String(decoding: text.prefix(60), as: UTF8.self))") { try JSONNode.read(text) }
    // The cursor alone must refuse what the reader refuses: the gate forwards on its word.
    if reason != .byteOrderMark {
      #expect(throws: expected) { try skipWhole(text) }
    }
  }

  @Test func keepsOrderSpellingAndPlaces() throws {
    let text = Array(" {\"b\" : 1.0 , \"a\":[1e0,-0, true,null,\"\\u00e9\\n\\ud83d\\ude00\"]}\n".utf8)
    let node = try JSONNode.read(text)
    let members = try #require(node.members)
    #expect(members.map(\.key) == ["b", "a"])
    #expect(members[0].keyRange == 2..<5)
    #expect(members[0].value == JSONNode(.number(JSONNumber(text: "1.0")), range: 8..<11))
    let elements = try #require(members[1].value.elements)
    #expect(
      elements.map(\.content) == [
        .number(JSONNumber(text: "1e0")), .number(JSONNumber(text: "-0")), .bool(true), .null,
        .string("é\n😀"),
      ])
    #expect(node.compact == Array(#"{"b":1.0,"a":[1e0,-0,true,null,"é\n😀"]}"#.utf8))
    #expect(node.range == 1..<text.count - 1)
  }

  @Test func twoSpellingsOfALetterAreTwoNames() throws {
    let node = try JSONNode.read(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
    #expect(node["\u{E9}"]?.integer == 1)
    #expect(node["e\u{301}"]?.integer == 2)
    #expect(ExactText("\u{E9}") != ExactText("e\u{301}"))
  }

  @Test func findsADuplicateAmongManyKeys() {
    let many = (0..<5_000).map { "\"k\($0)\":0" }.joined(separator: ",")
    #expect(throws: Never.self) { try JSONNode.read(Array("{\(many)}".utf8)) }
    #expect(throws: JSONError.self) { try JSONNode.read(Array("{\(many),\"k4999\":1}".utf8)) }
    #expect(throws: JSONError.self) { try JSONNode.read(Array("{\(many),\"k3\":1}".utf8)) }
  }

  @Test func sameKeyInSiblingsIsNoDuplicate() throws {
    #expect(throws: Never.self) {
      try JSONNode.read(Array(#"{"a":{"b":1},"b":{"a":{"b":2}},"c":[{"a":1},{"a":2}]}"#.utf8))
    }
  }

  /// Bytes drawn at random around JSON's own alphabet: nothing may trap, and reader and cursor must agree.
  @Test func randomBytesNeverTrapAndReadersAgree() {
    var generator = SplitMix(seed: 7)
    let alphabet =
      Array(#"{}[]",:\u0123456789eE+-. truefalsn"#.utf8) + [0x00, 0x0D, 0x80, 0xC3, 0xA9, 0xED, 0xF0, 0xFF]
    for _ in 0..<20_000 {
      let length = Int.random(in: 0..<24, using: &generator)
      let text = (0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
      let skips = (try? skipWhole(text)) != nil
      #expect(skips == ((try? JSONNode.read(text)) != nil), "\(text)")
    }
  }
}

struct JSONWriterTests {
  @Test func escapesWhatCouldEndALine() throws {
    var writer = JSONWriter()
    writer.string("a\"\\\n\r\t\u{0}\u{1B}\u{7F}\u{2028}é😀")
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #""a\"\\\n\r\t\u0000\u001b\u007f\u2028é😀""#)
    #expect(try JSONNode.read(writer.bytes).string == "a\"\\\n\r\t\u{0}\u{1B}\u{7F}\u{2028}é😀")
  }

  @Test func putsCommasWhereTheyBelong() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("a", 1)
    writer.key("b")
    writer.beginArray()
    writer.integer(1)
    writer.beginObject()
    writer.endObject()
    writer.raw("null".utf8)
    writer.endArray()
    writer.member("c", ifPresent: String?.none)
    writer.member("d", true)
    writer.endObject()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a":1,"b":[1,{},null],"d":true}"#)
  }
}

struct TextPlaceTests {
  @Test func countsScalarsFromOne() {
    let text = Array("é{\n \"ü\"x".utf8)
    #expect(TextPlace(of: 0, in: text) == TextPlace(line: 1, column: 1))
    #expect(TextPlace(of: 2, in: text) == TextPlace(line: 1, column: 2))
    #expect(TextPlace(of: 9, in: text) == TextPlace(line: 2, column: 5))
    #expect(TextPlace(of: 999, in: text) == TextPlace(line: 2, column: 6))
  }
}

/// A repeatable generator of random numbers (SplitMix64).
private struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
