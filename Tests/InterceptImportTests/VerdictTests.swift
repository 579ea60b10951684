import InterceptImport
import JSONText
import Policy
import SeededChance
import Testing

/// What was carried over gives the verdicts that Intercept gives: random policies, random calls, one after the other.
struct VerdictTests {
  @Test func theVerdictsAreTheSame() throws {
    var verdicts: [Bool: Int] = [:]
    for seed in 0..<250 as Range<UInt64> {
      var chance = Chance(seed)
      var making = Making(isOdd: false)
      let policy = making.policy(&chance)
      let engine = try Self.engine(policy, seed)
      guard let engine else { return }
      var counters = Counters()
      var counts = InterceptModel.Counts()
      var now = 1_800_000_000
      for _ in 0..<40 {
        now += chance.pick([0, 0, 1, 7, 30, 61, 1800, 40_000])
        let (tool, arguments) = making.call(&chance)
        let expected = policy.allows(tool, arguments, at: now, &counts)
        let verdict = Self.verdict(engine, tool, arguments, at: now, &counters)
        verdicts[expected, default: 0] += 1
        guard (verdict == .allow) == expected else {
          Issue.record(
            "seed \(seed): \(verdict), not \(expected), for \(tool) \(Value.object(arguments).json)\n\(policy.yaml)")
          return
        }
      }
    }
    // Both happen often, or the comparison shows little.
    #expect(verdicts[true, default: 0] > 2000)
    #expect(verdicts[false, default: 0] > 2000)
  }

  /// Where the two differ, for calls that the warnings name, the new policy is the stricter one.
  @Test func itIsNeverLooser() throws {
    var differences = 0
    for seed in 0..<300 as Range<UInt64> {
      var chance = Chance(seed)
      var making = Making(isOdd: true)
      let policy = making.policy(&chance)
      guard let engine = try Self.engine(policy, seed) else { return }
      for _ in 0..<10 {
        let (tool, arguments) = making.call(&chance)
        var counts = InterceptModel.Counts()
        var counters = Counters()
        let expected = policy.allows(tool, arguments, at: 1_800_000_000, &counts)
        let verdict = Self.verdict(engine, tool, arguments, at: 1_800_000_000, &counters)
        if (verdict == .allow) != expected { differences += 1 }
        guard verdict != .allow || expected else {
          Issue.record("seed \(seed): looser for \(tool) \(Value.object(arguments).json)\n\(policy.yaml)")
          return
        }
      }
    }
    #expect(differences > 5)
  }

  private static func engine(_ policy: InterceptModel, _ seed: UInt64) throws -> PolicyEngine? {
    let text: [UInt8]
    do throws(InterceptImport.Rejection) {
      text = try InterceptImport.policy(fromYAML: Array(policy.yaml.utf8)).text
    } catch {
      Issue.record("seed \(seed): \(error.problems.map(\.description))\n\(policy.yaml)")
      return nil
    }
    return PolicyEngine(try PolicyDocument.read(text))
  }

  private static func verdict(
    _ engine: PolicyEngine, _ tool: String, _ arguments: [String: Value], at now: Int, _ counters: inout Counters
  ) -> Verdict {
    let call = Call(server: "s", target: .tool(ExactText(tool)), session: "1")
    let node = try? JSONNode.read(Array(Value.object(arguments).json.utf8))
    return engine.judge(
      call, counters: &counters, at: Moment(microseconds: Int64(now) * 1_000_000), arguments: { node }
    ).decision.verdict
  }
}

/// Makes policies, and calls that come near to them.
private struct Making {
  /// Whether to make what the import warns of: amounts with fractions, and what is said to be absent below something else.
  var isOdd: Bool
  /// What the conditions of the policy compare with, which calls then hold often.
  private var compared: [Value] = []
  private static let texts = [
    "", "a", "b", "ab", "5", "5.5", "true", "false", "<nil>", "1e+06", "1000000", "main", "é", "e\u{301}",
  ]
  private static let numbers: [Double] = [0, 1, -1, 4, 5, 5.5, 6, 100, 1_000_000, 1_234_567.5, 1e21, 0.00001]
  private static let paths = [["x"], ["y"], ["n", "x"], ["n", "m", "x"], ["odd key"], ["items[0]"], ["*"]]
  private static let names = ["t", "u", "a.b", "star*", "back\\\\slash"]
  private static let windows = ["minute", "hour", "day"]

  init(isOdd: Bool) { self.isOdd = isOdd }

  mutating func policy(_ chance: inout Chance) -> InterceptModel {
    var policy = InterceptModel()
    policy.posture = chance.pick([nil, "allow", "deny"])
    if chance.happens(oneIn: 4) { policy.hide.append(chance.pick(["u", "star*", "v"])) }
    if chance.happens(oneIn: 60) { policy.hide.append("*") }
    for name in ["t", "u", "a.b", "star*", "*"] where chance.happens(oneIn: 2) {
      var windows = Self.windows
      var rules: [InterceptModel.Rule] = []
      for index in 0..<chance.below(4) { rules.append(rule(index, &windows, &chance)) }
      policy.tools.append((name, rules))
    }
    if policy.tools.isEmpty { policy.tools.append(("t", [])) }
    return policy
  }

  private mutating func rule(_ index: Int, _ windows: inout [String], _ chance: inout Chance) -> InterceptModel.Rule {
    var rule = InterceptModel.Rule()
    if chance.happens(oneIn: 25) {
      rule.denies = true
      return rule
    }
    if chance.happens(oneIn: 4), let window = windows.popLast() {
      rule.rate = (1 + chance.below(6), window)
      return rule
    }
    if chance.happens(oneIn: 3) {
      let op = chance.pick(["lt", "lte"])
      var state = InterceptModel.State(
        counter: "c\(index)", window: chance.pick(Self.windows), op: op, limit: chance.below(12) + (op == "lt" ? 1 : 0))
      if chance.happens(oneIn: 3) {
        state.from = chance.pick(Self.paths)
      } else if chance.happens(oneIn: 2) {
        state.increment = 1 + chance.below(4)
      }
      // A path of an amount is written plainly here.
      if let from = state.from, from != ["x"], from != ["n", "x"] { state.from = ["x"] }
      rule.state = state
    }
    for _ in 0..<(rule.state == nil ? 1 + chance.below(3) : chance.below(2)) {
      rule.conditions.append(condition(&chance))
    }
    return rule
  }

  private mutating func condition(_ chance: inout Chance) -> InterceptModel.Condition {
    let path = chance.pick(Self.paths)
    switch chance.below(8) {
    case 0, 1:
      let (yaml, value, isInteger) = scalar(&chance)
      return .init(path: path, op: chance.pick(["eq", "neq"]), yaml: yaml, value: value, isInteger: isInteger)
    case 2, 3:
      // Floats are left out of lists: the reference prints every number of a list as a whole one.
      var elements: [(yaml: String, value: Value, isInteger: Bool)] = []
      while elements.isEmpty || chance.happens(oneIn: 2) {
        let element = scalar(&chance)
        if case .number = element.value, !element.isInteger { continue }
        elements.append(element)
      }
      return .init(
        path: path, op: chance.pick(["in", "not_in"]), yaml: "[" + elements.map(\.yaml).joined(separator: ", ") + "]",
        value: .list(elements.map(\.value)))
    case 4, 5:
      let number = chance.pick(Self.numbers)
      return .init(
        path: path, op: chance.pick(["lt", "lte", "gt", "gte"]), yaml: Self.yaml(number, &chance).text,
        value: .number(number))
    case 6:
      // What is absent may also stand below something that is no object, which is denied here.
      let wanted = path.count > 1 && !isOdd ? true : chance.happens(oneIn: 2)
      return .init(path: path, op: "exists", yaml: wanted ? "true" : "False", value: .bool(wanted))
    default:
      if chance.happens(oneIn: 2) {
        let pattern = chance.pick(["^a", "b$", "^(main|5)$", "[0-9]", "é"])
        return .init(path: path, op: "regex", yaml: "'\(pattern)'", value: .text(pattern))
      }
      let part = chance.pick(["", "a", "b", "ab", "main"])
      return .init(path: path, op: "contains", yaml: "'\(part)'", value: .text(part))
    }
  }

  private mutating func scalar(_ chance: inout Chance) -> (yaml: String, value: Value, isInteger: Bool) {
    let scalar = anyScalar(&chance)
    compared.append(scalar.value)
    return scalar
  }

  private func anyScalar(_ chance: inout Chance) -> (yaml: String, value: Value, isInteger: Bool) {
    switch chance.below(8) {
    case 0: return (chance.pick(["~", "null", "Null"]), .null, false)
    case 1:
      let value = chance.happens(oneIn: 2)
      return (value ? chance.pick(["true", "TRUE"]) : chance.pick(["false", "False"]), .bool(value), false)
    case 2, 3:
      let number = chance.pick(Self.numbers)
      let (text, isInteger) = Self.yaml(number, &chance)
      return (text, .number(number), isInteger)
    default:
      let text = chance.pick(Self.texts)
      return ("\"\(text)\"", .text(text), false)
    }
  }

  /// Several spellings of a number, and whether it is a whole one to YAML.
  private static func yaml(_ number: Double, _ chance: inout Chance) -> (text: String, isInteger: Bool) {
    guard let whole = Int(exactly: number) else { return (String(number), false) }
    return chance.pick([
      (String(whole), true), (String(whole), true), ("\(whole).0", false), ("\(whole)e0", false),
      (whole < 0 ? "-0x\(String(-whole, radix: 16))" : "+0x\(String(whole, radix: 16))", true),
      whole == 1_000_000 ? ("1_000_000", true) : (String(whole), true),
    ])
  }

  mutating func call(_ chance: inout Chance) -> (String, [String: Value]) {
    let tool = chance.pick(["t", "t", "u", "a.b", "star*", "starry", "v"])
    var arguments: [String: Value] = [:]
    for key in ["x", "y", "n", "odd key", "items[0]", "*", "items"] where chance.happens(oneIn: 2) {
      arguments[key] = key == "n" ? nested(2, &chance) : argument(&chance)
    }
    if isOdd {
      arguments["x"] = .number(chance.pick([-3.5, -1, 0.5, 2.5, 5.5, 11.5]))
      if chance.happens(oneIn: 2) { arguments["n"] = .text("no object") }
    } else if !chance.happens(oneIn: 3) {
      arguments["x"] = .number(Double(chance.below(7)))
    }
    return (tool, arguments)
  }

  private func nested(_ depth: Int, _ chance: inout Chance) -> Value {
    guard depth > 0, !chance.happens(oneIn: 4) else { return argument(&chance) }
    var members: [String: Value] = [:]
    if chance.happens(oneIn: 2) { members["x"] = argument(&chance) }
    if chance.happens(oneIn: 2) { members["m"] = nested(depth - 1, &chance) }
    return .object(members)
  }

  private func argument(_ chance: inout Chance) -> Value {
    if !compared.isEmpty, chance.happens(oneIn: 2) {
      let value = chance.pick(compared)
      guard case .number(let number) = value else { return chance.happens(oneIn: 2) ? value : .text(value.printed) }
      // A number may be taken for an amount, and the two count other amounts differently.
      let whole = Int(exactly: number)
      if let whole, 0...1_000_000 ~= whole, chance.happens(oneIn: 2) { return value }
      return .text(chance.happens(oneIn: 2) ? value.printed : whole.map { String($0) } ?? value.printed)
    }
    return anyArgument(&chance)
  }

  private func anyArgument(_ chance: inout Chance) -> Value {
    switch chance.below(10) {
    case 0: .null
    case 1: .bool(chance.happens(oneIn: 2))
    case 2, 3, 4:
      if isOdd {
        .number(chance.pick(Self.numbers.filter { $0 < 1e9 } + [-3.5, 2.5]))
      } else {
        .number(Double(chance.below(8)))
      }
    case 5: .list((0..<chance.below(3)).map { _ in .text(chance.pick(Self.texts)) })
    case 6: .object(chance.happens(oneIn: 2) ? [:] : ["x": .text("a")])
    default: .text(chance.pick(Self.texts))
    }
  }
}
