import JSONText
import SeededChance
import Testing

struct CanonicalTests {
  private func canonical(_ text: String) throws -> String {
    String(decoding: try JSONNode.read(Array(text.utf8)).canonical, as: UTF8.self)
  }

  @Test(arguments: [
    ("1", "1e0"), ("1.0", "1e0"), ("10e-1", "1e0"), ("-0", "0"), ("0.000", "0"), ("0e9", "0"), ("120", "12e1"),
    ("-1.20", "-12e-1"), ("1E+2", "1e2"), ("0.05", "5e-2"), ("9007199254740993", "9007199254740993e0"),
    (#"{ "b":1, "a":[true,null] }"#, #"{"a":[true,null],"b":1e0}"#), (#""\u0061""#, #""a""#),
  ]) func oneSpelling(text: String, wanted: String) throws {
    #expect(try canonical(text) == wanted)
  }

  @Test func extremeNumbersKeepTheirOwnText() throws {
    let text = "1e99999999999999999999"
    #expect(try canonical(text) == text)
  }

  private func value(_ chance: inout Chance, depth: Int = 0) -> String {
    switch chance.below(depth > 3 ? 4 : 6) {
    case 0: return chance.pick(["1", "1.0", "10e-1", "0.1", "1e-1", "0", "-0", "-1", "100", "1e2"])
    case 1: return chance.pick([#""a""#, #""\u0061""#, #""1""#, #""""#])
    case 2: return chance.pick(["true", "false"])
    case 3: return "null"
    case 4:
      return "[" + (0..<chance.below(3)).map { _ in value(&chance, depth: depth + 1) }.joined(separator: ",") + "]"
    default:
      let keys = ["a", "b", "c"].shuffled(using: &chance).prefix(chance.below(4))
      return "{" + keys.map { "\"\($0)\": \(value(&chance, depth: depth + 1))" }.joined(separator: ",") + "}"
    }
  }

  /// Two values have one canonical text if and only if they mean the same.
  @Test func meaningDecides() throws {
    var chance = Chance(5)
    var same = 0
    for _ in 0..<20_000 {
      let (left, right) = (value(&chance, depth: 2), value(&chance, depth: 2))
      let nodes = (try JSONNode.read(Array(left.utf8)), try JSONNode.read(Array(right.utf8)))
      let isSame = nodes.0.means(nodes.1)
      #expect((nodes.0.canonical == nodes.1.canonical) == isSame, "\(left) \(right)")
      if isSame { same += 1 }
    }
    #expect(same > 500)
  }
}

struct KeyedDigestTests {
  private let key = [UInt8](1...32)

  @Test func onlyTheKeyMakesTheMark() throws {
    let digest = try #require(KeyedDigest(key: key))
    let mark = digest.mark(of: Array("hello".utf8))
    #expect(mark.utf8.count == 64)
    #expect(digest.isMark(mark, of: Array("hello".utf8)))
    #expect(!digest.isMark(mark, of: Array("hellp".utf8)))
    #expect(!digest.isMark(String(mark.dropLast()) + (mark.last == "0" ? "1" : "0"), of: Array("hello".utf8)))
    #expect(!digest.isMark("", of: Array("hello".utf8)))
    let other = try #require(KeyedDigest(key: Array(key.reversed())))
    #expect(!other.isMark(mark, of: Array("hello".utf8)))
    #expect(mark != ContentDigest(of: Array("hello".utf8)).hexadecimal)
  }

  @Test func keysHaveOneLength() {
    #expect(KeyedDigest(key: []) == nil)
    #expect(KeyedDigest(key: Array(key.dropLast())) == nil)
  }
}
