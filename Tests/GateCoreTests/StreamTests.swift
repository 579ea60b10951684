import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// Messages of one session without its details.
private struct Source {
  var gate = GateState()
  var now = Moment(microseconds: 0)

  mutating func decision(_ verdict: Verdict) -> GateMessage {
    let event = DecisionEvent(
      session: "s", client: "c", grant: "local", server: "v", method: "tools/call", tool: "t", category: nil,
      severity: nil, decision: Decision(verdict, rule: "r"), revision: nil, took: 1, argumentsDigest: nil)
    return gate.message(.decision(event), at: now)
  }

  mutating func result(of decision: GateMessage) -> GateMessage {
    gate.message(
      .result(ResultEvent(decisionSequence: decision.sequence, outcome: .ok, took: 1, bytes: 1)), at: now)
  }

  mutating func policy() -> GateMessage {
    gate.message(.policy(PolicyEvent(state: .loaded, revision: "r", problems: [])), at: now)
  }
}

extension Backlog {
  /// All that it gives now: numbers of messages, `gap 3`, `tick`.
  fileprivate mutating func drain(at now: Moment) -> [String] {
    var found: [String] = []
    while let message = next(at: now) {
      switch message.event {
      case .gap(let missed): found.append("gap \(missed)")
      case .tick: found.append("tick")
      default: found.append("\(message.sequence)")
      }
    }
    #expect(!hasNext(at: now))
    return found
  }
}

struct GateLogTests {
  @Test func keepsTheLastMessagesAndSaysWhatItDoesNot() {
    var source = Source()
    var log = GateLog(capacity: 3)
    #expect(log.since(0) == (missed: 0, messages: []))
    var all: [GateMessage] = []
    for count in 1...8 {
      all.append(source.policy())
      log.append(all[count - 1])
      #expect(log.lastSequence == UInt64(count))
      let kept = Array(all.suffix(3))
      #expect(log.since(0) == (missed: UInt64(max(0, count - 3)), messages: kept))
    }
    #expect(log.since(6) == (missed: 0, messages: Array(all.suffix(2))))
    #expect(log.since(4) == (missed: 1, messages: Array(all.suffix(3))))
    #expect(log.since(8) == (missed: 0, messages: []))
    #expect(log.since(99) == (missed: 0, messages: []))
    #expect(log.since(.max) == (missed: 0, messages: []))
  }

  @Test func aTickCountsOnlyWhatHappened() {
    var source = Source()
    var log = GateLog()
    #expect(log.takeTick(at: source.now) == nil)
    for verdict in [Verdict.allow, .allow, .deny, .hide] { log.append(source.decision(verdict)) }
    log.append(source.policy())
    #expect(
      log.takeTick(at: source.now) == GateMessage(sequence: 0, time: source.now, event: .tick(counts: [2, 1, 0, 0, 1])))
    #expect(log.takeTick(at: source.now) == nil)
    log.append(source.policy())
    #expect(log.takeTick(at: source.now) == nil)
    log.append(source.decision(.ask))
    log.dropTick()
    #expect(log.takeTick(at: source.now) == nil)
    #expect(source.gate.counts == [2, 1, 0, 1, 1])
    #expect(source.gate.lastSequence == 7)
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
    #expect(backlog.hasNext(at: source.now))
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

  @Test func aLostTickIsNoGap() {
    var backlog = Backlog(capacity: 1)
    let now = Moment(microseconds: 0)
    for _ in 0..<3 { backlog.push(GateMessage(sequence: 0, time: now, event: .tick(counts: []))) }
    #expect(backlog.drain(at: now) == ["tick"])
    #expect(backlog.missed == 0)
  }

  @Test func theBudgetKeepsBackAllowDecisionsAndTheirResults() {
    var source = Source()
    var backlog = Backlog(capacity: 100, budget: 2)
    let allowed = (0..<4).map { _ in source.decision(.allow) }
    for message in allowed { backlog.push(message) }
    for message in allowed { backlog.push(source.result(of: message)) }
    backlog.push(source.decision(.deny))
    #expect(backlog.drain(at: source.now) == ["gap 4", "1", "2", "5", "6", "9"])
    // A gap is told at once, and then no more often than a tick.
    backlog.push(source.decision(.allow))
    #expect(backlog.drain(at: source.now) == [])
    #expect(backlog.drain(at: source.now.advanced(byMicroseconds: 99_999)) == [])
    #expect(backlog.drain(at: source.now.advanced(byMicroseconds: 100_000)) == ["gap 1"])
    source.now = source.now.advanced(byMicroseconds: 1_000_000)
    backlog.push(source.decision(.allow))
    #expect(backlog.drain(at: source.now) == ["11"])
    #expect(backlog.missed == 5)
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
  @Test(arguments: [nil, 0, 3] as [Int?]) func everythingIsGivenOrCounted(budget: Int?) {
    var dice = Dice(7)
    var source = Source()
    var backlog = Backlog(capacity: 16, budget: budget)
    var given: [UInt64] = []
    var missed: UInt64 = 0
    var last = source.decision(.allow)
    backlog.push(last)
    func take(_ message: GateMessage) {
      if case .gap(let count) = message.event { missed += count } else { given.append(message.sequence) }
    }
    for _ in 0..<20_000 {
      source.now = source.now.advanced(byMicroseconds: Int64.random(in: 0...20_000, using: &dice))
      switch Int.random(in: 0..<8, using: &dice) {
      case 0...2:
        last = source.decision(.allow)
        backlog.push(last)
      case 3: backlog.push(source.decision(.deny))
      case 4: backlog.push(source.result(of: last))
      case 5: backlog.push(source.policy())
      default:
        for _ in 0..<Int.random(in: 0...6, using: &dice) {
          guard let message = backlog.next(at: source.now) else { break }
          take(message)
        }
      }
      #expect(backlog.count <= 16)
    }
    let end = source.now.advanced(byMicroseconds: 1_000_000)
    while let message = backlog.next(at: end) { take(message) }
    #expect(given == given.sorted())
    #expect(UInt64(given.count) + missed == source.gate.lastSequence)
    #expect(missed == backlog.missed)
  }
}
