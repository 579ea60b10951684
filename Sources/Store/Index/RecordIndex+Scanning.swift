package import History

extension RecordIndex {
  /// A block of a segment, with those of its rows that are asked for.
  package struct Scanned {
    package var segment: RecordSegment
    package var texts: HistoryTexts
    /// Whether the texts are others than those of the block before.
    package var isOtherSegment: Bool
    package var block: HistoryBlock
    package var rows: [Int]
  }

  /// Goes through all decisions of a query lane by lane, in the order in which they were made.
  ///
  /// To be used while `reading` goes on.
  package func scan(
    _ query: RecordCursor.Query, _ body: (Scanned) throws(StoreError) -> Void
  ) throws(StoreError) {
    var segment: RecordSegment?
    var texts = HistoryTexts()
    var filter: RowFilter.ForTexts?
    for place in try blocks()
    where place.times.lowerBound < query.until && place.times.upperBound >= query.since {
      let isOther = segment != place.segment
      if isOther {
        texts = try self.texts(of: place.segment)
        filter = query.filter.map { $0(texts) }
        segment = place.segment
      }
      let block = try block(place, texts, withEnds: true)
      var rows: [Int] = []
      rows.reserveCapacity(block.count)
      for row in 0..<block.count where query.contains(block.times[row]) {
        if filter?.fits(block, row) ?? true { rows.append(row) }
      }
      // The texts are new also where no row fits.
      guard !rows.isEmpty || isOther else { continue }
      try body(
        Scanned(segment: place.segment, texts: texts, isOtherSegment: isOther, block: block, rows: rows))
    }
  }
}
