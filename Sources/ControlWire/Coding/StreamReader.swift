internal import JSONText
internal import Policy

/// Reads the lines of a gate one after the other; what comes often, or is long, it reads in one pass and without a tree.
///
/// It says of every line what `GateMessage.read` says, which is asked about all others.
package struct StreamReader: Sendable {
  private var pool = TextPool()
  private var moments = LineMoments()

  package init() {}

  /// Reads one line that a gate sent, without its end.
  ///
  /// Nil for an event that this build does not know.
  ///
  /// Throws: `ControlError` for a line that is none of this protocol.
  package mutating func read(_ line: [UInt8]) throws(ControlError) -> GateMessage? {
    if let message = often(line.span) { return message }
    return try GateMessage.read(line)
  }

  /// Reads a line if it is a decision, a result or a snapshot as gates write them; nil for all others.
  package mutating func often(_ bytes: Span<UInt8>) -> GateMessage? {
    if let message = result(bytes) ?? decision(bytes) { return message }
    return SnapshotReader.read(bytes).map { GateMessage(sequence: 0, time: Moment(microseconds: 0), event: $0) }
  }

  private mutating func decision(_ bytes: Span<UInt8>) -> GateMessage? {
    guard let line = DecisionLine(bytes), line.isPlain, line.arguments == nil, !line.isMasked,
      let time = moments.read(line.time, bytes),
      (line.retryAfterMilliseconds ?? 0) <= Self.longestWait
    else { return nil }
    let event = DecisionEvent(
      session: text(line.session, bytes), client: text(line.client, bytes), grant: text(line.grant, bytes),
      server: text(line.server, bytes), method: text(line.method, bytes), tool: line.tool.map { text($0, bytes) },
      category: line.category, severity: line.severity,
      decision: Decision(
        line.verdict, rule: pool.text(line.rule, bytes), reason: line.reason.map { pool.text($0, bytes) },
        retryAfter: line.retryAfterMilliseconds.map { Int64($0) * 1000 }, isEnforced: line.isEnforced),
      revision: line.revision.map { pool.text($0, bytes) }, took: Int64(line.took),
      argumentsDigest: line.digest.map { TextPool.make($0, bytes) })
    return GateMessage(sequence: UInt64(clamping: line.sequence), time: time, event: .decision(event))
  }

  private static let longestWait = 1 << 50
  private mutating func result(_ bytes: Span<UInt8>) -> GateMessage? {
    guard let line = ResultLine(bytes), let time = moments.read(line.time, bytes) else { return nil }
    let event = ResultEvent(
      decisionSequence: UInt64(clamping: line.decision), outcome: line.outcome, took: Int64(line.took),
      bytes: line.bytes)
    return GateMessage(sequence: UInt64(clamping: line.sequence), time: time, event: .result(event))
  }

  private mutating func text(_ range: Range<Int>, _ bytes: Span<UInt8>) -> ExactText {
    ExactText(pool.text(range, bytes))
  }
}
