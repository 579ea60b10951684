import JSONText
import Policy
import Testing

/// What people read about conditions.
struct ConditionWordTests {
  @Test(
    arguments: [
      ("args.x", .eq, #""a""#, #"args.x = "a""#, #"`args.x` must be "a""#, #"`args.x` is "a""#),
      ("args.x", .neq, "1.50", "args.x ≠ 1.50", "`args.x` must not be 1.50", "`args.x` is not 1.50"),
      ("args.x", .in, "[1,true]", "args.x is 1 or true", "`args.x` must be 1 or true", "`args.x` is 1 or true"),
      (
        "args.x", .notIn, "[1,2,3,4,5,6,7]", "args.x is not 1, 2, 3, 4, 5 or 2 more",
        "`args.x` must not be 1, 2, 3, 4, 5 or 2 more", "`args.x` is not 1, 2, 3, 4, 5 or 2 more"
      ),
      ("args.x", .lt, "1", "args.x < 1", "`args.x` must be less than 1", "`args.x` is less than 1"),
      ("args.x", .lte, "100", "args.x ≤ 100", "`args.x` must be at most 100", "`args.x` is at most 100"),
      ("args.x", .gt, "1", "args.x > 1", "`args.x` must be more than 1", "`args.x` is more than 1"),
      ("args.x", .gte, "1", "args.x ≥ 1", "`args.x` must be at least 1", "`args.x` is at least 1"),
      ("args.x", .contains, #""a""#, #"args.x contains "a""#, #"`args.x` must contain "a""#, #"`args.x` contains "a""#),
      (
        "args.x", .notContains, "[1]", "args.x does not contain [1]", "`args.x` must not contain [1]",
        "`args.x` does not contain [1]"
      ),
      (
        "args.x", .startsWith, #""a""#, #"args.x begins with "a""#, #"`args.x` must begin with "a""#,
        #"`args.x` begins with "a""#
      ),
      (
        "args.x", .endsWith, #""a""#, #"args.x ends with "a""#, #"`args.x` must end with "a""#,
        #"`args.x` ends with "a""#
      ),
      (
        "call.tool", .glob, #""a*""#, #"call.tool matches "a*""#, #"`call.tool` must match "a*""#,
        #"`call.tool` matches "a*""#
      ),
      ("args.x", .regex, #""^a""#, #"args.x matches "^a""#, #"`args.x` must match "^a""#, #"`args.x` matches "^a""#),
      (
        "args.x", .notRegex, #""^a""#, #"args.x does not match "^a""#, #"`args.x` must not match "^a""#,
        #"`args.x` does not match "^a""#
      ),
      ("args.x", .exists, "true", "args.x is present", "`args.x` must be present", "`args.x` is present"),
      ("args.x", .exists, "false", "args.x is absent", "`args.x` must be absent", "`args.x` is absent"),
      (
        "args", .lengthLt, "1", "length of args < 1", "`args` must have a length of less than 1",
        "`args` has a length of less than 1"
      ),
      (
        "args.x", .lengthLte, "1", "length of args.x ≤ 1", "`args.x` must have a length of at most 1",
        "`args.x` has a length of at most 1"
      ),
      (
        "args.x", .lengthGt, "1", "length of args.x > 1", "`args.x` must have a length of more than 1",
        "`args.x` has a length of more than 1"
      ),
      (
        "args.x", .lengthGte, "1", "length of args.x ≥ 1", "`args.x` must have a length of at least 1",
        "`args.x` has a length of at least 1"
      ),
      (
        "args.path", .within, #"["/srv","/tmp"]"#, "args.path lies within /srv or /tmp",
        "`args.path` must lie within /srv or /tmp", "`args.path` lies within /srv or /tmp"
      ),
      (
        "args.url", .hostIn, #""*.example.com""#, "host of args.url is *.example.com",
        "`args.url` must have *.example.com as its host", "`args.url` has *.example.com as its host"
      ),
    ] as [(String, ConditionOperator, String, String, String, String)])
  func words(
    _ path: String, _ op: ConditionOperator, _ value: String, _ words: String, _ demand: String, _ statement: String
  ) throws {
    let condition = try condition(path, op, value)
    #expect(condition.inWords == words)
    #expect(entry(condition).sentence(.require) == demand)
    for kind in [ConditionEntry.Kind.denyIf, .approveIf, .allowIf] {
      #expect(entry(condition).sentence(kind) == statement)
    }
  }

  @Test func sentencesAreJoined() throws {
    let both = try entry(condition("args.amount", .lte, "100"), condition("args.path", .within, #""/srv""#))
    #expect(both.sentence(.require) == "`args.amount` must be at most 100 and `args.path` must lie within /srv")
    #expect(entry().sentence(.denyIf) == "the policy denies this call")
    #expect(entry().sentence(.approveIf) == "a person must approve this call")
  }
}
