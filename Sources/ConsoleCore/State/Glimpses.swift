internal import ControlWire
internal import Policy

/// What the rows of the stream that were in view lately were called with, in a few words each.
package struct Glimpses: Hashable, Sendable {
  private enum Entry: Hashable, Sendable {
    case asked
    case known(CallGlimpse)
  }

  static let most = 2_000
  /// The gate is asked again after so many microseconds at the soonest.
  static let pause: Int64 = 250_000

  private var entries: [UInt64: Entry] = [:]
  private var order: [UInt64] = []
  /// When the gate was asked last, and whether that answer is still to come.
  private var lastAsked: Moment?
  private var request: Int?

  subscript(_ sequence: UInt64) -> CallGlimpse? {
    if case .known(let glimpse) = entries[sequence], glimpse.isKnown { glimpse } else { nil }
  }

  func isUnknown(_ sequence: UInt64) -> Bool { entries[sequence] == nil }

  /// When the gate may be asked the next time; nil while its answer is awaited.
  func nextQuestion(at now: Moment) -> Moment? {
    guard request == nil else { return nil }
    return lastAsked.map { max(now, $0.advanced(byMicroseconds: Self.pause)) } ?? now
  }

  mutating func ask(_ sequences: [UInt64], id: Int, at now: Moment) {
    for sequence in sequences where entries[sequence] == nil {
      entries[sequence] = .asked
      order.append(sequence)
    }
    lastAsked = now
    request = id
    guard order.count > Self.most else { return }
    for sequence in order.prefix(order.count - Self.most) { entries[sequence] = nil }
    order.removeFirst(order.count - Self.most)
  }

  mutating func take(_ calls: [CallGlimpse], id: Int?) {
    guard let asked = request, id == asked else { return }
    request = nil
    for call in calls.prefix(CallGlimpse.most) where entries[call.sequence] != nil {
      entries[call.sequence] = .known(call)
    }
  }

  /// A gate does not know the question: it is not asked again.
  mutating func refuse(_ id: Int) -> Bool { request == id }
}

extension ConsoleState {
  /// The calls in view whose arguments have not been asked for.
  private var unseenCalls: [UInt64] {
    guard gate.isUp, let place = layout.places.first(where: { $0.pane == .live }) else { return [] }
    let height = place.body.rows - liveHeading(place.body)
    let top = live.topIndex(height: height)
    guard height > 0 else { return [] }
    return (top..<min(live.count, top + height)).compactMap { index in
      guard let serial = live.serial(at: index), let record = live.ring[serial], record.kind == .decision,
        record.sequence > 0, record.digest > 0, glimpses.isUnknown(record.sequence),
        live.ring.isOfThisGate(serial)
      else { return nil }
      return record.sequence
    }
  }

  /// Asks for the arguments of the rows in view, not too often.
  mutating func wantGlimpses() -> [ConsoleEffect] {
    guard let next = glimpses.nextQuestion(at: now), next <= now else { return [] }
    let calls = unseenCalls
    guard !calls.isEmpty else { return [] }
    let id = nextRequest()
    glimpses.ask(calls, id: id, at: now)
    return [.send(.glimpse(sequences: calls, id: id))]
  }

  /// When that is to be looked at again.
  var nextGlimpse: Moment? {
    guard let next = glimpses.nextQuestion(at: now), !unseenCalls.isEmpty else { return nil }
    return next
  }
}
