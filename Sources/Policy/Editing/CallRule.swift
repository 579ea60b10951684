package import JSONText

/// A rule that is made from one call, so that calls like it pass from now on.
///
/// It is the narrowest one at first, and a person may widen it. Where the policy asks, it is an entry of `allow_if`, which spares the
/// asking and nothing else; where no rule names what was called and the default denies, it is a rule with what it requires.
package struct CallRule: Hashable, Sendable {
  /// What becomes of the policy.
  package enum Kind: Hashable, Sendable {
    /// An entry of `allow_if` in the rule that asks.
    case spare(RuleAddress)
    /// An entry of `allow_if` where no rule asks, but the default.
    case spareDefault
    /// A rule where there is none, and the default denies.
    case new
  }

  package var call: Call
  /// What the policy said to it.
  package var decision: Decision
  /// Whether it is to hold for this server alone, and for this tool (resource, prompt) alone.
  package var isForServer = true
  package var isForTarget = true
  /// What must hold beside that.
  package var conditions: [ConditionTerms] = []
  /// When it ends; nil for never.
  package var expires: Moment?

  package init(_ call: Call, _ decision: Decision) {
    self.call = call
    self.decision = decision
  }

  /// What can be done about the decision.
  ///
  /// Throws: with the name of what stands in the way, where a new rule would change nothing.
  package func kind() throws(PolicyEditError) -> Kind {
    guard section != nil else {
      throw PolicyEditError("no rule can name `\(call.target.word)`", help: "the default decides about it")
    }
    let rule = decision.rule
    switch decision.verdict {
    case .allow: throw PolicyEditError("the call is let through already, by `\(rule)`")
    case .limit: throw PolicyEditError("the limit `\(rule)` holds it back", help: "change the limit")
    case .hide:
      throw PolicyEditError("the tool is hidden, which comes before every rule", help: "take it out of `hide`")
    case .ask:
      if rule == Decision.byDefault { return .spareDefault }
      if let address = RuleAddress(pointer: rule) { return .spare(address) }
    case .deny:
      if rule == Decision.byDefault { return .new }
      if RuleAddress(pointer: rule) != nil {
        throw PolicyEditError("`\(rule)` denies it, and no rule beside that lets it through", help: "change that rule")
      }
    }
    throw PolicyEditError("`\(rule)` decided, which no rule can change")
  }

  /// The place of the rule, and what of the call it covers by its place alone.
  private func place(_ kind: Kind) throws(PolicyEditError) -> RuleAddress {
    if case .spare(let address) = kind { return address }
    guard let section else { throw PolicyEditError("no rule can name `\(call.target.word)`") }
    let server = isForServer ? call.server : nil
    if kind == .spareDefault, section == .tools { return .allTools(server: server) }
    return RuleAddress(server: server, section, isForTarget ? NamePattern.key(for: call.target.word) : "*")
  }

  /// Whether the rule's place makes it one for this server, however wide it is wanted.
  package func isBoundToServer(_ kind: Kind) -> Bool {
    if case .spare(let address) = kind { address.server != nil } else { false }
  }

  /// The same for the tool.
  package func isBoundToTarget(_ kind: Kind) -> Bool {
    guard case .spare(let address) = kind else { return false }
    if address.section == .serverRequests { return true }
    guard address.section != .allTools, case .exact? = try? NamePattern(address.key) else { return false }
    return true
  }

  /// The edit that makes the rule.
  ///
  /// Throws: in words, where it cannot be made in this policy.
  package func edit(on document: PolicyDocument) throws(PolicyEditError) -> PolicyEdit {
    let kind = try kind()
    let address = try place(kind)
    let all = scopeConditions(kind, address) + conditions
    let end = expires.map(Self.written)
    if case .spare = kind, document.rule(at: address) == nil {
      throw PolicyEditError(
        "the rule that asked, `\(address.pointer)`, is not in the file", help: "save your edits first")
    }
    if case .spare = kind {
      return .change(address, .addEntry(.allowIf, EntryTerms(all, expires: end)))
    }
    if kind == .spareDefault, address.section == .allTools {
      return .change(address, .addEntry(.allowIf, EntryTerms(all, expires: end)))
    }
    if let rule = document.rule(at: address), rule["expires"] == nil {
      throw PolicyEditError("there is a rule `\(address.pointer)` already", help: "change that rule")
    }
    let rule: JSONNode
    if kind == .spareDefault {
      rule = .object([
        "action": .text(RuleAction.requireApproval.rawValue),
        "allow_if": .array([EntryTerms(all, expires: end).node(.allowIf)]),
      ])
    } else if all.isEmpty {
      rule = .object(["action": .text(RuleAction.allow.rawValue), "expires": end.map { .text($0) }])
    } else {
      rule = .object([
        "require": .array([EntryTerms(all).node(.require)]), "expires": end.map { .text($0) },
      ])
    }
    return .change(address, .become(rule))
  }

  /// What has to be said of server and tool, because the rule's place does not say it.
  private func scopeConditions(_ kind: Kind, _ address: RuleAddress) -> [ConditionTerms] {
    guard kind != .new, kind != .spareDefault || address.section == .allTools else { return [] }
    var terms: [ConditionTerms] = []
    if isForServer, address.server == nil {
      terms.append(ConditionTerms("call.server", "eq", JSONNode(.string(call.server))))
    }
    if isForTarget, !isBoundToTarget(kind) {
      let path = address.section == .resources ? "args.uri" : "call.tool"
      terms.append(ConditionTerms(path, "eq", JSONNode(.string(call.target.word))))
    }
    return terms
  }

  /// Why the very call does not pass by a policy that has the rule; nil where it does.
  ///
  /// Limits count as not reached. `inputSchema` is what the tool's server declared; where it is not known, nothing is said of it.
  package func obstacle(
    in engine: PolicyEngine, arguments: JSONNode?, inputSchema: [UInt8]?, at now: Moment
  ) -> Obstacle? {
    let decision = engine.explain(trying: call, arguments: arguments, inputSchema: inputSchema, at: now).decision
    guard decision.verdict != .allow else { return nil }
    if inputSchema == nil, decision.rule.utf8.reversed().starts(with: "/match_schema".utf8.reversed()) { return nil }
    let words =
      switch decision.verdict {
      case .ask: "`\(decision.rule)` still asks"
      case .hide: "the tool is hidden"
      case .allow, .deny, .limit: "`\(decision.rule)` denies it all the same"
      }
    return Obstacle(pointer: decision.rule, words: decision.reason.map { "\(words): \($0)" } ?? words)
  }

  /// What keeps a call from passing.
  package struct Obstacle: Hashable, Sendable {
    /// Its JSON pointer, or what stands for one.
    package var pointer: String
    package var words: String
  }

  private static func written(_ moment: Moment) -> String { String(moment.rfc3339.prefix(19)) + "Z" }

  private var section: RuleAddress.Section? {
    switch call.target {
    case .tool: .tools
    case .resource: .resources
    case .prompt: .prompts
    case .serverRequest: .serverRequests
    case .other: nil
    }
  }
}

// MARK: The narrowest conditions
extension CallRule {
  /// A longer value is not written into a rule.
  package static let longestValue = 4096

  /// Conditions that hold for these arguments and no others: each member as it is, and nothing beside them.
  ///
  /// A value that is too long to be written is left open, and so is one that is not known whole; it must be there.
  package static func conditions(
    for arguments: JSONNode?, isUnknown: (JSONNode) -> Bool = { _ in false }
  ) -> [ConditionTerms] {
    guard let members = arguments?.members else { return [] }
    var terms = members.map { member -> ConditionTerms in
      let path = ConditionPath(arguments: [.member(member.key)]).text.string
      guard member.value.compact.count <= longestValue, !isUnknown(member.value) else {
        return ConditionTerms(path, "exists", .bool(true))
      }
      return ConditionTerms(path, "eq", member.value)
    }
    terms.append(noOthers(than: members.count))
    return terms
  }

  /// There are no more arguments than so many.
  package static func noOthers(than count: Int) -> ConditionTerms {
    ConditionTerms("args", "length_lte", .number(count))
  }
}

extension Call.Target {
  /// What rules name it by.
  package var word: ExactText {
    switch self {
    case .tool(let name), .prompt(let name): name
    case .resource(let uri): uri
    case .serverRequest(let method), .other(let method): method
    }
  }

  /// What a line of the stream is about: its method, and the name that it tells.
  package init(method: ExactText, name: ExactText) {
    self =
      switch method {
      case "tools/call": .tool(name)
      case "resources/read", "resources/subscribe": .resource(uri: name)
      case "prompts/get": .prompt(name)
      case "sampling/createMessage", "elicitation/create": .serverRequest(method: method)
      default: .other(method: method)
      }
  }
}

extension Decision {
  /// What stands for the rule where none names a request.
  package static let byDefault = "(default)"
}
