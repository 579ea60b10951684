package import ControlWire
internal import JSONSchema
internal import JSONText
package import Policy

/// Judges the calls that a gate remembers again, by the policy in force and by another one.
///
/// It holds copies of all that it needs, so that it can be run elsewhere while calls go on.
package struct CallReplay: Sendable {
  private let stream: EventLog
  private let recent: RecentCalls
  private let schemas: [ExactText: ToolSchemas]
  private let cache: SchemaCache
  private let current: PolicyEngine
  private let pending: Set<UInt64>

  /// `pending` are the numbers of the decisions that a person is asked about now.
  package init(_ gate: GateState, pending: Set<UInt64> = []) {
    stream = gate.stream
    recent = gate.recent
    schemas = gate.schemas
    cache = gate.schemaCache
    current = gate.engine
    self.pending = pending
  }

  /// What a policy would have said to each of the calls, and what the one in force says; limits count from the first of them on.
  package func run(_ other: PolicyEngine, revision: String) -> Simulation {
    var simulation = Simulation(revision: revision)
    var (now, then) = (Side(current), Side(other))
    var schemas: [ExactText: [ExactText: ToolSchema]] = [:]
    var changes: [Pair: Int] = [:]
    var tools: [Place: Int] = [:]
    var waiting: [Pair: Int] = [:]
    stream.forEach(from: stream.start) { entry, line in
      guard case .decision = entry.kind, let kept = recent[entry.sequence], let event = DecisionEvent(line),
        let call = Call(event)
      else { return }
      let arguments: JSONNode? =
        switch kept {
        case .absent: .noArguments
        case .text(let text): try? JSONNode.read(text)
        case .tooLong: nil
        }
      func schema() -> ToolSchema {
        guard case .tool(let name) = call.target else { return .unknown }
        if let known = schemas[call.server]?[name] { return known }
        let made = ToolSchema(self.schemas[call.server]?[name], cache)
        schemas[call.server, default: [:]][name] = made
        return made
      }
      let before = now.judge(call, arguments, schema, at: entry.time)
      let after = then.judge(call, arguments, schema, at: entry.time)
      guard let before, let after else {
        simulation.unknown += 1
        return
      }
      simulation.calls += 1
      if simulation.since == nil { simulation.since = entry.time }
      let pair = Pair(from: before, to: after)
      if pending.contains(entry.sequence) { waiting[pair, default: 0] += 1 }
      guard before != after else { return }
      changes[pair, default: 0] += 1
      tools[Place(server: call.server, tool: call.target.word, pair: pair), default: 0] += 1
    }
    simulation.changes = Self.sorted(changes)
    simulation.pending = Self.sorted(waiting)
    let sorted = tools.sorted {
      $0.value == $1.value ? ($0.key.server, $0.key.tool) < ($1.key.server, $1.key.tool) : $0.value > $1.value
    }
    simulation.tools = sorted.prefix(Simulation.mostTools).map { place, calls in
      Simulation.ToolChange(
        server: place.server, tool: place.tool,
        change: Simulation.Change(from: place.pair.from, to: place.pair.to, calls: calls))
    }
    simulation.otherCalls = sorted.dropFirst(Simulation.mostTools).reduce(0) { $0 + $1.value }
    return simulation
  }

  /// Two verdicts on one call.
  private struct Pair: Hashable {
    var from: Verdict
    var to: Verdict
  }

  private struct Place: Hashable {
    var server: ExactText
    var tool: ExactText
    var pair: Pair
  }

  private static func sorted(_ counts: [Pair: Int]) -> [Simulation.Change] {
    counts.map { Simulation.Change(from: $0.key.from, to: $0.key.to, calls: $0.value) }
      .sorted { ($1.calls, $0.from.index, $0.to.index) < ($0.calls, $1.from.index, $1.to.index) }
  }

  /// One of the two policies, with counts of its own.
  private struct Side {
    let engine: PolicyEngine
    var counters = Counters()

    init(_ engine: PolicyEngine) { self.engine = engine }

    /// Nil where the policy looks at arguments that are not known.
    mutating func judge(
      _ call: Call, _ arguments: JSONNode?, _ schema: () -> ToolSchema, at time: Moment
    ) -> Verdict? {
      var isMissed = false
      let judgement = engine.judge(
        call, counters: &counters, at: time,
        arguments: {
          if arguments == nil { isMissed = true }
          return arguments
        }, inputSchema: schema)
      return isMissed ? nil : judgement.decision.verdict
    }
  }
}
