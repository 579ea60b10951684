import JSONText
import Policy

/// The conditions of one rule, sorted by what policy.json makes of them.
struct ConditionDraft {
  /// One that says that something must not be there, which a `null` satisfies and an absent value does not.
  struct Negated {
    var path: ExactText
    var values: [Carried]
    var place: TextPlace
  }

  /// Those that a missing value fails, as in `require`.
  var plain: [Carried] = []
  var negated: [Negated] = []
  /// The paths whose value cannot be missing or null where `plain` holds.
  var present: Set<ExactText> = []
  /// How far the rule's own counter may go.
  var limits: [Carried] = []
  /// Whether some condition is about the rule's own counter, be it a good one or not.
  var looksAtCounter = false

  /// Writes the entries of the new rule.
  func finish(told: Carried, _ place: TextPlace, _ draft: inout RuleDraft) {
    var plain = plain
    var denyIf: [[Carried]] = []
    var looked: Set<ExactText> = []
    for one in negated {
      if present.contains(one.path) {
        plain.append(Self.comparison(one.path, one.values, "neq", "not_in", one.place))
        continue
      }
      if looked.insert(one.path).inserted {
        // Absent, and not null.
        denyIf.append([
          Self.condition(one.path, "exists", Carried(.bool(false), one.place), one.place),
          Self.condition(one.path, "neq", Carried(.null, one.place), one.place),
        ])
      }
      denyIf.append([Self.comparison(one.path, one.values, "eq", "in", one.place)])
    }
    func entry(_ conditions: [Carried]) -> Carried {
      let list = Carried(.list(conditions), conditions.first?.place ?? place)
      return .object(place, Carried.Member("conditions", list), Carried.Member("on_deny", told))
    }
    if !plain.isEmpty { draft.require.append(entry(plain)) }
    draft.denyIf += denyIf.map(entry)
  }

  static func comparison(
    _ path: ExactText, _ values: [Carried], _ one: String, _ many: String, _ place: TextPlace
  ) -> Carried {
    guard values.count != 1 else { return condition(path, one, values[0], place) }
    return condition(path, many, Carried(.list(values), place), place)
  }

  static func condition(_ path: ExactText, _ op: String, _ value: Carried, _ place: TextPlace) -> Carried {
    .object(
      place, Carried.Member("path", Carried(.text(path.string), place)),
      Carried.Member("op", Carried(.text(op), place)), Carried.Member("value", value))
  }
}

extension InterceptReader {
  mutating func condition(_ node: YAMLNode, _ counter: RuleCounter, _ draft: inout ConditionDraft) {
    guard let members = members(of: node, "a condition", as: InterceptConditionKey.self) else { return }
    let written = members[.path].flatMap { text($0.value, "`path`") }
    if written == nil, !(members[.path]?.value.isRefused ?? false) {
      error(members[.path]?.value.place ?? node.place, "`path` is missing", help: "write a path as `args.amount`")
    }
    var op: InterceptOperator?
    if let member = members[.op] {
      op = inside("op") { $0.word(member.value, "`op`", as: InterceptOperator.self) }
    } else {
      error(node.place, "`op` is missing", help: "write an operator as `eq`")
    }
    guard let value = members[.value]?.value else {
      return error(node.place, "`value` is missing", help: "write what to compare with")
    }
    guard let written, let op, let place = members[.path]?.value.place, !value.isRefused else { return }
    if written.utf8.starts(with: "state.".utf8) {
      return stateCondition(ExactText(written), op, value, place, counter, &draft)
    }
    let help = "a path begins with `args.` or `state.`"
    guard let path = path(of: ExactText(written), place, help: help) else { return }
    inside("value") { $0.argumentCondition(path, op, value, node.place, &draft) }
  }

  /// A condition on the rule's own counter is its limit; others have no equal.
  private mutating func stateCondition(
    _ path: ExactText, _ op: InterceptOperator, _ value: YAMLNode, _ place: TextPlace, _ counter: RuleCounter,
    _ draft: inout ConditionDraft
  ) {
    if case .refused = counter { return }
    guard case .counts(let own) = counter, path == own.path else {
      return error(
        place, "`\(path)` is not the counter of this rule, and a limit here belongs to the rule that counts",
        help: "move the condition to the rule with that `state`, or take it out")
    }
    draft.looksAtCounter = true
    guard op == .lt || op == .lte else {
      return error(
        place, "`\(op.rawValue)` on a counter has no equal here", help: "a limit is written with `lt` or `lte`")
    }
    guard let number = number(value, op) else { return }
    guard let whole = number.integer else {
      return error(
        value.place, "a counter goes up to a whole number, not to \(number.json)",
        help: "Intercept cuts the fraction off"
      )
    }
    let max = op == .lt ? whole - 1 : whole
    guard max >= 0 else {
      return error(value.place, "a counter is never below 0, so no call passes", help: "write `action: deny`")
    }
    draft.limits.append(Carried(.number(String(max)), value.place))
  }

  private mutating func argumentCondition(
    _ path: ExactText, _ op: InterceptOperator, _ value: YAMLNode, _ place: TextPlace, _ draft: inout ConditionDraft
  ) {
    let carried: Carried?
    switch op {
    case .eq, .neq: return equality(path, alternatives(value), isNegated: op == .neq, place, &draft)
    case .in, .notIn: return equality(path, list(value, op), isNegated: op == .notIn, place, &draft)
    case .lt, .lte, .gt, .gte: carried = number(value, op).map { Carried(.number($0.json), value.place) }
    case .exists: carried = bool(value)
    case .regex, .contains: carried = plainText(value, op)
    }
    guard let carried else { return }
    if case .bool(false) = carried.content {
      if path.utf8.count(where: { $0 == 0x2E || $0 == 0x5B }) > 1 {
        note(
          place, "`\(path)` is absent to Intercept also where something on the way is no object",
          help: "here such a call is denied")
      }
    } else {
      draft.present.insert(path)
    }
    draft.plain.append(ConditionDraft.condition(path, op.rawValue, carried, place))
  }

  private func equality(
    _ path: ExactText, _ values: [Carried]?, isNegated: Bool, _ place: TextPlace, _ draft: inout ConditionDraft
  ) {
    guard let values else { return }
    if isNegated {
      draft.negated.append(ConditionDraft.Negated(path: path, values: values, place: place))
    } else {
      let hasNull = values.contains { if case .null = $0.content { true } else { false } }
      if !hasNull { draft.present.insert(path) }
      draft.plain.append(ConditionDraft.comparison(path, values, "eq", "in", place))
    }
  }

  // MARK: Paths

  /// An Intercept path in the spelling of a policy; nil where there is none.
  ///
  /// Intercept splits at every point and knows neither lists nor quotes, so every other sign is part of a name.
  mutating func path(of text: ExactText, _ place: TextPlace, help: String) -> ExactText? {
    var steps = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }[...]
    guard let root = steps.popFirst(), ExactText(root) == "args", !steps.isEmpty else {
      error(place, "`\(text)` is no path of an argument", help: help)
      return nil
    }
    var path = Array("args".utf8)
    for step in steps {
      guard !step.isEmpty else {
        error(place, "`\(text)` has an empty step", help: "write each name between two points")
        return nil
      }
      if Self.isPlain(step) {
        path += [0x2E] + Array(step.utf8)
      } else {
        path.append(0x5B)
        JSONWriter.append(step, to: &path)
        path.append(0x5D)
      }
    }
    return ExactText(String(decoding: path, as: UTF8.self))
  }

  private static func isPlain(_ step: String) -> Bool {
    guard let first = step.utf8.first, !(0x30...0x39 ~= first), first != 0x2D else { return false }
    return step.utf8.allSatisfy {
      switch $0 {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
      default: false
      }
    }
  }
}
