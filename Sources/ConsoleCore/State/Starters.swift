internal import ControlWire
internal import Policy
internal import Risk

extension Starter {
  package var title: String {
    switch self {
    case .careful: "Careful"
    case .observe: "Observe"
    case .empty: "Empty"
    }
  }
}

extension ConsoleState {
  /// What a starter does to calls.
  func effect(of starter: Starter) -> String {
    switch starter {
    case .careful where carefulRules == 0: "deny what no rule allows"
    case .careful: "reads pass, writes limited, else deny"
    case .observe: "let all through, record decisions"
    case .empty: "deny everything"
    }
  }

  func text(of starter: Starter) -> [UInt8] {
    switch starter {
    case .careful: carefulText
    case .observe: PolicyStarter.observeText
    case .empty: PolicyStarter.emptyText
    }
  }

  /// Writes the careful text anew: it has a rule for each tool that is known.
  mutating func refreshStarters() {
    guard policy.disk == .absent, policy.draft == nil else { return }
    carefulText = PolicyStarter.carefulText
    carefulRules = 0
    let edits = catalogue.tools.indices.compactMap { index -> PolicyEdit? in
      let tool = catalogue.tools[index].info
      guard let setting = RuleSetting(careful: RecommendedRule(for: tool.assessment.category)) else { return nil }
      return .setRule(server: catalogue.name(of: index).server, tool: tool.name, setting)
    }
    guard !edits.isEmpty, let document = try? PolicyDocument.read(carefulText) else { return }
    var draft = PolicyDraft(base: document)
    guard (try? draft.apply(.batch(edits, title: "careful rules"))) != nil else { return }
    carefulText = draft.current.text
    carefulRules = edits.count
  }
}

extension RuleSetting {
  /// What is recommended, as far as this version can; nil where the default denies, which is the safe side of asking.
  fileprivate init?(careful rule: RecommendedRule) {
    switch rule {
    case .allow: self = .allow
    case .limit(let most, _): self = .limit(max: most, window: "minute", scope: "grant")
    case .requireApproval: return nil
    }
  }
}
