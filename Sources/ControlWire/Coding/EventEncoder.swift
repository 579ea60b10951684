package import JSONText
package import Policy
package import Risk

/// Writes what every call makes the stream tell, decisions and results, as the lines that everybody gets.
///
/// Each is written once: the record, the log and all subscribers take the same bytes.
package struct EventEncoder: Sendable {
  /// The moment that was last written, its second, and the member that tells it.
  private var last = Moment(microseconds: .min)
  private var second = Int64.min
  private var timeText: [UInt8] = []

  package init() {}

  /// The part of a decision's line that stays the same while a session and its client's name do.
  package static func source(
    session: ExactText, client: ExactText, grant: ExactText, server: ExactText
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    func add(_ key: StaticString, _ value: ExactText) {
      bytes.append(contentsOf: ",\"\(key)\":".utf8)
      JSONWriter.append(value.string, to: &bytes)
    }
    add("session", session)
    add("client", client)
    add("grant", grant)
    add("server", server)
    return bytes
  }

  /// The most bytes that a decision's line may have.
  package static func room(
    source: [UInt8], method: String, tool: String?, decision: Decision, revision: String?, argumentsDigest: String?
  ) -> Int {
    var room = 512 + source.count + LineWriter.room(for: method) + LineWriter.room(for: decision.rule)
    if let tool { room += LineWriter.room(for: tool) }
    if let reason = decision.reason { room += LineWriter.room(for: reason) }
    if let revision { room += LineWriter.room(for: revision) }
    if let argumentsDigest { room += LineWriter.room(for: argumentsDigest) }
    return room
  }

  /// The most bytes that a result's line may have.
  package static let roomForResult = 256

  /// Writes a decision's line, for which there must be `room`.
  ///
  /// - Returns: Where in the buffer the line says how long judging took.
  package mutating func decision(
    _ decision: Decision, sequence: UInt64, at time: Moment, source: [UInt8], method: String, tool: String?,
    category: Category?, severity: Severity?, revision: String?, took: Int64, argumentsDigest: String?,
    into buffer: inout LineBuffer
  ) -> Int {
    var place = 0
    prepare(time)
    buffer.write { line in
      beginning(&line, sequence, time)
      Self.middle(&line, decision, source, method, tool, category, severity, revision)
      place = line.count
      line.integer(took)
      if let argumentsDigest {
        line.text(",\"args_digest\":")
        line.string(argumentsDigest)
      }
      line.text("}\n")
    }
    return place
  }

  // MARK: Decisions that are made again and again

  /// What a decision's line says between its time and how long judging took: the same for each call of one tool that the
  /// policy allows for the same reason.
  package static func again(
    _ decision: Decision, source: [UInt8], method: String, tool: String?, category: Category?, severity: Severity?,
    revision: String?
  ) -> [UInt8] {
    var buffer = LineBuffer(
      capacity: room(
        source: source, method: method, tool: tool, decision: decision, revision: revision, argumentsDigest: nil))
    buffer.write { middle(&$0, decision, source, method, tool, category, severity, revision) }
    return Array(buffer.memory.prefix(buffer.count))
  }

  /// The most bytes that the line of such a decision may have.
  package static func room(again middle: [UInt8]) -> Int { 256 + middle.count }

  /// Writes the line of such a decision, for which there must be `room`, with a judging time of 0.
  ///
  /// - Returns: Where in the buffer the line says how long judging took.
  package mutating func decision(
    again middle: [UInt8], sequence: UInt64, at time: Moment, argumentsDigest: ContentDigest?,
    into buffer: inout LineBuffer
  ) -> Int {
    var place = 0
    prepare(time)
    buffer.write { line in
      beginning(&line, sequence, time)
      line.bytes(middle)
      place = line.count
      if let argumentsDigest {
        line.text("0,\"args_digest\":\"")
        line.hexadecimal(argumentsDigest)
        line.text("\"}\n")
      } else {
        line.text("0}\n")
      }
    }
    return place
  }

  private static func middle(
    _ line: inout LineWriter, _ decision: Decision, _ source: [UInt8], _ method: String, _ tool: String?,
    _ category: Category?, _ severity: Severity?, _ revision: String?
  ) {
    line.text(",\"event\":\"decision\"")
    line.bytes(source)
    line.text(",\"method\":")
    line.string(method)
    if let tool {
      line.text(",\"tool\":")
      line.string(tool)
    }
    if let severity {
      line.text(",\"risk\":\"")
      line.plain(severity.rawValue)
      line.byte(0x22)
    }
    if let category {
      line.text(",\"category\":\"")
      line.plain(category.rawValue)
      line.byte(0x22)
    }
    line.text(",\"verdict\":\"")
    line.plain(decision.verdict.rawValue)
    if decision.isEnforced {
      line.text("\",\"enforced\":true,\"rule\":")
    } else {
      line.text("\",\"enforced\":false,\"rule\":")
    }
    line.string(decision.rule)
    if let reason = decision.reason {
      line.text(",\"reason\":")
      line.string(reason)
    }
    if let wait = decision.retryAfterMilliseconds {
      line.text(",\"retry_after_ms\":")
      line.integer(wait)
    }
    if let revision {
      line.text(",\"policy\":")
      line.string(revision)
    }
    line.text(",\"took_us\":")
  }

  // MARK: Results

  /// Writes a result's line, for which there must be `roomForResult`.
  package mutating func result(
    _ result: ResultEvent, sequence: UInt64, at time: Moment, into buffer: inout LineBuffer
  ) {
    prepare(time)
    buffer.write { line in
      beginning(&line, sequence, time)
      line.text(",\"event\":\"result\",\"seq_of_decision\":")
      line.integer(result.decisionSequence)
      line.text(",\"outcome\":\"")
      line.plain(result.outcome.rawValue)
      line.text("\",\"took_us\":")
      line.integer(result.took)
      line.text(",\"bytes\":")
      line.integer(Int64(result.bytes))
      line.text("}\n")
    }
  }

  // MARK: Details

  private func beginning(_ line: inout LineWriter, _ sequence: UInt64, _ time: Moment) {
    line.text("{\"seq\":")
    line.integer(sequence)
    line.bytes(timeText)
  }

  /// Has the text of a moment ready: what is read together happens at one.
  private mutating func prepare(_ time: Moment) {
    guard time.microseconds != last.microseconds || timeText.isEmpty else { return }
    last = time
    if second != .min {
      let passed = time.microseconds &- second &* 1_000_000
      if passed >= 0, passed < 1_000_000 { return setFraction(passed) }
    }
    let (whole, rest) = time.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    second = rest < 0 ? whole - 1 : whole
    timeText.removeAll(keepingCapacity: true)
    timeText.append(contentsOf: ",\"time\":\"".utf8)
    time.appendRFC3339(to: &timeText)
    timeText.append(0x22)
  }

  /// Writes another fraction of the same second.
  private mutating func setFraction(_ microseconds: Int64) {
    var rest = microseconds
    // Behind it stand a `Z` and a quote.
    let end = timeText.count - 2
    for place in 1...6 {
      timeText[end - place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}
