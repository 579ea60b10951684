package import ControlWire
package import Policy

/// The last messages of the stream, for a subscriber that comes late or comes back, and the counts of the running tick.
package struct GateLog: Sendable {
  /// How many messages are kept.
  package static let capacity = 10_000

  /// A ring once it is full; `oldest` is where it begins.
  private var ring: [GateMessage] = []
  private var oldest = 0
  private let capacity: Int
  private var tick: [Int]
  private var hasTicked = false

  package init(capacity: Int = GateLog.capacity) {
    self.capacity = max(1, capacity)
    tick = Array(repeating: 0, count: Verdict.allCases.count)
  }

  /// The number of the last message; 0 before the first.
  package var lastSequence: UInt64 {
    guard !ring.isEmpty else { return 0 }
    return ring[(oldest + ring.count - 1) % ring.count].sequence
  }

  /// Takes a numbered message of the stream.
  package mutating func append(_ message: GateMessage) {
    if case .decision(let event) = message.event {
      tick[event.decision.verdict.index] += 1
      hasTicked = true
    }
    if ring.count < capacity {
      ring.append(message)
    } else {
      ring[oldest] = message
      oldest = (oldest + 1) % capacity
    }
  }

  /// What came after `sequence`, and how much of it is not kept any more.
  package func since(_ sequence: UInt64) -> (missed: UInt64, messages: [GateMessage]) {
    guard !ring.isEmpty else { return (0, []) }
    let first = ring[oldest].sequence
    let (next, overflow) = sequence.addingReportingOverflow(1)
    guard !overflow else { return (0, []) }
    let missed = first > next ? first - next : 0
    var messages: [GateMessage] = []
    for offset in ring.indices {
      let message = ring[(oldest + offset) % ring.count]
      if message.sequence > sequence { messages.append(message) }
    }
    return (missed, messages)
  }

  /// The decisions by verdict since the last tick; nil if there were none.
  ///
  /// To be asked for every 100 ms while somebody listens. A tick has no number: it is no part of what can be missed.
  package mutating func takeTick(at now: Moment) -> GateMessage? {
    guard hasTicked else { return nil }
    let message = GateMessage(sequence: 0, time: now, event: .tick(counts: tick))
    for index in tick.indices { tick[index] = 0 }
    hasTicked = false
    return message
  }

  /// Forgets what the running tick has counted; for when nobody listened.
  package mutating func dropTick() {
    for index in tick.indices { tick[index] = 0 }
    hasTicked = false
  }
}
