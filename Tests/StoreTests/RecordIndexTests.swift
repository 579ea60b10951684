import ControlWire
import Filters
import Foundation
import History
import JSONText
import Policy
import Risk
import SeededChance
import Store
import System
import Testing

struct RecordIndexTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("index-\(UUID())").path
  private var record: String { "\(folder)/record" }
  private var file: String { "\(folder)/record-index.db" }

  private func inFolder(_ body: () throws -> Void) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body()
  }

  private func writer(lane: Int = 0, longestSegment: Int = 64 << 20) throws -> RecordWriter {
    var options = RecordOptions(folder: record, lane: lane, build: "b")
    options.longestSegment = longestSegment
    return try RecordWriter(options)
  }

  private static func line(_ sequence: UInt64, tool: String = "push", at time: Int64? = nil) -> [UInt8] {
    let event = DecisionEvent(
      session: "s1", client: "claude", grant: "local", server: "git", method: "tools/call", tool: ExactText(tool),
      category: .write, severity: .medium, decision: Decision(.allow, rule: "/tools/push"), revision: "abc", took: 4,
      argumentsDigest: nil)
    let moment = Moment(microseconds: 1_790_000_000_000_000 + (time ?? Int64(sequence)) * 1_000)
    return GateMessage(sequence: sequence, time: moment, event: .decision(event)).encoded.dropLast()
  }

  private static func result(_ sequence: UInt64, of decision: UInt64) -> [UInt8] {
    let event = ResultEvent(decisionSequence: decision, outcome: .ok, took: 700, bytes: 12)
    let moment = Moment(microseconds: 1_790_000_000_000_000 + Int64(sequence) * 1_000)
    return GateMessage(sequence: sequence, time: moment, event: .result(event)).encoded.dropLast()
  }

  private func add(_ lines: [[UInt8]], to writer: RecordWriter) throws {
    for line in lines { writer.append(line.span) }
    try writer.commit()
  }

  /// What an index says, and what it told a person.
  private func rows(
    _ query: RecordCursor.Query = .init(), told: inout [String]
  ) throws -> [RecordCursor.Found] {
    let news = Locked<[String]>([])
    let index = try RecordIndex(of: record, at: file) { text in news.withLock { $0.append(text) } }
    try index.refresh()
    let found = try index.reading { () throws(StoreError) in
      var cursor = try RecordCursor(index, query)
      var found: [RecordCursor.Found] = []
      while let next = try cursor.next() { found.append(next) }
      return found
    }
    told += news.withLock { $0 }
    return found
  }

  private func sequences(_ query: RecordCursor.Query = .init()) throws -> [UInt64] {
    var told: [String] = []
    let found = try rows(query, told: &told).map(\.row.sequence)
    #expect(told.isEmpty)
    return found
  }

  @Test func findsWhatWasWrittenSinceTheLastTime() throws {
    try inFolder {
      let writer = try writer()
      #expect(try sequences() == [])
      try add((1...5).map { Self.line($0) }, to: writer)
      #expect(try sequences() == [1, 2, 3, 4, 5])
      try add((6...30).map { Self.line($0) }, to: writer)
      try add([Self.result(31, of: 3), Self.result(32, of: 30)], to: writer)
      var told: [String] = []
      let found = try rows(told: &told)
      #expect(found.map(\.row.sequence) == Array(1...30))
      #expect(found.filter { $0.row.end == .ok }.map(\.row.sequence) == [3, 30])
      #expect(found[2].row.endTook == 700 && found[2].row.bytes == 12)
      #expect(SafeFile.exists(file))
      #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test func aCallThatEndsInAnotherSegmentOrBlockIsFound() throws {
    try inFolder {
      var writer = try writer()
      try add((1...9_000).map { Self.line($0) }, to: writer)
      #expect(try sequences().count == 9_000)
      try add([Self.result(9_001, of: 17)], to: writer)
      writer = try self.writer()
      try add([Self.result(9_002, of: 18), Self.line(9_003)], to: writer)
      var told: [String] = []
      let found = try rows(told: &told)
      #expect(found.filter { $0.row.end == .ok }.map(\.row.sequence) == [17, 18])
      #expect(found.map(\.segment.number).last == 2)
    }
  }

  @Test func lanesAreOneStreamByTime() throws {
    try inFolder {
      let (one, two) = (try writer(), try writer(lane: 1))
      try add([Self.line(1, at: 10), Self.line(2, at: 30), Self.line(3, at: 50)], to: one)
      try add([Self.line(1, at: 20), Self.line(2, at: 40)], to: two)
      var told: [String] = []
      #expect(try rows(told: &told).map(\.segment.lane) == [0, 1, 0, 1, 0])
      var query = RecordCursor.Query()
      query.isBackwards = true
      #expect(try rows(query, told: &told).map(\.row.sequence) == [3, 2, 2, 1, 1])
      query.since = 1_790_000_000_020_000
      query.until = 1_790_000_000_050_000
      #expect(try rows(query, told: &told).map(\.row.sequence) == [2, 2, 1])
    }
  }

  @Test func aQueryGoesOnWhereTheLastOneEnded() throws {
    try inFolder {
      let writer = try writer()
      var query = RecordCursor.Query()
      let index = try RecordIndex(of: record, at: file) { _ in }
      var seen: [UInt64] = []
      var next: UInt64 = 1
      for count in [3, 0, 4_096, 1, 5_000, 2] {
        try add((0..<count).map { Self.line(next + UInt64($0)) }, to: writer)
        next += UInt64(count)
        try index.refresh()
        try index.reading { () throws(StoreError) in
          var cursor = try RecordCursor(index, query)
          query.seen = cursor.ends
          while let found = try cursor.next() { seen.append(found.row.sequence) }
        }
      }
      #expect(seen == Array(1..<next))
    }
  }

  @Test func whatIsRemovedIsForgotten() throws {
    try inFolder {
      for first in [1, 11, 21] as [UInt64] { try add((first..<first + 10).map { Self.line($0) }, to: try writer()) }
      #expect(try sequences() == Array(1...30))
      try SafeFile.remove("\(record)/0-000001.jsonl")
      #expect(try sequences() == Array(11...30))
      try SafeFile.remove("\(record)/0-000002.jsonl")
      try SafeFile.remove("\(record)/0-000003.jsonl")
      #expect(try sequences() == [])
    }
  }

  @Test func anotherRecordUnderTheSameNamesIsReadAnew() throws {
    try inFolder {
      try add((1...3).map { Self.line($0) }, to: try writer())
      #expect(try sequences() == [1, 2, 3])
      try SafeFile.remove("\(record)/0-000001.jsonl")
      try add((4...9).map { Self.line($0) }, to: try writer())
      #expect(try sequences() == Array(4...9))
    }
  }

  @Test func linesWithoutAHashAreWaitedFor() throws {
    try inFolder {
      try add([Self.line(1)], to: try writer())
      let path = "\(record)/0-000001.jsonl"
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(try sequences() == [1])
      // Half of a commit, which the gate takes back.
      try (before + Data(Self.line(2)) + Data([0x0A]) + Data(Self.line(3).prefix(40))).write(
        to: URL(fileURLWithPath: path))
      #expect(try sequences() == [1])
      try before.write(to: URL(fileURLWithPath: path))
      #expect(try sequences() == [1])
    }
  }

  @Test(arguments: ["garbage", "", "SQLite format 3\u{0}but no more of it than this"])
  func aDamagedIndexIsMadeAnewWithAWord(_ text: String) throws {
    try inFolder {
      try add((1...3).map { Self.line($0) }, to: try writer())
      try Data((text + String(repeating: "x", count: text.isEmpty ? 0 : 9_000)).utf8).write(
        to: URL(fileURLWithPath: file))
      var told: [String] = []
      #expect(try rows(told: &told).count == 3)
      #expect(told.count == (text.isEmpty ? 0 : 1))
      #expect(told.allSatisfy { $0.contains("made anew") })
      #expect(try sequences() == [1, 2, 3])
    }
  }

  @Test func wrongBytesInsideOfItNeverTrap() throws {
    try inFolder {
      try add((1...5_000).map { Self.line($0, tool: "t\($0 % 50)") }, to: try writer())
      #expect(try sequences().count == 5_000)
      let good = try Data(contentsOf: URL(fileURLWithPath: file))
      var chance = Chance(4)
      var damaged = 0
      for _ in 0..<60 {
        var bytes = good
        for _ in 0..<1 + chance.below(40) { bytes[chance.below(bytes.count)] = UInt8(chance.below(256)) }
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + suffix) }
        try bytes.write(to: URL(fileURLWithPath: file))
        var told: [String] = []
        do {
          _ = try rows(told: &told)
        } catch let error as StoreError {
          damaged += 1
          #expect(error.isDamaged || !error.message.isEmpty)
          let index = try RecordIndex(of: record, at: file) { _ in }
          try index.reset(because: "test")
          #expect(try sequences().count == 5_000)
        }
      }
      #expect(damaged > 0)
    }
  }

  @Test func whereTheFolderCannotBeWrittenTheRecordIsReadAllTheSame() throws {
    try inFolder {
      try add((1...3).map { Self.line($0) }, to: try writer())
      // A folder where the file should be: it holds for root, too.
      try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
      var told: [String] = []
      #expect(try rows(told: &told).count == 3)
      #expect(told.count == 1 && told[0].contains("cannot be kept"))
    }
  }

  @Test func severalMayUseItAtOnce() throws {
    try inFolder {
      try add((1...20_000).map { Self.line($0) }, to: try writer())
      try add((20_001...40_000).map { Self.line($0) }, to: try writer())
      let record = record
      let file = file
      let counts = Locked<[Int]>([])
      DispatchQueue.concurrentPerform(iterations: 6) { _ in
        let count = try? {
          let index = try RecordIndex(of: record, at: file) { _ in }
          try index.refresh()
          return try index.reading { () throws(StoreError) in try index.blocks().reduce(0) { $0 + $1.rows } }
        }()
        counts.withLock { $0.append(count ?? -1) }
      }
      #expect(counts.withLock { $0 } == [Int](repeating: 40_000, count: 6))
    }
  }
}
