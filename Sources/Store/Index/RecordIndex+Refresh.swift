internal import Glibc
internal import History
internal import JSONText
internal import System

extension RecordIndex {
  /// What is known of a segment.
  private struct Known {
    /// Up to where it was read.
    var size: Int
    /// Its first bytes, and the last before that place.
    var head: [UInt8]
    var tail: [UInt8]
  }

  private static let headBytes = 512
  private static let tailBytes = 128
  /// What stands behind this in a file is not looked at: no gate writes segments as long.
  private static let mostBytes = Int(UInt32.max)

  /// Takes in what was written to the record since the last time, and forgets what is not there any more.
  ///
  /// Each segment is taken in by itself, so that nobody waits long for another. Throws: `StoreError` of SQLite, and where
  /// the record cannot be read.
  package func refresh() throws(StoreError) {
    let segments = try segments()
    let known = try known()
    let there = Set(segments)
    for gone in known.keys where !there.contains(gone) { try forget(gone) }
    // A lane that is not as it was is read anew from there on: calls may end in later segments.
    var changedLane: Int?
    for segment in segments {
      let isOther = segment.lane == changedLane
      if isOther { try forget(segment) }
      if try refresh(segment, isOther ? nil : known[segment]) { changedLane = segment.lane }
    }
  }

  /// The segments that are there, by lane and number.
  package func segments() throws(StoreError) -> [RecordSegment] {
    do throws(SystemError) {
      return try SafeFile.names(in: folder).compactMap { RecordSegment(fileName: $0) }.sorted()
    } catch {
      guard error.isAbsence else { throw StoreError("\(error)", path: folder) }
      return []
    }
  }

  private func known() throws(StoreError) -> [RecordSegment: Known] {
    var known: [RecordSegment: Known] = [:]
    try database.query("SELECT lane, number, size, head, tail FROM segment") { row in
      guard let lane = row.integer(0), let number = row.integer(1), let size = row.integer(2) else { return }
      let segment = RecordSegment(lane: Int(lane), number: Int(number))
      known[segment] = Known(size: Int(size), head: row.bytes(3) ?? [], tail: row.bytes(4) ?? [])
    }
    return known
  }

  private func known(_ segment: RecordSegment) throws(StoreError) -> Known? {
    var known: Known?
    try database.query("SELECT size, head, tail FROM segment WHERE lane = ? AND number = ?", segment.values) { row in
      known = Known(size: Int(row.integer(0) ?? 0), head: row.bytes(1) ?? [], tail: row.bytes(2) ?? [])
    }
    return known
  }

  private func forget(_ segment: RecordSegment) throws(StoreError) {
    try database.transaction { () throws(StoreError) in try forgetRows(of: segment) }
  }

  private func forgetRows(of segment: RecordSegment) throws(StoreError) {
    for table in ["segment", "text", "block"] {
      try database.query("DELETE FROM \(table) WHERE lane = ? AND number = ?", segment.values)
    }
  }

  // MARK: One segment

  /// Answers whether the segment is another one than it was.
  private func refresh(_ segment: RecordSegment, _ known: Known?) throws(StoreError) -> Bool {
    guard let file = try open(segment) else { return false }
    let size = min(file.size, Self.mostBytes)
    if let known, known.size == size, try isSame(file, known) { return false }
    return try database.transaction { () throws(StoreError) in
      // Another program may have been here since.
      var known = try self.known(segment)
      var isOther = false
      if let before = known, try !isSame(file, before) {
        try forgetRows(of: segment)
        known = nil
        isOther = true
      }
      if size > known?.size ?? 0 { try takeIn(file, segment, from: known?.size ?? 0, to: size) }
      return isOther
    }
  }

  /// Nil where the file has just gone.
  private func open(_ segment: RecordSegment) throws(StoreError) -> RegularFile? {
    do throws(SystemError) {
      return try RegularFile(path(segment), isAnyones: true)
    } catch {
      guard error.isAbsence else { throw StoreError("\(error)", path: path(segment)) }
      return nil
    }
  }

  /// Reads so many bytes from a place on, or as many as there are.
  private func read(
    _ file: borrowing RegularFile, at offset: Int, _ count: Int
  ) throws(StoreError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    do throws(SystemError) {
      let read = try file.read(at: offset, into: &bytes)
      bytes.removeLast(count - read)
      return bytes
    } catch {
      throw StoreError("\(error)", path: folder)
    }
  }

  private func isSame(_ file: borrowing RegularFile, _ known: Known) throws(StoreError) -> Bool {
    guard known.size <= file.size else { return false }
    let start = max(0, known.size - known.tail.count)
    guard try read(file, at: 0, known.head.count) == known.head else { return false }
    return try read(file, at: start, known.tail.count) == known.tail
  }

  /// Reads a segment's lines from a place on up to the last that has a hash: those behind it may be taken back.
  private func takeIn(
    _ file: borrowing RegularFile, _ segment: RecordSegment, from start: Int, to end: Int
  ) throws(StoreError) {
    let before = try texts(of: segment)
    var last: (id: Int64, part: Int)?
    try database.query(
      "SELECT id, part FROM block WHERE lane = ? AND number = ? ORDER BY part DESC LIMIT 1", segment.values
    ) { row in last = (row.integer(0) ?? 0, Int(row.integer(1) ?? 0)) }
    var lastBlock: HistoryBlock?
    if let last {
      lastBlock = try block(id: last.id, withEnds: true)
      guard let lastBlock, lastBlock.fits(before) else {
        throw damaged("a block of \(segment.fileName) is not what it should be")
      }
    }
    var builder = HistoryBuilder(before, last: lastBlock)
    var lines = SealedLines(from: start)
    while lines.offset < end {
      let piece = try read(file, at: lines.offset, min(Self.piece, end - lines.offset))
      guard !piece.isEmpty else { break }
      lines.add(piece)
      lines.takeSealed { line, offset in builder.take(line, at: offset) }
    }
    try keep(builder, of: segment, over: before, last)
    let head = try read(file, at: 0, min(Self.headBytes, lines.taken))
    let tail = try read(file, at: max(0, lines.taken - Self.tailBytes), min(Self.tailBytes, lines.taken))
    try database.query(
      "INSERT OR REPLACE INTO segment (lane, number, size, head, tail) VALUES (?, ?, ?, ?, ?)",
      segment.values + [.integer(Int64(lines.taken)), .blob(head), .blob(tail)])
  }

  private static let piece = 1 << 20

  private func keep(
    _ builder: HistoryBuilder, of segment: RecordSegment, over before: HistoryTexts, _ last: (id: Int64, part: Int)?
  ) throws(StoreError) {
    for kind in HistoryTexts.Kind.allCases {
      // The first reason stands for none; it is kept with the first texts.
      let first = before.count(kind) == 1 && kind == .reasons && last == nil ? 0 : before.count(kind)
      guard builder.texts.count(kind) > first else { continue }
      try database.query(
        "INSERT OR REPLACE INTO text (lane, number, kind, first, body) VALUES (?, ?, ?, ?, ?)",
        segment.values + [
          .integer(Int64(kind.rawValue)), .integer(Int64(first)), .blob(builder.texts.encoded(kind, from: first)),
        ])
    }
    for (index, block) in builder.blocks.enumerated() where block.count > 0 {
      let part = (last?.part ?? 1) + index
      if index == 0, let last { try database.query("DELETE FROM block WHERE id = ?", [.integer(last.id)]) }
      try database.query(
        """
        INSERT INTO block (lane, number, part, rows, first_sequence, first_time, last_time, calls, ends)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        segment.values + [
          .integer(Int64(part)), .integer(Int64(block.count)), .integer(Int64(clamping: block.sequences.first ?? 0)),
          .integer(block.times.min() ?? 0), .integer(block.times.max() ?? 0), .blob(block.callBytes),
          .blob(block.ends.encoded),
        ])
    }
    try note(builder.late, in: segment.lane)
  }

  /// Notes how calls ended that were decided about in blocks of before.
  private func note(_ late: [(sequence: UInt64, end: HistoryBuilder.End)], in lane: Int) throws(StoreError) {
    var blocks: [Int64: HistoryBlock] = [:]
    for (sequence, end) in late {
      var id: Int64?
      try database.query(
        "SELECT id FROM block WHERE lane = ? AND first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1",
        [.integer(Int64(lane)), .integer(Int64(clamping: sequence))]
      ) { row in id = row.integer(0) }
      guard let id else { continue }
      if blocks[id] == nil {
        if blocks.count >= Self.mostLate { try write(&blocks) }
        blocks[id] = try block(id: id, withEnds: true)
      }
      guard let row = blocks[id]?.row(of: sequence) else { continue }
      blocks[id]?.note(end, at: row)
    }
    try write(&blocks)
  }

  /// More blocks are not kept for calls that end late.
  private static let mostLate = 64

  private func write(_ blocks: inout [Int64: HistoryBlock]) throws(StoreError) {
    for (id, block) in blocks {
      try database.query("UPDATE block SET ends = ? WHERE id = ?", [.blob(block.ends.encoded), .integer(id)])
    }
    blocks = [:]
  }
}

extension RecordSegment {
  var values: [Database.Value] { [.integer(Int64(lane)), .integer(Int64(number))] }
}

/// Lines of a segment that comes in pieces, given out up to the last that ends with a hash.
private struct SealedLines {
  /// What was added and is not given out, and where in the segment it begins.
  private var buffer: [UInt8] = []
  private(set) var taken: Int
  /// Up to where in the buffer no line ends with a hash.
  private var searched = 0

  init(from start: Int) { taken = start }

  /// Where the next piece begins.
  var offset: Int { taken + buffer.count }

  mutating func add(_ piece: [UInt8]) { buffer.append(contentsOf: piece) }

  mutating func takeSealed(_ body: (Span<UInt8>, Int) -> Void) {
    let whole = buffer
    let bytes = whole.span
    var sealed = 0
    var start = searched
    while start < bytes.count {
      let end = bytes.firstLineFeed(from: start)
      guard end < bytes.count else { break }
      if RecordSeal.start(in: bytes.extracting(start..<end)) < end - start { sealed = end + 1 }
      start = end + 1
    }
    searched = start - sealed
    start = 0
    while start < sealed {
      let end = bytes.firstLineFeed(from: start)
      body(bytes.extracting(start..<end), taken + start)
      start = end + 1
    }
    buffer = Array(whole[sealed...])
    taken += sealed
  }
}
