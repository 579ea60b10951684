import JSONText
import Policy
import Testing

/// Values that do not fit their operator, and what the user is told.
struct ConditionValueTests {
  static let lengthRange = "wants a whole number from 0 to 9007199254740991"

  @Test(
    arguments: [
      ("args.x", .lt, #""5""#, "`lt` wants a number, not a string: write `5` without quotes"),
      ("args.x", .lte, #""five""#, "`lte` wants a number, not a string"),
      ("args.x", .gt, "null", "`gt` wants a number, not null"),
      ("args.x", .gte, "[5]", "`gte` wants a number, not an array"),
      ("args.x", .gte, "1e1000000001", "`1e1000000001` is too extreme to compare with"),
      ("args.x", .eq, "[{\"a\":1e1000000001}]", "`1e1000000001` is too extreme to compare with"),
      ("args.x", .in, "5", "`in` wants an array, not a number: write `[…]` around it, or use `eq`"),
      ("args.x", .notIn, #""a""#, "`not_in` wants an array, not a string: write `[…]` around it, or use `neq`"),
      ("args.x", .in, "[]", "the array of `in` is empty: write at least one element"),
      ("args.x", .notIn, "[-1e-1000000002]", "`-1e-1000000002` is too extreme to compare with"),
      ("args.x", .contains, "1e1000000001", "`1e1000000001` is too extreme to compare with"),
      ("args.x", .startsWith, "5", "`starts_with` wants a string, not a number"),
      ("args.x", .startsWith, #""""#, "an empty text always fits `starts_with`: write at least one character"),
      ("args.x", .endsWith, "{}", "`ends_with` wants a string, not an object"),
      ("args.x", .endsWith, #""""#, "an empty text always fits `ends_with`: write at least one character"),
      ("args.x", .glob, "true", "`glob` wants a string, not a boolean"),
      ("args.x", .glob, #""""#, "a glob must not be empty: use `eq` for an empty string"),
      ("args.x", .glob, #""a\\b""#, #"`\b` in a glob means nothing: write `\*` for a star, `\\` for a backslash"#),
      ("args.x", .regex, "[]", "`regex` wants a string, not an array"),
      ("args.x", .regex, #""""#, "an empty pattern matches everything: write at least one character"),
      ("args.x", .regex, #""a(b""#, "`a(b` is no pattern of RE2: missing ): a(b"),
      (
        "args.x", .notRegex, #""(?!a)b""#,
        """
        `(?!a)b` is no pattern of RE2: invalid perl operator: (?!: RE2 looks neither ahead nor behind: \
        add a second condition with `not_regex`
        """
      ),
      (
        "args.x", .regex, #""(a)\\1""#,
        #"""
        `(a)\1` is no pattern of RE2: invalid escape sequence: \1: RE2 has no back references; `\\` is a backslash, \#
        and JSON wants each backslash twice
        """#
      ),
      (
        "args.x", .exists, "1",
        "`exists` wants `true` or `false`, not a number: write `true` for present, `false` for absent or null"
      ),
      ("args.x", .lengthLt, #""5""#, "`length_lt` wants a whole number, not a string"),
      ("args.x", .lengthLte, "-1", "`length_lte` \(lengthRange), not `-1`"),
      ("args.x", .lengthGt, "1.5", "`length_gt` \(lengthRange), not `1.5`"),
      ("args.x", .lengthGte, "1e999999999", "`length_gte` \(lengthRange), not `1e999999999`"),
      ("args.x", .lengthGte, "9007199254740992", "`length_gte` \(lengthRange), not `9007199254740992`"),
      ("args.x", .lengthGte, "1e1000000001", "`length_gte` \(lengthRange), not `1e1000000001`"),
      (
        "args.x", .within, "5",
        #"`within` wants a folder or an array, not a number: write `"/srv/app"` or `["/srv/app"]`"#
      ),
      ("args.x", .within, "[]", "the array of `within` is empty: write at least one element"),
      (
        "args.x", .within, #"["/srv",5]"#,
        #"a folder of `within` must be a string, not a number: write `"/srv/app"` or `["/srv/app"]`"#
      ),
      (
        "args.x", .hostIn, "{}",
        #"`host_in` wants a host or an array, not an object: write `"*.example.com"` or `["*.example.com"]`"#
      ),
      ("args.x", .hostIn, "[]", "the array of `host_in` is empty: write at least one element"),
      (
        "call.client", .lt, "5",
        "`call.client` is a string, and `lt` compares numbers: use `eq`, `in`, `glob` or `regex`"
      ),
      ("call.tool", .eq, "5", "`call.tool` is a string, and a number never equals one: write a string in quotes"),
      ("call.server", .neq, "null", "`call.server` is a string, and null never equals one: write a string in quotes"),
      (
        "call.grant", .in, #"["a",true]"#,
        "`call.grant` is a string, and a boolean never equals one: write a string in quotes"
      ),
      ("call.grant", .in, "5", "`in` wants an array, not a number: write `[…]` around it, or use `eq`"),
      (
        "call.session", .contains, "[1]",
        "`call.session` is a string, and an array never equals one: write a string in quotes"
      ),
    ] as [(String, ConditionOperator, String, String)])
  func saysWhatIsWrong(_ path: String, _ op: ConditionOperator, _ value: String, _ line: String) throws {
    let value = try node(value)
    do throws(ConditionMistake) {
      _ = try Condition(pointer: "", path: ConditionPath(ExactText(path)), op: op, value: value)
      Issue.record("it was read")
    } catch {
      #expect(error.line == line)
    }
  }

  @Test func manyChoices() throws {
    func choices(_ count: Int) -> String { "[" + (0..<count).map { "\"/h\($0)\"" }.joined(separator: ",") + "]" }
    for op in [ConditionOperator.in, .notIn, .within] {
      #expect(throws: Never.self) { try condition("args.x", op, choices(10_000)) }
      let mistake = ConditionMistake("the array of `\(op.rawValue)` has 10001 elements", help: "at most 10000 are read")
      #expect(throws: mistake) { try condition("args.x", op, choices(10_001)) }
    }
    let entry = try entry(condition("args.x", .in, choices(10_000)))
    #expect(entry.outcome(.require, try subject(#"{"x":"/h9999"}"#)).holds)
    #expect(!entry.outcome(.require, try subject(#"{"x":"/h10000"}"#)).holds)
  }

  /// `call.tool` is whatever the call asks for; who says nothing of himself is missing.
  @Test func theCallItself() throws {
    func holds(_ path: String, _ value: String, _ subject: ConditionSubject) throws -> Bool {
      try entry(condition(path, .eq, "\"\(value)\"")).outcome(.require, subject).holds
    }
    let plain = try subject(nil)
    #expect(try holds("call.grant", "ann", plain))
    #expect(try holds("call.client", "claude", plain))
    #expect(try holds("call.session", "s1", plain))
    #expect(try holds("call.server", "git", plain))
    #expect(try holds("call.tool", "push", plain))
    #expect(try !holds("call.tool", "git", plain))
    #expect(try holds("call.tool", "file:///x", subject(nil, tool: .resource(uri: "file:///x"))))
    #expect(try holds("call.tool", "p", subject(nil, tool: .prompt("p"))))
    #expect(
      try holds("call.tool", "elicitation/create", subject(nil, tool: .serverRequest(method: "elicitation/create"))))
    #expect(try holds("call.tool", "tasks/get", subject(nil, tool: .other(method: "tasks/get"))))

    let silent = try subject(nil, client: "")
    #expect(try entry(condition("call.client", .exists, "false")).outcome(.require, silent).holds)
    #expect(try !entry(condition("call.client", .neq, #""evil""#)).outcome(.require, silent).holds)
    #expect(try entry(condition("call.client", .neq, #""good""#)).outcome(.denyIf, silent).holds)
    #expect(try !entry(condition("call.client", .exists, "true")).outcome(.require, silent).holds)
  }

  @Test func noConditionAlwaysHolds() throws {
    for kind in ConditionEntry.Kind.allCases {
      let outcome = entry().outcome(kind, try subject(nil))
      #expect(outcome.holds && outcome.mistyped == nil)
    }
  }

  @Test("P14: text is compared by its bytes, escapes resolved")
  func textIsComparedByItsBytes() throws {
    for (op, value) in [
      (ConditionOperator.eq, "\"\u{E9}\""), (.contains, "\"\u{E9}\""), (.startsWith, "\"\u{E9}\""),
      (.endsWith, "\"\u{E9}\""),
      (.glob, "\"\u{E9}*\""), (.in, "[\"\u{E9}\"]"),
    ] {
      let entry = try entry(condition("args.x", op, value))
      #expect(entry.outcome(.require, try subject("{\"x\":\"\u{E9}\"}")).holds, "\(op)")
      #expect(!entry.outcome(.require, try subject("{\"x\":\"e\u{301}\"}")).holds, "\(op)")
    }
    // A mark that joins what stands before it is found all the same.
    #expect(
      try entry(condition("args.x", .endsWith, "\"\u{301}\"")).outcome(.require, subject("{\"x\":\"e\u{301}\"}")).holds)
  }

  @Test("P16: what no pattern can be held against fails closed")
  func whatNoPatternCanBeHeldAgainstFailsClosed() throws {
    let text = String(repeating: "b", count: 100_000)
    let half = String(repeating: "b", count: 7_000)
    for op in [ConditionOperator.regex, .notRegex] {
      let entry = try entry(condition("args.x", op, #""a.{1000}c""#))
      // Each is short enough, both together are not.
      let each = try PolicyTests.entry(condition("args[*]", op, #""a.{1000}c""#))
      #expect(each.outcome(.require, try subject(#"["\#(half)"]"#)).mistyped == nil)
      #expect(
        each.outcome(.require, try subject(#"["\#(half)","\#(half)"]"#)).mistyped?.hasPrefix("`args[1]` is a text")
          == true)
      for kind in ConditionEntry.Kind.allCases {
        let outcome = entry.outcome(kind, try subject(#"{"x":"\#(text)"}"#))
        #expect(outcome.holds == (kind == .denyIf || kind == .approveIf))
        #expect(outcome.mistyped == "`args.x` is a text too long for the pattern of `\(op.rawValue)`")
      }
    }
  }

  @Test func sameWords() throws {
    let one = try condition("args.x", .eq, "1.0")
    let moved = try Condition(pointer: "/elsewhere", path: ConditionPath(#"args["x"]"#), op: .eq, value: node("1"))
    #expect(one.saysTheSame(as: moved))
    #expect(one.hashValue == moved.hashValue)
    #expect(try !one.saysTheSame(as: condition("args.x", .neq, "1.0")))
    #expect(try !one.saysTheSame(as: condition("args.y", .eq, "1.0")))
    #expect(try !one.saysTheSame(as: condition("args.x", .eq, "2")))
    var entries = (entry(one), entry(moved))
    entries.1.pointer = "/f"
    entries.1.line = 9
    #expect(entries.0.saysTheSame(as: entries.1))
    #expect(entries.0.hashValue == entries.1.hashValue)
    entries.1.text = "e\u{301}"
    #expect(!entries.0.saysTheSame(as: entries.1))
    entries.0.text = "\u{E9}"
    #expect(!entries.0.saysTheSame(as: entries.1))
    entries.0.text = "e\u{301}"
    #expect(entries.0.saysTheSame(as: entries.1))
    entries.0.expires = Moment(seconds: 1)
    #expect(!entries.0.saysTheSame(as: entries.1))
    #expect(!entry(one).saysTheSame(as: entry(one, one)))
  }
}
