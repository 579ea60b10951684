package import JSONText

/// One thing that a policy says about a name, and whether it counts: a rule, an entry of `hide`, or a default.
package struct GoverningRule: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case hide
    /// A rule for one exact name.
    case exact
    /// A rule for a glob.
    case pattern
    /// A rule for a name that this one could be taken for.
    case lookalike
    case allTools
    case fallback
  }

  /// One thing that a rule says, in the order of judgement.
  package struct Part: Hashable, Sendable {
    /// `action`, `match_schema`, `require`, `deny_if`, `limit`, `approve_if`, `allow_if`, `approval`, `expires`, `reason`.
    package var kind: String
    package var text: String
    package var pointer: String
    package var line: Int
    /// The denial or question that it leads to, as a clause; nil where it leads to none.
    package var told: String?
    package var expires: Moment?
    package var isExpired = false
  }

  package var kind: Kind
  /// Whether it stands in the part for all servers.
  package var isForAllServers: Bool
  /// Which part of the policy: `tools`, `resources`, `prompts`, `server_requests`, `all_tools`, `hide`, `default`.
  package var section: String
  /// As it is written; empty for `all_tools` and defaults.
  package var key: ExactText
  package var pointer: String
  package var line: Int?
  /// `allow`, `deny`, `ask`, `10/minute, checked`, `hide`.
  package var summary: String
  /// Why it does not count, as a clause; nil where it does.
  package var overridden: String?
  package var parts: [Part] = []
  /// Its bytes in the policy's text, its key included; empty for what is no rule.
  package var range = 0..<0
}

extension GoverningRule {
  init(
    of rule: CompiledRule, _ section: PolicySection, isTop: Bool, kind: Kind? = nil, overridden: String? = nil,
    at now: Moment
  ) {
    let found: Kind =
      switch rule.pattern {
      case .exact: .exact
      case .glob: .pattern
      case nil: .allTools
      }
    self.init(
      kind: kind ?? found, isForAllServers: isTop, section: rule.pattern == nil ? "all_tools" : section.key,
      key: rule.key ?? "", pointer: rule.rule.pointer, line: rule.rule.line, summary: rule.summary,
      overridden: rule.isExpired(at: now) ? "it has expired" : overridden)
    range = rule.rule.range
    parts = Self.parts(of: rule, at: now)
  }

  init(of entry: PolicyLevel.Hidden, isTop: Bool, kind: Kind = .hide, overridden: String? = nil) {
    self.init(
      kind: kind, isForAllServers: isTop, section: "hide", key: entry.text, pointer: entry.pointer, line: entry.line,
      summary: "hide", overridden: overridden)
  }

  init(of fallback: PolicyLevel.Default, isTop: Bool, level: String, overridden: String? = nil) {
    let word = fallback.setting == .requireApproval ? "ask" : fallback.setting.rawValue
    self.init(
      kind: .fallback, isForAllServers: isTop, section: "default", key: "", pointer: level + "/default",
      line: fallback.line, summary: word, overridden: overridden)
  }

  private static func parts(of rule: CompiledRule, at now: Moment) -> [Part] {
    let policy = rule.rule
    let isPlainAllow = policy.action == .allow
    var parts: [Part] = []
    if !isPlainAllow {
      let told = rule.denies ? rule.denial.reason : rule.question.reason
      parts.append(
        Part(
          kind: "action", text: policy.action == .deny ? "deny" : "ask a person", pointer: policy.pointer,
          line: policy.line, told: told))
    }
    if policy.matchesSchema {
      parts.append(
        Part(
          kind: "match_schema", text: "the arguments must match the tool's schema",
          pointer: policy.pointer + "/match_schema", line: policy.line))
    }
    func add(_ entries: [CompiledEntry]) {
      for entry in entries {
        var part = Part(
          kind: entry.kind.rawValue, text: entry.entry.inWords, pointer: entry.entry.pointer, line: entry.entry.line)
        part.told = entry.kind == .allowIf ? nil : entry.decision.reason
        part.expires = entry.entry.expires
        part.isExpired = entry.isExpired(at: now)
        parts.append(part)
      }
    }
    add(rule.require)
    add(rule.denyIf)
    for (compiled, limit) in zip(rule.limits, policy.limits) {
      var words = ["\(limit.max) per \(limit.window.inWords) for each \(limit.scope.rawValue)"]
      if let counter = limit.counter { words.append("counter \(counter.string)") }
      if let cost = limit.cost { words.append("adds \(cost.text)") }
      words.append(limit.align == .calendar ? "resets on the calendar" : "in any such time")
      words.append(limit.count == .succeeded ? "counts what succeeds" : "counts what is forwarded")
      var part = Part(kind: "limit", text: words.joined(separator: ", "), pointer: limit.pointer, line: limit.line)
      part.told = compiled.reason
      part.expires = limit.expires
      part.isExpired = limit.expires.map { $0 <= now } ?? false
      parts.append(part)
    }
    add(rule.approveIf)
    add(rule.allowIf)
    if let terms = policy.approval {
      parts.append(
        Part(
          kind: "approval",
          text:
            "held \(terms.hold) s, decided within \(terms.timeout) s, remembered \(terms.remember) s, nobody there: "
            + terms.onNoApprover.rawValue, pointer: policy.pointer + "/approval", line: policy.line))
    }
    if let end = policy.expires {
      parts.append(
        Part(kind: "expires", text: end.rfc3339, pointer: policy.pointer + "/expires", line: policy.line))
    }
    if let reason = policy.reason {
      parts.append(Part(kind: "reason", text: reason, pointer: policy.pointer + "/reason", line: policy.line))
    }
    return parts
  }
}

extension PolicySection {
  /// Its member of the policy.
  var key: String {
    switch self {
    case .tools: "tools"
    case .resources: "resources"
    case .prompts: "prompts"
    case .serverRequests: "server_requests"
    case .others: ""
    }
  }
}

extension PolicyEngine {
  /// Everything in the policy that speaks of a tool, in the order in which it is looked at, overridden things included.
  package func governing(server: ExactText, tool: ExactText, at now: Moment) -> [GoverningRule] {
    guard let policy else { return [] }
    let level = policy.servers[server]
    let hidden = policy.hiding(level, tool)
    let isHidden = hidden == nil ? nil : "the tool is hidden, and nothing more is asked"
    var found: [GoverningRule] = []
    for entry in policy.top.hide.all(tool) { found.append(GoverningRule(of: entry, isTop: true)) }
    for entry in level?.hide.all(tool) ?? [] { found.append(GoverningRule(of: entry, isTop: false)) }

    let own = (level?.tools.all(tool) ?? []).map { (rule: $0, isTop: false) }
    let general = policy.top.tools.all(tool).map { (rule: $0, isTop: true) }
    let winner = (own + general).first { !$0.rule.isExpired(at: now) }
    var lookalike: CompiledPolicy.Lookalike?
    if hidden == nil, winner?.rule.denies != true, !(winner?.rule.isExact ?? false) {
      lookalike = policy.lookalike(level, tool, at: now)
    }
    let isLike = lookalike == nil ? nil : "the name could be taken for one that is denied or hidden"
    switch lookalike {
    case .hidden(let entry):
      found.append(
        GoverningRule(of: entry, isTop: !entry.pointer.hasPrefix("/servers/"), kind: .lookalike))
    case .denied(let rule):
      found.append(
        GoverningRule(
          of: rule, .tools, isTop: !rule.rule.pointer.hasPrefix("/servers/"), kind: .lookalike, at: now))
    case nil: break
    }
    for (rule, isTop) in own + general {
      var why = isHidden ?? isLike
      if why == nil, let winner, winner.rule !== rule {
        why =
          isTop != winner.isTop
          ? "a rule of the server comes first"
          : winner.rule.isExact ? "the exact name comes first" : "a longer pattern comes first"
      }
      found.append(GoverningRule(of: rule, .tools, isTop: isTop, overridden: why, at: now))
    }
    let ruled = isHidden ?? isLike ?? (winner == nil ? nil : "a rule names the tool")
    let isDenied =
      isHidden ?? isLike
      ?? (winner.map(\.rule.denies) ?? (policy.fallback(level)?.setting ?? .deny == .deny)
        ? "the tool is denied before" : nil)
    for (rule, isTop) in [(level?.allTools, false), (policy.top.allTools, true)] {
      guard let rule else { continue }
      found.append(GoverningRule(of: rule, .tools, isTop: isTop, overridden: isDenied, at: now))
    }
    if let fallback = level?.fallback, let level = policy.pointer(of: server) {
      found.append(GoverningRule(of: fallback, isTop: false, level: level, overridden: ruled))
    }
    let nearer = level?.fallback == nil ? nil : "the server's own default comes first"
    if let fallback = policy.top.fallback {
      found.append(GoverningRule(of: fallback, isTop: true, level: "", overridden: ruled ?? nearer))
    } else {
      found.append(
        GoverningRule(
          kind: .fallback, isForAllServers: true, section: "default", key: "", pointer: "(default)", summary: "deny",
          overridden: ruled ?? nearer))
    }
    return found
  }
}

extension CompiledPolicy {
  fileprivate func pointer(of server: ExactText) -> String? { "/servers/" + Pointer.token(server.string) }
}

extension PolicyDocument {
  /// What stands in the part for a server, or for all (nil), beside the rules of tools that are known by name.
  ///
  /// At most `limit` entries of each section; the second part is how many more there are.
  package func levelRules(
    server: ExactText?, knownTools: Set<ExactText>, at now: Moment, limit: Int = 200
  ) -> (rules: [GoverningRule], untold: Int) {
    guard let level = content.level(server) else { return ([], 0) }
    let isTop = server == nil
    var rules: [GoverningRule] = []
    var untold = 0
    if let fallback = level.fallback {
      rules.append(GoverningRule(of: fallback, isTop: isTop, level: level.pointer))
    }
    let hide = level.hide ?? []
    rules += hide.prefix(limit).map { GoverningRule(of: $0, isTop: isTop) }
    untold += max(0, hide.count - limit)
    if let rule = level.allTools {
      let compiled = CompiledRule(rule, key: nil, pattern: nil, in: .tools, isEnforced: isEnforced)
      rules.append(GoverningRule(of: compiled, .tools, isTop: isTop, at: now))
    }
    func add(_ entries: [PolicyLevel.Entry]?, _ section: PolicySection) {
      var count = 0
      for entry in entries ?? [] {
        if section == .tools, case .exact(let name) = entry.pattern, knownTools.contains(name) { continue }
        count += 1
        guard count <= limit else {
          untold += 1
          continue
        }
        let rule = CompiledRule(
          entry.rule, key: entry.key, pattern: entry.pattern, in: section, isEnforced: isEnforced)
        rules.append(GoverningRule(of: rule, section, isTop: isTop, at: now))
      }
    }
    add(level.tools, .tools)
    add(level.resources, .resources)
    add(level.prompts, .prompts)
    add(level.serverRequests, .serverRequests)
    return (rules, untold)
  }

  /// The bytes of a rule as they stand in the text, further lines moved left with the first one; nil for no rule.
  package func text(of rule: GoverningRule) -> [UInt8]? {
    guard !rule.range.isEmpty, text.indices.contains(rule.range.lowerBound), rule.range.upperBound <= text.count else {
      return nil
    }
    var start = rule.range.lowerBound
    while start > 0, text[start - 1] == 0x20 || text[start - 1] == 0x09 { start -= 1 }
    let indent = start == 0 || text[start - 1] == 0x0A ? rule.range.lowerBound - start : 0
    var found: [UInt8] = []
    var index = rule.range.lowerBound
    while index < rule.range.upperBound {
      found.append(text[index])
      index += 1
      guard text[index - 1] == 0x0A else { continue }
      var skipped = 0
      while skipped < indent, index < rule.range.upperBound, text[index] == 0x20 || text[index] == 0x09 {
        index += 1
        skipped += 1
      }
    }
    return found
  }
}
