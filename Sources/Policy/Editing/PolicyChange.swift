import JSONText

/// One difference between two policies, in words.
package struct PolicyChange: Hashable, Sendable {
  /// `git/push`, `push` at the top level, `default of git`, `hide of git`.
  package var subject: String
  /// What held before: `allow`, `10/minute`, `deny by default`; empty where there was nothing.
  package var from: String
  package var to: String
  /// All of it: `git/push: allow becomes 10/minute`.
  package var sentence: String

  package init(subject: String, from: String, to: String, sentence: String? = nil) {
    self.subject = subject
    self.from = from
    self.to = to
    self.sentence =
      sentence ?? (from == to ? "\(subject): stays \(to), its rule differs" : "\(subject): \(from) becomes \(to)")
  }

  /// What differs, in the order of the newer text, what is gone last.
  package static func between(_ old: PolicyDocument, _ new: PolicyDocument) -> [PolicyChange] {
    between(old, PolicyEngine(old), new, PolicyEngine(new))
  }

  static func between(
    _ old: PolicyDocument, _ oldEngine: PolicyEngine, _ new: PolicyDocument, _ newEngine: PolicyEngine
  ) -> [PolicyChange] {
    guard old.text != new.text else { return [] }
    var finder = ChangeFinder(oldEngine: oldEngine, newEngine: newEngine)
    finder.compare(old.content, new.content)
    return finder.changes
  }
}

/// Walks over two policies side by side.
private struct ChangeFinder {
  let oldEngine: PolicyEngine
  let newEngine: PolicyEngine
  var changes: [PolicyChange] = []

  mutating func compare(_ old: PolicyContent, _ new: PolicyContent) {
    if old.isEnforced != new.isEnforced {
      note("mode", old.isEnforced ? "enforce" : "observe", new.isEnforced ? "enforce" : "observe")
    }
    compare(nil, old.top, new.top)
    let before = Dictionary(old.servers.map { ($0.name, $0.level) }, uniquingKeysWith: { $1 })
    for (name, level) in new.servers {
      compare(name, before[name] ?? PolicyLevel(pointer: level.pointer), level)
    }
    let after = Set(new.servers.map(\.name))
    for (name, level) in old.servers where !after.contains(name) {
      compare(name, level, PolicyLevel(pointer: level.pointer))
    }
  }

  private mutating func note(_ subject: String, _ from: String, _ to: String) {
    changes.append(PolicyChange(subject: subject, from: from, to: to))
  }

  private mutating func compare(_ server: ExactText?, _ old: PolicyLevel, _ new: PolicyLevel) {
    let suffix = server.map { " of \($0)" } ?? ""
    if old.fallback?.setting != new.fallback?.setting {
      note("default" + suffix, old.fallback?.setting.rawValue ?? "none", new.fallback?.setting.rawValue ?? "none")
    }
    let names = compareHide(server, old.hide ?? [], new.hide ?? [])
    compareTools(server, old.tools ?? [], new.tools ?? [], names)
    compare("all_tools" + suffix, old.allTools, new.allTools)
    compareSection("resource", suffix, old.resources ?? [], new.resources ?? [])
    compareSection("prompt", suffix, old.prompts ?? [], new.prompts ?? [])
    compareSection("server request", suffix, old.serverRequests ?? [], new.serverRequests ?? [])
  }

  /// Notes the globs that differ; answers the exact names that do.
  private mutating func compareHide(
    _ server: ExactText?, _ old: [PolicyLevel.Hidden], _ new: [PolicyLevel.Hidden]
  ) -> [ExactText] {
    let before = Set(old.map(\.text))
    let after = Set(new.map(\.text))
    var names: [ExactText] = []
    let subject = "hide" + (server.map { " of \($0)" } ?? "")
    for (entries, others, verb) in [(new, before, "is added"), (old, after, "is removed")] {
      for entry in entries where !others.contains(entry.text) {
        switch entry.pattern {
        case .exact(let name): names.append(name)
        case .glob:
          changes.append(
            PolicyChange(
              subject: subject, from: verb == "is added" ? "" : entry.text.string,
              to: verb == "is added" ? entry.text.string : "", sentence: "\(subject): `\(entry.text)` \(verb)"))
        }
      }
    }
    return names
  }

  private mutating func compareTools(
    _ server: ExactText?, _ old: [PolicyLevel.Entry], _ new: [PolicyLevel.Entry], _ hidden: [ExactText]
  ) {
    var names = hidden
    let prefix = server.map { "\($0)/" } ?? ""
    for (key, pattern, from, to) in Self.differences(old, new) {
      switch pattern {
      case .exact(let name): names.append(name)
      case .glob: note("\(prefix)\(key)", from?.summary ?? "no rule", to?.summary ?? "no rule")
      }
    }
    var seen: Set<ExactText> = []
    for name in names where seen.insert(name).inserted {
      note(
        "\(prefix)\(name)", oldEngine.standing(inPolicyOf: server, name).inWords,
        newEngine.standing(inPolicyOf: server, name).inWords)
    }
  }

  private mutating func compareSection(
    _ noun: String, _ suffix: String, _ old: [PolicyLevel.Entry], _ new: [PolicyLevel.Entry]
  ) {
    for (key, _, from, to) in Self.differences(old, new) {
      compare("\(noun) `\(key)`\(suffix)", from, to)
    }
  }

  private mutating func compare(_ subject: String, _ old: PolicyRule?, _ new: PolicyRule?) {
    let isSame = old.map { old in new.map { old.saysTheSame(as: $0) } ?? false } ?? (new == nil)
    if !isSame { note(subject, old?.summary ?? "no rule", new?.summary ?? "no rule") }
  }

  private typealias Difference = (key: ExactText, pattern: NamePattern, from: PolicyRule?, to: PolicyRule?)

  private static func differences(_ old: [PolicyLevel.Entry], _ new: [PolicyLevel.Entry]) -> [Difference] {
    let before = Dictionary(old.map { ($0.key, $0.rule) }, uniquingKeysWith: { $1 })
    var found: [Difference] = []
    for entry in new {
      let rule = before[entry.key]
      if rule.map({ entry.rule.saysTheSame(as: $0) }) != true {
        found.append((entry.key, entry.pattern, rule, entry.rule))
      }
    }
    let after = Set(new.map(\.key))
    for entry in old where !after.contains(entry.key) { found.append((entry.key, entry.pattern, entry.rule, nil)) }
    return found
  }
}

extension PolicyRule {
  func saysTheSame(as other: PolicyRule) -> Bool {
    action == other.action && reason == other.reason && limits.count == other.limits.count
      && zip(limits, other.limits).allSatisfy {
        $0.counter == $1.counter && $0.window == $1.window && $0.max == $1.max && $0.scope == $1.scope
      }
  }
}

extension PolicyEngine {
  /// What holds for a tool on a server, or on one that the policy does not name (nil).
  func standing(inPolicyOf server: ExactText?, _ tool: ExactText) -> Standing {
    standing(level: server.flatMap { policy?.servers[$0] }, tool)
  }
}

extension Standing {
  /// With where it comes from, if that is no rule of the tool's own.
  var inWords: String {
    switch source {
    case .explicit, .noPolicy: summary
    case .pattern(let pattern): "\(summary) by \(pattern)"
    case .serverDefault, .globalDefault: "\(summary) by default"
    case .hidden(let pattern): pattern.utf8.contains(0x2A) ? "hide by \(pattern)" : "hide"
    }
  }
}
