package import ControlWire
internal import JSONText
package import Policy
package import Risk

/// The newest decisions, in compact records; the oldest go when there is no more room.
///
/// Rows are named by a serial number that never changes, so a paused view keeps its rows while others come and go.
package struct DecisionRing: Hashable, Sendable {
  /// One row of the stream.
  @dynamicMemberLookup
  package struct Record: Hashable, Sendable {
    package enum Kind: UInt8, Hashable, Sendable {
      case decision
      /// Events that the gate could not send us; `extra` says how many.
      case gap
      /// A line of the console's own; `reason` is its text.
      case remark
      /// What became of a question to a person; `extra` says which state, `sequence` is that of the call's decision.
      case approval
    }

    var facts: Facts
    package var time: Moment
    /// The position in the gate's stream.
    package var sequence: UInt64 = 0
    package var outcome: ResultEvent.Outcome?
    /// Judging took so many microseconds.
    package var took: Int64 = 0
    /// The server took so many microseconds to answer.
    package var answerTook: Int64 = 0
    /// Bytes of the answer, or what a gap counts.
    package var extra: UInt64 = 0
    package var retryAfter: Int64 = 0
    /// The first 48 bits of the arguments' digest, and above them a 1 if there is one.
    package var digest: UInt64 = 0
    /// It came after decisions that were made after it: the gate had kept it back, and then its call failed.
    var isLate = false

    package subscript<Value>(dynamicMember path: KeyPath<Facts, Value>) -> Value { facts[keyPath: path] }
  }

  /// What many rows have in common; texts are numbers of the ring's.
  package struct Facts: Hashable, Sendable {
    package var kind: Record.Kind
    package var verdict: Verdict = .allow
    package var category: Category?
    package var severity: Severity?
    package var isEnforced = true
    var client: UInt32 = 0
    var session: UInt32 = 0
    var grant: UInt32 = 0
    var server: UInt32 = 0
    var tool: UInt32 = 0
    var method: UInt32 = 0
    var rule: UInt32 = 0
    var reason: UInt32 = 0
    var revision: UInt32 = 0
  }

  /// A row as it is kept, in 48 bytes; times and sizes that are too large for it are cut.
  private struct Kept: Hashable, Sendable {
    var time: Int64
    /// What a gap counts.
    var sequence: UInt64
    var answerTook: Int64
    /// 49 bits of the digest, then what `outcome` and `isLate` say.
    var rest: UInt64
    var facts: UInt32
    var took: UInt32
    var size: UInt32
    /// In milliseconds.
    var retryAfter: UInt32

    private static let outcomes = ResultEvent.Outcome.allCases

    init(_ record: Record, facts: UInt32) {
      time = record.time.microseconds
      sequence = record.facts.kind == .gap ? record.extra : record.sequence
      answerTook = record.answerTook
      let outcome = record.outcome.flatMap { Self.outcomes.firstIndex(of: $0) }.map { UInt64($0 + 1) } ?? 0
      rest = record.digest | outcome << 49 | (record.isLate ? 1 << 56 : 0)
      self.facts = facts
      took = UInt32(clamping: record.took)
      size = record.facts.kind == .gap ? 0 : UInt32(clamping: record.extra)
      retryAfter = UInt32(clamping: record.retryAfter / 1000)
    }

    mutating func finish(_ event: ResultEvent) {
      let outcome = Self.outcomes.firstIndex(of: event.outcome).map { UInt64($0 + 1) } ?? 0
      rest = rest & ~(7 << 49) | outcome << 49
      answerTook = event.took
      size = UInt32(clamping: event.bytes)
    }

    func record(_ facts: Facts) -> Record {
      var record = Record(facts: facts, time: Moment(microseconds: time))
      record.sequence = facts.kind == .gap ? 0 : sequence
      record.extra = facts.kind == .gap ? sequence : UInt64(size)
      let outcome = Int(rest >> 49 & 7)
      record.outcome = outcome == 0 ? nil : Self.outcomes[outcome - 1]
      record.took = Int64(took)
      record.answerTook = answerTook
      record.retryAfter = Int64(retryAfter) * 1000
      record.digest = rest & (1 << 49 - 1)
      record.isLate = isLate
      return record
    }

    var isLate: Bool { rest >> 56 & 1 == 1 }
  }

  let capacity: Int
  private var records: [Kept] = []
  /// Where the oldest record is in `records`, once these have reached the capacity.
  private var start = 0
  /// The serial number of the oldest record.
  package private(set) var firstSerial: UInt64 = 1
  private(set) var interner = Interner()
  private var facts: [Facts] = []
  private var factNumbers: [Facts: UInt32] = [:]
  private var factsAfterTidying = 0
  /// Counts how often texts and facts got other numbers.
  private(set) var generation = 0
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
    let kept = records[place(serial)]
    return kept.record(facts[Int(kept.facts)])
  }

  /// The number of a row's facts, which is below `factCount`.
  func factNumber(of serial: UInt64) -> Int { Int(records[place(serial)].facts) }

  func facts(_ number: Int) -> Facts { facts[number] }

  /// What a row does not share with others; its number is 0 where it is a gap.
  func numbers(of serial: UInt64) -> (took: Int64, sequence: UInt64, time: Moment) {
    let kept = records[place(serial)]
    let isGap = facts[Int(kept.facts)].kind == .gap
    return (Int64(kept.took), isGap ? 0 : kept.sequence, Moment(microseconds: kept.time))
  }

  var factCount: Int { facts.count }

  private func place(_ serial: UInt64) -> Int {
    let place = start + Int(serial - firstSerial)
    return place >= records.count ? place - records.count : place
  }

  func text(_ number: UInt32) -> String { interner.text(number) }

  var textCount: Int { interner.texts.count }
  /// Bytes of all texts that are kept.
  package var textBytes: Int { interner.size }

  mutating func append(_ record: Record) {
    let kept = Kept(record, facts: number(of: record.facts))
    if records.isEmpty { records.reserveCapacity(capacity) }
    if records.count < capacity {
      records.append(kept)
    } else {
      records[start] = kept
      start = start + 1 == capacity ? 0 : start + 1
      firstSerial += 1
    }
    let isFull = interner.size > Self.mostTextBytes && interner.size > sizeAfterTidying * 2
    if isFull || facts.count - factsAfterTidying > max(Self.mostNewFacts, records.count / 4) { tidy() }
  }

  private mutating func number(of facts: Facts) -> UInt32 {
    if let number = factNumbers[facts] { return number }
    let number = UInt32(truncatingIfNeeded: self.facts.count)
    self.facts.append(facts)
    factNumbers[facts] = number
    return number
  }

  mutating func append(_ event: DecisionEvent, sequence: UInt64, time: Moment) {
    var facts = Facts(kind: .decision)
    hasDecisions = true
    facts.verdict = event.decision.verdict
    facts.category = event.category
    facts.severity = event.severity
    facts.isEnforced = event.decision.isEnforced
    facts.client = interner.intern(event.client.string)
    facts.session = interner.intern(event.session.string)
    facts.grant = interner.intern(event.grant.string)
    facts.server = interner.intern(event.server.string)
    facts.tool = interner.intern(event.tool?.string ?? "")
    facts.method = interner.intern(event.method.string)
    facts.rule = interner.intern(event.decision.rule)
    facts.reason = interner.intern(event.decision.reason ?? "")
    facts.revision = interner.intern(event.revision ?? "")
    var record = Record(facts: facts, time: time)
    record.sequence = sequence
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

  mutating func intern(_ text: String) -> UInt32 { interner.intern(text) }

  mutating func append(remark: String, at time: Moment) {
    var facts = Facts(kind: .remark)
    facts.reason = interner.intern(remark)
    append(Record(facts: facts, time: time))
  }

  mutating func append(gap missed: UInt64, at time: Moment) {
    var record = Record(facts: Facts(kind: .gap), time: time)
    record.extra = missed
    append(record)
  }

  /// Whether a record is of the gate that runs now.
  func isOfThisGate(_ serial: UInt64) -> Bool { serial >= epochStart }

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
    records[place(serial)].finish(event)
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

  /// So many facts may come before those are looked for that no row has any more.
  private static let mostNewFacts = 16_384

  /// Keeps only the texts and facts that a row still has; if that is not enough, the older half of the rows goes too.
  private mutating func tidy() {
    forgetUnused()
    if interner.size > Self.mostTextBytes * 2 {
      records = Array(records[start...] + records[..<start])
      start = 0
      let gone = records.count / 2
      firstSerial += UInt64(gone)
      records.removeFirst(gone)
      forgetUnused()
    }
    sizeAfterTidying = interner.size
    factsAfterTidying = facts.count
    generation += 1
  }

  private mutating func forgetUnused() {
    var fresh = Interner()
    var kept: [Facts] = []
    var numbers = [UInt32](repeating: .max, count: facts.count)
    for index in records.indices {
      let old = Int(records[index].facts)
      if numbers[old] == .max {
        numbers[old] = UInt32(truncatingIfNeeded: kept.count)
        var renumbered = facts[old]
        renumbered.renumber { fresh.intern(text($0)) }
        kept.append(renumbered)
      }
      records[index].facts = numbers[old]
    }
    interner = fresh
    facts = kept
    factNumbers = Dictionary(
      kept.enumerated().map { ($1, UInt32(truncatingIfNeeded: $0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// What a record keeps of the digest of a call's arguments; 0 where there is none.
  static func digest(_ text: String?) -> UInt64 {
    guard let text, text.utf8.count >= 12, let value = UInt64(text.prefix(12), radix: 16) else { return 0 }
    return value | 1 << 48
  }
}

extension DecisionRing.Record {
  fileprivate var isInOrder: Bool { facts.kind == .decision && !isLate }
}

extension DecisionRing.Facts {
  /// Gives every text another number.
  fileprivate mutating func renumber(_ number: (UInt32) -> UInt32) {
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
