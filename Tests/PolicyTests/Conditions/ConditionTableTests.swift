import JSONText
import Policy
import Testing

/// What every operator makes of what it may find, as a table to be held beside the page on the format.
struct ConditionTableTests {
  /// `+` holds, `-` does not, `!` a wrong type, so that the entry fails closed.
  ///
  /// What is true of `require` is of `allow_if`, and what is of
  /// `deny_if` is of `approve_if`.
  static let table = #"""
    operator       value              found                  require  deny_if
    eq             5                  5.0                    +        +
    eq             5                  6                      -        -
    eq             5                  "5"                    -        -
    eq             5                  nothing                -        -
    eq             5                  null                   -        -
    eq             null               null                   +        +
    eq             null               nothing                -        -
    eq             null               0                      -        -
    eq             {"a":[1]}          {"a":[10e-1]}          +        +
    neq            5                  6                      +        +
    neq            5                  5.0                    -        -
    neq            5                  "5"                    +        +
    neq            5                  nothing                -        +
    neq            5                  null                   -        +
    neq            null               null                   -        -
    neq            null               nothing                -        +
    neq            null               0                      +        +
    in             [1,"a"]            1.0                    +        +
    in             [1,"a"]            "b"                    -        -
    in             [1,"a"]            ["a"]                  -        -
    in             [1,"a"]            nothing                -        -
    in             [1,"a"]            null                   -        -
    in             [1,null]           null                   +        +
    in             [1,null]           nothing                -        -
    not_in         [1,"a"]            "b"                    +        +
    not_in         [1,"a"]            1.0                    -        -
    not_in         [1,"a"]            ["a"]                  +        +
    not_in         [1,"a"]            nothing                -        +
    not_in         [1,"a"]            null                   -        +
    not_in         [1,null]           null                   -        -
    not_in         [1,null]           nothing                -        +
    lt             0.3                0.29999999999999999    +        +
    lt             0.3                0.3                    -        -
    lt             0.3                "0.1"                  !        !
    lt             0.3                true                   !        !
    lt             0.3                -1e9999999999          !        !
    lt             0.3                nothing                -        -
    lt             0.3                null                   -        -
    lte            5                  5.0                    +        +
    lte            5                  5.01                   -        -
    lte            5                  "5"                    !        !
    lte            5                  [5]                    !        !
    lte            5                  nothing                -        -
    lte            5                  null                   -        -
    gt             5                  5.0000000000000000001  +        +
    gt             5                  5                      -        -
    gt             5                  {}                     !        !
    gt             5                  nothing                -        -
    gt             5                  null                   -        -
    gte            -5                 -5                     +        +
    gte            -5                 -6                     -        -
    gte            -5                 "-5"                   !        !
    gte            -5                 nothing                -        -
    gte            -5                 null                   -        -
    contains       "b"                "abc"                  +        +
    contains       "b"                "xyz"                  -        -
    contains       "b"                ["a","b"]              +        +
    contains       "b"                ["abc"]                -        -
    contains       "b"                []                     -        -
    contains       "b"                5                      !        !
    contains       "b"                {"b":1}                !        !
    contains       "b"                nothing                -        -
    contains       "b"                null                   -        -
    contains       5                  [1,5.0]                +        +
    contains       5                  "5"                    !        !
    contains       null               [null]                 +        +
    contains       null               null                   -        -
    not_contains   "b"                "xyz"                  +        +
    not_contains   "b"                "abc"                  -        -
    not_contains   "b"                ["abc"]                +        +
    not_contains   "b"                ["a","b"]              -        -
    not_contains   "b"                5                      !        !
    not_contains   "b"                nothing                -        +
    not_contains   "b"                null                   -        +
    not_contains   5                  "5"                    !        !
    starts_with    "ab"               "abc"                  +        +
    starts_with    "ab"               "xab"                  -        -
    starts_with    "ab"               "a"                    -        -
    starts_with    "ab"               ["ab"]                 !        !
    starts_with    "ab"               nothing                -        -
    starts_with    "ab"               null                   -        -
    ends_with      "bc"               "abc"                  +        +
    ends_with      "bc"               "bcx"                  -        -
    ends_with      "bc"               "c"                    -        -
    ends_with      "bc"               7                      !        !
    ends_with      "bc"               nothing                -        -
    ends_with      "bc"               null                   -        -
    glob           "a*\\*c"           "abb*c"                +        +
    glob           "a*\\*c"           "abbc"                 -        -
    glob           "abc"              "abc"                  +        +
    glob           "abc"              "abcd"                 -        -
    glob           "a*c"              true                   !        !
    glob           "a*c"              nothing                -        -
    glob           "a*c"              null                   -        -
    regex          "^a+$"             "aaa"                  +        +
    regex          "^a+$"             "ab"                   -        -
    regex          "b"                "abc"                  +        +
    regex          "1"                1                      !        !
    regex          "1"                nothing                -        -
    regex          "1"                null                   -        -
    not_regex      "^a+$"             "ab"                   +        +
    not_regex      "^a+$"             "aaa"                  -        -
    not_regex      "1"                1                      !        !
    not_regex      "1"                nothing                -        +
    not_regex      "1"                null                   -        +
    exists         true               0                      +        +
    exists         true               ""                     +        +
    exists         true               nothing                -        -
    exists         true               null                   -        -
    exists         false              0                      -        -
    exists         false              nothing                +        +
    exists         false              null                   +        +
    length_lt      2                  "é"                    +        +
    length_lt      2                  "é́"                   -        -
    length_lt      2                  [1,2]                  -        -
    length_lt      2                  {"a":1}                +        +
    length_lt      2                  1                      !        !
    length_lt      2                  nothing                -        -
    length_lt      2                  null                   -        -
    length_lte     2                  [1,2]                  +        +
    length_lte     2                  [1,2,3]                -        -
    length_lte     2                  true                   !        !
    length_lte     2                  nothing                -        -
    length_lte     2                  null                   -        -
    length_gt      0                  "a"                    +        +
    length_gt      0                  ""                     -        -
    length_gt      0                  5                      !        !
    length_gt      0                  nothing                -        -
    length_gt      0                  null                   -        -
    length_gte     1e0                {"a":1}                +        +
    length_gte     1e0                {}                     -        -
    length_gte     1e0                false                  !        !
    length_gte     1e0                nothing                -        -
    length_gte     1e0                null                   -        -
    within         "/srv/app"         "/srv//app/./x"        +        +
    within         "/srv/app"         "/srv/application"     -        -
    within         ["/tmp","/srv"]    "/srv"                 +        +
    within         "/srv/app"         "app/x"                !        !
    within         "/srv/app"         ["/srv/app"]           !        !
    within         "/srv/app"         nothing                -        -
    within         "/srv/app"         null                   -        -
    host_in        "*.example.com"    "https://a.example.com"  +      +
    host_in        "*.example.com"    "https://example.com"  -        -
    host_in        ["a.b","c.d"]      "http://C.D:80/x"      +        +
    host_in        "example.com"      "example.com"          -        -
    host_in        "example.com"      "https:example.com"    !        !
    host_in        "example.com"      5                      !        !
    host_in        "example.com"      nothing                -        -
    host_in        "example.com"      null                   -        -
    """#

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var op: ConditionOperator
    var value: String
    /// Nil for nothing.
    var found: String?
    var require: Character
    var denyIf: Character

    init?(_ line: Substring) {
      let cells = line.split(separator: " ")
      guard cells.count == 5, let op = ConditionOperator(rawValue: String(cells[0])) else { return nil }
      testDescription = cells.joined(separator: " ")
      self.op = op
      value = String(cells[1])
      found = cells[2] == "nothing" ? nil : String(cells[2])
      require = Character(String(cells[3]))
      denyIf = Character(String(cells[4]))
    }

    func mark(_ kind: ConditionEntry.Kind) -> Character {
      kind == .require || kind == .allowIf ? require : denyIf
    }

    var member: String { found.map { #"{"x":\#($0)}"# } ?? "{}" }
  }

  static let rows = table.split(separator: "\n").dropFirst().compactMap { Row($0) }

  @Test func everyLineIsRead() {
    #expect(Self.rows.count == Self.table.split(separator: "\n").count - 1)
    for op in ConditionOperator.allCases {
      let rows = Self.rows.filter { $0.op == op }
      #expect(rows.contains { $0.found == nil }, "\(op)")
      #expect(rows.contains { $0.found == "null" && !$0.value.contains("null") }, "\(op)")
      #expect(rows.contains { $0.require == "+" } && rows.contains { $0.require == "-" && $0.found != nil }, "\(op)")
    }
  }

  /// What the entry must say for a mark.
  private func check(
    _ mark: Character, _ outcome: ConditionEntry.Outcome, _ kind: ConditionEntry.Kind, _ comment: String
  ) {
    let isPermissive = kind == .require || kind == .allowIf
    #expect(outcome.holds == (mark == "+" || mark == "!" && !isPermissive), "\(comment) \(kind)")
    #expect((outcome.mistyped != nil) == (mark == "!"), "\(comment) \(kind)")
  }

  @Test("P14: every operator takes every type of value as the table says", arguments: rows)
  func asTheTableSays(_ row: Row) throws {
    let plain = try entry(condition("args.x", row.op, row.value))
    let starred = try entry(condition("args.items[*].x", row.op, row.value))
    for kind in ConditionEntry.Kind.allCases {
      check(row.mark(kind), plain.outcome(kind, try subject(row.member)), kind, "plain")
      let one = try subject(#"{"items":[\#(row.member)]}"#)
      check(row.mark(kind), starred.outcome(kind, one), kind, "one element")
    }
  }

  /// Two elements: `require` wants both, `deny_if` one, and a wrong type outweighs all.
  @Test(arguments: rows) func asTheTableSaysOfTwoElements(_ row: Row) throws {
    let starred = try entry(condition("args.items[*].x", row.op, row.value))
    for other in Self.rows where other.op == row.op && other.value == row.value {
      let two = try subject(#"{"items":[\#(row.member),\#(other.member)]}"#)
      for kind in ConditionEntry.Kind.allCases {
        let marks = [row.mark(kind), other.mark(kind)]
        let expected: Character =
          if marks.contains("!") {
            "!"
          } else if kind == .require || kind == .allowIf {
            marks == ["+", "+"] ? "+" : "-"
          } else {
            marks.contains("+") ? "+" : "-"
          }
        check(expected, starred.outcome(kind, two), kind, "with \(other.testDescription)")
      }
    }
  }

  @Test("P14: no element is a missing value")
  func noElementIsAMissingValue() throws {
    for row in Self.rows where row.found == nil {
      let starred = try entry(condition("args.items[*].x", row.op, row.value))
      for arguments in [#"{"items":[]}"#, "{}", #"{"items":null}"#, #"{"items":[null]}"#, nil] {
        for kind in ConditionEntry.Kind.allCases {
          check(
            row.mark(kind), starred.outcome(kind, try subject(arguments)), kind,
            "\(row.testDescription) \(arguments ?? "")")
        }
      }
    }
  }

  /// A value on the way that cannot be walked through is a wrong type, for every operator: a server may read it as an object.
  @Test func whatStandsInTheWayIsAWrongType() throws {
    for row in Self.rows {
      for (path, arguments, mistyped) in [
        ("args.a.x", #"{"a":"{}"}"#, "`args.a` is a string where `args.a.x` wants an object"),
        ("args.a.x", #"{"a":[{"x":1}]}"#, "`args.a` is an array where `args.a.x` wants an object"),
        ("args.a[0]", #"{"a":{"0":1}}"#, "`args.a` is an object where `args.a[0]` wants an array"),
        ("args.a[*].x", #"{"a":{"x":1}}"#, "`args.a` is an object where `args.a[*].x` wants an array"),
        ("args.a[*].x", #"{"a":[{},7]}"#, "`args.a[1]` is a number where `args.a[*].x` wants an object"),
      ] {
        let entry = try entry(condition(path, row.op, row.value))
        for kind in ConditionEntry.Kind.allCases {
          let outcome = entry.outcome(kind, try subject(arguments))
          #expect(outcome.mistyped == mistyped)
          #expect(outcome.holds == (kind == .denyIf || kind == .approveIf))
        }
      }
    }
  }
}
