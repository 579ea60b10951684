internal import ControlWire
internal import JSONText
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
  /// What a starter does to calls, in a few words.
  func effect(of starter: Starter) -> String {
    switch starter {
    case .careful where carefulRules == 0: "deny what no rule allows"
    case .careful: "\(Format.count(carefulRules, "rule")), deny the rest"
    case .observe: "let all through, record decisions"
    case .empty: "deny everything"
    }
  }

  /// What will happen to calls.
  func consequence(of starter: Starter) -> String {
    switch starter {
    case .careful where carefulRules == 0:
      "No tool is known yet, so every call is denied until its tool has a rule. I adds servers first, and then this "
        + "writes a rule for each of their tools."
    case .careful:
      "Tools that read are allowed; those that write may be called 30 times a minute, those that run things 10 times; "
        + "those that destroy or pay ask a person, and wait until one decides. That is "
        + "\(Format.count(carefulRules, "rule")) for the \(Format.count(catalogue.tools.count, "tool")) known now; a tool "
        + "that appears later is denied until it has a rule."
    case .observe:
      "Every call passes, and what was called is written down; nothing is stopped, whatever rules you add. When they are "
        + "right, change the mode to enforce."
    case .empty: "Every call is denied until you allow its tool: a on a tool in this pane."
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
    let edits = catalogue.tools.indices.flatMap { recommendedEdits(for: catalogue.name(of: $0)) }
    guard !edits.isEmpty, let document = try? PolicyDocument.read(carefulText) else { return }
    var draft = PolicyDraft(base: document)
    guard (try? draft.apply(.batch(edits, title: "careful rules"))) != nil else { return }
    carefulText = draft.current.text
    carefulRules = catalogue.tools.count
  }

  /// After a first policy, and while no server is known, those of clients are offered.
  mutating func offerServers() -> [ConsoleEffect] {
    guard isFirstRun else { return [] }
    isFirstRun = false
    guard catalogue.servers.isEmpty, registry.servers.isEmpty, !options.isReadOnly else { return [] }
    return openImport()
  }

  /// Gives every tool that goes by a default the rule that is recommended for its kind, as one step.
  mutating func recommendAll() {
    let bare = catalogue.tools.indices.filter { index in
      switch catalogue.tools[index].standing.source {
      case .serverDefault, .globalDefault: true
      case .explicit, .pattern, .hidden, .noPolicy: false
      }
    }
    guard !bare.isEmpty else {
      say(.info, "every tool that is known has a rule")
      return
    }
    var counts: [(words: String, count: Int)] = []
    for index in bare {
      let words = RecommendedRule(for: catalogue.tools[index].info.assessment.category).summary
      if let place = counts.firstIndex(where: { $0.words == words }) {
        counts[place].count += 1
      } else {
        counts.append((words, 1))
      }
    }
    let said = "recommended rules for \(Format.count(bare.count, "tool"))"
    let lines = ["\(said) that no rule names so far:"] + counts.map { "\(Format.count($0.count, "tool")): \($0.words)" }
    let edit = PolicyEdit.batch(bare.flatMap { recommendedEdits(for: catalogue.name(of: $0)) }, title: said)
    overlay = .confirm(Confirmation(question: .edit(edit, said: said, isRisky: false), lines: lines))
  }
}
