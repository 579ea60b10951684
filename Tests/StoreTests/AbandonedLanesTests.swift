import Foundation
import JSONText
import Policy
import Store
import System
import Testing

struct AbandonedLanesTests {
  private let state = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-\(UUID())").path
  private var folder: String { state + "/record" }
  private static let start: Int64 = 1_790_000_000_000_000
  private static let day: Int64 = 86_400_000_000

  /// Gates that lived and died, one in each of so many lanes.
  private func inFolder(lanes count: Int = 3, _ body: () throws -> Void) throws {
    defer { try? FileManager.default.removeItem(atPath: state) }
    do {
      var lanes: [StateLane] = []
      for _ in 0..<count { lanes.append(try StateLane.claim(in: state)) }
    }
    try body()
  }

  private func options(_ retention: RecordRetention, day: Double, lane: Int = 0) -> RecordOptions {
    var options = RecordOptions(folder: folder, lane: lane, build: "b")
    options.retention = retention
    options.now = { Moment(microseconds: Self.start + Int64(day * Double(Self.day))) }
    return options
  }

  /// A gate that runs on a day and writes so many lines of a thousand bytes.
  private func run(_ retention: RecordRetention = .init(), day: Double, lines: Int = 1, lane: Int = 0) throws {
    let writer = try RecordWriter(options(retention, day: day, lane: lane))
    for _ in 0..<lines {
      let time = Moment(microseconds: Self.start + Int64(day * Double(Self.day))).rfc3339
      let text = #"{"seq":\#(writer.lastSequence + 1),"time":"\#(time)","event":"x","text":""#
      writer.append(Array((text + String(repeating: "x", count: 830) + "\"}").utf8).span)
      try writer.commit()
    }
  }

  /// What the gate of lane 0 does that started on a day, now or later.
  private func tidy(_ retention: RecordRetention, day: Double, since started: Double? = nil, lane: Int = 0) {
    AbandonedLanes.tidy(
      options(retention, day: day, lane: lane),
      since: Moment(microseconds: Self.start + Int64((started ?? day) * Double(Self.day))), lanesIn: state)
  }

  private var files: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } }

  private func bytes(lane: Int? = nil) throws -> Int {
    try files.filter { lane.map { "\($0)-" }.map($0.hasPrefix) ?? true }.map {
      try FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.size] as? Int ?? 0
    }.reduce(0, +)
  }

  private func first(_ name: String) throws -> JSONNode {
    let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    return try JSONNode.read(Array(text.prefix { $0 != "\n" }.utf8))
  }

  @Test func whatIsTooOldOfADeadGateGoesAndItsOwnChainTellsIt() throws {
    try inFolder {
      for day in 0...2 { try run(day: Double(day), lines: 3, lane: 1) }
      for day in 0...9 { try run(day: Double(day)) }
      tidy(RecordRetention(days: 8), day: 9.5)
      #expect(try files.suffix(2) == ["1-000003.jsonl", "1-000004.jsonl"])
      let line = try first("1-000004.jsonl")
      #expect(line["state"]?.string == "tidied" && line["first"]?.integer == 3 && line["last_seq"]?.integer == 9)
      var lane = try RecordVerifier.verify(folder).lanes[1]
      #expect(lane.problem == nil && lane.begins?.number == 3)
      // The last one too, which no segment of the dead gate follows; then nothing is left to be done.
      for _ in 0..<3 { tidy(RecordRetention(days: 8), day: 10.5, since: 9) }
      #expect(try files.last == "1-000005.jsonl" && files.filter { $0.hasPrefix("1-") }.count == 1)
      lane = try RecordVerifier.verify(folder).lanes[1]
      #expect(lane.problem == nil && lane.begins?.number == 5 && lane.lines == 1)
      // A gate that takes the lane goes on with its numbers, and what is taken away now is missed.
      try run(day: 11, lane: 1)
      lane = try RecordVerifier.verify(folder).lanes[1]
      #expect(lane.problem == nil)
      #expect(try RecordWriter(options(.init(), day: 11, lane: 1)).lastSequence == 10)
      try SafeFile.remove("\(folder)/1-000005.jsonl")
      #expect(try RecordVerifier.verify(folder).lanes[1].problem?.kind == .missing)
    }
  }

  @Test func aGateThatLivesKeepsItsLane() throws {
    try inFolder {
      try run(day: 0, lane: 1)
      try run(day: 0, lane: 2)
      for day in 0...9 { try run(day: Double(day)) }
      let before = try files
      do {
        let lanes = [try StateLane.claim(in: state), try StateLane.claim(in: state), try StateLane.claim(in: state)]
        #expect(lanes.map(\.number) == [0, 1, 2])
        tidy(RecordRetention(days: 1), day: 9.5)
        #expect(try files == before)
      }
      // Nor is one taken whose lock is not there: that proves nothing.
      try SafeFile.remove("\(state)/lane-1.lock")
      tidy(RecordRetention(days: 1), day: 9.5)
      #expect(try files.filter { !$0.hasPrefix("0-") } == ["1-000001.jsonl", "2-000002.jsonl"])
      #expect(!FileManager.default.fileExists(atPath: "\(state)/lane-1.lock"))
    }
  }

  @Test func aGateThatWantsTheLaneMeanwhileWaitsForIt() async throws {
    defer { try? FileManager.default.removeItem(atPath: state) }
    _ = try StateLane.claim(in: state)
    var held = StateLane.hold(0, in: state)
    #expect(held != nil && StateLane.hold(0, in: state) == nil)
    let state = state
    let next = Task.detached { try StateLane.claim(in: state).number }
    try await Task.sleep(for: .milliseconds(100))
    held = nil
    #expect(try await next.value == 0)
  }

  @Test func severalGatesTidyALaneOnce() throws {
    try inFolder {
      for day in 0...2 { try run(day: Double(day), lane: 1) }
      for lane in [0, 2] { for day in 0...9 { try run(day: Double(day), lane: lane) } }
      DispatchQueue.concurrentPerform(iterations: 8) { tidy(RecordRetention(days: 3), day: 9.5, lane: $0 % 2 * 2) }
      #expect(try files.filter { $0.hasPrefix("1-") } == ["1-000004.jsonl"])
      #expect(try RecordVerifier.verify(folder).lanes[1].problem == nil)
    }
  }

  @Test func theOldestGoWhoeverWroteThem() throws {
    try inFolder {
      let keep = RecordRetention(megabytes: 4)
      try run(keep, day: 0, lines: 3_000, lane: 1)
      try run(keep, day: 1, lines: 2_000, lane: 2)
      // Both stay below their four megabytes, but not together.
      #expect(try bytes() > 4 << 20)
      tidy(keep, day: 2)
      #expect(try bytes() <= 4 << 20)
      #expect(try bytes(lane: 2) > 1_800_000, "what is newer stays")
      // As this gate writes, the rest goes; its own oldest only when nobody's is older.
      try run(keep, day: 2, lines: 1_500)
      tidy(keep, day: 2)
      #expect(try bytes() <= 4 << 20 && bytes() > 3 << 20)
      #expect(try files.contains("0-000001.jsonl"))
      try run(keep, day: 3, lines: 8_000)
      tidy(keep, day: 3)
      #expect(try bytes() <= 4 << 20)
      #expect(try bytes(lane: 1) < 1_000, "a line that tells of it")
      #expect(try bytes(lane: 2) < 1 << 19)
      #expect(try !files.contains("0-000001.jsonl"))
      let report = try RecordVerifier.verify(folder)
      #expect(report.isWhole && report.lanes.count == 3)
      let before = try files
      for _ in 0..<3 { tidy(keep, day: 3) }
      #expect(try files == before)
    }
  }

  @Test func aClockThatIsFarAheadRemovesNothingOfOthers() throws {
    try inFolder {
      for day in 0...2 { try run(day: Double(day), lane: 1) }
      // This gate has no past to go by, or one with the same wrong clock.
      tidy(RecordRetention(days: 30), day: 3_650)
      try run(day: 3_650)
      tidy(RecordRetention(days: 30), day: 3_650.5)
      #expect(try files.filter { $0.hasPrefix("1-") }.count == 3)
      // When it has run for a day it is believed.
      tidy(RecordRetention(days: 30), day: 3_651.1, since: 3_650)
      #expect(try files.filter { $0.hasPrefix("1-") } == ["1-000004.jsonl"])
    }
  }

  @Test func whatADeadGateHasToldToGoGoesWithoutAnotherWord() throws {
    try inFolder {
      for day in 0...2 { try run(day: Double(day), lane: 1) }
      for day in 0...9 { try run(day: Double(day)) }
      var stopped = options(RecordRetention(days: 3), day: 9.5)
      stopped.remove = { _ in }
      AbandonedLanes.tidy(stopped, since: stopped.now(), lanesIn: state)
      #expect(try files.filter { $0.hasPrefix("1-") }.count == 4)
      tidy(RecordRetention(days: 300), day: 9.5)
      #expect(try files.filter { $0.hasPrefix("1-") } == ["1-000004.jsonl"])
      #expect(try RecordVerifier.verify(folder).isWhole)
    }
  }

  @Test func whatIsRemovedWhileItIsLookedThroughIsNotMissed() throws {
    try inFolder {
      try run(day: 0)
      let isOver = Locked(false)
      let writing = DispatchQueue(label: "gate")
      writing.async {
        while !isOver.withLock({ $0 }) { try? run(RecordRetention(megabytes: 1), day: 1, lines: 50) }
      }
      var problems: Set<String> = []
      for _ in 0..<100 {
        for lane in try RecordVerifier.verify(folder).lanes { if let it = lane.problem { problems.insert("\(it)") } }
      }
      isOver.withLock { $0 = true }
      writing.sync {}
      #expect(problems.isEmpty)
      #expect(try !files.contains("0-000001.jsonl"))
    }
  }

  // MARK: What is too old

  @Test func linesGoByTheirOwnTimeHoweverLateTheNextSegmentBegan() throws {
    try inFolder {
      for day in [0, 1, 2] { try run(day: Double(day)) }
      // Somebody comes back after five weeks, and stays for two days.
      try run(RecordRetention(days: 30), day: 38)
      #expect(try files.count == 4)
      try run(RecordRetention(days: 30), day: 39.5)
      #expect(try files == ["0-000004.jsonl", "0-000005.jsonl"])
      #expect(try RecordVerifier.verify(folder).isWhole)
    }
  }

  @Test func aStartWithAClockInThePastCostsNothing() throws {
    try inFolder {
      for day in [0, 1, 2] { try run(RecordRetention(days: 30), day: Double(day)) }
      try run(RecordRetention(days: 30), day: -9_000)
      for day in [3, 4, 5] { try run(RecordRetention(days: 30), day: Double(day)) }
      #expect(try files.count == 7)
      // And one in the future is no reason to keep all for ever.
      try run(RecordRetention(days: 30), day: 3_650)
      for day in 6...50 { try run(RecordRetention(days: 30), day: Double(day)) }
      #expect(try files.count <= 32)
      #expect(try RecordVerifier.verify(folder).isWhole)
    }
  }
}
