import JSONText
import Policy
import Testing

/// What a person sees of a condition that was judged.
struct ConditionReportTests {
  func report(
    _ path: String, _ op: ConditionOperator, _ value: String, _ arguments: String?,
    _ kind: ConditionEntry.Kind = .require
  ) throws -> ConditionReport {
    let reports = try entry(condition(path, op, value)).reports(kind, subject(arguments))
    return try #require(reports.first)
  }

  @Test(
    arguments: [
      ("args.x", ConditionOperator.lt, "1.50", #"{"x":1e0}"#, "args.x", ConditionReport.Outcome.holds, "1e0"),
      ("args.x", .lt, "1", #"{"x":2}"#, "args.x", .fails, "2"),
      ("args.x", .lt, "1", #"{"x":null}"#, "args.x", .missing, "null"),
      ("args.x", .lt, "1", "{}", "args.x", .missing, nil),
      ("args.x", .lt, "1", nil, "args.x", .missing, nil),
      ("args.x", .lt, "1", #"{"x":"2"}"#, "args.x", .wrongType, #""2""#),
      ("args.x.y", .lt, "1", #"{"x":[ 1, {"a":"b"} ]}"#, "args.x", .wrongType, #"[1,{"a":"b"}]"#),
      ("args[*].x", .lt, "5", #"[{"x":1},{"x":7},{"x":8}]"#, "args[1].x", .fails, "7"),
      ("args[*].x", .lt, "5", #"[{"x":1},{"x":2}]"#, "args[0].x", .holds, "1"),
      ("args[*].x", .lt, "5", #"[{"x":7},{"x":"8"},{"x":true}]"#, "args[1].x", .wrongType, #""8""#),
      (#"args["a.b"][*][0]"#, .eq, "1", #"{"a.b":[[1],[2]]}"#, #"args["a.b"][1][0]"#, .fails, "2"),
      ("call.client", .eq, #""x""#, "{}", "call.client", .fails, #""claude""#),
    ] as [(String, ConditionOperator, String, String?, String, ConditionReport.Outcome, String?)])
  func shows(
    _ path: String, _ op: ConditionOperator, _ value: String, _ arguments: String?, _ place: String,
    _ outcome: ConditionReport.Outcome, _ found: String?
  ) throws {
    let expected = ConditionReport(
      pointer: "/c", path: place, op: op.rawValue, value: value, outcome: outcome, found: found)
    #expect(try report(path, op, value, arguments) == expected)
  }

  /// In `deny_if` the first element that holds decides.
  @Test func showsWhatDecided() throws {
    let found = try report("args[*]", .gt, "5", "[1,7,8]", .denyIf)
    #expect(found.path == "args[1]" && found.found == "7" && found.outcome == .holds)
    let none = try report("args[*]", .gt, "5", "[1,2]", .denyIf)
    #expect(none.path == "args[0]" && none.found == "1" && none.outcome == .fails)
    let absent = try report("args.x", .neq, "5", "{}", .denyIf)
    #expect(absent.outcome == .holds && absent.found == nil)
  }

  @Test func cutsWhatIsLong() throws {
    let long = String(repeating: "é", count: 1_000_000)
    #expect(
      try report("args.x", .eq, "1", #"{"x":"\#(long)"}"#).found == "\"" + String(repeating: "é", count: 118) + "…")
    let fits = String(repeating: "é", count: 118)
    #expect(try report("args.x", .eq, "1", #"{"x":"\#(fits)"}"#).found == "\"\(fits)\"")
    let many = "[" + Array(repeating: #"{"k":[1,2]}"#, count: 10_000).joined(separator: ",") + "]"
    #expect(try report("args", .eq, "1", many).found == String(many.prefix(119)) + "…")
    // What a terminal would obey stays an escape.
    #expect(try report("args.x", .eq, "1", #"{"x":"\u001b[2J"}"#).found == #""\u001b[2J""#)
  }

  @Test func longValuesAreCutInSentencesToo() throws {
    let long = String(repeating: "x", count: 1000)
    let words = try condition("args.x", .eq, "\"\(long)\"").inWords
    #expect(words == "args.x = \"" + String(repeating: "x", count: 78) + "…")
  }
}
