import JSONText
import Policy
import SeededChance

/// Random policies, laid out at random.
enum RandomPolicy {
  static let servers: [ExactText?] = [nil, "git", "a/b", "new"]
  static let tools: [ExactText] = ["push", "pull", "é", "a*b", "q\"", "back\\slash", "x"]

  /// Writes JSON with white space as it comes, the same kind all over or anew in each place.
  struct Layout {
    var chance: Chance
    let newline: String
    let isWild: Bool
    let isFlat: Bool
    let unit: String

    init(_ seed: UInt64) {
      chance = Chance(seed)
      newline = chance.pick(["\n", "\n", "\r\n"])
      isWild = chance.happens(oneIn: 3)
      isFlat = chance.happens(oneIn: 3)
      unit = chance.pick(["  ", "    ", "\t"])
    }

    private mutating func blank() -> String { isWild ? chance.pick(["", " ", "  ", "\t", newline]) : "" }

    mutating func write(_ node: JSONNode, _ indentation: String = "") -> String {
      let items: [String]
      let isArray = node.elements != nil
      if let members = node.members {
        items = members.map { member in
          var key: [UInt8] = []
          JSONWriter.append(member.key.string, to: &key)
          let colon = isWild ? blank() + ":" + blank() : isFlat ? ":" : ": "
          return String(decoding: key, as: UTF8.self) + colon + write(member.value, indentation + unit)
        }
      } else if let elements = node.elements {
        items = elements.map { write($0, indentation + unit) }
      } else {
        return String(decoding: node.compact, as: UTF8.self)
      }
      let (open, close) = isArray ? ("[", "]") : ("{", "}")
      if isWild {
        let separator = blank() + "," + blank()
        return open + blank() + items.joined(separator: separator) + blank() + close
      }
      if isFlat || items.isEmpty || (isArray && indentation != "") {
        return open + items.joined(separator: isFlat ? "," : ", ") + close
      }
      let inner = newline + indentation + unit
      return open + inner + items.joined(separator: "," + inner) + newline + indentation + close
    }
  }

  // MARK: Policies

  static func object(_ members: [(String, JSONNode)]) -> JSONNode {
    JSONNode(.object(members.map { JSONMember(key: ExactText($0.0), value: $0.1) }))
  }
  static func text(_ string: String) -> JSONNode { JSONNode(.string(ExactText(string))) }
  static func number(_ text: String) -> JSONNode { JSONNode(.number(JSONNumber(text: text))) }

  static func moment(_ chance: inout Chance) -> String {
    chance.pick(["2026-12-31T00:00:00Z", "2027-01-01T12:00:00Z", "2030-06-01T00:00:00.5Z"])
  }

  static func condition(_ chance: inout Chance) -> ConditionTerms {
    switch chance.below(6) {
    case 0: ConditionTerms("args.a", "eq", chance.pick([number("1.0"), text("é"), object([("k", number("1e0"))])]))
    case 1: ConditionTerms("args.items[*].path", "within", JSONNode(.array([text("/srv"), text("/tmp")])))
    case 2: ConditionTerms(#"args["odd.key"]"#, "exists", JSONNode(.bool(true)))
    case 3: ConditionTerms("call.client", "in", JSONNode(.array([text("a"), text("b")])))
    case 4: ConditionTerms("args.n", "lte", number(chance.pick(["5", "5.00", "-0.5"])))
    default: ConditionTerms("args.s", "contains", text(chance.pick(["x", "\"", "y"])))
    }
  }

  static func entry(_ chance: inout Chance) -> EntryTerms {
    var terms = EntryTerms((0...chance.below(3)).map { _ in condition(&chance) })
    if chance.happens(oneIn: 2) { terms.text = chance.pick(["no", "Because \"é\"."]) }
    if chance.happens(oneIn: 4) { terms.expires = moment(&chance) }
    return terms
  }

  static func node(_ terms: EntryTerms, _ list: RuleList) -> JSONNode {
    var members = [
      (
        "conditions",
        JSONNode(
          .array(terms.conditions.map { object([("path", text($0.path)), ("op", text($0.op)), ("value", $0.value)]) }))
      )
    ]
    if let reason = terms.text, list != .allowIf { members.append((list.textKey, text(reason))) }
    if let expires = terms.expires { members.append(("expires", text(expires))) }
    return object(members)
  }

  static func limit(_ chance: inout Chance) -> LimitTerms {
    var terms = LimitTerms(
      max: chance.pick(["0", "3", "10", "1e2"]), window: chance.pick(["minute", "hour", "60", "90"]))
    if chance.happens(oneIn: 3) { terms.counter = "c" + String(chance.below(3)) }
    if chance.happens(oneIn: 2) { terms.scope = chance.pick(["grant", "session", "global"]) }
    if chance.happens(oneIn: 4) { terms.cost = chance.pick(["args.amount", "args.n"]) }
    if chance.happens(oneIn: 4) { terms.align = chance.pick(["sliding", "calendar"]) }
    if chance.happens(oneIn: 4) { terms.count = chance.pick(["forwarded", "succeeded"]) }
    if chance.happens(oneIn: 6) { terms.expires = moment(&chance) }
    if terms.align == "calendar" { terms.window = chance.pick(["minute", "hour"]) }
    return terms
  }

  static func rule(_ chance: inout Chance) -> JSONNode {
    var members: [(String, JSONNode)] = []
    let actions = ["allow", "deny", "require_approval"]
    if chance.happens(oneIn: 2) { members.append(("action", text(chance.pick(actions)))) }
    if chance.happens(oneIn: 3) { members.append(("reason", text("Because: \"é\"."))) }
    switch chance.below(5) {
    case 0: members.append(("rate_limit", text("10/minute")))
    case 1: members.append(("rate_limit", object([("window", number("6e1")), ("max", number("3.0"))])))
    case 2, 3:
      let limits = [
        object([("counter", text("c")), ("window", text("day")), ("max", number("100"))]),
        object([("max", number("7")), ("window", number("90")), ("scope", text("session"))]),
      ]
      members.append(("limits", JSONNode(.array(Array(limits.prefix(chance.below(3)))))))
    default: break
    }
    for list in RuleList.allCases where chance.happens(oneIn: 4) {
      members.append((list.rawValue, JSONNode(.array((0...chance.below(2)).map { _ in node(entry(&chance), list) }))))
    }
    if chance.happens(oneIn: 6) { members.append(("expires", text(moment(&chance)))) }
    if chance.happens(oneIn: 6) {
      members.append(("approval", object([("hold", number("30")), ("on_no_approver", text("deny"))])))
    }
    return object(members.shuffled(using: &chance))
  }

  static func level(_ chance: inout Chance, _ first: [(String, JSONNode)] = []) -> JSONNode {
    var members = first
    let defaults = ["allow", "deny", "require_approval"]
    if chance.happens(oneIn: 2) { members.append(("default", text(chance.pick(defaults)))) }
    if chance.happens(oneIn: 2) {
      let names = [text("x"), text("pull"), text("a\\*b"), text("drop_*")].shuffled(using: &chance)
      members.append(("hide", JSONNode(.array(Array(names.prefix(chance.below(5)))))))
    }
    if chance.happens(oneIn: 4) { members.append(("all_tools", rule(&chance))) }
    if chance.happens(oneIn: 3) { members.append(("resources", object([("file:*", rule(&chance))]))) }
    if !chance.happens(oneIn: 4) {
      let keys = ["get_*", "other"] + tools.map { NamePattern.key(for: $0).string }
      let entries = keys.shuffled(using: &chance).prefix(chance.below(6)).map { ($0, rule(&chance)) }
      members.append(("tools", object(entries)))
    }
    return object(members.shuffled(using: &chance))
  }

  static func document(_ chance: inout Chance, _ seed: UInt64) -> String {
    var first = [("version", text("1"))]
    if chance.happens(oneIn: 2) { first.append(("description", text("Ours"))) }
    if chance.happens(oneIn: 2) {
      let entries = ["git", "a/b"].prefix(chance.below(3)).map { ($0, level(&chance)) }
      first.append(("servers", object(entries)))
    }
    var layout = Layout(seed)
    return layout.write(level(&chance, first)) + chance.pick(["", layout.newline])
  }

  // MARK: Edits

  static func place(_ chance: inout Chance) -> RuleAddress {
    let server = chance.pick(servers)
    switch chance.below(8) {
    case 0: return .allTools(server: server)
    case 1: return RuleAddress(server: server, .resources, "file:*")
    case 2: return RuleAddress(server: server, .tools, "get_*")
    default: return RuleAddress(server: server, .tools, NamePattern.key(for: chance.pick(tools)))
    }
  }

  static func change(_ chance: inout Chance) -> RuleChange {
    let list = chance.pick(RuleList.allCases)
    var entry = entry(&chance)
    if list == .allowIf { entry.text = nil }
    switch chance.below(23) {
    case 0, 1: return .action(chance.pick([.allow, .deny, .requireApproval, nil]))
    case 2, 3: return .reason(chance.pick(["Because: \"é\".", "tab\tand\nline", nil]))
    case 4: return .addLimit(limit(&chance))
    case 5, 6, 7: return .changeLimit(chance.below(3), limit(&chance))
    case 8: return .removeLimit(chance.below(3))
    case 9: return .remove
    case 10, 11: return .rename(chance.pick(["renamed", "get_*", "push", "bad\\n"]))
    case 12: return .expires(chance.pick([moment(&chance), nil]))
    case 13: return .matchSchema(chance.pick([true, false, nil]))
    case 14:
      var terms = ApprovalTerms()
      terms.hold = chance.pick([45, 30])
      terms.onNoApprover = chance.pick([.wait, .deny])
      return .approval(chance.pick([terms, terms, nil]))
    case 15: return .addEntry(list, entry)
    case 16: return .changeEntry(list, chance.below(2), entry)
    case 17: return .removeEntry(list, chance.below(2))
    case 18:
      return .setCondition(list, entry: chance.below(2), chance.pick([0, 1, nil]), condition(&chance))
    case 19: return .become(rule(&chance))
    case 20: return .moveLimit(chance.below(3), to: chance.below(3))
    case 21: return .copy(place(&chance))
    default: return .removeCondition(list, entry: chance.below(2), chance.below(2))
    }
  }

  /// An edit that is no batch.
  static func plainEdit(_ chance: inout Chance) -> PolicyEdit {
    let server = chance.pick(servers)
    switch chance.below(12) {
    case 0: return .setDefault(server: server, chance.pick([.allow, .deny, .requireApproval, nil]))
    case 1: return .hide(server: server, pattern: chance.pick(["x", "drop_*", "new_*", "a\\*b"]))
    case 2: return .unhide(server: server, pattern: chance.pick(["x", "drop_*", "a\\*b"]))
    case 3: return .setMode(chance.pick([.observe, .enforce, nil]))
    case 4: return .setDescription(chance.pick(["Ours", "Theirs", nil]))
    case 5 where chance.happens(oneIn: 3): return .removeServer(chance.pick(["git", "new"]))
    case 6, 7:
      let limit = RuleSetting.limit(
        max: chance.pick([0, 3, 10, 100]), window: chance.pick(["minute", "day", "90"]),
        scope: chance.pick(["grant", "session"]))
      let settings: [RuleSetting] = [.allow, .deny, .requireApproval, limit, .hide, .inherit]
      return .setRule(server: server, tool: chance.pick(tools), chance.pick(settings))
    default: return .change(place(&chance), change(&chance))
    }
  }
}
