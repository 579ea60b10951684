import JSONText
import Policy

/// The order of judgement as the format tells it, straight from the JSON tree: slow, obvious, and written apart from the judge.
///
/// It knows names and one star at the end, `eq`, `lt` and `exists` on `args.KEY`, `args.KEY[*]` and `call.client`, and limits per minute.
struct ReferenceJudge {
  let root: JSONNode
  /// When calls were counted, by limit name.
  var counted: [String: [Int64]] = [:]

  init(_ text: String) throws { root = try JSONNode.read(Array(text.utf8)) }

  private struct Rule {
    var node: JSONNode
    var pointer: String
    /// What a limit of it counts.
    var count: String
  }

  mutating func judge(server: String, tool: String, client: String, arguments: JSONNode?, now: Int64) -> (
    Verdict, String
  ) {
    let levels = [root["servers"]?[ExactText(server)], root]
    let prefixes = ["/servers/\(server)", ""]
    for level in levels {
      for entry in level?["hide"]?.elements ?? [] where Self.matches(entry.string ?? "", tool) {
        return (.hide, "(hidden)")
      }
    }
    var own: Rule?
    for (level, prefix) in zip(levels, prefixes) where own == nil {
      let rules = (level?["tools"]?.members ?? []).filter {
        Self.matches($0.key.string, tool) && !Self.isOver($0.value, now)
      }
      let best = rules.min { left, right in Self.rank(left.key.string) > Self.rank(right.key.string) }
      own = best.map {
        Rule(node: $0.value, pointer: "\(prefix)/tools/\($0.key)", count: "\(prefix)/tools of \(tool)")
      }
    }
    let fallback = levels[0]?["default"]?.string ?? root["default"]?.string ?? "deny"
    if own == nil, fallback == "deny" { return (.deny, "(default)") }
    var rules = [own].compactMap { $0 }
    for (level, prefix) in zip(levels, prefixes) {
      guard let node = level?["all_tools"], !Self.isOver(node, now) else { continue }
      rules.append(Rule(node: node, pointer: "\(prefix)/all_tools", count: "\(prefix)/all_tools"))
    }
    for rule in rules where rule.node["action"]?.string == "deny" { return (.deny, rule.pointer) }
    for rule in rules {
      for (index, entry) in entries(rule, "require", now) where !holds(entry, isStrict: true, arguments, client) {
        return (.deny, "\(rule.pointer)/require/\(index)")
      }
    }
    for rule in rules {
      for (index, entry) in entries(rule, "deny_if", now) where holds(entry, isStrict: false, arguments, client) {
        return (.deny, "\(rule.pointer)/deny_if/\(index)")
      }
    }
    if let refusal = count(rules, now) { return refusal }
    var question: String?
    for rule in rules where question == nil {
      if rule.node["action"]?.string == "require_approval" { question = rule.pointer }
      for (index, entry) in entries(rule, "approve_if", now)
      where question == nil && holds(entry, isStrict: false, arguments, client) {
        question = "\(rule.pointer)/approve_if/\(index)"
      }
    }
    if question == nil, own == nil, fallback == "require_approval" { question = "(default)" }
    for rule in rules {
      for (_, entry) in entries(rule, "allow_if", now) where holds(entry, isStrict: true, arguments, client) {
        question = nil
      }
    }
    return question.map { (.ask, $0) } ?? (.allow, own?.pointer ?? "(default)")
  }

  // MARK: Names

  private static func matches(_ pattern: String, _ name: String) -> Bool {
    pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : pattern == name
  }

  private static func rank(_ pattern: String) -> Int { pattern.hasSuffix("*") ? pattern.count - 1 : 1000 }

  private static func isOver(_ node: JSONNode, _ now: Int64) -> Bool {
    node["expires"]?.string.flatMap(Moment.init(rfc3339:)).map { $0.microseconds <= now } ?? false
  }

  // MARK: Conditions

  private func entries(_ rule: Rule, _ key: ExactText, _ now: Int64) -> [(Int, JSONNode)] {
    (rule.node[key]?.elements ?? []).enumerated().filter { !Self.isOver($0.element, now) }.map {
      ($0.offset, $0.element)
    }
  }

  private enum Truth { case yes, no, doubtful }

  private func holds(_ entry: JSONNode, isStrict: Bool, _ arguments: JSONNode?, _ client: String) -> Bool {
    let truths = (entry["conditions"]?.elements ?? []).map { truth($0, isStrict: isStrict, arguments, client) }
    if truths.contains(.doubtful) { return !isStrict }
    return truths.allSatisfy { $0 == .yes }
  }

  private func truth(_ condition: JSONNode, isStrict: Bool, _ arguments: JSONNode?, _ client: String) -> Truth {
    let path = condition["path"]?.string ?? ""
    if path == "call.client" { return compare(condition, JSONNode(.string(ExactText(client)))) }
    let isEach = path.hasSuffix("[*]")
    let key = path.dropFirst(5).dropLast(isEach ? 3 : 0)
    guard let value = arguments?[ExactText(String(key))] else { return compare(condition, nil) }
    guard isEach else { return compare(condition, value) }
    guard let elements = value.elements else { return .doubtful }
    let truths = elements.map { compare(condition, $0) }
    if truths.contains(.doubtful) { return .doubtful }
    if elements.isEmpty { return compare(condition, nil) }
    return (isStrict ? truths.allSatisfy { $0 == .yes } : truths.contains(.yes)) ? .yes : .no
  }

  private func compare(_ condition: JSONNode, _ found: JSONNode?) -> Truth {
    let wanted = condition["value"]
    switch condition["op"]?.string {
    case "exists": return ((found.map { !$0.isNull } ?? false) == wanted?.bool) ? .yes : .no
    case "eq":
      guard let found else { return .no }
      if let left = found.integer, let right = wanted?.integer { return left == right ? .yes : .no }
      return found.text != nil && found.text == wanted?.text ? .yes : .no
    case "lt":
      guard let found, !found.isNull else { return .no }
      guard let left = found.integer, let right = wanted?.integer else { return .doubtful }
      return left < right ? .yes : .no
    default: return .no
    }
  }

  // MARK: Limits

  private mutating func count(_ rules: [Rule], _ now: Int64) -> (Verdict, String)? {
    var names: [String] = []
    var refusal: (Verdict, String)?
    for rule in rules {
      for (index, limit) in (rule.node["limits"]?.elements ?? []).enumerated() where !Self.isOver(limit, now) {
        let name = limit["counter"]?.string.map { "named \($0)" } ?? rule.count
        let most = limit["max"]?.integer ?? 0
        let inWindow = (counted[name] ?? []).count { now - $0 < 60_000_000 }
        if inWindow + 1 > most {
          // What no waiting mends is told before what is reached.
          if most == 0, refusal?.0 != .deny {
            refusal = (.deny, "\(rule.pointer)/limits/\(index)")
          } else if refusal == nil {
            refusal = (.limit, "\(rule.pointer)/limits/\(index)")
          }
        }
        if !names.contains(name) { names.append(name) }
      }
    }
    if let refusal { return refusal }
    for name in names { counted[name, default: []].append(now) }
    return nil
  }
}
