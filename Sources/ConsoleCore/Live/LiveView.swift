internal import ControlWire
internal import Policy

/// The live pane: the ring, what the filter shows of it, and where the person stands in it.
package struct LiveView: Hashable, Sendable {
  package var ring: DecisionRing
  package var rates = Rates()
  /// The newest row is shown and the cursor goes with it.
  package var follows = true
  /// The row under the cursor, by serial number; 0 where there is none.
  package var cursor: UInt64 = 0
  /// The first row shown while paused.
  package var top: UInt64 = 0
  /// What the filter shows; nil while there is no filter.
  ///
  /// The first `skipped` are gone from the ring.
  private var shown: [UInt64]?
  private var skipped = 0
  package private(set) var filter: Filter?
  /// When the filter was set: ages are counted from then, so that no row leaves by itself.
  private var filterTime = Moment(microseconds: 0)
  /// Rows before this one are cleared from view.
  package var clearedBefore: UInt64 = 0
  /// Events that the gate said it could not send.
  package var dropped: UInt64 = 0
  /// Allow decisions that the gate counted and, as was asked of it, did not send.
  package var keptBack: UInt64 = 0

  init(capacity: Int) { ring = DecisionRing(capacity: capacity) }

  // MARK: Rows in view

  private var first: UInt64 { max(ring.firstSerial, clearedBefore) }

  /// How many rows there are to scroll through.
  package var count: Int {
    if let shown { return shown.count - skipped }
    return Int(ring.endSerial - min(first, ring.endSerial))
  }

  /// The serial number of the row at a place, the oldest first.
  package func serial(at index: Int) -> UInt64? {
    guard index >= 0, index < count else { return nil }
    if let shown { return shown[skipped + index] }
    return first + UInt64(index)
  }

  /// The place of a row, or of the next one that is still shown.
  package func index(of serial: UInt64) -> Int {
    guard let shown else {
      return serial <= first ? 0 : Int(min(serial - first, UInt64(count)))
    }
    var low = skipped
    var high = shown.count
    while low < high {
      let middle = low + (high - low) / 2
      if shown[middle] < serial { low = middle + 1 } else { high = middle }
    }
    return low - skipped
  }

  /// Rows that came after the one under the cursor.
  package var newer: Int { max(0, count - 1 - index(of: cursor)) }

  /// The record under the cursor.
  package var current: DecisionRing.Record? { ring[cursor] }

  // MARK: Arriving

  mutating func append(_ make: (inout DecisionRing) -> Void) {
    let serial = ring.endSerial
    make(&ring)
    if filter != nil, let record = ring[serial], matches(record) { shown?.append(serial) }
    forgetLost()
    settle()
  }

  private func matches(_ record: DecisionRing.Record) -> Bool {
    guard record.kind == .decision else { return true }
    return filter?.matches(LiveSubject(record: record, ring: ring, now: filterTime)) ?? true
  }

  /// Lets go of rows that the ring has lost.
  private mutating func forgetLost() {
    guard shown != nil else { return }
    let first = first
    while let shown, skipped < shown.count, shown[skipped] < first { skipped += 1 }
    if skipped > 4096, let count = shown?.count, skipped > count / 2 {
      shown?.removeFirst(skipped)
      skipped = 0
    }
  }

  /// Keeps the cursor on a row that exists; while paused it stays where it is.
  private mutating func settle() {
    let count = count
    guard count > 0 else {
      cursor = 0
      top = 0
      return
    }
    if follows {
      cursor = serial(at: count - 1) ?? 0
    } else if cursor < (serial(at: 0) ?? 0) {
      cursor = serial(at: 0) ?? 0
    }
    if let oldest = serial(at: 0), top < oldest { top = oldest }
  }

  mutating func finish(_ event: ResultEvent) { _ = ring.finish(event) }

  // MARK: Filter

  mutating func set(_ filter: Filter?, at now: Moment) {
    self.filter = filter
    filterTime = now
    guard let filter else {
      shown = nil
      skipped = 0
      settle()
      return
    }
    var matcher = LiveMatcher(filter: filter, now: now)
    var matching: [UInt64] = []
    for serial in first..<max(first, ring.endSerial) {
      guard let record = ring[serial] else { continue }
      if record.kind != .decision || matcher.matches(record, in: ring) { matching.append(serial) }
    }
    shown = matching
    skipped = 0
    if !follows {
      let index = min(index(of: cursor), count - 1)
      cursor = serial(at: index) ?? 0
    }
    settle()
  }

  mutating func clear() {
    clearedBefore = ring.endSerial
    if shown != nil { shown = [] }
    skipped = 0
    follows = true
    settle()
  }

  // MARK: Moving

  /// The first row to draw when `height` rows fit.
  package func topIndex(height: Int) -> Int {
    let lowest = max(0, count - height)
    if follows { return lowest }
    let cursorIndex = index(of: cursor)
    var index = min(index(of: top), max(0, count - 1))
    if cursorIndex < index { index = cursorIndex }
    if height > 0, cursorIndex >= index + height { index = cursorIndex - height + 1 }
    return max(0, index)
  }

  /// Moves the cursor by some rows; moving up pauses, arriving at the newest row does not follow by itself.
  mutating func move(by rows: Int, height: Int) {
    guard count > 0 else { return }
    place(min(max(0, index(of: cursor) + rows), count - 1), height: height)
  }

  mutating func place(_ index: Int, height: Int) {
    guard count > 0 else { return }
    let wasTop = topIndex(height: height)
    let index = min(max(0, index), count - 1)
    if follows, index == count - 1 { return }
    follows = false
    cursor = serial(at: index) ?? 0
    var start = wasTop
    if index < start { start = index }
    if height > 0, index >= start + height { start = index - height + 1 }
    top = serial(at: start) ?? cursor
  }

  mutating func setFollows(_ value: Bool, height: Int) {
    guard value != follows else { return }
    if !value { top = serial(at: topIndex(height: height)) ?? 0 }
    follows = value
    settle()
  }
}
