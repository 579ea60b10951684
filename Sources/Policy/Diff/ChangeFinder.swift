import JSONText

/// Walks over two policies side by side.
struct ChangeFinder {
  let oldEngine: PolicyEngine
  let newEngine: PolicyEngine
  private(set) var changes: [PolicyChange] = []

  init(oldEngine: PolicyEngine, newEngine: PolicyEngine) {
    self.oldEngine = oldEngine
    self.newEngine = newEngine
  }

  mutating func compareDescriptions(_ old: [UInt8], _ new: [UInt8]) {
    let texts = [old, new].map { text in (try? JSONNode.read(text))?["description"]?.text }
    guard texts[0] != texts[1] else { return }
    note("description", texts[0].map(Self.quoted), texts[1].map(Self.quoted), at: "/description")
  }

  mutating func compare(_ old: PolicyContent, _ new: PolicyContent) {
    if old.isEnforced != new.isEnforced {
      note("mode", old.isEnforced ? "enforce" : "observe", new.isEnforced ? "enforce" : "observe", at: "/mode")
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

  mutating func note(_ change: PolicyChange) { changes.append(change) }

  /// Notes what becomes what; nil for nothing.
  mutating func note(_ subject: String, _ from: String?, _ to: String?, at pointer: String) {
    let sentence: String? =
      switch (from, to) {
      case (nil, let to?): "\(subject): \(to) is added"
      case (let from?, nil): "\(subject): \(from) is removed"
      case (nil, nil), (.some, .some): nil
      }
    note(PolicyChange(subject: subject, from: from ?? "", to: to ?? "", pointer: pointer, sentence: sentence))
  }

  /// A text of the user's, cut where it is long.
  static func quoted(_ text: ExactText) -> String { quoted(text.string) }
  static func quoted(_ text: String) -> String {
    let most = 300
    let scalars = text.unicodeScalars
    guard text.utf8.count > most, scalars.count > most else { return "`\(text)`" }
    return "`\(String(String.UnicodeScalarView(scalars.prefix(most))))…`"
  }

  // MARK: Levels

  private mutating func compare(_ server: ExactText?, _ old: PolicyLevel, _ new: PolicyLevel) {
    let suffix = server.map { " of \($0)" } ?? ""
    // At the top level to say nothing is to deny.
    let usual: DefaultSetting? = server == nil ? .deny : nil
    let (from, to) = (old.fallback?.setting ?? usual, new.fallback?.setting ?? usual)
    if from != to {
      note("default" + suffix, from?.rawValue ?? "none", to?.rawValue ?? "none", at: new.pointer + "/default")
    }
    let names = compareHide(server, old, new)
    compareTools(server, old, new, names)
    compareRules("all_tools" + suffix, old.allTools, new.allTools) {
      ($0?.summary ?? "no rule", $1?.summary ?? "no rule")
    }
    compareSection("resource", suffix, old.resources ?? [], new.resources ?? [])
    compareSection("prompt", suffix, old.prompts ?? [], new.prompts ?? [])
    compareSection("server request", suffix, old.serverRequests ?? [], new.serverRequests ?? [])
  }

  /// Notes the globs that differ; answers the exact names that do, and where they stand.
  private mutating func compareHide(
    _ server: ExactText?, _ old: PolicyLevel, _ new: PolicyLevel
  ) -> [(name: ExactText, pointer: String)] {
    let before = Set((old.hide ?? []).map(\.text))
    let after = Set((new.hide ?? []).map(\.text))
    var names: [(name: ExactText, pointer: String)] = []
    let subject = "hide" + (server.map { " of \($0)" } ?? "")
    for (entries, others, isNew) in [(new.hide ?? [], before, true), (old.hide ?? [], after, false)] {
      for entry in entries where !others.contains(entry.text) {
        switch entry.pattern {
        case .exact(let name): names.append((name, new.pointer + "/hide"))
        case .glob:
          let text = "`\(entry.text)`"
          note(subject, isNew ? nil : text, isNew ? text : nil, at: new.pointer + "/hide")
        }
      }
    }
    return names
  }

  private mutating func compareTools(
    _ server: ExactText?, _ old: PolicyLevel, _ new: PolicyLevel, _ hidden: [(name: ExactText, pointer: String)]
  ) {
    let prefix = server.map { "\($0)/" } ?? ""
    var told: Set<ExactText> = []
    for (name, pointer) in hidden where told.insert(name).inserted {
      let (from, to) = standings(server, name)
      if from != to {
        note("\(prefix)\(name)", from, to, at: pointer)
      } else {
        // Something else hides it, too.
        let isNew = new.hide?.contains { $0.pattern == .exact(name) } ?? false
        let text = "`\(NamePattern.key(for: name))`"
        note("hide" + (server.map { " of \($0)" } ?? ""), isNew ? nil : text, isNew ? text : nil, at: pointer)
      }
    }
    for (key, pattern, from, to) in Self.differences(old.tools ?? [], new.tools ?? []) {
      let subject = "\(prefix)\(key)"
      switch pattern {
      case .exact(let name):
        let words = standings(server, name)
        let isTold = told.contains(name) && words.from != words.to
        compareRules(prefix + name.string, from, to, isTold: isTold) { _, _ in words }
      case .glob:
        compareRules(subject, from, to) { ($0?.summary ?? "no rule", $1?.summary ?? "no rule") }
      }
    }
  }

  private func standings(_ server: ExactText?, _ name: ExactText) -> (from: String, to: String) {
    (oldEngine.standing(inPolicyOf: server, name).inWords, newEngine.standing(inPolicyOf: server, name).inWords)
  }

  private mutating func compareSection(
    _ noun: String, _ suffix: String, _ old: [PolicyLevel.Entry], _ new: [PolicyLevel.Entry]
  ) {
    for (key, _, from, to) in Self.differences(old, new) {
      compareRules("\(noun) `\(key)`\(suffix)", from, to) { ($0?.summary ?? "no rule", $1?.summary ?? "no rule") }
    }
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
