package import History
package import Policy

/// What unsaved edits would do to the calls of the record.
package struct RecordEffect: Hashable, Sendable {
  /// Calls that would be judged in another way.
  package struct Change: Hashable, Sendable {
    package var from: Verdict
    package var to: Verdict
    package var calls: Int
    /// The tools with the most of them.
    package var tools: [Tool]
    /// How many more tools there are.
    package var untold: Int
  }

  package struct Tool: Hashable, Sendable {
    package var name: ToolName
    package var calls: Int
  }

  /// So many calls were judged by both policies.
  package private(set) var calls: Int
  /// So many could not be, for want of their arguments.
  package private(set) var unknown: Int
  package private(set) var changes: [Change]

  private static let mostTools = 12

  package init(_ simulation: HistorySimulation) {
    calls = simulation.calls
    unknown = simulation.unknown
    changes = simulation.changes.map { change, calls, lines in
      let tools = lines.prefix(Self.mostTools).map {
        Tool(name: ToolName(server: $0.server, tool: $0.target), calls: $0.calls)
      }
      return Change(
        from: change.from, to: change.to, calls: calls, tools: tools, untold: lines.count - tools.count)
    }
  }

  /// How many calls would be judged in another way.
  package var changed: Int { changes.reduce(0) { $0 + $1.calls } }
}

/// Unsaved edits to be tried on the record.
package struct EffectQuestion: Hashable, Sendable {
  /// The policy with the edits, and as it is saved.
  package var text: [UInt8]
  package var saved: [UInt8]
  package var period: EffectPeriod
  /// Calls from then on are compared; nil for all.
  package var since: Moment?

  package init(text: [UInt8], saved: [UInt8], period: EffectPeriod, now: Moment) {
    self.text = text
    self.saved = saved
    self.period = period
    since = period.length.map { now.advanced(byMicroseconds: -$0) }
  }
}

/// What came of trying edits on the record.
package struct EffectAnswer: Hashable, Sendable {
  package var question: EffectQuestion
  package var effect: RecordEffect?
  /// Why there is none.
  package var problem: String?

  package init(_ question: EffectQuestion, effect: RecordEffect? = nil, problem: String? = nil) {
    self.question = question
    self.effect = effect
    self.problem = problem
  }
}

/// The edits that were tried last, and what is known of it.
package struct RecordTrial: Hashable, Sendable {
  package enum Standing: Hashable, Sendable {
    case asked
    case known(RecordEffect)
    case unknown(String)
  }

  package var question: EffectQuestion
  package var standing = Standing.asked
}
