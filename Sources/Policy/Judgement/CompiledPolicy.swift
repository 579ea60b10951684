import JSONText

/// A policy in the form that judges: dictionaries by exact name, globs by rank, every text written in advance.
final class CompiledPolicy: Sendable {
  let revision: String
  let isEnforced: Bool
  let top: CompiledLevel
  let servers: [ExactText: CompiledLevel]
  let hidden: Decision
  /// In the order of `PolicySection`: what the defaults say.
  private let denials: [Decision]
  private let questions: [Decision]
  let allowance: Decision

  init(_ document: PolicyDocument) {
    let content = document.content
    let isEnforced = content.isEnforced
    revision = document.revision
    self.isEnforced = isEnforced
    top = CompiledLevel(content.top, isEnforced: isEnforced)
    servers = Dictionary(
      content.servers.map { ($0.name, CompiledLevel($0.level, isEnforced: isEnforced)) }, uniquingKeysWith: { $1 })
    hidden = Decision(.hide, rule: "(hidden)", reason: "the policy hides this tool", isEnforced: isEnforced)
    allowance = Decision(.allow, rule: "(default)", isEnforced: isEnforced)
    denials = PolicySection.allCases.map { section in
      Decision(.deny, rule: "(default)", reason: "no rule allows this \(section.noun)", isEnforced: isEnforced)
    }
    questions = PolicySection.allCases.map { section in
      Decision(.ask, rule: "(default)", reason: section.question(isForAll: false), isEnforced: isEnforced)
    }
  }

  /// What holds where no rule does.
  func fallback(_ level: CompiledLevel?) -> PolicyLevel.Default? { level?.fallback ?? top.fallback }

  func fallbackDecision(_ level: CompiledLevel?, _ section: PolicySection) -> Decision {
    switch fallback(level)?.setting ?? .deny {
    case .allow: allowance
    case .deny: denials[section.rawValue]
    case .requireApproval: questions[section.rawValue]
    }
  }

  /// The entry of `hide` that a tool matches; those of all servers first.
  func hiding(_ level: CompiledLevel?, _ tool: ExactText) -> PolicyLevel.Hidden? {
    top.hide.find(tool) ?? level?.hide.find(tool)
  }
}

/// What holds for all servers, or for one.
final class CompiledLevel: Sendable {
  let fallback: PolicyLevel.Default?
  let hide: NameTable<PolicyLevel.Hidden>
  let allTools: CompiledRule?
  let tools: NameTable<CompiledRule>
  let resources: NameTable<CompiledRule>
  /// The same by addresses whose scheme and host are in small letters.
  let loweredResources: NameTable<CompiledRule>
  let prompts: NameTable<CompiledRule>
  let serverRequests: NameTable<CompiledRule>
  let lookalikes: Lookalikes
  let promptLookalikes: Lookalikes

  init(_ level: PolicyLevel, isEnforced: Bool) {
    fallback = level.fallback
    hide = NameTable((level.hide ?? []).map { ($0.pattern, $0) })
    allTools = level.allTools.map {
      CompiledRule($0, key: nil, pattern: nil, in: .tools, isEnforced: isEnforced)
    }
    func rules(
      _ entries: [PolicyLevel.Entry]?, _ section: PolicySection
    ) -> [(pattern: NamePattern, value: CompiledRule)] {
      (entries ?? []).map {
        ($0.pattern, CompiledRule($0.rule, key: $0.key, pattern: $0.pattern, in: section, isEnforced: isEnforced))
      }
    }
    let toolRules = rules(level.tools, .tools)
    tools = NameTable(toolRules)
    lookalikes = Lookalikes(hide: level.hide ?? [], tools: toolRules)
    let resourceRules = rules(level.resources, .resources)
    resources = NameTable(resourceRules)
    loweredResources = NameTable(resourceRules.map { ($0.pattern.loweredAddress, $0.value) })
    let promptRules = rules(level.prompts, .prompts)
    prompts = NameTable(promptRules)
    promptLookalikes = Lookalikes(hide: [], tools: promptRules)
    serverRequests = NameTable(rules(level.serverRequests, .serverRequests))
  }

  /// The rules of a section; nil where there can be none.
  func rules(_ section: PolicySection) -> NameTable<CompiledRule>? {
    switch section {
    case .tools: tools
    case .resources: resources
    case .prompts: prompts
    case .serverRequests: serverRequests
    case .others: nil
    }
  }
}
