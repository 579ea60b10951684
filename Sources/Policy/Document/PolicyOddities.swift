import JSONText

/// Finds what a policy says in vain: what is read without a mistake and has no effect.
///
/// Only what is certain whatever the servers' tools are is found here. That a glob is hidden by more specific ones beside it is never
/// among it: among the names that it matches there is always one with a character of which none of them knows.
struct PolicyOddities {
  /// Something at a place in the policy.
  struct Oddity: Sendable {
    var pointer: String
    var message: String
    var help: String?
  }

  /// So many globs of one `hide` are compared with everything: the widest, so that the work stays in proportion.
  private static let widest = 64

  private(set) var found: [Oddity] = []

  init(_ content: PolicyContent) {
    let top = Hiding(content.top)
    look(at: content.top, hiddenBy: [top])
    for (_, level) in content.servers { look(at: level, hiddenBy: [Hiding(level), top]) }
    lookAtDenials(content)
    lookAtApprovals(content)
  }

  // MARK: Hidden tools

  /// The entries of one `hide`.
  private struct Hiding {
    typealias Numbered = (index: Int, entry: PolicyLevel.Hidden)

    let level: String
    let names: [ExactText: PolicyLevel.Hidden]
    let globs: [Numbered]

    init(_ level: PolicyLevel) {
      var names: [ExactText: PolicyLevel.Hidden] = [:]
      var globs: [(numbered: Numbered, literals: Int)] = []
      for (index, entry) in (level.hide ?? []).enumerated() {
        switch entry.pattern {
        case .exact(let name): if names[name] == nil { names[name] = entry }
        case .glob(let glob): globs.append(((index, entry), glob.literals))
        }
      }
      globs.sort { ($0.literals, $0.numbered.index) < ($1.literals, $1.numbered.index) }
      self.level = level.pointer
      self.names = names
      self.globs = globs.prefix(PolicyOddities.widest).map(\.numbered)
    }

    var isEmpty: Bool { names.isEmpty && globs.isEmpty }

    func entry(covering pattern: NamePattern) -> PolicyLevel.Hidden? {
      if case .exact(let name) = pattern, let entry = names[name] { return entry }
      return globs.first { $0.entry.pattern.covers(pattern) }?.entry
    }

    /// What makes another entry needless; of two that say the same it is the first, or the one for all servers.
    func entry(before other: PolicyLevel.Hidden, _ index: Int, _ otherLevel: PolicyLevel) -> PolicyLevel.Hidden? {
      guard level == otherLevel.pointer else { return entry(covering: other.pattern) }
      // What is written twice was noted when it was read.
      return globs.first {
        $0.index != index && $0.entry.text != other.text && $0.entry.pattern.covers(other.pattern)
          && ($0.index < index || !other.pattern.covers($0.entry.pattern))
      }?.entry
    }
  }

  private mutating func look(at level: PolicyLevel, hiddenBy hidings: [Hiding]) {
    guard hidings.contains(where: { !$0.isEmpty }) else { return }
    for (index, entry) in (level.hide ?? []).enumerated() {
      guard let wider = hidings.lazy.compactMap({ $0.entry(before: entry, index, level) }).first else { continue }
      let already = wider.text == entry.text ? "for all servers" : "by `\(wider.text)`"
      note(entry.pointer, "`\(entry.text)` is hidden \(already) already", help: "take it out")
    }
    for entry in level.tools ?? [] {
      guard let hidden = hidings.lazy.compactMap({ $0.entry(covering: entry.pattern) }).first else { continue }
      let by = hidden.text == entry.key ? "" : " by `\(hidden.text)`"
      note(
        entry.rule.pointer, "`\(entry.key)` is hidden\(by), so this rule never applies",
        help: "take it out, or let the tool be seen")
    }
  }

  // MARK: Rules behind a general denial

  private mutating func lookAtDenials(_ content: PolicyContent) {
    let levels = content.servers.map(\.level)
    noteDenial(content.top, before: [content.top] + levels)
    for level in levels { noteDenial(level, before: [level]) }
  }

  private mutating func noteDenial(_ level: PolicyLevel, before levels: [PolicyLevel]) {
    guard let rule = level.allTools, rule.action == .deny, rule.expires == nil else { return }
    let rules = levels.reduce(0) { sum, level in sum + (level.tools ?? []).count { $0.rule.action != .deny } }
    guard rules > 0 else { return }
    note(
      rule.pointer, "this denies every tool, also what \(rules == 1 ? "1 rule" : "\(rules) rules") would let through",
      help: "for tools that no rule names, write `\"default\": \"deny\"` instead")
  }

  // MARK: Where nobody is asked

  private mutating func lookAtApprovals(_ content: PolicyContent) {
    let top = content.top
    let levels = [top] + content.servers.map(\.level)
    let generalAsks = levels.contains { $0.allTools?.asks == true }
    let anythingAsks =
      generalAsks
      || levels.contains { level in
        level.fallback?.setting == .requireApproval || level.tools?.contains { $0.rule.asks } == true
      }
    for level in levels {
      let isTop = level.pointer.isEmpty
      let asks = isTop ? generalAsks : top.allTools?.asks == true || level.allTools?.asks == true
      for entry in level.tools ?? [] where !asks && !entry.rule.asks { noteUnasked(entry.rule) }
      if let rule = level.allTools, !anythingAsks { noteUnasked(rule) }
      for entry in (level.resources ?? []) + (level.prompts ?? []) + (level.serverRequests ?? [])
      where !entry.rule.asks { noteUnasked(entry.rule) }
    }
  }

  private mutating func noteUnasked(_ rule: PolicyRule) {
    let help = "write `\"action\": \"require_approval\"` or an `approve_if`, or take it out"
    if rule.approval != nil {
      note(rule.pointer + "/approval", "nobody is asked here, so `approval` has no effect", help: help)
    }
    if !rule.allowIf.isEmpty {
      note(rule.pointer + "/allow_if", "nobody is asked here, so `allow_if` has no effect", help: help)
    }
  }

  private mutating func note(_ pointer: String, _ message: String, help: String?) {
    found.append(Oddity(pointer: pointer, message: message, help: help))
  }
}

extension PolicyRule {
  /// Whether it may ask a person.
  var asks: Bool { action == .requireApproval || !approveIf.isEmpty }
}

extension NamePattern {
  /// Whether it matches every name that another one matches.
  package func covers(_ other: NamePattern) -> Bool {
    switch (self, other) {
    case (.exact(let name), .exact(let other)): name == other
    case (.exact, .glob): false
    case (.glob(let glob), .exact(let name)): glob.matches(name)
    case (.glob(let glob), .glob(let other)): glob.covers(other)
    }
  }
}

extension Glob {
  /// A star is taken for a character that is in no name: where this matches, its own stars have taken the other's.
  fileprivate func covers(_ other: Glob) -> Bool {
    let star: [UInt8] = [0xFF]
    let bytes = other.prefix + star + other.middles.flatMap { $0 + star } + other.suffix
    return matches(bytes.span)
  }
}
