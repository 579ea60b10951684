/// What name, description and schema say only together: queries that may write, processes, money.
struct MeaningReading {
  let name: NameReading
  let description: DescriptionReading
  let schema: SchemaReading

  func report(to findings: inout Findings) {
    reportStatements(&findings)
    reportCommands(&findings)
    reportActions(&findings)
    reportProcesses(&findings)
    reportMaking(&findings)
    reportReferences(&findings)
    reportMoney(&findings)
    reportCare(to: &findings)
  }

  // MARK: Running what the caller writes

  private static let runs: Set<Word> = ["execute", "run", "exec", "query", "eval", "evaluate", "invoke", "perform"]

  /// Whether a sign is one of running a query: stopping one is not.
  private static func isRunning(_ found: String) -> Bool {
    guard let word = Word(found.utf8) else { return false }
    return Self.runs.contains(word) || Lexicon.shared[word].topics.contains(.light) || Self.runForms.contains(word)
  }

  private static let runForms: Set<Word> = [
    "executes", "executing", "runs", "running", "invokes", "evaluates", "performs", "calls", "issues", "request",
    "process", "call", "trigger", "triggers", "starts", "start",
  ]

  private var runsSomething: Bool {
    name.entries.indices.contains { name.parts[$0].word.map(Self.runs.contains) ?? false }
      || description.leadVerb.map { $0.category == .execute } ?? false
      || description.leadWord == "query"
  }

  /// Whether the tool takes questions: then running them is reading, unless their language can write.
  private var asks: Bool {
    schema.takesQuery || name.topics.contains(.question) || name.entries.contains { $0.topics.contains(.question) }
      || description.objectTopics().contains(.question)
  }

  private func reportStatements(_ findings: inout Findings) {
    guard schema.statement != nil || asks else { return }
    let near = name.topics.union(description.leadTopics).union(schema.topics).union(schema.queryTopics)
    let canWrite = schema.statement != nil || near.contains(.writingLanguage)
    let language = near.union(description.topics)
    let onlyReads = description.claimsReadOnly || (!canWrite && near.contains(.observed))
    if onlyReads || (language.contains(.readingLanguage) && schema.statement == nil) {
      if runsSomething { findings.excuse(.execute, as: .read) { Self.isRunning($0.found) } }
      return
    }
    // `write_query`
    let writes = name.topics.contains(.question) && name.verb.map { $0.category == .write } ?? false
    if canWrite, writes || (runsSomething && !name.asks) {
      findings.add(.inputSchema, schema.statement ?? "query", .execute, Weights.anyStatement)
    }
  }

  private func reportCommands(_ findings: inout Findings) {
    if let request = schema.request { findings.add(.inputSchema, request, .execute, Weights.anyRequest) }
    guard let command = schema.command else { return }
    guard !(name.verb?.category == .read && description.claimsReadOnly) else {
      findings.excuse(.execute, as: .read) { Self.isRunning($0.found) }
      return
    }
    let speaksOfPrograms =
      name.entries.contains { $0.topics.contains(.program) } || runsSomething
      || description.leadTopics.contains(.program)
    if speaksOfPrograms { findings.add(.inputSchema, command, .execute, Weights.anyCommand) }
  }

  private func reportActions(_ findings: inout Findings) {
    for finding in schema.findings {
      let isChoice = finding.strength > Weights.choiceAsked && finding.found.contains(":")
      let asked = name.verb?.weight == .vague ? Weights.choiceChecked : Weights.choiceAsked
      let strength = isChoice && name.asks ? asked : finding.strength
      findings.add(finding.field, finding.found, finding.category, strength)
    }
    if schema.choosesReadsOnly, name.verb?.weight == .vague { findings.excuse(.write, as: .read) }
    guard schema.selector != nil, !name.asks else { return }
    for action in description.listedActions() {
      findings.add(.description, action.spelling, action.verb.category, Weights.choiceWords)
    }
    guard description.leadVerb?.category != .read, !schema.choosesReadsOnly else { return }
    for act in description.namedActs() {
      findings.add(.description, act.spelling, act.verb.category, Weights.choiceNamed)
    }
  }

  /// Stopping something that runs is an act upon a process; cancelling a meeting is a change like others.
  private func reportProcesses(_ findings: inout Findings) {
    guard let main = name.main, name.parts[main].word == "cancel", name.topics.contains(.process) else { return }
    findings.add(.name, name.spelling(main), .execute, Weights.nameClear)
  }

  // MARK: Money

  private func reportMoney(_ findings: inout Findings) {
    let context = name.topics.union(description.leadTopics).union(schema.topics)
    let speaksOfMoney = !context.isDisjoint(with: [.money, .sum])
    if let main = name.main, let verb = name.verb {
      let isCommit = name.entries[main].topics.contains(.commit)
      if isCommit, name.topics.contains(.money), verb.category != .read {
        findings.add(.name, String(decoding: name.text, as: UTF8.self), .financial, Weights.money)
      } else if isCommit, name.topics.contains(.purchase), speaksOfMoney {
        findings.add(.name, String(decoding: name.text, as: UTF8.self), .financial, Weights.moneyByContext)
      } else if name.entries[main].topics.contains(.rearrange), name.topics.contains(.purchase),
        !context.isDisjoint(with: [.money, .market])
      {
        findings.add(.name, String(decoding: name.text, as: UTF8.self), .financial, Weights.moneyByContext)
      } else if name.entries[main].topics.contains(.payable), verb.category != .read, speaksOfMoney {
        findings.add(.name, name.spelling(main), .financial, Weights.moneyByContext)
      }
    }
    if isOrderPlaced {
      findings.add(.name, String(decoding: name.text, as: UTF8.self), .financial, Weights.moneyByContext)
    }
    if let lead = description.lead, let verb = description.leadVerb {
      let object = description.nearObjectTopics
      let isCommit = description.entries[lead].topics.contains(.commit) && verb.category != .read
      let spelling = description.spelling(lead..<lead + 1)
      if isCommit, object.contains(.money) {
        findings.add(.description, spelling, .financial, Weights.moneyByContext)
      } else if isCommit, object.contains(.purchase), !schema.topics.isDisjoint(with: [.money, .sum]) {
        findings.add(.description, spelling, .financial, Weights.joinedVague)
      }
    }
    reportCharges(&findings)
    if findings.strength(of: .financial) > 0, schema.topics.contains(.sum) {
      findings.add(.inputSchema, "amount", .financial, Weights.sum)
    }
  }

  /// `place_order`, `close_position`: nothing else is meant by them.
  private var isOrderPlaced: Bool {
    let words = name.parts.compactMap(\.word)
    guard let first = words.firstIndex(where: { $0 == "place" || $0 == "close" }) else { return false }
    let rest = words[(first + 1)...]
    return words[first] == "place"
      ? rest.contains { $0 == "order" || $0 == "orders" || $0 == "bet" || $0 == "trade" }
      : rest.contains { $0 == "position" || $0 == "positions" }
  }

  /// Paying as a side effect: "books a flight and charges the card".
  private func reportCharges(_ findings: inout Findings) {
    for index in description.actsOfFirstSentence where description.entries[index].topics.contains(.payable) {
      let object = description.entries[(index + 1)...].prefix(4)
      guard object.contains(where: { !$0.topics.isDisjoint(with: [.money, .sum]) }) else { continue }
      findings.add(.description, description.spelling(index..<index + 1), .financial, Weights.moneyByContext)
    }
  }
}
