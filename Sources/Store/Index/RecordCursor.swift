package import History

/// Goes through the record's decisions by their time, across all lanes.
///
/// Those of one lane stay in the order in which they were made, whatever the clock did.
package struct RecordCursor {
  /// Which decisions, and in which order.
  package struct Query: Sendable {
    package var filter: RowFilter?
    /// Microseconds since 1970: from the first on, and before the second.
    package var since = Int64.min
    package var until = Int64.max
    /// The last ones first.
    package var isBackwards = false
    /// Rows of segments up to these places were seen before.
    package var seen: [Int: Place] = [:]

    package init() {}

    func contains(_ time: Int64) -> Bool { since <= time && time < until }
  }

  /// So many rows of a segment, and all of those before it.
  package struct Place: Hashable, Sendable {
    package var segment: Int
    package var rows: Int

    package init(segment: Int, rows: Int) {
      self.segment = segment
      self.rows = rows
    }
  }

  package struct Found: Sendable {
    package var segment: RecordSegment
    package var row: HistoryRow
  }

  private let query: Query
  private let index: RecordIndex
  private var lanes: [Lane] = []
  /// The next of each lane.
  private var heads: [Found?] = []
  /// The ends of the lanes, for a query that is to go on from there.
  package private(set) var ends: [Int: Place]

  /// To be used while `index.reading` goes on.
  ///
  /// Throws: `StoreError` where the index cannot be read.
  package init(_ index: RecordIndex, _ query: Query) throws(StoreError) {
    self.index = index
    self.query = query
    ends = query.seen
    let blocks = try index.blocks()
    for block in blocks { ends[block.segment.lane] = Place(segment: block.segment.number, rows: block.rowsUpToEnd) }
    for lane in Set(blocks.map(\.segment.lane)).sorted() {
      lanes.append(Lane(blocks.filter { $0.segment.lane == lane }, query))
    }
    heads = lanes.map { _ in nil }
    for lane in lanes.indices { heads[lane] = try lanes[lane].next(index, query) }
  }

  /// The next decision that fits; nil after the last.
  package mutating func next() throws(StoreError) -> Found? {
    var best: Int?
    for (lane, head) in heads.enumerated() {
      guard let head else { continue }
      guard let other = best.flatMap({ heads[$0] }) else {
        best = lane
        continue
      }
      if query.isBackwards ? head.row.time > other.row.time : head.row.time < other.row.time { best = lane }
    }
    guard let best else { return nil }
    let found = heads[best]
    heads[best] = try lanes[best].next(index, query)
    return found
  }

  /// The blocks of one lane that are still to be gone through.
  private struct Lane {
    private var places: [RecordIndex.BlockPlace]
    private var segment: RecordSegment?
    private var texts = HistoryTexts()
    private var filter: RowFilter.ForTexts?
    private var current: (segment: RecordSegment, block: HistoryBlock, rows: ArraySlice<Int>)?

    /// `blocks` are in the order of their decisions.
    init(_ blocks: [RecordIndex.BlockPlace], _ query: Query) {
      places = blocks.filter { block in
        guard block.times.lowerBound < query.until, block.times.upperBound >= query.since else { return false }
        guard let seen = query.seen[block.segment.lane] else { return true }
        return (block.segment.number, block.rowsUpToEnd) > (seen.segment, seen.rows)
      }
      if !query.isBackwards { places.reverse() }
    }

    mutating func next(_ index: RecordIndex, _ query: Query) throws(StoreError) -> Found? {
      while true {
        if let row = current?.rows.popFirst(), let current {
          let segment = current.segment
          return Found(
            segment: segment,
            row: HistoryRow(texts, current.block, row, lane: segment.lane, segment: segment.number))
        }
        guard let place = places.popLast() else { return nil }
        try open(place, index, query)
      }
    }

    private mutating func open(
      _ place: RecordIndex.BlockPlace, _ index: RecordIndex, _ query: Query
    ) throws(StoreError) {
      current = nil
      if segment != place.segment {
        texts = try index.texts(of: place.segment)
        filter = query.filter.map { $0(texts) }
        segment = place.segment
      }
      if let filter, filter.fitsNone { return }
      var block = try index.block(place, texts, withEnds: false)
      var first = 0
      if let seen = query.seen[place.segment.lane], seen.segment == place.segment.number {
        first = min(block.count, max(0, seen.rows - (place.part - 1) * HistoryBlock.mostRows))
      }
      let isWhole = query.contains(place.times.lowerBound) && query.contains(place.times.upperBound)
      var rows: [Int] = []
      for row in first..<block.count where isWhole || query.contains(block.times[row]) {
        if filter?.fits(block, row) ?? true { rows.append(row) }
      }
      guard !rows.isEmpty else { return }
      block = try index.block(place, texts, withEnds: true)
      if query.isBackwards { rows.reverse() }
      current = (place.segment, block, rows[...])
    }
  }
}

extension RecordIndex.BlockPlace {
  /// How many rows the segment has up to this block's end.
  fileprivate var rowsUpToEnd: Int { (part - 1) * HistoryBlock.mostRows + rows }
}
