import JSONText
import SeededChance
import Testing

private func formatted(_ text: String, columns: Int = 100) throws -> String {
  var formatter = JSONFormatter()
  formatter.columns = columns
  return String(decoding: try #require(try formatter.formatted(Array(text.utf8))), as: UTF8.self)
}

struct JSONFormatterTests {
  @Test(arguments: [
    ("1.50", "1.50\n"), (" {\r\n} ", "{}\n"), ("[ \n ]", "[]\n"),
    ("{\"a\":1,\"b\":[1,2,{}]}", "{\"a\": 1, \"b\": [1, 2, {}]}\n"),
    // Order, number spelling and escapes stay.
    (#"{"z":1e0,"a":"\u00e9é\/","\u006bey":-0.10}"#, #"{"z": 1e0, "a": "\u00e9é\/", "\u006bey": -0.10}"# + "\n"),
  ])
  func laysOut(_ text: String, _ expected: String) throws {
    #expect(try formatted(text) == expected)
  }

  @Test func aLineHasItsColumnsAtMost() throws {
    // Written on one line it is 20 columns wide.
    let text = #"{"é":[1,2],"b":[33]}"#
    #expect(try formatted(text, columns: 24) == #"{"é": [1, 2], "b": [33]}"# + "\n")
    #expect(try formatted(text, columns: 23) == "{\n  \"é\": [1, 2],\n  \"b\": [33]\n}\n")
    // A comma behind a value counts.
    #expect(try formatted(text, columns: 14) == "{\n  \"é\": [1, 2],\n  \"b\": [33]\n}\n")
    #expect(try formatted(text, columns: 13) == "{\n  \"é\": [\n    1,\n    2\n  ],\n  \"b\": [33]\n}\n")
    #expect(try formatted("[[],{},[{}]]", columns: 1) == "[\n  [],\n  {},\n  [\n    {}\n  ]\n]\n")
  }

  @Test func somePlacesAreAlwaysSpread() throws {
    var formatter = JSONFormatter()
    formatter.isAlwaysSpread = { $0.isEmpty || $0 == ["t"] }
    let text = #"{"t":{"x":{"t":{"y":1}}},"u":{"t":{}}}"#
    let expected = "{\n  \"t\": {\n    \"x\": {\"t\": {\"y\": 1}}\n  },\n  \"u\": {\"t\": {}}\n}\n"
    #expect(try formatter.formatted(Array(text.utf8)) == Array(expected.utf8))
    #expect(try formatter.formatted(Array("{}".utf8)) == Array("{}\n".utf8))
  }

  @Test func whatGrowsTooLongIsRefused() throws {
    let deep = String(repeating: "[", count: 100) + Array(repeating: "1", count: 10_000).joined(separator: ",")
    let text = Array((deep + String(repeating: "]", count: 100)).utf8)
    var formatter = JSONFormatter()
    #expect(try formatter.formatted(text)?.count ?? 0 > 2_000_000)
    formatter.longest = 100_000
    #expect(try formatter.formatted(text) == nil)
    #expect(throws: JSONError.self) { try formatter.formatted(Array("[1,]".utf8)) }
  }

  /// A text with white space as it comes.
  private static func text(_ chance: inout Chance, depth: Int = 0) -> String {
    let blanks = ["", "", " ", "\n", "\t", "\r\n  "]
    func blank(_ chance: inout Chance) -> String { chance.pick(blanks) }
    let kind = chance.below(depth > 5 ? 4 : 8)
    if kind < 4 {
      return chance.pick([
        "1", "-0.0e5", "12345678901234567890", "true", "null", #""""#, #""\u0041\n\"é""#, #""😀 long""#,
      ])
    }
    let items = (0..<chance.below(6)).map { index in
      let key: String = kind < 6 ? #""\#(chance.pick(["k", "é", #"\u0041"#]))\#(index)""# + blank(&chance) + ":" : ""
      return blank(&chance) + key + blank(&chance) + text(&chance, depth: depth + 1) + blank(&chance)
    }
    let inside = items.isEmpty ? blank(&chance) : items.joined(separator: ",")
    return kind < 6 ? "{\(inside)}" : "[\(inside)]"
  }

  /// What is left of a text without the white space between its parts.
  private static func parts(_ text: String) -> String {
    var parts = ""
    var isInString = false
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isInString || !" \n\r\t".unicodeScalars.contains(scalar) { parts.unicodeScalars.append(scalar) }
      if isEscaped {
        isEscaped = false
      } else if isInString, scalar == "\\" {
        isEscaped = true
      } else if scalar == "\"" {
        isInString.toggle()
      }
    }
    return parts
  }

  @Test(arguments: UInt64(1)...200)
  func onlyWhiteSpaceChanges(seed: UInt64) throws {
    var chance = Chance(seed)
    let text = Self.text(&chance)
    let columns = [1, 20, 40, 100][chance.below(4)]
    let once = try formatted(text, columns: columns)
    #expect(Self.parts(once) == Self.parts(text))
    #expect(try formatted(once, columns: columns) == once)
    // The layout does not depend on the one before.
    #expect(try formatted(Self.parts(text), columns: columns) == once)
    #expect(once.last == "\n")
    let lines = once.split(separator: "\n")
    #expect(lines.allSatisfy { $0.last != " " && !$0.contains("\t") })
    // What is spread would not have fitted: put together again, its line is too long.
    for (index, line) in lines.enumerated() where line.last.map({ "{[".contains($0) }) == true {
      let indentation = line.prefix { $0 == " " }.count
      let rest = lines[(index + 1)...].prefix { $0.prefix { $0 == " " }.count > indentation }
      let end = try #require(lines[(index + 1)...].dropFirst(rest.count).first)
      let pieces = rest.map { $0.drop { $0 == " " } }.map { $0.hasSuffix(",") ? $0 + " " : $0 }
      let joined = line + pieces.joined() + end.drop { $0 == " " }
      #expect(joined.unicodeScalars.count > columns, "\(joined)")
    }
    #expect(lines.allSatisfy { $0.unicodeScalars.count <= max(columns, 60) })
  }
}
