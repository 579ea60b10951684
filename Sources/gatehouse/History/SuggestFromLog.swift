import ConsoleCore
import History
import JSONText
import Policy
import Risk
import Store
import System

extension Gatehouse {
  /// `policy suggest --from-log`.
  static func suggestFromLog(_ arguments: Arguments) throws(Failure) -> Int32 {
    let now = Clock.now()
    let query = try query(arguments, at: now)
    let server = arguments.value("--server").map { ExactText($0) }
    let (path, inForce) = try policyInUse(arguments.value("--policy"))
    let base: PolicyDocument
    if let inForce { base = inForce } else { base = try starter() }
    let seen = try seenCalls(query)
    guard seen.first != nil else {
      throw Failure(
        "the record has no call that was let through",
        help: "let a policy observe for a while, or give an earlier --since")
    }
    let tools = try knownDefinitions()
    var suggestion = SuggestedFromLog(base, seen, tools, server: server, isPruning: arguments.has("--prune"))
    do throws(PolicyEditError) {
      try suggestion.apply(replacingOwn: arguments.has("--all"), at: now)
    } catch {
      throw Failure("the rules cannot be written into \(path): \(error)")
    }
    let effect = try effect(of: suggestion.document, query)
    let old = inForce?.text ?? []
    let patch = unified(DiffLine.unified(old, suggestion.document.text), inForce == nil ? "/dev/null" : path, path)
    if arguments.has("--json") {
      suggestion.write(path: path, inForce: inForce, patch: patch, effect)
      return 0
    }
    suggestion.tell()
    guard suggestion.document.text != old else {
      StandardOutput.write("nothing to change\n")
      return 0
    }
    printExactly(patch)
    StandardOutput.write("\nwith it, of the recorded calls:\n")
    tell(effect)
    guard arguments.has("--write") else { return 0 }
    return try writeIfWanted(suggestion.document.text, over: inForce?.text, to: path)
  }

  private static func seenCalls(_ query: RecordCursor.Query) throws(Failure) -> SeenCalls {
    let folder = try environmentPaths().record
    return try withRecord { index throws(StoreError) -> SeenCalls in
      var lines = RecordLines(folder)
      var seen = SeenCalls()
      try index.scan(query) { part throws(StoreError) in
        seen.add(part.block, part.rows, of: part.texts, lane: part.segment.lane, segment: part.segment.number) {
          lines.arguments(of: $0).map { .known($0) } ?? .unknown
        }
      }
      return seen
    }
  }

  private static func effect(
    of document: PolicyDocument, _ query: RecordCursor.Query
  ) throws(Failure) -> HistorySimulation {
    let folder = try environmentPaths().record
    let schemas = try KnownSchemas.ofCatalogue()
    return try withRecord { index throws(StoreError) -> HistorySimulation in
      var lines = RecordLines(folder)
      var replay = HistoryReplay(
        PolicyEngine(document), comparing: .recorded,
        HistoryReplay.Sources(
          arguments: { place in lines.arguments(of: place).map { .known($0) } ?? .unknown },
          schema: { server, tool in schemas[server, tool] }))
      var texts = HistoryReplay.ForTexts(HistoryTexts(), number: 0)
      try index.scan(query) { part throws(StoreError) in
        if part.isOtherSegment { texts = HistoryReplay.ForTexts(part.texts, number: part.segment.number) }
        replay.add(part.block, part.rows, lane: part.segment.lane, &texts)
      }
      return replay.simulation
    }
  }
}

/// A policy that gets rules for what was called.
private struct SuggestedFromLog {
  private let base: PolicyDocument
  private let uses: [SeenCalls.Use]
  private let categories: [ExactText: [ExactText: Category]]
  private let isPruning: Bool
  private let isForAll: Bool
  private(set) var document: PolicyDocument
  private var rules: [(rule: SuggestedRule, use: SeenCalls.Use, isKept: Bool)] = []
  private var refused: [SeenCalls.Use] = []
  /// Rules that let more pass than was called.
  private var looser: [RuleAddress] = []

  init(
    _ base: PolicyDocument, _ seen: SeenCalls, _ tools: [JudgedTool], server: ExactText?, isPruning: Bool
  ) {
    self.base = base
    self.isPruning = isPruning
    isForAll = server == nil
    document = base
    uses = seen.all.filter { server == nil || $0.server == server }
    var categories: [ExactText: [ExactText: Category]] = [:]
    for tool in tools {
      guard let server = tool.server else { continue }
      categories[server, default: [:]][tool.definition.name] = tool.assessment.category
    }
    self.categories = categories
  }

  mutating func apply(replacingOwn: Bool, at now: Moment) throws(PolicyEditError) {
    let engine = PolicyEngine(base)
    var edits = defaults()
    var wanted: Set<RuleAddress> = []
    for use in uses {
      let known: Category? = if case .tool(let name) = use.target { categories[use.server]?[name] } else { nil }
      guard let rule = SuggestedRule(use, category: known ?? use.category ?? .write, hasSchema: known != nil) else {
        if use.ran == 0 { refused.append(use) }
        continue
      }
      wanted.insert(rule.address)
      var isKept = base.rule(at: rule.address) != nil
      if case .tool(let name) = use.target {
        let standing = engine.standing(server: use.server, tool: name, at: now)
        isKept = standing.isOwn
        if isKept { wanted.insert(RuleAddress(.tools, rule.address.key)) }
      }
      isKept = isKept && !replacingOwn
      rules.append((rule, use, isKept))
      if !isKept { edits.append(rule.edit) }
    }
    if isForAll { looser = base.ruleAddresses.filter { !wanted.contains($0) && lets(base.rule(at: $0)) } }
    if isPruning { edits += looser.map { .change($0, .remove) } }
    guard !edits.isEmpty else { return }
    var draft = PolicyDraft(base: base)
    try draft.apply(.batch(edits, title: "rules for what was called"))
    document = draft.current
  }

  /// From now on what no rule names is denied, and decisions count.
  private func defaults() -> [PolicyEdit] {
    guard isForAll, let root = try? JSONNode.read(base.text) else { return [] }
    var edits: [PolicyEdit] = []
    if root["mode"]?.string == PolicyMode.observe.rawValue { edits.append(.setMode(.enforce)) }
    if let setting = root["default"]?.string, setting != "deny" { edits.append(.setDefault(server: nil, .deny)) }
    for member in root["servers"]?.members ?? [] {
      guard let setting = member.value["default"]?.string, setting != "deny" else { continue }
      edits.append(.setDefault(server: member.key, nil))
    }
    return edits
  }

  private func lets(_ rule: JSONNode?) -> Bool {
    guard let rule else { return false }
    return (rule["action"]?.string ?? "allow") == "allow"
  }

  func tell() {
    for (rule, use, isKept) in rules {
      let name = TerminalText.safe("\(use.server.string)/\(use.target.word.string)")
      if isKept {
        Gatehouse.say("\(name): keeps its own rule; by the record it would be \(rule.summary)\n")
      } else {
        Gatehouse.say("\(name): \(rule.summary)\n")
      }
      for reason in rule.reasons { Gatehouse.say("    \(TerminalText.safe(reason))\n") }
    }
    for use in refused {
      Gatehouse.say(
        "\(TerminalText.safe("\(use.server.string)/\(use.target.word.string)")): no rule; it was refused "
          + "\(use.refused == 1 ? "once" : "\(use.refused) times") and never let through\n")
    }
    for address in looser where address.section != .allTools {
      Gatehouse.say(
        "\(TerminalText.safe(address.pointer)): lets pass what was not called; "
          + (isPruning ? "it goes\n" : "it stays (--prune removes it)\n"))
    }
  }

  func write(path: String, inForce: PolicyDocument?, patch: String, _ effect: HistorySimulation) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("policy")
    writer.beginObject()
    writer.member("file", path)
    writer.member("revision", ifPresent: inForce?.revision)
    writer.endObject()
    writer.key("rules")
    writer.beginArray()
    for (rule, use, isKept) in rules {
      writer.beginObject()
      writer.member("pointer", rule.address.pointer)
      writer.member("server", use.server.string)
      writer.member("name", use.target.word.string)
      writer.member("summary", rule.summary)
      writer.member("state", isKept ? "kept" : "new")
      writer.key("reasons")
      writer.beginArray()
      for reason in rule.reasons { writer.string(reason) }
      writer.endArray()
      writer.key("rule")
      writer.node(rule.node)
      writer.endObject()
    }
    writer.endArray()
    writer.key("refused")
    writer.beginArray()
    for use in refused {
      writer.beginObject()
      writer.member("server", use.server.string)
      writer.member("name", use.target.word.string)
      writer.member("calls", use.refused)
      writer.endObject()
    }
    writer.endArray()
    writer.key("looser")
    writer.beginArray()
    for address in looser { writer.string(address.pointer) }
    writer.endArray()
    PolicyDiff(base, document).writeChanges(&writer)
    writer.key("effect")
    writer.beginObject()
    Gatehouse.write(effect, &writer)
    writer.endObject()
    writer.member("diff", patch)
    writer.member("text", String(decoding: document.text, as: UTF8.self))
    writer.endObject()
    StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
  }
}
