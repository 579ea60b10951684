import InterceptImport
import JSONText
import Policy
import SeededChance
import Testing

/// Texts that are meant to do harm, or that no person wrote: each has a clear answer, soon.
struct HostileTests {
  @Test func theWrongEncodingIsNamed() {
    let policy = "version: \"1\"\n"
    let wide = policy.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    let help = ": save it as UTF-8 without a mark"
    #expect(
      told([0xEF, 0xBB, 0xBF] + Array(policy.utf8)) == ["1:1: error: the text is UTF-8 with a byte order mark" + help])
    #expect(told([0xFF, 0xFE] + wide) == ["1:1: error: the text is UTF-16" + help])
    #expect(told([0xFE, 0xFF] + wide) == ["1:1: error: the text is UTF-16" + help])
    #expect(told(wide) == ["1:1: error: the text is UTF-16" + help])
    #expect(told([0] + wide) == ["1:1: error: the text is UTF-16" + help])
    #expect(told([0]) == ["1:1: error: the text holds the character NUL"])
  }

  @Test func bytesThatAreNoTextArePlaced() {
    let start = Array("version: \"1\"\nhide: [é, ".utf8)
    #expect(told(start + [0x61, 0]) == ["2:12: error: the text holds the character NUL"])
    #expect(told(start + [0xFF]) == ["2:11: error: this is not YAML: invalid leading UTF-8 octet"])
    #expect(told(start + [0xC3, 0x28]) == ["2:12: error: this is not YAML: invalid trailing UTF-8 octet"])
    #expect(told(start + [0xC0, 0x80]) == ["2:11: error: this is not YAML: invalid length of a UTF-8 sequence"])
    #expect(told(start + [0xED, 0xA0, 0x80]) == ["2:11: error: this is not YAML: invalid Unicode character"])
    #expect(told(start + [0xE2, 0x82]) == ["2:11: error: this is not YAML: incomplete UTF-8 octet sequence"])
    #expect(told(start + [0x1B, 0x5B]) == ["2:11: error: this is not YAML: control characters are not allowed"])
    #expect(told(start + Array("\"\\uD800\"]".utf8)).first?.contains("invalid Unicode character escape code") == true)
  }

  /// Aliases are not followed, so a bomb of them stays small.
  @Test func aliasesDoNotMultiply() {
    var yaml = "version: \"1\"\na0: &a0 [x, x]\n"
    for level in 1...30 { yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    let problems = told(Array(yaml.utf8))
    // An anchor, two aliases and an unknown key on each line.
    #expect(problems.count == 31 + 60 + 31)
  }

  @Test func nestingHasAnEnd() {
    let message = "error: values are nested deeper than 64"
    #expect(told([UInt8](repeating: 0x5B, count: 1 << 20)).map { String($0.dropFirst(6)) } == [message])
    #expect(told([UInt8](repeating: 0x7B, count: 1 << 20)).last?.hasSuffix(message) == true)
    #expect(told(Array(String(repeating: "- ", count: 1 << 19).utf8)).map { String($0.dropFirst(7)) } == [message])
    #expect(told(Array(String(repeating: "? ", count: 1 << 19).utf8)).last?.hasSuffix(message) == true)
    let deep = "version: \"1\"\nhide: " + String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
    #expect(told(Array(deep.utf8)) == ["2:8: error: a name must be a text, not a list (at /hide/0)"])
    let deeper = "version: \"1\"\nhide: " + String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(told(Array(deeper.utf8)) == ["2:70: error: values are nested deeper than 64"])
  }

  @Test func sizeHasAnEnd() {
    #expect(
      told([UInt8](repeating: 0x23, count: (1 << 24) + 1))
        == ["1:1: error: a policy has at most 16777216 bytes, not 16777217"])
    let many = "version: \"1\"\nhide: [" + String(repeating: "a,", count: 1 << 19) + "]"
    #expect(told(Array(many.utf8)) == ["2:1048578: error: a policy has at most 524288 values"])
    let scalar = "version: \"" + String(repeating: "9", count: 1 << 20) + "\"\n"
    #expect(told(Array(scalar.utf8)).first?.hasPrefix("1:10: error: `version` must be 1, not `9999") == true)
    let number =
      "version: \"1\"\ntools: {t: {rules: [{name: n, conditions: [{path: args.x, op: lt, value: "
      + String(repeating: "9", count: 1 << 20) + "}]}]}}"
    #expect(told(Array(number.utf8)).count == 1)
  }

  /// Many warnings of one big policy are placed in one walk, and not all of them are told.
  @Test(.timeLimit(.minutes(1))) func manyWarningsTakeNoLongTime() throws {
    let tools = (0..<20_000).map { "  t\($0): {rules: []}\n" }.joined()
    let (_, notes) = try InterceptImport.policy(fromYAML: Array("version: 1\nhide: ['*']\ntools:\n\(tools)".utf8))
    #expect(notes.count == 1001)
    #expect(notes.first?.place == TextPlace(line: 4, column: 3))
    #expect(notes[999].place == TextPlace(line: 1003, column: 3))
    #expect(notes.last?.message == "and more from here on")
  }

  /// Whatever the bytes are, there is an answer.
  @Test func anyBytesAreAnswered() {
    var chance = Chance(20)
    let seeds = try? Fixture.all("refused").map(\.yaml)
    guard let seeds, !seeds.isEmpty else {
      Issue.record("no fixtures")
      return
    }
    for _ in 0..<4000 {
      var bytes = chance.pick(seeds)
      for _ in 0...chance.below(4) where !bytes.isEmpty {
        let place = chance.below(bytes.count)
        switch chance.below(4) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &chance)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(chance.pick(Array("[]{}:,-?&*!|>'\"%@`#\t\n ".utf8)), at: place)
        default: bytes.append(contentsOf: chance.pick(seeds))
        }
      }
      #expect(!told(bytes).isEmpty)
    }
  }
}
