import ConsoleCore
import History
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let policySimulate = Command(
    ["policy", "simulate"], operands: "NEW.json", count: 1...1,
    summary: "Judge every recorded call again by another policy, and tell what would have changed.",
    details: """
      Limits count by the recorded times, beginning with the calls before --since that they still see. Compared is what was
      decided at the time or, with --against, what that policy says. Where a policy looks at arguments that the record
      does not have (see `record.arguments` in config.json), or has masked, that cannot be told; such calls are counted
      apart, and so are those that no rule decided: pins, a lockdown, malformed messages.

      Exit 0; with --check 1 if anything changes or cannot be told.

      With --json: {"policy" {"file", "revision"}, "against", "since", "until", "calls", "changed", "unknown", "otherwise",
      "newly_enforced", "changes" [{"from", "to", "calls", "targets" [{"server", "name", "calls", "first", "last"}]}]}.
      """,
    options: [
      sinceOption, untilOption, filterOption,
      .init("--against", "FILE", "compare with this policy instead of what was decided"),
      .init("--check", "exit 1 if anything changes or cannot be told"),
      .init("--json", "print JSON"),
    ]
  ) { arguments throws(Failure) in
    let name = arguments.operands[0]
    let document = try readPolicy(name)
    let against = try arguments.value("--against").map { file throws(Failure) in try readPolicy(file) }
    guard name != "-" || arguments.value("--against") != "-" else { throw .usage("`-` can be read once only") }
    var query = try query(arguments, at: Clock.now())
    let since = query.since
    let window = max(document.longestWindow, against?.longestWindow ?? 0)
    let (earlier, isTooEarly) = since.subtractingReportingOverflow(Int64(window) * 1_000_000)
    query.since = isTooEarly ? .min : earlier
    let schemas = try KnownSchemas.ofCatalogue()
    let folder = try environmentPaths().record
    let simulation = try withRecord { index throws(StoreError) -> HistorySimulation in
      var lines = RecordLines(folder)
      var replay = HistoryReplay(
        PolicyEngine(document), comparing: against.map { .policy(PolicyEngine($0)) } ?? .recorded, since: since,
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
    if arguments.has("--json") {
      StandardOutput.write(json(simulation, name, document, arguments.value("--against")))
    } else {
      tell(simulation)
      if !document.isEnforced, simulation.changedCalls > 0 {
        StandardOutput.write("the policy only observes: as it is, it stops nothing\n")
      }
    }
    return arguments.has("--check") && (simulation.changedCalls > 0 || simulation.unknown > 0) ? 1 : 0
  }

  // MARK: For people

  static func tell(_ simulation: HistorySimulation) {
    guard simulation.calls > 0 || simulation.otherwise > 0 else {
      StandardOutput.write("no calls to judge\n")
      return
    }
    var text = ""
    for (change, calls, lines) in simulation.changes {
      let shown = lines.prefix(8).map { line in
        "\(TerminalText.safe("\(line.server.string)/\(line.target.string)")) \(HistoryWords.count(line.calls))"
      }
      let rest = lines.dropFirst(8).reduce(0) { $0 + $1.calls }
      let more = rest > 0 ? ", \(HistoryWords.count(lines.count - 8)) more \(HistoryWords.count(rest))" : ""
      text += "\(calls == 1 ? "1 call" : "\(HistoryWords.count(calls)) calls") \(change.from.rawValue) becomes "
      text += "\(change.to.rawValue): \(shown.joined(separator: ", "))\(more)\n"
    }
    let same = simulation.calls - simulation.changedCalls
    text += "\(HistoryWords.count(same)) of \(HistoryWords.count(simulation.calls)) calls judged as before\n"
    if simulation.newlyEnforced > 0 {
      text +=
        "\(HistoryWords.count(simulation.newlyEnforced)) that were only observed would be stopped or asked about\n"
    }
    if simulation.unknown > 0 {
      text +=
        "\(HistoryWords.count(simulation.unknown)) cannot be told: the policy looks at arguments that the record does not have\n"
    }
    if simulation.otherwise > 0 {
      text += "\(HistoryWords.count(simulation.otherwise)) not judged again: no rule had decided them\n"
    }
    if let first = simulation.first, let last = simulation.last {
      text += "calls from \(first.rfc3339.prefix(19))Z to \(last.rfc3339.prefix(19))Z\n"
    }
    StandardOutput.write(text)
  }

  // MARK: For programs

  private static func json(
    _ simulation: HistorySimulation, _ name: String, _ document: PolicyDocument, _ against: String?
  ) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("policy")
    writer.beginObject()
    writer.member("file", name)
    writer.member("revision", document.revision)
    writer.endObject()
    writer.member("against", ifPresent: against)
    write(simulation, &writer)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }

  /// Writes its members into an object that is begun.
  static func write(_ simulation: HistorySimulation, _ writer: inout JSONWriter) {
    writer.member("since", ifPresent: simulation.first?.rfc3339)
    writer.member("until", ifPresent: simulation.last?.rfc3339)
    writer.member("calls", simulation.calls)
    writer.member("changed", simulation.changedCalls)
    writer.member("unknown", simulation.unknown)
    writer.member("otherwise", simulation.otherwise)
    writer.member("newly_enforced", simulation.newlyEnforced)
    writer.key("changes")
    writer.beginArray()
    for (change, calls, lines) in simulation.changes {
      writer.beginObject()
      writer.member("from", change.from.rawValue)
      writer.member("to", change.to.rawValue)
      writer.member("calls", calls)
      writer.key("targets")
      writer.beginArray()
      for line in lines {
        writer.beginObject()
        writer.member("server", line.server.string)
        writer.member("name", line.target.string)
        writer.member("calls", line.calls)
        writer.member("first", line.first.rfc3339)
        writer.member("last", line.last.rfc3339)
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
  }
}
