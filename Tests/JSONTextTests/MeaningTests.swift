import JSONText
import SeededChance
import Testing

/// Values that mean the same, however they are written.
struct MeaningTests {
  static func node(_ text: String) throws -> JSONNode { try JSONNode.read(Array(text.utf8)) }

  @Test(arguments: [
    ("1", "1.0"), ("[1e0,-0]", "[ 1.00, 0 ]"), (#"{"a":1,"b":[2]}"#, #"{"b":[2.0],"a":1}"#), (#""é""#, #""\u00e9""#),
    ("{}", "{ }"), ("null", "null"), (#"{"a":{"b":{"c":1}}}"#, #"{"a":{"b":{"c":10e-1}}}"#),
  ])
  func same(_ left: String, _ right: String) throws {
    let (one, other) = (try Self.node(left), try Self.node(right))
    #expect(one.means(other))
    #expect(other.means(one))
    #expect(JSONMeaning(one).hashValue == JSONMeaning(other).hashValue)
  }

  @Test(arguments: [
    ("1", "1.0000000000000000000000000000000001"), ("1", #""1""#), ("true", "1"), ("false", "0"), ("null", "false"),
    ("[]", "{}"), ("[1,2]", "[2,1]"), ("[1]", "[1,1]"), (#"{"a":1}"#, #"{"a":1,"b":1}"#), (#"{"a":1}"#, #"{"b":1}"#),
    (#"{"a":1,"b":2}"#, #"{"a":2,"b":1}"#), (#"{"a":null}"#, "{}"), (#""e\u0301""#, #""\u00e9""#),
    (#"{"e\u0301":1}"#, #"{"\u00e9":1}"#), (#""""#, "null"), ("1e1000000001", "1e1000000002"),
  ])
  func different(_ left: String, _ right: String) throws {
    let (one, other) = (try Self.node(left), try Self.node(right))
    #expect(!one.means(other))
    #expect(!other.means(one))
    #expect(JSONMeaning(one).hashValue != JSONMeaning(other).hashValue)
  }

  @Test func orderOfManyMembersDoesNotCount() throws {
    var chance = Chance(3)
    for count in [1, 2, 8, 9, 100] {
      let members = (0..<count).map { #""key\#($0)":\#($0)"# }
      let one = try Self.node("{" + members.joined(separator: ",") + "}")
      let other = try Self.node("{" + members.shuffled(using: &chance).joined(separator: ",") + "}")
      #expect(one.means(other))
      #expect(JSONMeaning(one).hashValue == JSONMeaning(other).hashValue)
      let changed = members.dropLast() + [#""key\#(count - 1)":"x""#]
      #expect(try !one.means(Self.node("{" + changed.shuffled(using: &chance).joined(separator: ",") + "}")))
    }
  }

  @Test func bigObjectsAreComparedInOnePass() throws {
    let members = (0..<20_000).map { #""k\#($0)":1"# }
    let one = try Self.node("{" + members.joined(separator: ",") + "}")
    let other = try Self.node("{" + members.reversed().joined(separator: ",") + "}")
    let clock = ContinuousClock()
    // Member by member it would be 200 million comparisons.
    var isEqual = false
    let time = clock.measure { isEqual = one.means(other) }
    #expect(isEqual)
    #expect(time < .seconds(5))
  }
}
