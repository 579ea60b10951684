package import History
internal import Glibc
internal import System

/// Finds decisions in the record without reading all of it: SQLite, in a file of its own.
///
/// It is made of the record by whoever looks for something, never by a gate, so it may be deleted at any time. Several
/// programs may use it at once. It has no arguments of calls. What it says is checked against the record's files as far
/// as their names, beginnings and ends go; whether lines were changed is the verifier's to say.
package final class RecordIndex {
  /// Holds the segments.
  package let folder: String
  private let path: String
  private(set) var database: Database
  private let tell: (String) -> Void

  private static let layout: Int64 = 1
  /// Blocks are long: short pages would make lists of pages of them.
  private static let pageSize = 32_768
  /// How long to wait for another program that brings it up to date, in milliseconds.
  private static let patience: Int32 = 20_000

  /// Opens the index of a record, and makes it where it is missing or damaged.
  ///
  /// `tell` is given what a person should know of that. Where the file cannot be written the index lives in memory.
  package init(of folder: String, at path: String, tell: @escaping (String) -> Void) throws(StoreError) {
    self.folder = folder
    self.path = path
    self.tell = tell
    do throws(StoreError) {
      database = try Self.open(path)
    } catch {
      if error.isDamaged {
        Self.remove(path)
        tell("the index of the record was damaged (\(error.message)); it is made anew")
      }
      do throws(StoreError) {
        guard error.isDamaged else { throw error }
        database = try Self.open(path)
      } catch {
        tell("the index of the record cannot be kept, so all of the record is read (\(error))")
        database = try Self.open(Database.inMemory)
      }
    }
  }

  /// Throws the index away, and begins with an empty one.
  package func reset(because reason: String) throws(StoreError) {
    tell("the index of the record was damaged (\(reason)); it is made anew")
    database = try Self.open(Database.inMemory)
    Self.remove(path)
    database = try Self.open(path)
  }

  /// Removes the file, and what belongs to it.
  private static func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm"] { unsafe unlink(path + suffix) }
  }

  private static func open(_ path: String) throws(StoreError) -> Database {
    let database = try Database(path: path, pageSize: pageSize)
    database.setPatience(milliseconds: patience)
    // It can be made again.
    try database.execute("PRAGMA synchronous = OFF")
    guard try layout(of: database) != layout else { return database }
    try database.transaction { () throws(StoreError) in
      // Another program may have been faster.
      guard try layout(of: database) != layout else { return }
      try database.execute(
        """
        DROP TABLE IF EXISTS segment; DROP TABLE IF EXISTS text; DROP TABLE IF EXISTS block;
        CREATE TABLE segment (
          lane INTEGER NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, head BLOB NOT NULL, tail BLOB NOT NULL,
          PRIMARY KEY (lane, number)
        ) WITHOUT ROWID;
        CREATE TABLE text (
          lane INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, first INTEGER NOT NULL,
          body BLOB NOT NULL, PRIMARY KEY (lane, number, kind, first)
        );
        CREATE TABLE block (
          id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, number INTEGER NOT NULL, part INTEGER NOT NULL,
          rows INTEGER NOT NULL, first_sequence INTEGER NOT NULL, first_time INTEGER NOT NULL,
          last_time INTEGER NOT NULL, calls BLOB NOT NULL, ends BLOB NOT NULL
        );
        CREATE UNIQUE INDEX block_place ON block (lane, number, part, rows, first_time, last_time);
        CREATE INDEX block_sequence ON block (lane, first_sequence);
        PRAGMA user_version = \(layout);
        """)
    }
    return database
  }

  private static func layout(of database: Database) throws(StoreError) -> Int64 {
    var layout: Int64 = 0
    try database.query("PRAGMA user_version") { row in layout = row.integer(0) ?? 0 }
    return layout
  }

  /// Reads what is there now, whatever other programs add to it meanwhile.
  package func reading<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try database.execute("BEGIN")
    defer { try? database.execute("COMMIT") }
    return try body()
  }

  func damaged(_ message: String) -> StoreError { StoreError(message, path: path, isDamaged: true) }

  func path(_ segment: RecordSegment) -> String { "\(folder)/\(segment.fileName)" }

  /// The texts of a segment.
  package func texts(of segment: RecordSegment) throws(StoreError) -> HistoryTexts {
    var texts = HistoryTexts()
    // None stands for itself.
    texts.reasons = []
    var isRight = true
    try database.query(
      "SELECT kind, first, body FROM text WHERE lane = ? AND number = ? ORDER BY kind, first",
      [.integer(Int64(segment.lane)), .integer(Int64(segment.number))]
    ) { row in
      guard let kind = row.integer(0).flatMap({ HistoryTexts.Kind(rawValue: Int($0)) }), let first = row.integer(1),
        let body = row.bytes(2), texts.add(kind, from: Int(first), body)
      else { return isRight = false }
    }
    if texts.reasons.isEmpty { texts.reasons = [""] }
    guard isRight else { throw damaged("the texts of \(segment.fileName) are not what they should be") }
    return texts
  }

  /// Where a block stands, and of when its decisions are.
  package struct BlockPlace: Hashable, Sendable {
    package var id: Int64
    package var segment: RecordSegment
    package var part: Int
    package var rows: Int
    /// The earliest and the latest time, in microseconds since 1970.
    package var times: ClosedRange<Int64>
  }

  /// All blocks, by lane and in the order of their decisions.
  package func blocks() throws(StoreError) -> [BlockPlace] {
    var places: [BlockPlace] = []
    try database.query(
      "SELECT id, lane, number, part, rows, first_time, last_time FROM block ORDER BY lane, number, part"
    ) { row in
      let numbers = (0..<7).map { row.integer($0) ?? 0 }
      guard numbers[2] > 0, numbers[5] <= numbers[6] else { return }
      places.append(
        BlockPlace(
          id: numbers[0], segment: RecordSegment(lane: Int(numbers[1]), number: Int(numbers[2])),
          part: Int(numbers[3]), rows: Int(numbers[4]), times: numbers[5]...numbers[6]))
    }
    return places
  }

  /// A block, which fits the texts of its segment; how calls ended only where that is wanted.
  package func block(_ place: BlockPlace, _ texts: HistoryTexts, withEnds: Bool) throws(StoreError) -> HistoryBlock {
    guard let block = try block(id: place.id, withEnds: withEnds), block.fits(texts) else {
      throw damaged("a block of \(place.segment.fileName) is not what it should be")
    }
    return block
  }

  func block(id: Int64, withEnds: Bool) throws(StoreError) -> HistoryBlock? {
    var found: HistoryBlock?
    try database.query("SELECT calls\(withEnds ? ", ends" : "") FROM block WHERE id = ?", [.integer(id)]) { row in
      found = HistoryBlock(calls: row.bytes(0) ?? [])
      guard withEnds, let rows = found?.count else { return }
      if let ends = HistoryBlock.Ends(row.bytes(1) ?? [], rows: rows) { found?.ends = ends } else { found = nil }
    }
    return found
  }
}
