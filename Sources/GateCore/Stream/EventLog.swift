package import ControlWire
package import JSONText
package import Policy
package import Risk

/// The stream's last events, each written once, as the line that the record and every subscriber get.
///
/// Events have positions: how many came before them. What is not yet settled is never forgotten; of the rest the last
/// ones stay for whoever comes late or comes back.
package struct EventLog: Sendable {
  /// How many settled events are kept.
  package static let capacity = 10_000
  /// Lines of this many bytes stand together.
  package static let blockSize = 64 << 10
  /// How many such blocks are kept at most, even where that is fewer events.
  static let mostBlocks = 96

  struct Block: Sendable {
    var text: LineBuffer
    var entries: [StreamEntry] = []
    /// The position of its first event.
    var first: UInt64
    var end: UInt64 { first + UInt64(entries.count) }
  }

  let capacity: Int
  let blockSize: Int
  private var encoder = EventEncoder()
  /// All but the last, the oldest first.
  private(set) var full: [Block] = []
  private var last: Block
  /// Memory for further blocks, which the system has found already.
  var spare: [(memory: LineBuffer, entries: [StreamEntry])] = []
  /// How many blocks were begun with new memory since `prepare`.
  var begun = 0

  /// Where the next event will stand.
  package private(set) var end: UInt64 = 0
  /// Everything before it was given to whoever must have it.
  package private(set) var settled: UInt64 = 0
  /// Where the event after the last decision stands, or the last that became of an approval; or will.
  package private(set) var decided: UInt64 = 0
  /// Where the event after the last one stands, or will, for which a person waits.
  package private(set) var urgent: UInt64 = 0
  /// Whether there are decisions that do not say yet how long judging took; they stand from `unstamped` on.
  package private(set) var needsStamp = false
  private var unstamped: UInt64 = 0
  /// Room that such decisions in the last block may still need.
  private var reserved = 0
  /// The number of the last event; 0 before the first.
  package private(set) var lastSequence: UInt64 = 0

  private var tick = Array(repeating: 0, count: Verdict.allCases.count)
  private var hasTicked = false

  /// A stamp of so many microseconds has 12 digits, one of which is there from the beginning.
  private static let longestStamp: Int64 = 999_999_999_999
  private static let stampRoom = 11

  package init(capacity: Int = EventLog.capacity, blockSize: Int = EventLog.blockSize) {
    self.capacity = max(1, capacity)
    self.blockSize = max(1, blockSize)
    last = Block(text: LineBuffer(capacity: 0), first: 0)
  }

  // MARK: Writing

  /// Writes a decision; how long judging took is told later, by `stamp`.
  package mutating func append(
    _ decision: Decision, sequence: UInt64, at time: Moment, source: [UInt8], method: String, tool: String?,
    category: Category?, severity: Severity?, revision: String?, argumentsDigest: ContentDigest?
  ) {
    let argumentsDigest = argumentsDigest?.hexadecimal
    let room = EventEncoder.room(
      source: source, method: method, tool: tool, decision: decision, revision: revision,
      argumentsDigest: argumentsDigest)
    makeRoom(room + Self.stampRoom)
    var entry = StreamEntry(sequence: sequence, time: time, kind: .decision(decision.verdict))
    entry.start = last.text.count
    entry.took = encoder.decision(
      decision, sequence: sequence, at: time, source: source, method: method, tool: tool, category: category,
      severity: severity, revision: revision, took: 0, argumentsDigest: argumentsDigest, into: &last.text)
    addUnstamped(entry)
  }

  /// The same for a call that is allowed for the same reason as before, of which `line` tells (see `EventEncoder.again`).
  package mutating func append(
    again line: [UInt8], sequence: UInt64, at time: Moment, argumentsDigest: ContentDigest?
  ) {
    makeRoom(EventEncoder.room(again: line) + Self.stampRoom)
    var entry = StreamEntry(sequence: sequence, time: time, kind: .decision(.allow))
    entry.start = last.text.count
    entry.took = encoder.decision(
      again: line, sequence: sequence, at: time, argumentsDigest: argumentsDigest, into: &last.text)
    addUnstamped(entry)
  }

  /// Writes how a request ended that was let through.
  package mutating func append(_ result: ResultEvent, sequence: UInt64, at time: Moment) {
    makeRoom(EventEncoder.roomForResult)
    var entry = StreamEntry(
      sequence: sequence, time: time, decision: result.decisionSequence, kind: .result)
    if case .ok = result.outcome {} else { entry.isFailure = true }
    entry.start = last.text.count
    encoder.result(result, sequence: sequence, at: time, into: &last.text)
    add(entry)
  }

  /// Writes any numbered event.
  package mutating func append(_ message: GateMessage) {
    append(StreamEntry(message), text: message.encoded)
  }

  /// Takes a line that is written already.
  package mutating func append(_ entry: StreamEntry, text: [UInt8]) {
    makeRoom(text.count)
    var entry = entry
    entry.start = last.text.count
    entry.took = 0
    last.text.append(text.span)
    add(entry)
  }

  /// Writes down how long a message took in the decisions that were made on it.
  ///
  /// The core knows no clock; who has one measures around the call and tells it here.
  package mutating func stamp(took microseconds: Int64) {
    guard needsStamp else { return }
    if microseconds >= 0, microseconds < 10, last.first <= unstamped {
      stampLast(0x30 + UInt8(truncatingIfNeeded: microseconds))
    } else {
      let digits = Array(String(min(max(0, microseconds), Self.longestStamp)).utf8)
      for index in full.indices.reversed() {
        guard full[index].end > unstamped else { break }
        Self.stamp(&full[index], from: unstamped, digits)
      }
      Self.stamp(&last, from: unstamped, digits)
    }
    needsStamp = false
    reserved = 0
  }

  /// Takes the events from a position on out again, the newest that there are, which are stamped and nobody has seen.
  package mutating func takeBack(from position: UInt64) -> [(entry: StreamEntry, text: [UInt8])] {
    precondition(position >= settled)
    var taken: [(entry: StreamEntry, text: [UInt8])] = []
    forEach(from: position) { entry, text in
      var copy: [UInt8] = []
      copy.reserveCapacity(text.count + 1)
      for index in text.indices { copy.append(text[index]) }
      copy.append(0x0A)
      taken.append((entry, copy))
    }
    while last.first > position, let before = full.popLast() { last = before }
    let kept = Int(position - last.first)
    guard kept < last.entries.count else { return taken }
    last.text.cut(to: last.entries[kept].start)
    last.entries.removeSubrange(kept...)
    for (entry, _) in taken {
      guard case .decision(let verdict) = entry.kind else { continue }
      tick[verdict.index] -= 1
    }
    end = position
    decided = min(decided, end)
    urgent = min(urgent, end)
    needsStamp = false
    return taken
  }

  // MARK: Reading

  /// Whether there is anything that is not settled.
  package var hasUnsettled: Bool { settled < end }

  /// From here on events are kept.
  package var start: UInt64 {
    let kept = end - min(end, UInt64(capacity))
    return max(full.first?.first ?? last.first, min(kept, settled))
  }

  /// Everything that there is has been given to whoever must have it; what is too old may go.
  package mutating func settle() { settled = end }

  /// Calls `body` with each line from a position on, without its end.
  package func forEach(from position: UInt64, _ body: (StreamEntry, Span<UInt8>) -> Void) {
    for index in firstFull(from: position)..<full.count { Self.forEach(full[index], from: position, body) }
    Self.forEach(last, from: position, body)
  }

  /// Calls `body` with what goes into the record from a position on, ends included: as many lines as stand together, and
  /// how many these are.
  package func recorded(from position: UInt64, _ body: (Span<UInt8>, Int) -> Void) {
    for index in firstFull(from: position)..<full.count { Self.recorded(full[index], from: position, body) }
    Self.recorded(last, from: position, body)
  }

  /// Where those of the full blocks begin that have something from a position on; the others are not touched, for each
  /// call asks for this.
  private func firstFull(from position: UInt64) -> Int {
    var index = full.count
    guard position < last.first else { return index }
    while index > 0, full[index - 1].end > position { index -= 1 }
    return index
  }

  private static func recorded(_ block: Block, from position: UInt64, _ body: (Span<UInt8>, Int) -> Void) {
    guard block.end > position else { return }
    let text = block.text.memory.span
    var first = Int(max(position, block.first) - block.first)
    while first < block.entries.count {
      var stop = first
      while stop < block.entries.count, !block.entries[stop].isAside { stop += 1 }
      if stop > first {
        body(text.extracting(block.entries[first].start..<block.entries[stop - 1].end), stop - first)
      }
      first = stop + 1
    }
  }

  /// Calls `body` with lines from a position on, ends included, as many at a time as stand together, up to `limit` bytes
  /// in all.
  ///
  /// - Returns: The position of the first that was not given.
  package func pieces(from position: UInt64, limit: Int, _ body: (Span<UInt8>) -> Void) -> UInt64 {
    var position = position
    var left = limit
    for index in firstFull(from: position)...full.count {
      let block = index < full.count ? full[index] : last
      guard block.end > position, position >= block.first else { continue }
      let start = Int(position - block.first)
      var stop = start
      let from = block.entries[start].start
      while stop < block.entries.count, block.entries[stop].end - from <= left { stop += 1 }
      guard stop > start else { return position }
      let to = block.entries[stop - 1].end
      body(block.text.memory.span.extracting(from..<to))
      left -= to - from
      position = block.first + UInt64(stop)
      guard stop == block.entries.count else { return position }
    }
    return position
  }

  /// The position of what came after a number, and how much of that is not kept any more.
  package func since(_ sequence: UInt64) -> (missed: UInt64, position: UInt64) {
    let (next, isOver) = sequence.addingReportingOverflow(1)
    guard start < end, !isOver else { return (0, end) }
    var position = end
    var missed: UInt64 = 0
    var isFirst = true
    forEach(from: start) { entry, _ in
      if isFirst, entry.sequence > next { missed = entry.sequence - next }
      isFirst = false
      if entry.sequence <= sequence { return }
      position -= 1
    }
    return (missed, position)
  }

  /// Calls `body` with the line of a number, without its end, if it is kept.
  package func line(of sequence: UInt64, _ body: (StreamEntry, Span<UInt8>) -> Void) {
    let isIn = { (block: Block) in
      if let first = block.entries.first, let last = block.entries.last {
        return first.sequence <= sequence && sequence <= last.sequence
      }
      return false
    }
    guard let block = isIn(last) ? last : full.last(where: isIn) else { return }
    var low = 0
    var high = block.entries.count
    while low < high {
      let middle = low + (high - low) / 2
      if block.entries[middle].sequence < sequence { low = middle + 1 } else { high = middle }
    }
    guard low < block.entries.count, block.entries[low].sequence == sequence else { return }
    let entry = block.entries[low]
    body(entry, block.text.memory.span.extracting(entry.start..<entry.end - 1))
  }

  // MARK: Ticks

  /// The decisions by verdict since the last tick; nil if there were none.
  ///
  /// To be asked for every 100 ms while somebody listens. A tick has no number: it is no part of what can be missed.
  package mutating func takeTick() -> [Int]? {
    guard hasTicked else { return nil }
    defer { dropTick() }
    return tick
  }

  /// Forgets what the running tick has counted; for when nobody listened.
  package mutating func dropTick() {
    guard hasTicked else { return }
    for index in tick.indices { tick[index] = 0 }
    hasTicked = false
  }

  // MARK: Details

  private mutating func addUnstamped(_ entry: StreamEntry) {
    if !needsStamp { unstamped = end }
    needsStamp = true
    reserved += Self.stampRoom
    add(entry)
  }

  private mutating func add(_ entry: StreamEntry) {
    var entry = entry
    entry.length = last.text.count - entry.start
    if case .decision(let verdict) = entry.kind {
      tick[verdict.index] += 1
      hasTicked = true
      decided = end + 1
    }
    if case .approval = entry.kind {
      decided = end + 1
      urgent = end + 1
    }
    last.entries.append(entry)
    end += 1
    lastSequence = entry.sequence
  }

  /// Makes room for a line in the last block.
  private mutating func makeRoom(_ room: Int) {
    guard last.text.room < room + reserved else { return }
    var memory = LineBuffer(capacity: 0)
    var entries: [StreamEntry] = []
    if !last.entries.isEmpty {
      full.append(last)
      // A decision that is not stamped has its room in the block that is full now.
      reserved = 0
      forget(&memory, &entries)
    }
    memory.reset()
    if memory.capacity < max(blockSize, room) {
      begun += 1
      if room <= blockSize, let ready = spare.popLast() {
        (memory, entries) = ready
      } else {
        memory = LineBuffer(capacity: max(blockSize, room))
      }
    }
    last = Block(text: memory, entries: entries, first: end)
  }

  /// Drops blocks that are too old, and gives the memory of one of them.
  private mutating func forget(_ memory: inout LineBuffer, _ entries: inout [StreamEntry]) {
    let kept = end - min(end, UInt64(capacity))
    while let oldest = full.first, oldest.end <= settled, oldest.end <= kept || full.count > Self.mostBlocks {
      if oldest.text.capacity == blockSize { memory = oldest.text }
      entries = oldest.entries
      full.removeFirst()
    }
    entries.removeAll(keepingCapacity: true)
  }

  private mutating func stampLast(_ digit: UInt8) {
    var index = Int(max(unstamped, last.first) - last.first)
    while index < last.entries.count {
      if last.entries[index].took > 0 {
        last.text.replace(at: last.entries[index].took, with: digit)
        last.entries[index].took = 0
      }
      index += 1
    }
  }

  private static func stamp(_ block: inout Block, from position: UInt64, _ digits: [UInt8]) {
    let first = Int(max(position, block.first) - block.first)
    let extra = digits.count - 1
    // The last one first, so that the places of those before it still hold.
    for index in block.entries.indices.reversed() where index >= first && block.entries[index].took > 0 {
      let place = block.entries[index].took
      block.text.open(extra, at: place + 1)
      for (offset, digit) in digits.enumerated() { block.text.replace(at: place + offset, with: digit) }
      block.entries[index].took = 0
      block.entries[index].length += extra
      for later in block.entries.indices where later > index { block.entries[later].start += extra }
    }
  }

  private static func forEach(_ block: Block, from position: UInt64, _ body: (StreamEntry, Span<UInt8>) -> Void) {
    guard block.end > position else { return }
    let text = block.text.memory.span
    for index in Int(max(position, block.first) - block.first)..<block.entries.count {
      let entry = block.entries[index]
      body(entry, text.extracting(entry.start..<entry.end - 1))
    }
  }
}
