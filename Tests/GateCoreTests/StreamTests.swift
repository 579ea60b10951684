import ControlWire
import GateCore
import JSONText
import Policy
import Risk
import Testing

/// Messages of one session without its details.
private struct Source {
  private(set) var sequence: UInt64 = 0
  var now = Moment(microseconds: 0)

  private mutating func message(_ event: GateEvent) -> GateMessage {
    sequence += 1
    return GateMessage(sequence: sequence, time: now, event: event)
  }

  mutating func decision(_ verdict: Verdict) -> GateMessage {
    message(
      .decision(
        DecisionEvent(
          session: "s", client: "c", grant: "local", server: "v", method: "tools/call", tool: "t", category: nil,
          severity: nil, decision: Decision(verdict, rule: "r"), revision: nil, took: 1, argumentsDigest: nil)))
  }

  mutating func result(of decision: GateMessage, _ outcome: ResultEvent.Outcome = .ok) -> GateMessage {
    message(.result(ResultEvent(decisionSequence: decision.sequence, outcome: outcome, took: 1, bytes: 1)))
  }

  mutating func policy() -> GateMessage {
    message(.policy(PolicyEvent(state: .loaded, revision: "r", problems: [])))
  }
}

extension Backlog {
  fileprivate mutating func push(_ message: GateMessage) {
    push(StreamEntry(message), Array(message.encoded.dropLast()).span)
  }

  /// What it gives next, read as a subscriber reads it.
  fileprivate mutating func next(at now: Moment) -> GateMessage? {
    var bytes: [UInt8] = []
    guard next(at: now, into: &bytes) else { return nil }
    #expect(bytes.last == 0x0A)
    return try? GateMessage.read(Array(bytes.dropLast()))
  }

  /// All that it gives now: numbers of messages, `gap 3`, `tick 4`, `tick 4 skipped 2`.
  fileprivate mutating func drain(at now: Moment) -> [String] {
    var found: [String] = []
    while let message = next(at: now) {
      switch message.event {
      case .gap(let missed): found.append("gap \(missed)")
      case .tick(let tick):
        let counted = tick.counts.reduce(0, +)
        found.append(tick.skipped > 0 ? "tick \(counted) skipped \(tick.skipped)" : "tick \(counted)")
      default: found.append("\(message.sequence)")
      }
    }
    #expect(!hasNext)
    return found
  }
}

extension EventLog {
  fileprivate func kept(since sequence: UInt64) -> (missed: UInt64, messages: [GateMessage]) {
    let (missed, position) = since(sequence)
    return (missed, messages(from: position))
  }
}

struct EventLogTests {
  /// What becomes of an approval is recorded and told at once, as a decision is recorded.
  @Test func knowsWhatIsUrgent() {
    var source = Source()
    var log = EventLog()
    log.append(source.policy())
    #expect(log.urgent == 0)
    #expect(log.decided == 0)
    log.append(GateMessage(sequence: 2, time: source.now, event: .lockdown(LockdownEvent(isOn: true))))
    log.append(source.policy())
    #expect(log.urgent == 2)
    #expect(log.decided == 2)
    _ = log.takeBack(from: 1)
    #expect(log.urgent == 1)
    #expect(log.decided == 1)
  }

  @Test(arguments: [1, 700, EventLog.blockSize]) func keepsTheLastMessagesAndSaysWhatItDoesNot(blockSize: Int) {
    var source = Source()
    var log = EventLog(capacity: 3, blockSize: blockSize)
    #expect(log.kept(since: 0) == (missed: 0, messages: []))
    var all: [GateMessage] = []
    for count in 1...8 {
      all.append(source.policy())
      log.append(all[count - 1])
      log.settle()
      #expect(log.lastSequence == UInt64(count))
      let kept = Array(all.suffix(3))
      #expect(log.kept(since: 0) == (missed: UInt64(max(0, count - 3)), messages: kept))
    }
    #expect(log.kept(since: 6) == (missed: 0, messages: Array(all.suffix(2))))
    #expect(log.kept(since: 4) == (missed: 1, messages: Array(all.suffix(3))))
    #expect(log.kept(since: 8) == (missed: 0, messages: []))
    #expect(log.kept(since: 99) == (missed: 0, messages: []))
    #expect(log.kept(since: .max) == (missed: 0, messages: []))
  }

  @Test func forgetsNothingThatIsNotSettled() {
    var source = Source()
    var log = EventLog(capacity: 2, blockSize: 300)
    var all: [GateMessage] = []
    for _ in 0..<50 {
      all.append(source.decision(.allow))
      log.append(all[all.count - 1])
    }
    #expect(log.messages(from: log.settled) == all)
    log.settle()
    #expect(!log.hasUnsettled)
    #expect(log.kept(since: 0) == (missed: 48, messages: Array(all.suffix(2))))
  }

  /// Everything stands together in the end, whatever limit is kept and wherever blocks end.
  @Test(arguments: [1, 250, 1_000, EventLog.blockSize], [1, 400, 3_000]) func givesPiecesWithoutAGap(
    blockSize: Int, limit: Int
  ) {
    var source = Source()
    var log = EventLog(blockSize: blockSize)
    var all: [UInt8] = []
    for number in 0..<40 {
      let message = number % 3 == 0 ? source.policy() : source.decision(.deny)
      log.append(message)
      all += message.encoded
    }
    var found: [UInt8] = []
    var position: UInt64 = 0
    var isStuck = false
    while position < log.end, !isStuck {
      let before = found.count
      let next = log.pieces(from: position, limit: limit) { piece in
        for index in piece.indices { found.append(piece[index]) }
      }
      #expect(found.count - before <= limit)
      isStuck = next == position
      position = next
    }
    let longest = log.messages(from: 0).map(\.encoded.count).max() ?? 0
    #expect(isStuck == (limit < longest))
    if !isStuck { #expect(found == all) }
  }

  /// Stamps of any length reach every decision since the last one, and nothing else.
  @Test(arguments: [1, 500, EventLog.blockSize]) func stampsEveryDecisionOfAMessage(blockSize: Int) {
    var dice = Dice(3)
    var log = EventLog(blockSize: blockSize)
    let source = EventEncoder.source(session: "s", client: "c", grant: "local", server: "v")
    var sequence: UInt64 = 0
    var expected: [Int64?] = []
    for _ in 0..<400 {
      let took = Int64.random(in: 0...1, using: &dice) == 0 ? Int64.random(in: 0...12, using: &dice) : 123_456_789
      for _ in 0..<Int.random(in: 0...5, using: &dice) {
        sequence += 1
        if Bool.random(using: &dice) {
          log.append(
            Decision(.allow, rule: "r"), sequence: sequence, at: Moment(microseconds: 5), source: source,
            method: "tools/call", tool: "t", category: .read, severity: .low, revision: nil,
            argumentsDigest: Bool.random(using: &dice) ? ContentDigest(of: [1]) : nil)
          expected.append(took)
        } else {
          log.append(
            ResultEvent(decisionSequence: 1, outcome: .ok, took: 77, bytes: 4), sequence: sequence,
            at: Moment(microseconds: 5))
          expected.append(nil)
        }
      }
      log.stamp(took: took)
      #expect(!log.needsStamp)
    }
    let found = log.messages(from: 0).map { message -> Int64? in
      if case .decision(let event) = message.event { return event.took }
      return nil
    }
    #expect(found == expected)
  }

  @Test(arguments: [1, 600, EventLog.blockSize]) func takesTheNewestBack(blockSize: Int) {
    var source = Source()
    var log = EventLog(blockSize: blockSize)
    var all: [GateMessage] = []
    for _ in 0..<9 {
      all.append(source.decision(.deny))
      log.append(all[all.count - 1])
    }
    let taken = log.takeBack(from: 5)
    #expect(taken.map(\.entry.sequence) == [6, 7, 8, 9])
    #expect(taken.map(\.text) == all[5...].map(\.encoded))
    #expect(log.messages(from: 0) == Array(all.prefix(5)))
    #expect(log.takeBack(from: 5).isEmpty)
    for (entry, text) in taken { log.append(entry, text: text) }
    #expect(log.messages(from: 0) == all)
    #expect(log.takeTick() == [0, 9, 0, 0, 0])
  }

  @Test func aTickCountsOnlyWhatHappened() {
    var source = Source()
    var log = EventLog()
    #expect(log.takeTick() == nil)
    for verdict in [Verdict.allow, .allow, .deny, .hide] { log.append(source.decision(verdict)) }
    log.append(source.policy())
    #expect(log.takeTick() == [2, 1, 0, 0, 1])
    #expect(log.takeTick() == nil)
    log.append(source.policy())
    #expect(log.takeTick() == nil)
    log.append(source.decision(.ask))
    log.dropTick()
    #expect(log.takeTick() == nil)
    #expect(log.lastSequence == 7)
  }
}

struct BacklogTests {
  @Test func givesAllInOrder() {
    var source = Source()
    var backlog = Backlog(capacity: 10)
    let allowed = source.decision(.allow)
    for message in [allowed, source.decision(.deny), source.result(of: allowed), source.policy()] {
      backlog.push(message)
    }
    #expect(backlog.count == 4)
    #expect(backlog.hasNext)
    #expect(backlog.drain(at: source.now) == ["1", "2", "3", "4"])
    #expect(backlog.missed == 0)
  }

  @Test func losesTheOldestAllowDecisionsFirst() {
    var source = Source()
    var backlog = Backlog(capacity: 3)
    let first = source.decision(.allow)
    let messages = [
      source.decision(.deny), first, source.decision(.allow), source.result(of: first), source.policy(),
      source.decision(.limit), source.decision(.hide),
    ]
    #expect(messages.map(\.sequence) == [2, 1, 3, 4, 5, 6, 7])
    for message in messages { backlog.push(message) }
    // Gone: the allow decisions 1 and 3, the result 4, and then the oldest of what matters.
    #expect(backlog.drain(at: source.now) == ["gap 4", "5", "6", "7"])
    #expect(backlog.missed == 4)
    #expect(backlog.drain(at: source.now) == [])
  }

  @Test func anAllowDecisionGoesBeforeAnOlderResult() {
    var source = Source()
    var backlog = Backlog(capacity: 2)
    let first = source.decision(.deny)
    for message in [source.result(of: first), source.decision(.allow), source.policy()] { backlog.push(message) }
    #expect(backlog.drain(at: source.now) == ["gap 1", "2", "4"])
  }

  @Test func ticksAddUpForWhoeverDoesNotRead() {
    var backlog = Backlog(capacity: 1)
    let now = Moment(microseconds: 0)
    for _ in 0..<3 { backlog.push(counts: [1, 0, 0, 0, 0], calls: []) }
    backlog.push(counts: nil, calls: [])
    #expect(backlog.drain(at: now) == ["tick 3"])
    #expect(backlog.missed == 0)
    backlog.push(counts: nil, calls: [])
    #expect(backlog.drain(at: now) == [])
  }

  @Test func theBudgetKeepsBackAllowDecisionsAndTheirResults() {
    var source = Source()
    var backlog = Backlog(capacity: 100, budget: 8)
    let allowed = (0..<4).map { _ in source.decision(.allow) }
    for message in allowed { backlog.push(message) }
    for message in allowed { backlog.push(source.result(of: message)) }
    backlog.push(source.decision(.deny))
    #expect(backlog.drain(at: source.now) == ["1", "2", "5", "6", "9"])
    #expect(backlog.missed == 4)
    backlog.push(counts: [4, 1, 0, 0, 0], calls: [])
    #expect(backlog.drain(at: source.now) == ["tick 5 skipped 2"])
    // What was told is not told again.
    backlog.push(counts: [1, 0, 0, 0, 0], calls: [])
    #expect(backlog.drain(at: source.now) == ["tick 1"])
  }

  /// A flood is seen from its beginning to its end, and no second has more than the budget.
  @Test(arguments: [1, 2, 7, 200, 5_000]) func theBudgetIsSpreadOverTheSecond(budget: Int) {
    var source = Source()
    var backlog = Backlog(capacity: 100_000, budget: budget)
    var times: [UInt64: Int64] = [:]
    for _ in 0..<40_000 {
      source.now = source.now.advanced(byMicroseconds: 100)
      let message = source.decision(.allow)
      times[message.sequence] = source.now.microseconds
      backlog.push(message)
    }
    let given = backlog.drain(at: source.now).compactMap { UInt64($0).flatMap { times[$0] } }
    for (index, time) in given.enumerated() where index + budget < given.count {
      #expect(given[index + budget] - time >= 1_000_000)
    }
    for tenth in stride(from: 0, to: 4_000_000, by: 100_000) as StrideTo<Int64> where budget >= 200 {
      let count = given.count { $0 > tenth && $0 <= tenth + 100_000 }
      #expect(count >= budget / 20 && count <= budget / 3)
    }
    #expect(given.count >= 4 * budget / 2 - 1)
  }

  @Test func aBudgetBearsAClockThatIsSetBack() {
    var source = Source()
    var backlog = Backlog(capacity: 100, budget: 4)
    source.now = Moment(microseconds: 3_600_000_000)
    for _ in 0..<3 { backlog.push(source.decision(.allow)) }
    source.now = Moment(microseconds: 5)
    for _ in 0..<2 { backlog.push(source.decision(.allow)) }
    source.now = Moment(microseconds: 1_000_005)
    backlog.push(source.decision(.allow))
    #expect(backlog.drain(at: source.now) == ["1", "6"])
  }

  /// Whoever wants a sample gets every denial and every failure, with the decision that let the call through.
  @Test func whatMattersIsNeverSampled() {
    var source = Source()
    var log = EventLog()
    var expected: [String] = []
    for number in 0..<60 {
      let decision = source.decision(number % 10 == 3 ? .deny : .allow)
      log.append(decision)
      if number % 10 == 3 { expected.append("\(decision.sequence)") }
      guard number % 10 == 7 else { continue }
      let failed = source.result(of: decision, .toolError)
      log.append(failed)
      expected += ["\(decision.sequence)", "\(failed.sequence)"]
    }
    log.append(source.policy())
    expected.append("\(source.sequence)")
    var backlog = Backlog(budget: 0)
    backlog.push(log, from: 0)
    #expect(backlog.drain(at: source.now) == expected)
  }

  @Test func aLogsGapComesFirst() {
    var source = Source()
    var backlog = Backlog()
    backlog.lose(0)
    backlog.push(source.policy())
    #expect(backlog.drain(at: source.now) == ["1"])
    backlog.lose(7)
    backlog.push(source.policy())
    #expect(backlog.drain(at: source.now) == ["gap 7", "2"])
  }

  /// Whatever comes, nothing is lost uncounted, and the order is kept.
  @Test(arguments: [nil, 0, 40] as [Int?]) func everythingIsGivenOrCounted(budget: Int?) {
    var dice = Dice(7)
    var source = Source()
    var backlog = Backlog(capacity: 16, budget: budget)
    var given: [UInt64] = []
    var lost: UInt64 = 0
    var skipped = 0
    var last = source.decision(.allow)
    backlog.push(last)
    func take(_ message: GateMessage) {
      switch message.event {
      case .gap(let count): lost += count
      case .tick(let tick): skipped += tick.skipped
      default: given.append(message.sequence)
      }
    }
    for _ in 0..<20_000 {
      source.now = source.now.advanced(byMicroseconds: Int64.random(in: 0...20_000, using: &dice))
      switch Int.random(in: 0..<8, using: &dice) {
      case 0...2:
        last = source.decision(.allow)
        backlog.push(last)
      case 3: backlog.push(source.decision(.deny))
      case 4: backlog.push(source.result(of: last))
      case 5:
        backlog.push(source.policy())
        backlog.push(counts: nil, calls: [])
      default:
        for _ in 0..<Int.random(in: 0...6, using: &dice) {
          guard let message = backlog.next(at: source.now) else { break }
          take(message)
        }
      }
      #expect(backlog.count <= 16)
    }
    backlog.push(counts: nil, calls: [])
    while let message = backlog.next(at: source.now) { take(message) }
    #expect(given == given.sorted())
    #expect(UInt64(given.count) + backlog.missed == source.sequence)
    // Beside what is told there are only the results of decisions that were skipped.
    let results = backlog.missed - lost - UInt64(skipped)
    #expect(budget == nil ? skipped == 0 && results == 0 : skipped > 0 && results > 0)
  }
}
