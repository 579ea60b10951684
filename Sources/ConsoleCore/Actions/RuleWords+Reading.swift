internal import JSONText
internal import Policy

extension RuleWords {
  /// The commands that change a part of a rule.
  static let verbs: [String: RuleList] = [
    "require": .require, "deny-if": .denyIf, "approve-if": .approveIf, "allow-if": .allowIf,
  ]

  /// Reads what follows such a verb; nil where the verb is another's.
  static func read(_ line: CommandWords) throws(CommandError) -> RuleWords? {
    guard let verb = line.words.first?.text else { return nil }
    let rest = Array(line.words.dropFirst())
    let list = verbs[verb]
    guard list != nil || ["add-limit", "drop", "reason", "until", "match-schema", "approval", "rename"].contains(verb)
    else { return nil }
    guard !line.isOpen else { throw CommandError("a quotation mark or a bracket is not closed") }
    guard let first = rest.first else { throw CommandError("which tool? \(usage(verb))") }
    let target = try target(first)
    let part: Part
    if let list {
      part = try entry(list, Array(rest.dropFirst()))
    } else {
      switch verb {
      case "add-limit": part = .addLimit(try limit(Array(rest.dropFirst())))
      case "drop": part = try drop(Array(rest.dropFirst()))
      case "rename": part = .rename(ExactText(try one(rest, verb)))
      case "reason": part = .reason(try orNone(rest, verb))
      case "until": part = .expires(try orNone(rest, verb))
      case "match-schema": part = .matchSchema(try onOrOff(try one(rest, verb)))
      default: part = try approval(Array(rest.dropFirst()))
      }
    }
    return RuleWords(target: target, part: part, words: verb + " " + line.rest(from: 2))
  }

  private static func usage(_ verb: String) -> String {
    CommandEntry.named(verb).map { "write: \($0.usage)" } ?? "help lists all"
  }

  private static func one(_ words: [CommandWords.Word], _ verb: String) throws(CommandError) -> String {
    guard words.count == 2 else { throw CommandError(usage(verb)) }
    return words[1].plain
  }

  /// The rest as a text, which needs no quotation marks; `none` takes it away.
  private static func orNone(_ words: [CommandWords.Word], _ verb: String) throws(CommandError) -> String? {
    guard words.count > 1 else { throw CommandError(usage(verb)) }
    if words.count == 2 { return words[1].text == "none" ? nil : words[1].plain }
    return words.dropFirst().map(\.text).joined(separator: " ")
  }

  private static func onOrOff(_ word: String) throws(CommandError) -> Bool {
    switch word {
    case "on": return true
    case "off": return false
    default: throw CommandError("`\(word)` is neither on nor off")
    }
  }

  private static func number(_ word: String?) -> Int? {
    guard let word, word.utf8.count <= 6, word.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return Int(word).flatMap { $0 > 0 ? $0 : nil }
  }

  // MARK: Conditions

  /// `[N] PATH OP VALUE [and PATH OP VALUE ...] [say TEXT] [until TIME]`.
  private static func entry(_ list: RuleList, _ words: [CommandWords.Word]) throws(CommandError) -> Part {
    var words = words
    let place = number(words.first?.text)
    if place != nil { words.removeFirst() }
    var terms = EntryTerms([])
    if words.first?.text == "always", list == .denyIf || list == .approveIf {
      words.removeFirst()
    } else {
      terms.conditions.append(try condition(&words))
      while words.first?.text == "and" {
        words.removeFirst()
        terms.conditions.append(try condition(&words))
      }
    }
    while let word = words.first {
      words.removeFirst()
      switch word.text {
      case "say" where list != .allowIf:
        guard let text = words.first else { throw CommandError("say what? write: say \"what the agent is told\"") }
        terms.text = text.plain
        words.removeFirst()
      case "until":
        guard let time = words.first else { throw CommandError("until when? write: until 2026-12-31T00:00:00Z") }
        terms.expires = time.plain
        words.removeFirst()
      default:
        throw CommandError(
          "`\(word.text)` is not understood here; what may follow is: and PATH OPERATOR VALUE, say \"TEXT\", until TIME"
        )
      }
    }
    return place.map { .changeEntry(list, $0 - 1, terms) } ?? .addEntry(list, terms)
  }

  private static func condition(_ words: inout [CommandWords.Word]) throws(CommandError) -> ConditionTerms {
    guard let path = words.first else {
      throw CommandError("a condition is missing; write: args.NAME OPERATOR VALUE, as args.branch neq \"main\"")
    }
    guard words.count > 1 else {
      throw CommandError("an operator is missing behind `\(path.text)`; there are \(operators)")
    }
    let sign = words[1].text
    guard let op = op(sign) else {
      let near = Suggestion.nearest(to: sign, among: ConditionOperator.allCases.map(\.rawValue))
      throw CommandError(
        "`\(sign)` is no operator; " + (near.map { "did you mean `\($0)`?" } ?? "there are \(operators)"))
    }
    words.removeFirst(2)
    if op == .exists, words.first.map({ ["and", "say", "until"].contains($0.text) }) ?? true {
      return ConditionTerms(path.text, op.rawValue, JSONNode(.bool(true)))
    }
    guard let value = words.first else {
      throw CommandError("a value is missing behind `\(sign)`; write JSON, or a word, which is a text")
    }
    words.removeFirst()
    return ConditionTerms(path.text, op.rawValue, Self.value(value, op))
  }

  private static var operators: String { ConditionOperator.allCases.map(\.rawValue).joined(separator: " ") }

  /// An operator by its name, with hyphens for its underscores too, or by its sign.
  static func op(_ word: String) -> ConditionOperator? {
    let signs: [String: ConditionOperator] = [
      "=": .eq, "==": .eq, "is": .eq, "!=": .neq, "≠": .neq, "<": .lt, "<=": .lte, "≤": .lte, ">": .gt, ">=": .gte,
      "≥": .gte, "under": .within,
    ]
    if let op = signs[word] { return op }
    let name = String(String.UnicodeScalarView(word.unicodeScalars.map { $0 == "-" ? "_" : $0 }))
    return ConditionOperator(rawValue: name)
  }

  /// JSON as it stands; what is none is a text; where a list is wanted, one of the words between commas.
  private static func value(_ word: CommandWords.Word, _ op: ConditionOperator) -> JSONNode {
    func node(_ text: String) -> JSONNode {
      (try? JSONNode.read(Array(text.utf8))) ?? JSONNode(.string(ExactText(text)))
    }
    let whole = node(word.text)
    guard [.in, .notIn, .within, .hostIn].contains(op), whole.elements == nil else { return whole }
    if word.isQuoted { return JSONNode(.array([whole])) }
    let parts = word.text.unicodeScalars.split(separator: ",").map { node(String(String.UnicodeScalarView($0))) }
    return JSONNode(.array(parts))
  }

  // MARK: Limits

  /// `10/minute [SCOPE] [counter NAME] [cost PATH] [align calendar] [count succeeded] [until TIME]`.
  static func limit(_ words: [CommandWords.Word]) throws(CommandError) -> LimitTerms {
    let usage = "write it as 10/minute, with second, minute, hour, day or a number of seconds"
    guard let first = words.first?.text else { throw CommandError("how many? \(usage)") }
    let parts = first.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 30,
      parts[0].utf8.allSatisfy({ 0x30...0x39 ~= $0 || $0 == 0x2E })
    else { throw CommandError("`\(first)` is no limit; \(usage)") }
    guard LimitEditor.windows.contains(parts[1]) || number(parts[1]) != nil || Int(parts[1]) == 2_678_400 else {
      throw CommandError("`\(parts[1])` is no window; \(usage)")
    }
    var terms = LimitTerms(max: parts[0], window: parts[1])
    var rest = words.dropFirst()
    if let scope = rest.first?.text, LimitEditor.scopes.contains(scope) {
      terms.scope = scope
      rest = rest.dropFirst()
    }
    while let key = rest.first {
      guard let value = rest.dropFirst().first else {
        throw CommandError("`\(key.text)` needs a word behind it; \(more)")
      }
      switch key.text {
      case "scope": terms.scope = value.plain
      case "counter": terms.counter = value.plain
      case "cost": terms.cost = value.text
      case "align": terms.align = value.plain
      case "count": terms.count = value.plain
      case "until": terms.expires = value.plain
      default: throw CommandError("`\(key.text)` is not understood here; \(more)")
      }
      rest = rest.dropFirst(2)
    }
    return terms
  }

  private static let more =
    "what may follow a limit is: SCOPE, counter NAME, cost args.NAME, align calendar, count succeeded, until TIME"

  // MARK: Taking away, and approval

  private static func drop(_ words: [CommandWords.Word]) throws(CommandError) -> Part {
    let usage =
      "write: drop TOOL require 1, with require, deny-if, approve-if, allow-if or limit and a number, "
      + "or reason, until, match-schema, approval"
    guard let what = words.first?.text else { throw CommandError("drop what? \(usage)") }
    let place = number(words.dropFirst().first?.text)
    guard words.count == (place == nil ? 1 : 2) else { throw CommandError(usage) }
    switch (what, place) {
    case ("limit", let place?): return .removeLimit(place - 1)
    case ("reason", nil): return .reason(nil)
    case ("until", nil): return .expires(nil)
    case ("match-schema", nil): return .matchSchema(nil)
    case ("approval", nil): return .approval(nil, nil)
    case (_, let place?):
      guard let list = verbs[what] else { throw CommandError("`\(what)` is not counted; \(usage)") }
      return .removeEntry(list, place - 1)
    default:
      guard verbs[what] != nil || what == "limit" else { throw CommandError("`\(what)` cannot be dropped; \(usage)") }
      throw CommandError("which one? write: drop TOOL \(what) 1; show TOOL counts them")
    }
  }

  /// `hold 45 timeout 600 remember 0 on-no-approver deny`, any of them.
  private static func approval(_ words: [CommandWords.Word]) throws(CommandError) -> Part {
    let usage = usage("approval")
    guard !words.isEmpty, words.count.isMultiple(of: 2) else { throw CommandError(usage) }
    var seconds: [String: Int] = [:]
    var absence: ApprovalTerms.Absence?
    for index in stride(from: 0, to: words.count, by: 2) {
      let (key, value) = (words[index].text, words[index + 1].text)
      switch key {
      case "hold", "timeout", "remember":
        guard value.utf8.count <= 9, let number = Int(value), number >= 0 else {
          throw CommandError("`\(value)` is no number of seconds; \(usage)")
        }
        seconds[key] = number
      case "on-no-approver", "on_no_approver":
        guard let known = ApprovalTerms.Absence(rawValue: value) else {
          throw CommandError("`\(value)` is neither wait nor deny; \(usage)")
        }
        absence = known
      default: throw CommandError("`\(key)` is not understood here; \(usage)")
      }
    }
    return .approval(seconds, absence)
  }
}
