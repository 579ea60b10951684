import JSONText
import Policy
import SeededChance
import Testing

/// Random conditions on random arguments, against slow and obvious ways.
struct ConditionPropertyTests {
  /// Small values, so that conditions often hold.
  static func value(_ chance: inout Chance, depth: Int = 0) -> String {
    switch chance.below(depth > 3 ? 5 : 9) {
    case 0: return "null"
    case 1: return chance.pick(["true", "false"])
    case 2: return chance.pick(["0", "1", "1.0", "2", "1e9999999999"])
    case 3, 4: return chance.pick([#""a""#, #""ab""#, #""/a/b""#, #""/a/../c""#, #""https://a.b""#, #""""#, #""é""#])
    case 5, 6:
      return "[" + (0..<chance.below(4)).map { _ in value(&chance, depth: depth + 1) }.joined(separator: ",") + "]"
    default:
      let keys = ["a", "b", "c"].filter { _ in chance.below(3) > 0 }
      return "{" + keys.map { "\"\($0)\":" + value(&chance, depth: depth + 1) }.joined(separator: ",") + "}"
    }
  }

  static func anyCondition(_ chance: inout Chance, stars: Bool) throws -> Condition {
    let steps = (0..<chance.below(4)).map { _ in
      chance.pick([".a", ".b", ".c", "[0]", "[1]"] + (stars ? ["[*]", "[*]", "[*]"] : []))
    }
    let op = chance.pick(ConditionOperator.allCases)
    let value: String
    switch op {
    case .eq, .neq, .contains, .notContains: value = chance.pick(["1", #""a""#, "null", "[]", "{}", #""ab""#, "true"])
    case .in, .notIn: value = chance.pick(["[1,2]", #"["a",null]"#, "[[],{}]"])
    case .lt, .lte, .gt, .gte: value = chance.pick(["0", "1", "1.5"])
    case .startsWith, .endsWith, .glob, .regex, .notRegex: value = chance.pick([#""a""#, #""b""#, #""/a""#])
    case .exists: value = chance.pick(["true", "false"])
    case .lengthLt, .lengthLte, .lengthGt, .lengthGte: value = chance.pick(["0", "1", "2"])
    case .within: value = #""/a""#
    case .hostIn: value = #""a.b""#
    }
    return try condition("args" + steps.joined(), op, value)
  }

  /// Every place that a path with stars means, each as a path without: an empty array has a first element that is missing.
  static func places(_ path: ConditionPath, _ arguments: JSONNode) throws -> [ConditionPath] {
    var paths = ["args"]
    for step in path.steps {
      paths = try paths.flatMap { prefix in
        switch step {
        case .member(let key): return [prefix + "." + key.string]
        case .element(let index): return [prefix + "[\(index)]"]
        case .each:
          let array = try ConditionPath(ExactText(prefix)).value(in: arguments)?.elements
          return (0..<max(1, array?.count ?? 0)).map { prefix + "[\($0)]" }
        }
      }
    }
    return try paths.map { try ConditionPath(ExactText($0)) }
  }

  @Test func starsAreAllTheirPlaces() throws {
    var chance = Chance(31)
    var seen: [String: Int] = [:]
    for _ in 0..<20_000 {
      let arguments = try node(Self.value(&chance))
      let starred = try Self.anyCondition(&chance, stars: true)
      guard starred.path.hasStars else { continue }
      let kind = chance.pick(ConditionEntry.Kind.allCases)
      let subject = ConditionSubject(call: try subject(nil).call, arguments: arguments)
      let each = try Self.places(starred.path, arguments).map { path in
        entry(try Condition(pointer: "", path: path, op: starred.op, value: starred.value)).outcome(kind, subject)
      }
      let isPermissive = kind == .require || kind == .allowIf
      let mistyped = each.contains { $0.mistyped != nil }
      let holds =
        mistyped ? !isPermissive : isPermissive ? each.allSatisfy(\.holds) : each.contains(where: \.holds)
      let outcome = entry(starred).outcome(kind, subject)
      #expect(outcome.holds == holds, "\(starred.inWords) \(kind) \(arguments.compact)")
      #expect((outcome.mistyped != nil) == mistyped, "\(starred.inWords) \(kind)")
      seen["\(kind) \(holds) \(mistyped) \(each.count > 1)", default: 0] += 1
    }
    // Every combination that there can be: a wrong type decides what holds.
    #expect(seen.count == 4 * 3 * 2)
  }

  @Test func outcomeAndReportsAgree() throws {
    var chance = Chance(32)
    var seen: [ConditionReport.Outcome: Int] = [:]
    for _ in 0..<10_000 {
      let entry = ConditionEntry(
        pointer: "/e", line: 1,
        conditions: try (0..<chance.below(4)).map { _ in try Self.anyCondition(&chance, stars: true) })
      let subject = try subject(chance.happens(oneIn: 10) ? nil : Self.value(&chance))
      let kind = chance.pick(ConditionEntry.Kind.allCases)
      let outcome = entry.outcome(kind, subject)
      let reports = entry.reports(kind, subject)
      #expect(reports.count == entry.conditions.count)
      let mistyped = reports.contains { $0.outcome == .wrongType }
      let isPermissive = kind == .require || kind == .allowIf
      #expect((outcome.mistyped != nil) == mistyped)
      #expect(outcome.holds == (mistyped ? !isPermissive : reports.allSatisfy { $0.outcome == .holds }))
      if let first = reports.first(where: { $0.outcome == .wrongType }) {
        #expect(outcome.mistyped?.hasPrefix("`\(first.path)` is ") == true)
      }
      for report in reports {
        seen[report.outcome, default: 0] += 1
        if report.outcome == .missing { #expect(report.found == nil || report.found == "null") }
        if report.outcome == .fails { #expect(report.found != nil) }
        if report.outcome == .wrongType { #expect(report.found != nil) }
        #expect((report.found ?? "").unicodeScalars.count <= 120)
      }
    }
    #expect(ConditionReport.Outcome.allCases.allSatisfy { seen[$0, default: 0] > 500 })
  }

  @Test func globsAgreeWithARecursiveMatcher() throws {
    func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
      guard let first = pattern.first else { return text.isEmpty }
      if first == "*" {
        return matches(pattern.dropFirst(), text) || !text.isEmpty && matches(pattern, text.dropFirst())
      }
      return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
    }
    var chance = Chance(33)
    var held = 0
    for _ in 0..<5_000 {
      let pattern = (0...chance.below(6)).map { _ in chance.pick(["a", "b", "*", "é"]) }.joined()
      let text = (0..<chance.below(9)).map { _ in chance.pick(["a", "b", "é"]) }.joined()
      let expected = matches(Array(pattern)[...], Array(text)[...])
      held += expected ? 1 : 0
      let entry = try entry(condition("args.x", .glob, "\"\(pattern)\""))
      #expect(entry.outcome(.require, try subject(#"{"x":"\#(text)"}"#)).holds == expected, "\(pattern) \(text)")
    }
    #expect(500...4_500 ~= held)
  }

  @Test func containsAgreesWithEveryPlaceTried() throws {
    var chance = Chance(34)
    var held = 0
    for _ in 0..<5_000 {
      let wanted = (0..<chance.below(7)).map { _ in chance.pick(["a", "b"]) }.joined()
      let text = (0..<chance.below(16)).map { _ in chance.pick(["a", "b"]) }.joined()
      let expected = (0...text.count).contains { text.dropFirst($0).hasPrefix(wanted) }
      held += expected ? 1 : 0
      let entry = try entry(condition("args.x", .contains, "\"\(wanted)\""))
      #expect(entry.outcome(.require, try subject(#"{"x":"\#(text)"}"#)).holds == expected, "\(wanted) \(text)")
    }
    #expect(500...4_500 ~= held)
  }

  /// Nothing that anybody writes ends the process, and a path that is read is shown so that it can be read again.
  @Test func anyTextIsReadOrRefused() throws {
    let parts = [
      "args", "call", ".", "..", "[", "]", "[*]", "[0]", "[00]", "\"", "\\", "\\u00e9", "\\u", "*", "a", "é", " ", "$",
      "/", "\u{0}", "client",
      "[\"", "\"]", "-", "0", "9999999999", "\u{10FFFF}",
    ]
    var chance = Chance(35)
    var read = 0
    let arguments = try node(#"{"a":{"a":[0,{"a":1}],"é":2},"é":[[1]],"":3}"#)
    for _ in 0..<20_000 {
      let text =
        chance.pick(["args", "args.", "args[", ""]) + (0..<chance.below(6)).map { _ in chance.pick(parts) }.joined()
      guard let path = try? ConditionPath(ExactText(text)) else { continue }
      read += 1
      let entry = entry(try Condition(pointer: "", path: path, op: .exists, value: node("true")))
      let subject = ConditionSubject(call: try subject(nil).call, arguments: arguments)
      for report in entry.reports(.require, subject) where report.outcome != .missing && !path.hasStars {
        let again = try ConditionPath(ExactText(report.path))
        #expect(report.outcome == .wrongType || again == path, "\(text)")
      }
    }
    #expect(read > 1_000)
  }
}
