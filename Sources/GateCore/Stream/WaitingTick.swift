internal import JSONText
internal import Policy

/// What the next tick of one subscriber will tell.
///
/// It adds up for as long as the subscriber does not read, so that no number is ever lost.
struct WaitingTick: Sendable {
  /// So many counts of calls are told at once; the others follow with the next ticks.
  static let mostAtOnce = 256

  private var counts = [Int](repeating: 0, count: Verdict.allCases.count)
  private var skipped = 0
  private var calls: [CallTally.Count] = []
  /// Where a count stands in `calls`; made only where something already waits.
  private var places: [[UInt8]: Int]?
  /// Something is to be told as soon as the subscriber reads.
  private(set) var isDue = false

  /// Whether a later tick must tell what did not fit into the last one.
  var hasMore: Bool { !isDue && !calls.isEmpty }

  mutating func skip() { skipped += 1 }

  mutating func add(_ counts: [Int]?, _ calls: [CallTally.Count]) {
    for (verdict, count) in (counts ?? []).enumerated() where self.counts.indices.contains(verdict) {
      self.counts[verdict] += count
    }
    add(calls)
    isDue = isDue || counts != nil || skipped > 0 || !self.calls.isEmpty
  }

  /// Appends the line, its end included.
  mutating func take(into bytes: inout [UInt8]) {
    bytes.append(contentsOf: "{\"event\":\"tick\",\"counts\":{".utf8)
    for (verdict, count) in zip(Verdict.allCases, counts) {
      if verdict != .allow { bytes.append(0x2C) }
      bytes.append(contentsOf: "\"\(verdict.rawValue)\":\(count)".utf8)
    }
    bytes.append(0x7D)
    if skipped > 0 { bytes.append(contentsOf: ",\"skipped\":\(skipped)".utf8) }
    let now = calls.prefix(Self.mostAtOnce)
    if !now.isEmpty {
      bytes.append(contentsOf: ",\"calls\":[".utf8)
      for (index, call) in now.enumerated() {
        if index > 0 { bytes.append(0x2C) }
        bytes.append(contentsOf: call.prefix)
        bytes.append(contentsOf: ",\"count\":\(call.count)}".utf8)
      }
      bytes.append(0x5D)
    }
    bytes.append(contentsOf: [0x7D, 0x0A])
    for verdict in counts.indices { counts[verdict] = 0 }
    skipped = 0
    calls.removeFirst(now.count)
    places = nil
    isDue = false
  }

  private mutating func add(_ more: [CallTally.Count]) {
    guard !calls.isEmpty else {
      calls = more
      return
    }
    guard !more.isEmpty else { return }
    var places =
      self.places ?? Dictionary(calls.enumerated().map { ($1.prefix, $0) }, uniquingKeysWith: { first, _ in first })
    for call in more { add(call, &places) }
    self.places = places
  }

  private mutating func add(_ call: CallTally.Count, _ places: inout [[UInt8]: Int]) {
    if let place = places[call.prefix] {
      calls[place].count += call.count
    } else if calls.count < CallTally.capacity || call.prefix == CallTally.restPrefix(call.verdict) {
      places[call.prefix] = calls.count
      calls.append(call)
    } else {
      var rest = call
      rest.prefix = CallTally.restPrefix(call.verdict)
      add(rest, &places)
    }
  }
}
