package import JSONText
package import Policy
package import Risk

/// The least that lets pass what was called, as changes of a policy that a person takes one by one.
package struct PolicySuggestion: Hashable, Sendable {
  package struct Line: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      /// Decisions count from now on, and what no rule names is denied.
      case base
      /// A rule for what was called.
      case rule
      /// The same for what has a rule of its own, which stays unless this is taken.
      case own
      /// A rule that lets pass what was not called goes.
      case looser
    }

    package var kind: Kind
    /// Nil for what is about all servers.
    package var server: ExactText?
    /// The tool, resource, prompt or method; for other lines what they are about.
    package var name: ExactText
    package var target: Call.Target?
    /// In a few words, as `24/minute`.
    package var summary: String
    /// Why, one reason for each part of it.
    package var reasons: [String]
    package var edit: PolicyEdit
    /// The rule that the edit makes.
    package var rule: SuggestedRule?
    /// The place of the rule that it is about; nil for a default or the mode.
    package var address: RuleAddress?
  }

  /// What was called and never let through.
  package struct Refused: Hashable, Sendable {
    package var server: ExactText
    package var name: ExactText
    package var calls: Int
  }

  /// In the order in which they are to be read.
  package private(set) var lines: [Line] = []
  package private(set) var refused: [Refused] = []
  /// How many calls were let through, and from when to when.
  package private(set) var calls = 0
  package private(set) var first: Moment?
  package private(set) var last: Moment?

  /// `category` tells what a tool that is known is judged to be; what is not known goes by what the record says of it.
  package init(
    _ base: PolicyDocument, _ seen: SeenCalls, server: ExactText? = nil, at now: Moment,
    category: (_ server: ExactText, _ tool: ExactText) -> Category?
  ) {
    (first, last) = (seen.first, seen.last)
    let engine = PolicyEngine(base)
    // The text was read once, so it is JSON.
    let root = (try? JSONNode.read(base.text)) ?? JSONNode(.object([]))
    if server == nil { lines = Self.defaults(root) }
    var wanted: Set<RuleAddress> = []
    for use in seen.all where server == nil || use.server == server {
      let known: Category? = if case .tool(let name) = use.target { category(use.server, name) } else { nil }
      guard let rule = SuggestedRule(use, category: known ?? use.category, hasSchema: known != nil) else {
        if use.ran == 0 {
          refused.append(Refused(server: use.server, name: use.target.word, calls: use.refused))
        }
        continue
      }
      calls += use.ran
      wanted.insert(rule.address)
      var isOwn = Self.rule(rule.address, in: root) != nil
      if case .tool(let name) = use.target {
        isOwn = engine.standing(server: use.server, tool: name, at: now).isOwn
        if isOwn { wanted.insert(RuleAddress(.tools, rule.address.key)) }
      }
      lines.append(
        Line(
          kind: isOwn ? .own : .rule, server: use.server, name: use.target.word, target: use.target,
          summary: rule.summary, reasons: rule.reasons, edit: rule.edit, rule: rule, address: rule.address))
    }
    guard server == nil else { return }
    for address in base.ruleAddresses where !wanted.contains(address) && Self.lets(Self.rule(address, in: root)) {
      lines.append(
        Line(
          kind: .looser, server: address.server, name: address.section == .allTools ? "all_tools" : address.key,
          summary: "remove the rule", reasons: ["it lets pass what was not called"], edit: .change(address, .remove),
          address: address))
    }
  }

  /// Those that are taken unless somebody wants it otherwise.
  package static func isTaken(_ kind: Line.Kind) -> Bool { kind == .base || kind == .rule }

  // MARK: What there is

  private static func rule(_ address: RuleAddress, in root: JSONNode) -> JSONNode? {
    let level: JSONNode? = if let server = address.server { root["servers"]?[server] } else { Optional(root) }
    let section = level?[ExactText(address.section.rawValue)]
    return address.section == .allTools ? section : section?[address.key]
  }

  private static func lets(_ rule: JSONNode?) -> Bool {
    guard let rule else { return false }
    return (rule["action"]?.string ?? "allow") == "allow"
  }

  /// From now on what no rule names is denied, and decisions count.
  private static func defaults(_ root: JSONNode) -> [Line] {
    var lines: [Line] = []
    if root["mode"]?.string == PolicyMode.observe.rawValue {
      lines.append(
        Line(
          kind: .base, name: "mode", summary: "enforce", reasons: ["so far the policy only observes"],
          edit: .setMode(.enforce)))
    }
    if let setting = root["default"]?.string, setting != "deny" {
      lines.append(
        Line(
          kind: .base, name: "default", summary: "deny",
          reasons: ["what no rule names is denied; so far it is \(setting)"],
          edit: .setDefault(server: nil, .deny)))
    }
    for member in root["servers"]?.members ?? [] {
      guard let setting = member.value["default"]?.string, setting != "deny" else { continue }
      lines.append(
        Line(
          kind: .base, server: member.key, name: "default", summary: "as for all servers",
          reasons: ["what no rule of this server names is denied; so far it is \(setting)"],
          edit: .setDefault(server: member.key, nil)))
    }
    return lines
  }
}

extension Standing {
  /// A rule with the tool's own name decides, or an entry of `hide`.
  fileprivate var isOwn: Bool {
    switch source {
    case .explicit, .hidden: true
    case .pattern, .serverDefault, .globalDefault, .noPolicy: false
    }
  }
}
