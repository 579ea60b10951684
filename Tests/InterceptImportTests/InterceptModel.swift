import Foundation

/// A JSON value as Go's decoder gives it to Intercept: every number is a `Double`.
indirect enum Value: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([Value])
  case object([String: Value])

  /// As Go prints it with `%v`.
  var printed: String {
    switch self {
    case .null: return "<nil>"
    case .bool(let value): return value ? "true" : "false"
    case .number(let value): return Self.printed(value)
    case .text(let text): return text
    case .list(let elements): return "[" + elements.map(\.printed).joined(separator: " ") + "]"
    case .object(let members):
      return "map[" + members.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.printed)" }.joined(separator: " ")
        + "]"
    }
  }

  /// The fewest digits that give the number back, with an exponent from 10^6 on (what Go's `%v` does was looked up by running it).
  private static func printed(_ value: Double) -> String {
    if value == 0 { return value.sign == .minus ? "-0" : "0" }
    for precision in 0..<17 {
      let scientific = String(format: "%.\(precision)e", value)
      guard Double(scientific) == value, let e = scientific.firstIndex(of: "e") else { continue }
      let exponent = Int(scientific[e...].dropFirst()) ?? 0
      if exponent < -4 || exponent >= 6 { return scientific }
      return String(format: "%.\(max(0, precision - exponent))f", value)
    }
    return String(value)
  }

  var json: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let value): Self.printed(value)
    case .text(let text): "\"" + text.replacingOccurrences(of: "\"", with: "\\\"") + "\""
    case .list(let elements): "[" + elements.map(\.json).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value.json)" }.joined(separator: ",") + "}"
    }
  }
}

/// An Intercept policy as data, its YAML, and what Intercept does with it: the reference that the import is held against.
struct InterceptModel: Sendable {
  struct Condition: Sendable {
    var path: [String]
    var op: String
    /// As YAML writes it.
    var yaml: String
    var value: Value
    /// Whether the YAML is a whole number, which Go prints plainly where a float gets an exponent.
    var isInteger = false
  }

  struct State: Sendable {
    var counter: String
    var window: String
    var increment: Int?
    var from: [String]?
    var op: String
    var limit: Int
  }

  struct Rule: Sendable {
    var denies = false
    var rate: (count: Int, window: String)?
    var conditions: [Condition] = []
    var state: State?
  }

  var posture: String?
  var hide: [String] = []
  var tools: [(name: String, rules: [Rule])] = []

  // MARK: YAML

  var yaml: String {
    var lines = ["version: \"1\""]
    if let posture { lines.append("default: \(posture)") }
    if !hide.isEmpty { lines.append("hide: [" + hide.map { "\"\($0)\"" }.joined(separator: ", ") + "]") }
    lines.append("tools:")
    for tool in tools {
      lines.append("  \"\(tool.name)\":")
      lines.append(tool.rules.isEmpty ? "    rules: []" : "    rules:")
      for (index, rule) in tool.rules.enumerated() { lines += self.lines(rule, index, tool.name) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func lines(_ rule: Rule, _ index: Int, _ tool: String) -> [String] {
    var lines = ["      - name: rule \(index)"]
    if rule.denies { lines.append("        action: deny") }
    if let rate = rule.rate { lines.append("        rate_limit: \(rate.count)/\(rate.window)") }
    var conditions = rule.conditions.map {
      "{path: \"args.\($0.path.joined(separator: "."))\", op: \($0.op), value: \($0.yaml)}"
    }
    if let state = rule.state {
      let path = "state.\(tool == "*" ? "_global" : tool).\(state.counter)"
      conditions.insert("{path: \"\(path)\", op: \(state.op), value: \(state.limit)}", at: conditions.count / 2)
      lines.append("        state:")
      lines.append("          counter: \(state.counter)")
      lines.append("          window: \(state.window)")
      if let increment = state.increment { lines.append("          increment: \(increment)") }
      if let from = state.from { lines.append("          increment_from: args.\(from.joined(separator: "."))") }
    }
    if !conditions.isEmpty {
      lines.append("        conditions:")
      lines += conditions.map { "          - " + $0 }
    }
    return lines
  }

  // MARK: What Intercept does

  /// The counts that Intercept keeps, by the names that it keeps them under.
  struct Counts: Sendable {
    fileprivate var sums: [String: (sum: Int, start: Int)] = [:]
  }

  /// Whether a call goes through, at so many seconds; it then counts.
  func allows(_ tool: String, _ arguments: [String: Value], at now: Int, _ counts: inout Counts) -> Bool {
    if hide.contains(tool) || hide.contains("*") { return false }
    let own = tools.first { $0.name == tool }
    if posture == "deny", own == nil { return false }
    let forAll = tools.first { $0.name == "*" }
    let rules = (own?.rules ?? []).map { (tool, $0) } + (forAll?.rules ?? []).map { ("_global", $0) }
    for (scope, rule) in rules {
      if rule.denies { return false }
      for condition in rule.conditions where !holds(condition, arguments) { return false }
      guard let state = Self.state(rule) else { continue }
      let sum = counts.current("\(scope).\(state.counter)", state.window, now)
      guard state.op == "lt" ? sum < state.limit : sum <= state.limit else { return false }
    }
    var reserved = counts
    for (scope, rule) in rules {
      guard let state = Self.state(rule) else { continue }
      var amount = state.increment ?? 1
      if let from = state.from {
        guard case .number(let value) = Self.resolve(from, arguments) else { return false }
        amount = Int(value)
      }
      let limit = state.op == "lt" ? state.limit - 1 : state.limit
      let key = "\(scope).\(state.counter)"
      let sum = reserved.current(key, state.window, now)
      guard sum + amount <= limit else { return false }
      reserved.sums[key] = (sum + amount, Counts.start(state.window, now))
    }
    counts = reserved
    return true
  }

  private static func state(_ rule: Rule) -> State? {
    guard let rate = rule.rate else { return rule.state }
    return State(counter: "_rate_\(rate.window)", window: rate.window, op: "lte", limit: rate.count)
  }

  /// Nil where there is nothing.
  private static func resolve(_ path: [String], _ arguments: [String: Value]) -> Value? {
    var value = Value.object(arguments)
    for step in path {
      guard case .object(let members) = value, let next = members[step] else { return nil }
      value = next
    }
    return value
  }

  private func holds(_ condition: Condition, _ arguments: [String: Value]) -> Bool {
    let found = Self.resolve(condition.path, arguments)
    if condition.op == "exists" { return Value.bool(found != nil && found != .null) == condition.value }
    guard let found else { return false }
    func equal(_ left: Value, _ right: Value, isInteger: Bool = false) -> Bool {
      if case .number(let a) = left, case .number(let b) = right { return a == b }
      if isInteger, case .number(let b) = right { return Array(left.printed.utf8) == Array(String(Int(b)).utf8) }
      return Array(left.printed.utf8) == Array(right.printed.utf8)
    }
    var list: [Value] = []
    if case .list(let elements) = condition.value { list = elements }
    switch (condition.op, found, condition.value) {
    case ("eq", _, _): return equal(found, condition.value, isInteger: condition.isInteger)
    case ("neq", _, _): return !equal(found, condition.value, isInteger: condition.isInteger)
    case ("in", _, _): return list.contains { equal(found, $0, isInteger: true) }
    case ("not_in", _, _): return !list.contains { equal(found, $0, isInteger: true) }
    case ("lt", .number(let a), .number(let b)): return a < b
    case ("lte", .number(let a), .number(let b)): return a <= b
    case ("gt", .number(let a), .number(let b)): return a > b
    case ("gte", .number(let a), .number(let b)): return a >= b
    case ("regex", .text(let text), .text(let pattern)):
      return text.range(of: pattern, options: [.regularExpression]) != nil
    case ("contains", .text(let text), .text(let part)):
      return part.isEmpty || text.range(of: part, options: [.literal]) != nil
    case ("contains", .list(let elements), _): return elements.contains { equal($0, condition.value) }
    default: return false
    }
  }
}

extension InterceptModel.Counts {
  fileprivate static func start(_ window: String, _ now: Int) -> Int {
    let length = ["minute": 60, "hour": 3600, "day": 86400][window] ?? 1
    return now / length * length
  }

  fileprivate func current(_ key: String, _ window: String, _ now: Int) -> Int {
    guard let held = sums[key], held.start == Self.start(window, now) else { return 0 }
    return held.sum
  }
}
