internal import JSONText
internal import Policy

/// Reads the lines of a gate one after the other; what comes often, or is long, it reads in one pass and without a tree.
///
/// It says of every line what `GateMessage.read` says, which is asked about all others.
package struct StreamReader: Sendable {
  private var pool = TextPool()
  /// The second that was read last, as it is written up to the fraction's point, and when it begins.
  private var secondText: [UInt8] = []
  private var second: Int64 = 0

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
    guard let line = DecisionLine(bytes), line.isPlain, let time = moment(line.time, bytes),
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
  private static let outcomes = ResultEvent.Outcome.allCases

  private mutating func result(_ bytes: Span<UInt8>) -> GateMessage? {
    var line = LineScanner()
    guard line.take("{\"seq\":", bytes), let sequence = line.number(bytes), line.take(",\"time\":\"", bytes),
      let timeText = line.string(bytes), line.take(",\"event\":\"result\",\"seq_of_decision\":", bytes),
      let decision = line.number(bytes), line.take(",\"outcome\":\"", bytes), let word = line.string(bytes),
      let outcome = Self.outcomes.first(where: { $0.rawValue.equals(word, bytes) }),
      line.take(",\"took_us\":", bytes), let took = line.number(bytes), line.take(",\"bytes\":", bytes),
      let size = line.number(bytes), line.take("}", bytes), line.isAtEnd(bytes), let time = moment(timeText, bytes)
    else { return nil }
    let event = ResultEvent(
      decisionSequence: UInt64(clamping: decision), outcome: outcome, took: Int64(took), bytes: size)
    return GateMessage(sequence: UInt64(clamping: sequence), time: time, event: .result(event))
  }

  private mutating func text(_ range: Range<Int>, _ bytes: Span<UInt8>) -> ExactText {
    ExactText(pool.text(range, bytes))
  }

  /// `2026-11-20T14:03:59.000120Z`, and no other form.
  private mutating func moment(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Moment? {
    guard range.count == 27, bytes[range.lowerBound + 19] == 0x2E, bytes[range.upperBound - 1] == 0x5A else {
      return nil
    }
    var fraction: Int64 = 0
    for index in range.lowerBound + 20..<range.upperBound - 1 {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      fraction = fraction * 10 + Int64(digit)
    }
    guard isKnownSecond(range.lowerBound, bytes) else {
      guard let whole = Moment(rfc3339: TextPool.make(range, bytes)) else { return nil }
      second = whole.microseconds - fraction
      secondText.removeAll(keepingCapacity: true)
      for index in range.prefix(19) { secondText.append(bytes[index]) }
      return whole
    }
    return Moment(microseconds: second + fraction)
  }

  private func isKnownSecond(_ start: Int, _ bytes: Span<UInt8>) -> Bool {
    guard secondText.count == 19 else { return false }
    for offset in 0..<19 where bytes[start + offset] != secondText[offset] { return false }
    return true
  }
}
