package import JSONText

/// A server that is known beside the policy, with its tools where they are known.
package struct KnownServer: Hashable, Sendable {
  package let name: ExactText
  /// Nil where nobody has asked it yet.
  package let tools: [ExactText]?

  package init(name: ExactText, tools: [ExactText]?) {
    self.name = name
    self.tools = tools
  }
}

extension PolicyDocument {
  /// What is odd about the policy for somebody who knows more than its text: the time, the servers, the policy before it.
  ///
  /// Each of them may be unknown. Of each kind at most twenty are listed, the others counted.
  package func findings(
    at now: Moment? = nil, servers: [KnownServer] = [], inForce: PolicyDocument? = nil
  ) -> [PolicyProblem] {
    var groups: [(found: [PolicyOddities.Oddity], more: String)] = []
    if let now { groups.append((PolicyExpiry(content, at: now).found, "more have expired")) }
    if !servers.isEmpty {
      groups.append((UnknownNames(content, servers).found, "more names are unknown or decide nothing"))
    }
    if let inForce, inForce.text != text {
      groups.append((PolicyLoosening(from: inForce, to: self, servers).found, "more are looser than before"))
    }
    guard groups.contains(where: { !$0.found.isEmpty }), let root = try? JSONNode.read(text) else { return [] }
    return groups.flatMap { problems($0.found, $0.more, root) }
  }

  private static let mostOfAKind = 20

  private func problems(_ found: [PolicyOddities.Oddity], _ more: String, _ root: JSONNode) -> [PolicyProblem] {
    let places = PointerPlaces(of: found.map(\.pointer), in: root)
    let sorted = found.map { ($0, places.nearest($0.pointer)) }.enumerated()
      .sorted { ($0.element.1.offset, $0.offset) < ($1.element.1.offset, $1.offset) }.map(\.element)
    let shown = sorted.prefix(Self.mostOfAKind)
    let lines = LineIndex(text).places(of: shown.map(\.1.offset), in: text)
    var problems = zip(shown, lines).map { entry, place in
      PolicyProblem(
        weight: .warning, place: place, pointer: entry.1.pointer, message: entry.0.message, help: entry.0.help)
    }
    if sorted.count > shown.count, let last = lines.last {
      problems.append(
        PolicyProblem(weight: .warning, place: last, pointer: "", message: "\(sorted.count - shown.count) \(more)"))
    }
    return problems
  }
}

/// What has expired by some time.
private struct PolicyExpiry {
  private(set) var found: [PolicyOddities.Oddity] = []
  private let now: Moment

  init(_ content: PolicyContent, at now: Moment) {
    self.now = now
    for level in [content.top] + content.servers.map(\.level) {
      if let rule = level.allTools { look(at: rule) }
      for section in [level.tools, level.resources, level.prompts, level.serverRequests] {
        for entry in section ?? [] { look(at: entry.rule) }
      }
    }
  }

  private mutating func look(at rule: PolicyRule) {
    if note("rule", rule.pointer, rule.expires) { return }
    for entry in rule.require + rule.denyIf + rule.approveIf + rule.allowIf {
      note("entry", entry.pointer, entry.expires)
    }
    for limit in rule.limits { note("limit", limit.pointer, limit.expires) }
  }

  @discardableResult
  private mutating func note(_ noun: String, _ pointer: String, _ expires: Moment?) -> Bool {
    guard let expires, expires <= now else { return false }
    found.append(
      PolicyOddities.Oddity(
        pointer: pointer + "/expires", message: "this \(noun) has expired, so it is as if absent",
        help: "take it out, or write a later time"))
    return true
  }
}

/// Names that no known server has, and globs that leave nothing to decide.
private struct UnknownNames {
  private(set) var found: [PolicyOddities.Oddity] = []
  /// Finding out what was meant costs more than finding out that nothing was.
  private var suggestions = 20

  init(_ content: PolicyContent, _ servers: [KnownServer]) {
    let names = servers.map(\.name)
    let known = Dictionary(servers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (name, level) in content.servers {
      guard let server = known[name] else {
        note(level.pointer, "no server `\(name)` is known", name, names)
        continue
      }
      guard let tools = server.tools else { continue }
      look(at: level, "`\(name)` has no tool", tools, others: [])
    }
    // Only who knows the tools of all servers knows what none of them has.
    let tools = servers.map(\.tools)
    guard tools.allSatisfy({ $0 != nil }) else { return }
    let own = Dictionary(
      content.servers.map { ($0.name, NameTable(($0.level.tools ?? []).map { ($0.pattern, true) })) },
      uniquingKeysWith: { first, _ in first })
    // A tool that its server has a rule for is not governed here.
    let governed = servers.flatMap { server in (server.tools ?? []).filter { own[server.name]?.find($0) == nil } }
    look(at: content.top, "no server has a tool", Array(Set(tools.flatMap { $0 ?? [] })).sorted(), others: governed)
  }

  private mutating func look(
    at level: PolicyLevel, _ message: String, _ tools: [ExactText], others governed: [ExactText]
  ) {
    let names = Set(tools)
    let deciding = level.pointer.isEmpty ? Set(governed) : names
    for entry in level.hide ?? [] {
      if case .exact(let name) = entry.pattern, !names.contains(name) {
        note(entry.pointer, "\(message) `\(name)`", name, tools)
      }
    }
    var globs: [(glob: Glob, entry: PolicyLevel.Entry)] = []
    for entry in level.tools ?? [] {
      switch entry.pattern {
      case .exact(let name) where !names.contains(name): note(entry.rule.pointer, "\(message) `\(name)`", name, tools)
      case .exact(let name) where !deciding.contains(name):
        found.append(
          PolicyOddities.Oddity(
            pointer: entry.rule.pointer,
            message: "`\(name)` decides nothing now: each server that has it has a rule of its own for it", help: nil))
      case .exact: break
      case .glob(let glob): globs.append((glob, entry))
      }
    }
    lookAtGlobs(globs, level, deciding, tools)
  }

  /// A glob whose tools all have a more specific rule.
  private mutating func lookAtGlobs(
    _ globs: [(glob: Glob, entry: PolicyLevel.Entry)], _ level: PolicyLevel, _ governed: Set<ExactText>,
    _ tools: [ExactText]
  ) {
    guard !globs.isEmpty, globs.count * tools.count <= 4_000_000 else { return }
    let table = NameTable((level.tools ?? []).map { ($0.pattern, $0.rule.pointer) })
    let deciding = Set(governed.compactMap { table.find($0) })
    for (glob, entry) in globs where !deciding.contains(entry.rule.pointer) {
      let matched = tools.filter { glob.matches($0) }
      guard !matched.isEmpty else { continue }
      found.append(
        PolicyOddities.Oddity(
          pointer: entry.rule.pointer,
          message: matched.count == 1
            ? "`\(entry.key)` decides nothing now: the one tool that it matches has a more specific rule"
            : "`\(entry.key)` decides nothing now: all \(matched.count) tools that it matches have more specific rules",
          help: nil))
    }
  }

  private mutating func note(_ pointer: String, _ message: String, _ name: ExactText, _ known: [ExactText]) {
    var near: String?
    if suggestions > 0 {
      suggestions -= 1
      near = Suggestion.nearest(to: name.string, among: known.map(\.string))
    }
    found.append(
      PolicyOddities.Oddity(pointer: pointer, message: message, help: near.map { "did you mean `\($0)`?" }))
  }
}
