import InterceptImport
import JSONText
import Policy
import Testing

/// What becomes of a policy that can be carried over: one file a subject, beside it the new policy and what is warned of.
struct CarriedTests {
  @Test(arguments: try Fixture.all("carried")) func isCarriedOver(_ fixture: Fixture) throws {
    let (text, notes) = try InterceptImport.policy(fromYAML: fixture.yaml)
    #expect(String(decoding: text, as: UTF8.self) == fixture.policy)
    #expect(notes.map { "\($0)\n" }.joined() == fixture.lines ?? "")
    #expect(notes.allSatisfy { $0.weight == .warning })
  }

  @Test func everyFileBelongsToAPolicy() throws {
    let files = try Fixture.files("carried")
    let policies = files.filter { $0.hasSuffix(".yaml") }
    #expect(policies.count > 8)
    #expect(files.filter { !$0.hasSuffix(".txt") } == (policies + policies.map { $0.dropLast(4) + "json" }).sorted())
    #expect(files.allSatisfy { policies.contains($0.split(separator: ".")[0] + ".yaml") })
  }

  /// What our own reader refuses is told with its words, at the place in the YAML.
  @Test func whatTheNewPolicyCannotHoldIsPlacedInTheYAML() {
    func rule(_ condition: String) -> [String] {
      told(
        Array(
          "version: 1\ntools:\n  t:\n    rules:\n      - name: n\n        conditions:\n          - \(condition)\n".utf8)
      )
    }
    #expect(
      rule("{path: args.x, op: regex, value: 'a(?=b)'}").first?.hasPrefix("7:46: error: `a(?=b)` is no pattern of RE2")
        == true)
    #expect(
      rule("{path: args.x, op: regex, value: ''}").first?.hasPrefix("7:46: error: an empty pattern matches everything")
        == true)
    let long = "{path: args" + String(repeating: ".a", count: 40) + ", op: exists, value: true}"
    #expect(rule(long).first?.hasPrefix("7:") == true)
    #expect(
      told(Array("version: 1\ntools:\n  \"\": {}\n".utf8)).first?.hasPrefix("3:3: error: a name must not be empty")
        == true)
    #expect(told(Array("version: 1\nhide:\n  - \"a\\0b\"\n".utf8)).count == 1)
  }

  // MARK: Scalars

  /// Plain scalars, and all that a condition with `eq` then takes for equal.
  static let scalars: [(yaml: String, values: String)] = [
    ("yes", #""yes""#), ("No", #""No""#), ("on", #""on""#), ("y", #""y""#), ("tRUE", #""tRUE""#),
    ("true", #"[true, "true"]"#), ("True", #"[true, "true"]"#), ("FALSE", #"[false, "false"]"#),
    ("~", #"[null, "<nil>"]"#), ("Null", #"[null, "<nil>"]"#), ("nULL", #""nULL""#), ("", #"[null, "<nil>"]"#),
    ("'true'", #"["true", true]"#), ("\"~\"", #""~""#), ("'5'", #"["5", 5]"#), ("'05'", #""05""#), ("'5.0'", #""5.0""#),
    ("5", #"[5, "5"]"#), ("+5", #"[5, "5"]"#), ("-5", #"[-5, "-5"]"#), ("-0", #"[0, "0"]"#),
    ("1_000", #"[1000, "1000"]"#),
    ("0x1F", #"[31, "31"]"#), ("-0x1f", #"[-31, "-31"]"#), ("0o17", #"[15, "15"]"#), ("0b101", #"[5, "5"]"#),
    ("0xG", #""0xG""#), ("0b2", #""0b2""#), ("0o8", #""0o8""#), ("0x", #""0x""#), ("08a", #""08a""#),
    ("1.50", #"[1.5, "1.5"]"#), ("1.", #"[1, "1"]"#), (".5", #"[0.5, "0.5"]"#), ("1e3", #"[1000, "1000"]"#),
    ("1e6", #"[1000000, "1e+06"]"#), ("1000000", #"[1000000, "1000000"]"#),
    ("1234567.5", #"[1234567.5, "1.2345675e+06"]"#),
    ("1E-5", #"[1e-05, "1e-05"]"#), ("0.0001", #"[0.0001, "0.0001"]"#), ("1e21", #"[1e+21, "1e+21"]"#),
    ("-0.0", #"[0, "-0"]"#),
    ("1.2.3", #""1.2.3""#), ("1:30", #""1:30""#), ("1e", #""1e""#), ("+", #""+""#), (".", #"".""#), ("..5", #""..5""#),
    ("-.5", #"[-0.5, "-0.5"]"#), ("+.5", #"[0.5, "0.5"]"#), ("1e5x", #""1e5x""#),
    ("+inf", #""+inf""#),
    ("inf", #""inf""#), ("2024-5", #""2024-5""#), ("24-01-01", #""24-01-01""#), ("<<", #""<<""#), ("=", #""=""#),
  ]

  @Test(arguments: scalars) func scalarsAreWhatTheyAreToIntercept(_ scalar: (yaml: String, values: String)) throws {
    let yaml =
      "version: 1\ntools:\n  t:\n    rules:\n    - name: n\n      conditions:\n      - path: args.x\n        op: eq\n        value: \(scalar.yaml)\n"
    let (text, _) = try InterceptImport.policy(fromYAML: Array(yaml.utf8))
    let condition = try JSONNode.read(text)["tools"]?["t"]?["require"]?.elements?.first?["conditions"]?.elements?.first
    let wanted = try JSONNode.read(Array(scalar.values.utf8))
    #expect(condition?["op"]?.text == (wanted.elements == nil ? "eq" : "in"))
    #expect(condition?["value"]?.compact == wanted.compact)
  }

  /// Spellings that two YAML libraries read differently, or that Intercept rounds.
  @Test(arguments: [
    "0777", "007", "-010", "00.5", "09", "1_00", "1__000", "1_000_", "0x_1F", ".5_0", "1.5_0", "12_34_567",
    ".inf", "-.INF", ".nan",
    "2024-01-01", "2024-1-1 10:00:00", "2001-12-14t21:59:43.10-05:00", "9007199254740993", "99999999999999999999",
    "1e400", "-1e400",
    "0.1000000000000000055511151231257827", "0xFFFFFFFFFFFFFFFFF",
    "123456789012345678901234567890123456789012345678901234567890123456789",
  ])
  func ambiguousScalarsAreRefused(_ scalar: String) {
    let yaml =
      "version: 1\ntools:\n  t:\n    rules:\n    - name: n\n      conditions:\n      - path: args.x\n        op: eq\n        value: \(scalar)\n"
    let problems = told(Array(yaml.utf8))
    #expect(problems.count == 1)
    #expect(problems.first?.hasPrefix("9:16: error: `\(scalar)` is ") == true)
  }
}
