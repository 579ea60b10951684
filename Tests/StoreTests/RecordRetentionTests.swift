import Foundation
import Policy
import Store
import System
import Testing

struct RecordRetentionTests {
  private var folder = FileManager.default.temporaryDirectory.appendingPathComponent("kept-\(UUID())").path
  private static let start: Int64 = 1_790_000_000_000_000
  private static let day: Int64 = 86_400_000_000

  private func inFolder(_ body: () throws -> Void) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body()
  }

  private func options(_ retention: RecordRetention, day: Int64 = 0, lane: Int = 0) -> RecordOptions {
    var options = RecordOptions(folder: folder, lane: lane, build: "b")
    options.retention = retention
    options.now = { Moment(microseconds: Self.start + day * Self.day) }
    return options
  }

  /// A gate that runs on a day and writes so many lines of a thousand bytes.
  @discardableResult
  private func run(_ retention: RecordRetention = .init(), day: Int64, lines: Int = 1, lane: Int = 0) throws
    -> RecordWriter
  {
    let writer = try RecordWriter(options(retention, day: day, lane: lane))
    try write(lines, to: writer, day: day)
    return writer
  }

  private func write(_ lines: Int, to writer: RecordWriter, day: Int64) throws {
    let time = Moment(microseconds: Self.start + day * Self.day).rfc3339
    for number in 0..<lines {
      let text = #"{"seq":\#(writer.lastSequence + 1),"time":"\#(time)","event":"x","n":\#(number),"text":""#
      writer.append(Array((text + String(repeating: "x", count: 900) + "\"}").utf8).span)
      try writer.commit()
    }
  }

  private var files: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } }

  @Test func withoutAWordEverythingStays() throws {
    try inFolder {
      for day in [0, 400, 800] as [Int64] { try run(day: day) }
      #expect(try files.count == 3)
      #expect(try RecordVerifier.verify(folder).lanes[0].begins == nil)
    }
  }

  @Test func segmentsGoWhenAllTheirLinesAreTooOld() throws {
    try inFolder {
      let keep = RecordRetention(days: 7)
      for day in [0, 1, 5] as [Int64] { try run(keep, day: day) }
      #expect(try files.count == 3)
      for day in [6, 8, 9] as [Int64] { try run(keep, day: day) }
      #expect(try files.first == "0-000003.jsonl" && files.count == 4)
      let lane = try RecordVerifier.verify(folder).lanes[0]
      #expect(lane.problem == nil && lane.begins == RecordSegment(lane: 0, number: 3))
      try run(keep, day: 30)
      try run(keep, day: 31)
      #expect(try files == ["0-000007.jsonl", "0-000008.jsonl"])
      try run(day: 32)
      #expect(try RecordVerifier.verify(folder).isWhole)
    }
  }

  @Test func theOldestGoWhenTheyAreTooManyBytes() throws {
    try inFolder {
      let keep = RecordRetention(megabytes: 2)
      let writer = try run(keep, day: 0, lines: 6_000)
      let bytes = try files.map {
        try FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.size] as? Int ?? 0
      }
      #expect(bytes.reduce(0, +) <= 2 << 20)
      #expect(bytes.reduce(0, +) >= 3 << 19 && bytes.count >= 6)
      let lane = try RecordVerifier.verify(folder).lanes[0]
      #expect(lane.problem == nil && lane.begins != nil)
      #expect(try RecordWriter(options(keep)).lastSequence == writer.lastSequence)
    }
  }

  /// Says of a file in memory that it is as long as can be said; other file systems know no such length.
  private static func lengthen(_ path: String) throws {
    let file = URL(fileURLWithPath: path)
    try Data().write(to: file)
    try FileHandle(forWritingTo: file).truncate(atOffset: UInt64(Int64.max))
  }

  private static var canLengthen: Bool {
    let path = "/dev/shm/kept-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return (try? lengthen(path)) != nil
  }

  @Test(.enabled(if: canLengthen)) func filesOfAnySizeAreAddedUp() throws {
    let tests = RecordRetentionTests(folder: "/dev/shm/kept-\(UUID())")
    try tests.inFolder {
      for lane in [0, 1] {
        for day in [0, 1] as [Int64] { try tests.run(day: day, lane: lane) }
      }
      for lane in [0, 1] { try Self.lengthen("\(tests.folder)/\(lane)-000003.jsonl") }
      let lanes = try RecordVerifier.verify(tests.folder).lanes
      #expect(lanes.count == 2 && lanes.allSatisfy { $0.problem != nil })
      _ = try? tests.run(RecordRetention(megabytes: 1_000_000), day: 2, lane: 2)
      #expect(try tests.files.contains("0-000003.jsonl"))
    }
  }

  @Test func aLongRunBeginsASegmentEachDayWhereDaysCount() throws {
    try inFolder {
      let day = Locked<Int64>(0)
      var options = options(RecordRetention(days: 2))
      options.now = { Moment(microseconds: Self.start + day.withLock { $0 } * Self.day) }
      let writer = try RecordWriter(options)
      for today in 0..<8 as Range<Int64> {
        day.withLock { $0 = today }
        writer.look()
        try write(1, to: writer, day: today)
      }
      #expect(try files.first != "0-000001.jsonl")
      #expect(try RecordVerifier.verify(folder).isWhole)
    }
  }

  // MARK: A gate that writes nothing, and a clock that is wrong

  @Test func whatIsTooOldGoesAlsoWhereNothingIsWritten() throws {
    try inFolder {
      let day = Locked<Int64>(0)
      var options = options(RecordRetention(days: 3))
      options.now = { Moment(microseconds: Self.start + day.withLock { $0 } * Self.day + 1) }
      let writer = try RecordWriter(options)
      try write(2, to: writer, day: 0)
      #expect(writer.nextTidy == Moment(microseconds: Self.start + 3 * Self.day))
      try writer.tidy()
      for today in 1...40 as ClosedRange<Int64> {
        day.withLock { $0 = today }
        try writer.tidy()
        #expect(writer.nextTidy.map { $0.microseconds > Self.start + today * Self.day } == true)
        #expect(try files == [today < 3 ? "0-000001.jsonl" : "0-000002.jsonl"])
      }
      let report = try RecordVerifier.verify(folder)
      #expect(report.isWhole && report.lanes[0].begins == RecordSegment(lane: 0, number: 2))
      writer.retention = RecordRetention(megabytes: 5)
      #expect(writer.nextTidy == Moment(microseconds: Self.start + 40 * Self.day + 1 + Self.day / 24))
      writer.retention = RecordRetention()
      #expect(writer.nextTidy == nil)
    }
  }

  @Test func aClockThatIsFarAheadRemovesNothing() throws {
    try inFolder {
      let keep = RecordRetention(days: 30)
      for day in [0, 1, 2] as [Int64] { try run(keep, day: day) }
      // Ten years ahead, twice; then the clock is right again.
      try run(keep, day: 3_650)
      try run(keep, day: 3_650)
      #expect(try files.count == 5)
      for day in [3, 4, 20] as [Int64] { try run(keep, day: day) }
      #expect(try files.count == 8)
      #expect(try RecordVerifier.verify(folder).isWhole)
    }
  }

  @Test func aGateThatRunsOnKnowsThatTimeHasPassed() {
    func day(_ number: Double) -> Moment { Moment(microseconds: Int64(number * Double(Self.day))) }
    let begins = [0, 1, 2].map(day)
    #expect(RecordAge.witnessed(day(2.5), begins: begins, since: day(2.2)) == day(2.5))
    // Back after forty days: what passed since counts, and after a day all.
    #expect(RecordAge.witnessed(day(42.5), begins: begins, since: day(42)) == day(2.5))
    #expect(RecordAge.witnessed(day(43), begins: begins, since: day(42)) == day(43))
    // Another start on the same day is no proof.
    #expect(RecordAge.witnessed(day(42.5), begins: begins + [day(42)], since: day(42.3)) == day(2.5))
    // One that has run for weeks without a word has counted them itself.
    #expect(RecordAge.witnessed(day(80), begins: begins + [day(2.2)], since: day(2.2)) == day(80))
    #expect(RecordAge.witnessed(day(3), begins: [day(0), day(900), day(1)], since: day(3)) == day(3))
    #expect(RecordAge.witnessed(day(1), begins: [], since: day(1)) == day(1))
    let odd = RecordAge.witnessed(
      Moment(microseconds: .max), begins: [Moment(microseconds: .min)], since: Moment(microseconds: .max))
    #expect(odd == Moment(microseconds: .min))
  }

  @Test func whatSomebodyElseRemovedIsMissing() throws {
    try inFolder {
      for day in [0, 1, 2] as [Int64] { try run(day: day) }
      try SafeFile.remove("\(folder)/0-000001.jsonl")
      try run(RecordRetention(days: 100), day: 3)
      let problem = try #require(try RecordVerifier.verify(folder).lanes[0].problem)
      #expect(problem.kind == .missing && problem.place.segment.number == 1)
      // One that should have stayed is missing too.
      try run(RecordRetention(days: 1), day: 4)
      let first = try #require(try files.first)
      #expect(try RecordVerifier.verify(folder).isWhole)
      try SafeFile.remove("\(folder)/\(first)")
      #expect(try RecordVerifier.verify(folder).lanes[0].problem?.kind == .missing)
    }
  }

  @Test func aGateThatDiedBeforeItRemovedThemLeavesAWholeRecord() throws {
    try inFolder {
      for day in [0, 1, 2] as [Int64] { try run(day: day) }
      var options = options(RecordRetention(days: 1), day: 4)
      options.remove = { _ in }
      _ = try RecordWriter(options)
      #expect(try files.count == 4)
      #expect(try RecordVerifier.verify(folder).isWhole)
      // Half of them gone.
      try SafeFile.remove("\(folder)/0-000001.jsonl")
      #expect(try RecordVerifier.verify(folder).isWhole)
      try run(RecordRetention(days: 1), day: 6)
      #expect(try RecordVerifier.verify(folder).isWhole)
      #expect(try files.first != "0-000002.jsonl")
    }
  }

  @Test func otherLanesAreLeftAlone() throws {
    try inFolder {
      try run(day: 0, lane: 1)
      try run(day: 1, lane: 1)
      for day in [0, 1] as [Int64] { try run(RecordRetention(days: 1), day: day) }
      try run(RecordRetention(days: 1), day: 40)
      try run(RecordRetention(days: 1), day: 41)
      #expect(try files.first == "0-000003.jsonl")
      #expect(try files.filter { $0.hasPrefix("1-") }.count == 2)
      #expect(try RecordVerifier.verify(folder).isWhole)
    }
  }

  @Test func aChangedBeginningIsFound() throws {
    try inFolder {
      for day in [0, 1, 3] as [Int64] { try run(RecordRetention(days: 1), day: day) }
      let first = "\(folder)/\(try #require(try files.first))"
      let text = try String(contentsOfFile: first, encoding: .utf8)
      try text.replacing("\"event\":\"x\"", with: "\"event\":\"y\"").write(
        toFile: first, atomically: false, encoding: .utf8)
      #expect(try !RecordVerifier.verify(folder).isWhole)
    }
  }
}
