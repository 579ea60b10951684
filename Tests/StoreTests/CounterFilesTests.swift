import Foundation
import JSONText
import Policy
import Store
import System
import Testing

/// Counts in files, as the gate writes and reads them.
struct CounterFilesTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("counters-\(UUID())").path

  private static func engine(_ limit: String = #"{"window":"day","max":100000}"#) throws -> PolicyEngine {
    PolicyEngine(
      try PolicyDocument.read(Array("{\"version\":\"1\",\"tools\":{\"*\":{\"limits\":[\(limit)]}}}".utf8)))
  }

  /// A gate's counts with their files, until it is killed: when it goes.
  private final class Gate {
    var files: CounterFiles
    var counters: Counters
    let problems: [String]
    /// Snapshots that were due and are not taken yet.
    var works: [CounterSnapshotWork]
    let engine: PolicyEngine

    init(in folder: String, lane: Int = 0, size: Int = CounterFiles.standardSize) throws {
      let engine = try CounterFilesTests.engine()
      let past = try CounterPast(in: folder, lane: lane)
      let problems = past.problems
      var counters = past.counters
      var files = past.files(in: folder, lane: lane, size: size)
      let work = try files.begin(&counters)
      self.problems = problems
      works = work.map { [$0] } ?? []
      self.engine = engine
      self.counters = counters
      self.files = files
    }

    func call(_ tools: [Int], at time: Int = 0) throws {
      for tool in tools {
        let call = Call(server: "s", target: .tool(ExactText("tool \(tool)")), session: "1")
        _ = engine.judge(call, counters: &counters, at: Moment(microseconds: Int64(time) * 1_000_000))
      }
      if let work = try files.keep(&counters) { works.append(work) }
    }

    func takeSnapshots() throws {
      for work in works { files.finished(try work.run()) }
      works = []
    }
  }

  private func inFolder(_ body: () throws -> Void) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body()
  }

  /// Calls that were read together are one entry, and all of them count after a restart.
  @Test func callsOfOneMomentAreOneEntry() throws {
    try inFolder {
      let gate = try Gate(in: folder)
      try gate.call([1])
      func entries(_ tools: [Int], at time: Int) throws -> Int {
        for tool in tools {
          let call = Call(server: "s", target: .tool(ExactText("tool \(tool)")), session: "1")
          _ = gate.engine.judge(call, counters: &gate.counters, at: Moment(microseconds: Int64(time) * 1_000_000))
        }
        defer { _ = try? gate.files.keep(&gate.counters) }
        return gate.counters.journal.cells.count
      }
      #expect(try entries([1, 1, 1, 1], at: 1) == 1)
      #expect(try entries([1, 1], at: 2) == 1)
      #expect(try entries([1], at: 2) == 1)
      gate.files.prepare()
      try gate.call([2], at: 2)
      #expect(try entries([1, 2, 2, 1, 2], at: 3) == 4)
      #expect(Self.contents(try Gate(in: folder).counters) == Self.contents(gate.counters))
    }
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
  }

  /// What counts, as cells.
  private static func contents(_ counters: Counters) -> [CounterCell] {
    var (snapshot, cells) = (counters.snapshot(), [CounterCell]())
    while snapshot.appendNext(to: &cells) {}
    return cells
  }

  @Test func everyJournalAndSnapshotCounts() throws {
    try inFolder {
      var expected: [CounterCell] = []
      // So many changes that journals end in the middle, and sometimes a snapshot was not taken.
      for round in 0..<6 {
        let gate = try Gate(in: folder, size: 1)
        #expect(gate.problems.isEmpty)
        #expect(Self.contents(gate.counters) == expected)
        for step in 0..<40 { try gate.call((0..<500).map { ($0 + step) % 701 }, at: round) }
        if round % 2 == 1 { try gate.takeSnapshots() }
        expected = Self.contents(gate.counters)
      }
      #expect(expected.count > 701)
      #expect(try names.count < 20)
    }
  }

  @Test func aSnapshotTakesThePlaceOfWhatWasBefore() throws {
    try inFolder {
      let gate = try Gate(in: folder, size: 1)
      for time in 0..<90 { try gate.call((0..<700).map { $0 % 2 }, at: time) }
      #expect(gate.works.count == 1, "none begins before the one before it is done")
      #expect(try names.count > 2)
      let first = try names
      try gate.takeSnapshots()
      #expect(try names.contains("0-2.snapshot"))
      #expect(try !names.contains("0-1.journal") && first.contains("0-1.journal"))
      let expected = Self.contents(gate.counters)
      try gate.files.end(&gate.counters)
      #expect(try names.count == 1)
      #expect(Self.contents(try Gate(in: folder).counters) == expected)
    }
  }

  @Test func filesAreTheOwnersAlone() throws {
    try inFolder {
      let gate = try Gate(in: folder)
      try gate.call([1])
      #expect(try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int == 0o700)
      let file = try FileManager.default.attributesOfItem(atPath: folder + "/0-1.journal")
      #expect(file[.posixPermissions] as? Int == 0o600)
      #expect(file[.size] as? Int == CounterFiles.standardSize)
      try gate.files.end(&gate.counters)
      let snapshot = try FileManager.default.attributesOfItem(atPath: folder + "/0-2.snapshot")
      #expect(snapshot[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test func lanesHaveTheirOwn() throws {
    try inFolder {
      let first = try Gate(in: folder)
      let second = try Gate(in: folder, lane: 1)
      try first.call([1])
      try second.call([1, 2])
      #expect(try Gate(in: folder, lane: 1).counters.count == 2)
      #expect(try Gate(in: folder).counters.count == 1)
    }
  }

  /// More changes in one batch than are noted: a snapshot is taken before anything is passed on.
  @Test func nothingIsMissingOfAHugeBatch() throws {
    try inFolder {
      let gate = try Gate(in: folder)
      try gate.call((0..<CounterJournal.most).map { $0 % 3_000 })
      #expect(try names == ["0-2.journal", "0-2.snapshot"])
      try gate.call([5])
      let expected = Self.contents(gate.counters)
      #expect(Self.contents(try Gate(in: folder).counters) == expected)
    }
  }

  @Test func withNothingCountedNothingIsLeft() throws {
    try inFolder {
      let gate = try Gate(in: folder)
      try gate.files.end(&gate.counters)
      #expect(try names == [])
      // What was counted and is over leaves nothing either.
      let later = try Gate(in: folder)
      try later.call([1])
      _ = later.engine.judge(
        Call(server: "s", target: .tool("x"), session: "1"), counters: &later.counters,
        at: Moment(microseconds: 1_000_000_000_000))
      later.counters.forget(session: "1")
      try later.files.end(&later.counters)
      #expect(try names.count == 1)
    }
  }

  /// An older snapshot is used where a newer one is damaged and what was between them is still there.
  @Test func aDamagedSnapshotIsReplacedByAnOlderOne() throws {
    try inFolder {
      let gate = try Gate(in: folder)
      try gate.call(Array(0..<50))
      try gate.files.end(&gate.counters)
      let old = try Data(contentsOf: URL(filePath: folder + "/0-2.snapshot"))
      let second = try Gate(in: folder)
      try second.call(Array(20..<60))
      let journal = try Data(contentsOf: URL(filePath: folder + "/0-3.journal"))
      let expected = Self.contents(second.counters)
      try second.files.end(&second.counters)
      #expect(try names == ["0-4.snapshot"])
      var damaged = try Data(contentsOf: URL(filePath: folder + "/0-4.snapshot"))
      damaged[1_000] ^= 4
      try damaged.write(to: URL(filePath: folder + "/0-4.snapshot"))
      let partial = try Gate(in: folder)
      #expect(partial.problems.count == 1)
      #expect((1..<50).contains(partial.counters.count))
      try FileManager.default.removeItem(atPath: folder + "/0-5.journal")
      try old.write(to: URL(filePath: folder + "/0-2.snapshot"))
      try journal.write(to: URL(filePath: folder + "/0-3.journal"))
      let whole = try Gate(in: folder)
      #expect(whole.problems.count == 1)
      #expect(Self.contents(whole.counters) == expected)
      try whole.takeSnapshots()
      #expect(try names == ["0-4.snapshot.aside", "0-5.journal", "0-5.snapshot"])
    }
  }

  @Test func whatIsNoFileOfOursIsLeftAlone() throws {
    try inFolder {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let others = [
        "0-01.journal", "0-1.journal.aside", "0-1.journal.tmp.x", "-1-1.journal", "0-+1.snapshot", "0-0.journal",
        "0-1000000000000.journal", "1-1.snapshot.tmp", "0-1.journals", "٣-1.journal",
      ]
      for name in others { try Data([1]).write(to: URL(filePath: "\(folder)/\(name)")) }
      try Data([1]).write(to: URL(filePath: "\(folder)/0-7.snapshot.tmp"))
      let gate = try Gate(in: folder)
      #expect(gate.problems.isEmpty)
      #expect(try names == (others + ["0-1.journal"]).sorted())
    }
  }

  @Test func aFileThatCannotBeMadeIsTold() throws {
    try inFolder {
      let gate = try Gate(in: folder, size: 1)
      try gate.call([1])
      // Somebody is in the way of the next journal.
      try Data([1]).write(to: URL(filePath: folder + "/0-2.journal"))
      #expect(throws: SystemError.self) {
        for time in 0..<90 { try gate.call((0..<700).map { $0 % 2 }, at: time) }
      }
      let isKept = gate.files.isKept
      #expect(!isKept)
      #expect(!gate.counters.journal.isOn)
      try gate.call([2])
      let work = try #require(try gate.files.begin(&gate.counters))
      gate.files.finished(try work.run())
      try gate.call([3])
      let expected = Self.contents(gate.counters)
      #expect(Self.contents(try Gate(in: folder).counters) == expected)
    }
  }
}
