internal import ControlWire
package import Filters
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
  private var found: FoundRows?
  package private(set) var filter: Filter?
  /// When the filter was set: ages are counted from then, so that no row leaves by itself.
  private var filterTime = Moment(microseconds: 0)
  /// Where the person was when a filter was set, until all rows are looked at.
  private var sought: UInt64?
  /// Rows before this one are cleared from view.
  package var clearedBefore: UInt64 = 0
  /// Events that the gate said it could not send.
  package var dropped: UInt64 = 0
  /// Allow decisions that the gate counted and, as was asked of it, did not send.
  package var keptBack: UInt64 = 0

  private let searchedAtOnce: Int

  init(capacity: Int, searchedAtOnce: Int) {
    ring = DecisionRing(capacity: capacity)
    self.searchedAtOnce = max(1, searchedAtOnce)
  }

  // MARK: Rows in view

  private var first: UInt64 { max(ring.firstSerial, clearedBefore) }

  /// How many rows there are to scroll through.
  package var count: Int {
    if let found { return found.count }
    return Int(ring.endSerial - min(first, ring.endSerial))
  }

  /// The serial number of the row at a place, the oldest first.
  package func serial(at index: Int) -> UInt64? {
    guard index >= 0, index < count else { return nil }
    if let found { return found[index] }
    return first + UInt64(index)
  }

  /// The place of a row, or of the next one that is still shown.
  package func index(of serial: UInt64) -> Int {
    guard let found else {
      return serial <= first ? 0 : Int(min(serial - first, UInt64(count)))
    }
    return found.index(of: serial)
  }

  /// Rows that came after the one under the cursor.
  package var newer: Int { max(0, count - 1 - index(of: cursor)) }

  /// The record under the cursor.
  package var current: DecisionRing.Record? { ring[cursor] }

  /// The decision that the row under the cursor is about, by its serial number.
  package var currentCall: UInt64? {
    guard let record = current else { return nil }
    switch record.kind {
    case .decision: return cursor
    case .approval: return ring.serial(ofSequence: record.sequence)
    case .gap, .remark: return nil
    }
  }

  // MARK: Arriving

  mutating func append(_ make: (inout DecisionRing) -> Void) {
    let serial = ring.endSerial
    make(&ring)
    if filter != nil, let record = ring[serial], matches(record) { found?.append(serial) }
    let first = first
    found?.forget(before: first)
    settle()
  }

  private func matches(_ record: DecisionRing.Record) -> Bool {
    guard record.kind.isAboutCall else { return true }
    return filter?.matches(LiveSubject(record: record, ring: ring, now: filterTime)) ?? true
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
    sought = nil
    guard let filter else {
      found = nil
      settle()
      return
    }
    if !follows { sought = cursor }
    found = FoundRows(filter, in: ring, from: first, at: now)
    searchOn()
  }

  /// Older rows have yet to be looked at: it goes on with `searchOn`.
  package var isSearching: Bool { found?.isSearching ?? false }

  /// Looks at the next rows, some thousands of them, going back from the newest.
  mutating func searchOn() {
    guard isSearching else { return }
    found?.searchOn(in: ring, at: searchedAtOnce)
    if !follows, let sought {
      // The row that the person was on, or the next one that is shown.
      cursor = serial(at: min(index(of: sought), count - 1)) ?? 0
      if !isSearching { self.sought = nil }
    }
    settle()
  }

  /// Draws a line, and shows only what comes behind it.
  mutating func clear(_ words: String, at now: Moment) {
    clearedBefore = ring.endSerial
    found?.clear()
    follows = true
    append { $0.append(remark: words, at: now) }
  }

  /// Shows again what was before the line.
  mutating func unclear() {
    clearedBefore = 0
    if filter != nil { set(filter, at: filterTime) } else { settle() }
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
    sought = nil
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

extension DecisionRing.Record.Kind {
  /// A filter looks at it; other lines are always shown.
  var isAboutCall: Bool {
    switch self {
    case .decision, .approval: true
    case .gap, .remark: false
    }
  }
}
