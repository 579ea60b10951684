package import ControlWire
internal import JSONText
package import Policy
package import Risk

/// The newest decisions, in compact records; the oldest go when there is no more room.
///
/// Rows are named by a serial number that never changes, so a paused view keeps its rows while others come and go.
package struct DecisionRing: Hashable, Sendable {
  /// One row of the stream.
  package struct Record: Hashable, Sendable {
    package enum Kind: UInt8, Hashable, Sendable {
      case decision
      /// Events that the gate could not send us; `extra` says how many.
      case gap
      /// A line of the console's own; `reason` is its text.
      case remark
    }

    package var kind: Kind
    package var verdict: Verdict = .allow
    package var category: Category?
    package var severity: Severity?
    package var isEnforced = true
    /// It came after decisions that were made after it: the gate had kept it back, and then its call failed.
    var isLate = false
    package var outcome: ResultEvent.Outcome?
    package var time: Moment
    /// The position in the gate's stream.
    package var sequence: UInt64 = 0
    var client: UInt32 = 0
    var session: UInt32 = 0
    var grant: UInt32 = 0
    var server: UInt32 = 0
    var tool: UInt32 = 0
    var method: UInt32 = 0
    var rule: UInt32 = 0
    var reason: UInt32 = 0
    var revision: UInt32 = 0
    /// Judging took so many microseconds.
    package var took: Int64 = 0
    /// The server took so many microseconds to answer.
    package var answerTook: Int64 = 0
    /// Bytes of the answer, or what a gap counts.
    package var extra: UInt64 = 0
    package var retryAfter: Int64 = 0
    /// The first 48 bits of the arguments' digest, and above them a 1 if there is one.
    package var digest: UInt64 = 0
  }

  let capacity: Int
  private var records: [Record] = []
  /// Where the oldest record is in `records`, once these have reached the capacity.
  private var start = 0
  /// The serial number of the oldest record.
  package private(set) var firstSerial: UInt64 = 1
  private(set) var interner = Interner()
  /// Whether any decision came yet, kept or not.
  package private(set) var hasDecisions = false
  private var sizeAfterTidying = 0
  /// Records at and after this serial number are of the gate that runs now.
  private var epochStart: UInt64 = 1
  /// The highest position in that gate's stream.
  private var newest: UInt64 = 0
  /// Records out of order by their positions, as long as their calls have no end.
  private var late: [UInt64: UInt64] = [:]
  private static let mostLate = 4_096

  init(capacity: Int) { self.capacity = max(1, capacity) }

  package var count: Int { records.count }
  /// The serial number that the next record will get.
  package var endSerial: UInt64 { firstSerial + UInt64(records.count) }

  package subscript(serial: UInt64) -> Record? {
    guard serial >= firstSerial, serial < endSerial else { return nil }
    return records[place(serial)]
  }

  private func place(_ serial: UInt64) -> Int {
    let place = start + Int(serial - firstSerial)
    return place >= records.count ? place - records.count : place
  }

  func text(_ number: UInt32) -> String { interner.text(number) }

  var textCount: Int { interner.texts.count }
  /// Bytes of all texts that are kept.
  package var textBytes: Int { interner.size }

  mutating func append(_ record: Record) {
    if records.count < capacity {
      records.append(record)
    } else {
      records[start] = record
      start = start + 1 == capacity ? 0 : start + 1
      firstSerial += 1
    }
    if interner.size > Self.mostTextBytes, interner.size > sizeAfterTidying * 2 { tidy() }
  }

  mutating func append(_ event: DecisionEvent, sequence: UInt64, time: Moment) {
    var record = Record(kind: .decision, time: time)
    hasDecisions = true
    record.verdict = event.decision.verdict
    record.category = event.category
    record.severity = event.severity
    record.isEnforced = event.decision.isEnforced
    record.sequence = sequence
    record.client = interner.intern(event.client.string)
    record.session = interner.intern(event.session.string)
    record.grant = interner.intern(event.grant.string)
    record.server = interner.intern(event.server.string)
    record.tool = interner.intern(event.tool?.string ?? "")
    record.method = interner.intern(event.method.string)
    record.rule = interner.intern(event.decision.rule)
    record.reason = interner.intern(event.decision.reason ?? "")
    record.revision = interner.intern(event.revision ?? "")
    record.took = event.took
    record.retryAfter = event.decision.retryAfter ?? 0
    record.digest = Self.digest(event.argumentsDigest)
    record.isLate = sequence <= newest
    newest = max(newest, sequence)
    if record.isLate {
      if late.count >= Self.mostLate { late.removeAll() }
      late[sequence] = endSerial
    }
    append(record)
  }

  mutating func append(remark: String, at time: Moment) {
    var record = Record(kind: .remark, time: time)
    record.reason = interner.intern(remark)
    append(record)
  }

  mutating func append(gap missed: UInt64, at time: Moment) {
    var record = Record(kind: .gap, time: time)
    record.extra = missed
    append(record)
  }

  /// A gate started to count from the beginning again.
  mutating func beginEpoch() {
    epochStart = endSerial
    newest = 0
    late.removeAll()
  }

  /// Writes down how a request ended; its decision may be gone already.
  mutating func finish(_ event: ResultEvent) -> UInt64? {
    guard let serial = serial(ofSequence: event.decisionSequence) else { return nil }
    late[event.decisionSequence] = nil
    let place = place(serial)
    records[place].outcome = event.outcome
    records[place].answerTook = event.took
    records[place].extra = UInt64(clamping: event.bytes)
    return serial
  }

  /// The record of a position in the running gate's stream.
  package func serial(ofSequence sequence: UInt64) -> UInt64? {
    if let serial = late[sequence], let record = self[serial], record.isLate, record.sequence == sequence {
      return serial
    }
    var low = max(firstSerial, epochStart)
    var high = endSerial
    while low < high {
      let middle = low + (high - low) / 2
      // Gaps and remarks have no position of their own: look at the decision before them.
      var probe = middle
      while probe > low, let record = self[probe], !record.isInOrder { probe -= 1 }
      guard let record = self[probe] else { return nil }
      if record.isInOrder, record.sequence == sequence { return probe }
      if !record.isInOrder || record.sequence < sequence {
        low = middle + 1
      } else {
        high = probe
      }
    }
    return nil
  }

  // MARK: Texts

  /// Texts are tidied when they take more than this, for example when every denial has a text of its own.
  static let mostTextBytes = 8 << 20

  /// Keeps only the texts that a record still has; if that is not enough, the older half of the records goes too.
  private mutating func tidy() {
    var kept = Array(records[start...] + records[..<start])
    start = 0
    var fresh = Interner()
    for attempt in 0..<2 {
      fresh = Interner()
      for index in kept.indices {
        kept[index].renumber { fresh.intern(text($0)) }
      }
      guard attempt == 0, fresh.size > Self.mostTextBytes * 2 else { break }
      let gone = kept.count / 2
      firstSerial += UInt64(gone)
      kept.removeFirst(gone)
      // The numbers left are those of `fresh`, so it is what the second round reads.
      interner = fresh
    }
    interner = fresh
    records = kept
    sizeAfterTidying = fresh.size
  }

  private static func digest(_ text: String?) -> UInt64 {
    guard let text, text.utf8.count >= 12, let value = UInt64(text.prefix(12), radix: 16) else { return 0 }
    return value | 1 << 48
  }
}

extension DecisionRing.Record {
  fileprivate var isInOrder: Bool { kind == .decision && !isLate }

  /// Gives every text another number.
  mutating func renumber(_ number: (UInt32) -> UInt32) {
    client = number(client)
    session = number(session)
    grant = number(grant)
    server = number(server)
    tool = number(tool)
    method = number(method)
    rule = number(rule)
    reason = number(reason)
    revision = number(revision)
  }
}
