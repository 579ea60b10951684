import JSONText

/// Finds what a policy lets through, shows or leaves unasked that the one before it did not.
///
/// Rules are compared by what governs the names of their keys before and after: a rule that is gone with the rule or default that takes
/// its place, a new one with what it takes the place of. Where two globs have some names in common but neither contains the other, only
/// the tools that are known tell what came of it.
struct PolicyLoosening {
  private(set) var found: [PolicyOddities.Oddity] = []
  private let old: GoverningRules
  private let new: GoverningRules
  /// The tools that were named: by server and name, and by name for all servers.
  private var named: Set<[ExactText]> = []

  init(from before: PolicyDocument, to after: PolicyDocument, _ servers: [KnownServer]) {
    old = GoverningRules(before.content)
    new = GoverningRules(after.content)
    if before.content.isEnforced, !after.content.isEnforced {
      note("/mode", "`mode`", "enforce becomes observe, so nothing is denied any more")
    }
    compare(nil)
    for name in new.content.servers.map(\.name) { compare(name) }
    let kept = Set(new.content.servers.map(\.name))
    for name in old.content.servers.map(\.name) where !kept.contains(name) { compare(name) }
    compareTools(servers, PolicyEngine(before), PolicyEngine(after))
  }

  private mutating func note(_ pointer: String, _ subject: String, _ clause: String) {
    found.append(PolicyOddities.Oddity(pointer: pointer, message: "looser than before: \(subject): \(clause)"))
  }

  private mutating func compare(_ server: ExactText?) {
    let (before, after) = (old.level(server), new.level(server))
    let pointer = after?.pointer ?? before?.pointer ?? ""
    let suffix = server.map { " of `\($0)`" } ?? ""
    let (from, to) = (old.fallback(server), new.fallback(server))
    // What a server says of itself; else it is the general one's matter.
    if to.rank > from.rank, server == nil || before?.fallback != nil || after?.fallback != nil {
      note(pointer + "/default", "`default`\(suffix)", "\(from.rawValue) becomes \(to.rawValue)")
    }
    compareHidden(server, before, after, pointer, suffix)
    for clause in Self.clauses(.rule(before?.allTools ?? .empty), .rule(after?.allTools ?? .empty)) {
      note(pointer + "/all_tools", "`all_tools`\(suffix)", clause)
    }
    for section in GoverningRules.sections { compare(section, server, before, after, pointer) }
  }

  private mutating func compareHidden(
    _ server: ExactText?, _ before: PolicyLevel?, _ after: PolicyLevel?, _ pointer: String, _ suffix: String
  ) {
    let left = (after?.hide ?? []) + (server == nil ? [] : new.content.top.hide ?? [])
    let texts = Set(left.map(\.text))
    let globs = left.filter { if case .glob = $0.pattern { true } else { false } }
    for entry in before?.hide ?? [] where !texts.contains(entry.text) {
      guard !globs.contains(where: { $0.pattern.covers(entry.pattern) }) else { continue }
      if case .exact(let name) = entry.pattern { named.insert([server, name].compactMap { $0 }) }
      note(pointer + "/hide", "`hide`\(suffix)", "`\(entry.text)` is hidden no more")
    }
  }

  private mutating func compare(
    _ section: GoverningRules.Section, _ server: ExactText?, _ before: PolicyLevel?, _ after: PolicyLevel?,
    _ pointer: String
  ) {
    let (from, to) = (before?[keyPath: section.path] ?? [], after?[keyPath: section.path] ?? [])
    for entry in Self.union(from, to) {
      note(
        entry, section, server,
        Self.clauses(old.governing(entry, section, server), new.governing(entry, section, server)))
    }
    guard server != nil else { return }
    // A general rule may mean another thing for a server: where the server's own rules came or went, or where it came or went itself.
    let (fromTop, toTop) = (old.content.top[keyPath: section.path] ?? [], new.content.top[keyPath: section.path] ?? [])
    let own = Set((from + to).map(\.key))
    let isSame = Set(from.map(\.key)) == Set(to.map(\.key))
    let lasting = isSame ? Set(fromTop.map(\.key)).intersection(toTop.map(\.key)) : []
    for entry in Self.union(fromTop, toTop) where !own.contains(entry.key) && !lasting.contains(entry.key) {
      let clauses = Self.clauses(old.governing(entry, section, server), new.governing(entry, section, server))
      guard !clauses.isEmpty,
        clauses != Self.clauses(old.governing(entry, section, nil), new.governing(entry, section, nil))
      else { continue }
      note(entry, section, server, clauses)
    }
  }

  /// The later entries, and the earlier ones that are gone.
  private static func union(_ from: [PolicyLevel.Entry], _ to: [PolicyLevel.Entry]) -> [PolicyLevel.Entry] {
    let keys = Set(to.map(\.key))
    return to + from.filter { !keys.contains($0.key) }
  }

  private mutating func note(
    _ entry: PolicyLevel.Entry, _ section: GoverningRules.Section, _ server: ExactText?, _ clauses: [String]
  ) {
    guard !clauses.isEmpty else { return }
    if section.noun.isEmpty, case .exact(let name) = entry.pattern { named.insert([server, name].compactMap { $0 }) }
    let subject = "\(section.noun)`\(server.map { "\($0)/" } ?? "")\(entry.key)`"
    for clause in clauses { note(entry.rule.pointer, subject, clause) }
  }

  /// Known tools that are held back less, whatever brought it about.
  private mutating func compareTools(_ servers: [KnownServer], _ old: PolicyEngine, _ new: PolicyEngine) {
    var opened: [String] = []
    for server in servers {
      for tool in server.tools ?? [] where !named.contains([tool]) && !named.contains([server.name, tool]) {
        let from = old.standing(server: server.name, tool: tool).verdict
        let to = new.standing(server: server.name, tool: tool).verdict
        guard to.rank > from.rank else { continue }
        opened.append("`\(server.name)/\(tool)` (\(from.rawValue) becomes \(to.rawValue))")
      }
    }
    guard !opened.isEmpty else { return }
    let shown = opened.prefix(5).joined(separator: ", ")
    let more = opened.count > 5 ? " and \(opened.count - 5) more" : ""
    found.append(
      PolicyOddities.Oddity(
        pointer: "", message: "looser than before: known tools are held back less: \(shown)\(more)"))
  }

  // MARK: What governs a name, before and after

  /// In what the later is looser; empty where it is not.
  private static func clauses(_ from: GoverningRules.Governing, _ to: GoverningRules.Governing) -> [String] {
    if to.rank > from.rank { return ["\(from.inWords) becomes \(to.inWords)"] }
    // A rule that denied held back more than any condition can; one that denies now leaves nothing to say.
    let (old, new) = (from.rule, to.rule)
    guard to.rank > 0 else { return expiryClauses(old, new) }
    var clauses = limitClauses(old.limits, new.limits)
    if old.matchesSchema, !new.matchesSchema { clauses.append("arguments need not match the tool's schema any more") }
    for entry in old.require where !new.require.contains(where: { $0.demandsAll(of: entry) }) {
      clauses.append("no longer requires that \(entry.text(" and "))")
    }
    for entry in old.denyIf where !new.denyIf.contains(where: { entry.demandsAll(of: $0, endsLater: false) }) {
      clauses.append("no longer denies where \(entry.text(" and "))")
    }
    if new.action != .requireApproval {
      for entry in old.approveIf where !new.approveIf.contains(where: { entry.demandsAll(of: $0, endsLater: false) }) {
        clauses.append("no longer asks where \(entry.text(" and "))")
      }
    }
    for entry in new.allowIf where !old.allowIf.contains(where: { entry.demandsAll(of: $0, endsLater: false) }) {
      clauses.append("nobody is asked where \(entry.text(" and "))")
    }
    if let remember = new.approval?.remember, remember > old.approval?.remember ?? 0 {
      clauses.append("an approval is remembered for \(remember) seconds, not \(old.approval?.remember ?? 0)")
    }
    clauses += expiryClauses(old, new)
    return clauses
  }

  private static func expiryClauses(_ old: PolicyRule, _ new: PolicyRule) -> [String] {
    if new.isPlain {
      // What lets through does so for longer.
      guard let before = old.expires, new.expires.map({ $0 > before }) != false else { return [] }
      return [new.expires.map { "it expires only at \($0.rfc3339)" } ?? "it expires no more"]
    }
    guard !old.isPlain, let expires = new.expires, old.expires.map({ $0 > expires }) != false else { return [] }
    return ["it expires at \(expires.rfc3339)"]
  }

  private static func limitClauses(_ old: [PolicyLimit], _ new: [PolicyLimit]) -> [String] {
    old.compactMap { limit in
      guard !new.contains(where: { $0.isAsStrict(as: limit) }) else { return nil }
      let what = "the limit \(limit.summary)"
      guard let heir = new.first(where: { $0.countsAlike(limit) && $0.window == limit.window }) else {
        return "\(what) is gone"
      }
      if heir.max > limit.max { return "\(what) becomes \(heir.summary)" }
      if heir.align != limit.align {
        return "\(what) is aligned to the calendar, so twice as much fits around its start"
      }
      if heir.count != limit.count { return "\(what) counts only what succeeds" }
      if heir.counter != limit.counter { return "\(what) no longer shares the counter `\(limit.counter ?? "")`" }
      return "\(what) expires\(heir.expires.map { " at \($0.rfc3339)" } ?? "")"
    }
  }
}

extension DefaultSetting {
  /// How much it lets through.
  fileprivate var rank: Int {
    switch self {
    case .deny: 0
    case .requireApproval: 1
    case .allow: 2
    }
  }
}

extension Verdict {
  /// How much it lets through.
  fileprivate var rank: Int {
    switch self {
    case .deny, .hide: 0
    case .ask: 1
    case .allow, .limit: 2
    }
  }
}

extension PolicyRule {
  static let empty = PolicyRule(pointer: "", line: 0, action: .allow)

  /// Whether it does nothing but let through.
  fileprivate var isPlain: Bool {
    action == .allow && limits.isEmpty && require.isEmpty && denyIf.isEmpty && approveIf.isEmpty && !matchesSchema
  }
}

extension PolicyLimit {
  /// Whether two limits count the same things for the same callers.
  fileprivate func countsAlike(_ other: PolicyLimit) -> Bool { scope == other.scope && cost == other.cost }

  /// Whether whatever this lets pass, the other would have let pass too.
  fileprivate func isAsStrict(as other: PolicyLimit) -> Bool {
    countsAlike(other) && max <= other.max && window.seconds >= other.window.seconds
      && (align == other.align || align == .sliding) && (count == other.count || count == .forwarded)
      && (counter == other.counter || other.counter == nil)
      && (expires.map { mine in other.expires.map { $0 <= mine } ?? false } ?? true)
  }
}

extension ConditionEntry {
  /// Whether this holds only where the other does too, and for as long (or, where holding is what is feared, for no longer).
  fileprivate func demandsAll(of other: ConditionEntry, endsLater: Bool = true) -> Bool {
    guard Set(other.conditions).isSubset(of: conditions) else { return false }
    let (first, last) = endsLater ? (other.expires, expires) : (expires, other.expires)
    return last.map { last in first.map { $0 <= last } ?? false } ?? true
  }

  fileprivate func text(_ separator: String) -> String {
    conditions.isEmpty ? "anything is so" : conditions.map { "`\($0.inWords)`" }.joined(separator: separator)
  }
}

/// What governs names in one policy.
struct GoverningRules {
  struct Section: Sendable {
    /// What stands before the name; nothing before a tool.
    let noun: String
    let path: any KeyPath<PolicyLevel, [PolicyLevel.Entry]?> & Sendable
  }

  static let sections = [
    Section(noun: "", path: \.tools), Section(noun: "resource ", path: \.resources),
    Section(noun: "prompt ", path: \.prompts), Section(noun: "server request ", path: \.serverRequests),
  ]

  enum Governing {
    case rule(PolicyRule)
    case fallback(DefaultSetting)

    var rank: Int {
      switch self {
      case .rule(let rule): rule.denies ? 0 : rule.action == .requireApproval ? 1 : 2
      case .fallback(let setting): setting.rank
      }
    }

    var inWords: String {
      switch self {
      case .rule(let rule): rule.summary
      case .fallback(.requireApproval): "ask by default"
      case .fallback(let setting): "\(setting.rawValue) by default"
      }
    }

    /// The rule, or one that says what the default says.
    var rule: PolicyRule {
      if case .rule(let rule) = self { rule } else { .empty }
    }
  }

  let content: PolicyContent
  /// By server (none for the top), then by section.
  private let tables: [ExactText?: [NameTable<PolicyRule>]]
  private let levels: [ExactText: PolicyLevel]

  init(_ content: PolicyContent) {
    self.content = content
    var tables: [ExactText?: [NameTable<PolicyRule>]] = [:]
    for (name, level) in [(nil, content.top)] + content.servers.map({ ($0.name as ExactText?, $0.level) }) {
      tables[name] = Self.sections.map { section in
        NameTable((level[keyPath: section.path] ?? []).map { ($0.pattern, $0.rule) })
      }
    }
    self.tables = tables
    levels = Dictionary(content.servers.map { ($0.name, $0.level) }, uniquingKeysWith: { first, _ in first })
  }

  /// What is written for a server, or for all (nil).
  func level(_ server: ExactText?) -> PolicyLevel? { server.map { levels[$0] } ?? content.top }

  func fallback(_ server: ExactText?) -> DefaultSetting {
    (server.flatMap { levels[$0]?.fallback } ?? content.top.fallback)?.setting ?? .deny
  }

  /// What governs all names of an entry's key: of a glob the rule of the most specific glob that contains it.
  func governing(_ entry: PolicyLevel.Entry, _ section: Section, _ server: ExactText?) -> Governing {
    guard let index = Self.sections.firstIndex(where: { $0.noun == section.noun }) else { return .fallback(.deny) }
    for level in server == nil ? [nil] : [server, nil] {
      guard let table = tables[level]?[index] else { continue }
      switch entry.pattern {
      case .exact(let name): if let rule = table.find(name) { return .rule(rule) }
      case .glob:
        if let found = table.globs.first(where: { NamePattern.glob($0.glob).covers(entry.pattern) }) {
          return .rule(found.value)
        }
      }
    }
    return .fallback(fallback(server))
  }
}
