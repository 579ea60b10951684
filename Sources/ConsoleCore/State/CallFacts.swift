package import ControlWire
internal import Policy

/// What the gate told of single calls: their arguments, and how they are judged now; of the last few that were asked about.
package struct CallFacts: Hashable, Sendable {
  package enum Entry: Hashable, Sendable {
    /// The answer is to come, to the request with this id.
    case asked(Int)
    case known(CallExplanation)
    /// There is none, and why.
    case missing(String)
  }

  static let most = 32

  private var entries: [UInt64: Entry] = [:]
  /// The numbers of the decisions in `entries`, the one that was asked for last at the end.
  private var order: [UInt64] = []

  package init() {}

  package subscript(_ sequence: UInt64) -> Entry? { entries[sequence] }

  func isWaiting(for id: Int) -> Bool { entries.contains { $0.value == .asked(id) } }

  /// Notes that a call is asked about.
  mutating func ask(_ sequence: UInt64, id: Int) {
    order.removeAll { $0 == sequence }
    order.append(sequence)
    entries[sequence] = .asked(id)
    if order.count > Self.most { entries[order.removeFirst()] = nil }
  }

  /// Takes an answer; one that nobody waits for any more is dropped.
  mutating func take(_ answer: CallExplanation) {
    guard entries[answer.sequence] != nil else { return }
    entries[answer.sequence] = .known(answer)
  }

  mutating func refuse(_ id: Int, _ reason: String) {
    for (sequence, entry) in entries where entry == .asked(id) { entries[sequence] = .missing(reason) }
  }

  /// Another policy judges now, or another gate.
  mutating func forget() { self = CallFacts() }
}

extension ConsoleState {
  /// Asks the gate about a call, unless that is known or on its way.
  mutating func wantFacts(of serial: UInt64) -> [ConsoleEffect] {
    guard gate.isUp, let record = live.ring[serial], record.kind == .decision, record.sequence > 0,
      live.ring.serial(ofSequence: record.sequence) == serial
    else { return [] }
    switch facts[record.sequence] {
    case .known, .asked: return []
    case .missing, nil: break
    }
    let id = nextRequest()
    facts.ask(record.sequence, id: id)
    return [.send(.explain(sequence: record.sequence, id: id))]
  }

  /// What is known of a call beside its line in the stream.
  func facts(of serial: UInt64) -> CallFacts.Entry? {
    guard let record = live.ring[serial], live.ring.serial(ofSequence: record.sequence) == serial else { return nil }
    return facts[record.sequence]
  }

  /// An `id` for a request that no other has.
  mutating func nextRequest() -> Int {
    lastRequest += 1
    return Self.firstRequest + lastRequest
  }

  /// Smaller ids are those of other askers.
  private static let firstRequest = 1 << 30
}
