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
    var suggestion = SuggestedFromLog(
      base, seen, tools, server: server, isPruning: arguments.has("--prune"), replacesOwn: arguments.has("--all"),
      at: now)
    do throws(PolicyEditError) {
      try suggestion.apply()
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
  private let suggestion: PolicySuggestion
  private let isPruning: Bool
  private let replacesOwn: Bool
  private(set) var document: PolicyDocument

  init(
    _ base: PolicyDocument, _ seen: SeenCalls, _ tools: [JudgedTool], server: ExactText?, isPruning: Bool,
    replacesOwn: Bool, at now: Moment
  ) {
    self.base = base
    self.isPruning = isPruning
    self.replacesOwn = replacesOwn
    document = base
    var categories: [ExactText: [ExactText: Category]] = [:]
    for tool in tools {
      guard let server = tool.server else { continue }
      categories[server, default: [:]][tool.definition.name] = tool.assessment.category
    }
    suggestion = PolicySuggestion(base, seen, server: server, at: now) { categories[$0]?[$1] }
  }

  private func isTaken(_ line: PolicySuggestion.Line) -> Bool {
    switch line.kind {
    case .base, .rule: true
    case .own: replacesOwn
    case .looser: isPruning
    }
  }

  mutating func apply() throws(PolicyEditError) {
    let edits = suggestion.lines.filter(isTaken).map(\.edit)
    guard !edits.isEmpty else { return }
    var draft = PolicyDraft(base: base)
    try draft.apply(.batch([.layOut] + edits, title: "rules for what was called"))
    document = draft.current
  }

  func tell() {
    for line in suggestion.lines {
      guard let server = line.server, line.rule != nil else { continue }
      let name = TerminalText.safe("\(server.string)/\(line.name.string)")
      if isTaken(line) {
        Gatehouse.say("\(name): \(line.summary)\n")
      } else {
        Gatehouse.say("\(name): keeps its own rule; by the record it would be \(line.summary)\n")
      }
      for reason in line.reasons { Gatehouse.say("    \(TerminalText.safe(reason))\n") }
    }
    for use in suggestion.refused {
      Gatehouse.say(
        "\(TerminalText.safe("\(use.server.string)/\(use.name.string)")): no rule; it was refused "
          + "\(use.calls == 1 ? "once" : "\(use.calls) times") and never let through\n")
    }
    for line in suggestion.lines where line.kind == .looser {
      guard let address = line.address, address.section != .allTools else { continue }
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
    for line in suggestion.lines {
      guard let rule = line.rule else { continue }
      writer.beginObject()
      writer.member("pointer", rule.address.pointer)
      writer.member("server", line.server?.string ?? "")
      writer.member("name", line.name.string)
      writer.member("summary", line.summary)
      writer.member("state", isTaken(line) ? "new" : "kept")
      writer.key("reasons")
      writer.beginArray()
      for reason in line.reasons { writer.string(reason) }
      writer.endArray()
      writer.key("rule")
      writer.node(rule.node)
      writer.endObject()
    }
    writer.endArray()
    writer.key("refused")
    writer.beginArray()
    for use in suggestion.refused {
      writer.beginObject()
      writer.member("server", use.server.string)
      writer.member("name", use.name.string)
      writer.member("calls", use.calls)
      writer.endObject()
    }
    writer.endArray()
    writer.key("looser")
    writer.beginArray()
    for line in suggestion.lines where line.kind == .looser { writer.string(line.address?.pointer ?? "") }
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
