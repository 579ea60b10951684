import AllocationCount
import JSONText
import Policy
import Testing

/// What judging conditions costs.
struct ConditionCostTests {
  @Test(arguments: [
    ("args.s", ConditionOperator.eq, #""text""#), ("args.s", .neq, #""other""#), ("args.s", .in, #"["text","b"]"#),
    ("args.s", .notIn, #"["a","b"]"#), ("args.n", .lt, "100"), ("args.n", .gte, "1.25"),
    ("args.s", .contains, #""ex""#),
    ("args.list", .contains, "3"), ("args.s", .startsWith, #""te""#), ("args.s", .endsWith, #""xt""#),
    ("args.s", .glob, #""t*t""#), ("args.s", .regex, #""^te""#), ("args.s", .exists, "true"),
    ("args.none", .exists, "false"),
    ("args.list", .lengthLte, "3"), ("args.deep.a.b[1]", .eq, "true"), ("call.client", .eq, #""claude""#),
    ("args.s", .notContains, #""zz""#), ("args.n", .eq, "1.5e0"),
  ])
  func asksForLittleMemory(_ path: String, _ op: ConditionOperator, _ value: String) throws {
    let entry = try entry(condition(path, op, value))
    let subject = try subject(#"{"s":"text","n":1.50,"list":[1,2,3.0],"deep":{"a":{"b":[0,true]}}}"#)
    #expect(entry.outcome(.require, subject).holds)
    let before = allocation_count()
    var held = 0
    for _ in 0..<1_000 where entry.outcome(.require, subject).holds { held += 1 }
    let after = allocation_count()
    #expect(held == 1_000)
    // The optimizer does without closures and iterators in boxes of their own; tests run without it.
    #expect(after - before <= 8_000)
  }
}
