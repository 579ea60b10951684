import Foundation
import Glibc
import SeededChance
import Store
import System
import Testing

/// Lines that stand ahead of the record's files while many come.
struct RecordAheadTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ahead-\(UUID())").path + "/record"

  private func inFolder(_ body: () throws -> Void) throws {
    defer { try? FileManager.default.removeItem(atPath: (folder as NSString).deletingLastPathComponent) }
    try body()
  }

  private var options: RecordOptions { RecordOptions(folder: folder, lane: 0, build: "b") }

  private func add(_ number: Int, to writer: RecordWriter, bytes: Int = 1) {
    let text = String(repeating: "x", count: bytes)
    writer.append(Array(#"{"seq":\#(number),"time":"2026-11-21T00:00:00Z","event":"x","text":"\#(text)"}"#.utf8).span)
  }

  private var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } }

  /// The numbers of the events in the files, in their order.
  private var written: [Int] {
    get throws {
      try names.filter { $0.hasSuffix(".jsonl") }.flatMap { name in
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n").compactMap { line in
          line.hasPrefix(#"{"seq":"#) ? Int(line.dropFirst(7).prefix { $0 != "," }) : nil
        }
      }
    }
  }

  private func expectWhole(_ count: Int) throws {
    let report = try RecordVerifier.verify(folder)
    #expect(report.isWhole, "\(report.lanes.compactMap(\.problem))")
    #expect(try written == Array(1...count))
  }

  @Test func linesAreWrittenTogetherWhenTheyAreSettled() throws {
    try inFolder {
      let writer = try RecordWriter(options)
      writer.hurry()
      for number in 1...20 {
        add(number, to: writer)
        try writer.commit()
      }
      #expect(writer.lastSequence == 20)
      #expect(try written == [] && names == ["0-000001.jsonl", "0.ahead"])
      try writer.settle()
      try expectWhole(20)
      add(21, to: writer)
      try writer.commit()
      try writer.calm()
      try expectWhole(21)
      #expect(try names == ["0-000001.jsonl"])
      add(22, to: writer)
      try writer.commit()
      try expectWhole(22)
      #expect(try RecordVerifier.verify(folder).lanes.first?.head?.hash == writer.state.hash)
    }
  }

  @Test func theNextGateWritesWhatAKilledOneHadCommitted() throws {
    try inFolder {
      for gate in 0..<5 {
        let writer = try RecordWriter(options)
        #expect(writer.lastSequence == UInt64(gate * 10))
        writer.hurry()
        for number in 1...10 {
          add(gate * 10 + number, to: writer)
          if number == gate { try writer.settle() }
          try writer.commit()
        }
        add(1_000, to: writer)
      }
      _ = try RecordWriter(options)
      try expectWhole(50)
    }
  }

  @Test func soDoesWhoeverLooksAtTheRecordFirst() throws {
    try inFolder {
      let state = (folder as NSString).deletingLastPathComponent
      try asAGate {
        let lane = try StateLane.claim(in: state)
        let writer = try RecordWriter(options)
        writer.hurry()
        add(1, to: writer)
        try writer.commit()
        AbandonedLanes.finish(folder, lanesIn: state)
        #expect(try written == [], "its gate runs")
        withExtendedLifetime(lane) {}
      }
      AbandonedLanes.finish("\(folder)/none", lanesIn: state)
      AbandonedLanes.finish(folder, lanesIn: "\(state)/none")
      #expect(try written == [], "nothing proves that its gate is dead")
      AbandonedLanes.finish(folder, lanesIn: state)
      try expectWhole(1)
      #expect(try names == ["0-000001.jsonl"])
    }
  }

  private func asAGate(_ body: () throws -> Void) throws { try body() }

  @Test func whatIsLongIsWrittenAtOnceAfterWhatCameBefore() throws {
    try inFolder {
      let writer = try RecordWriter(options)
      writer.hurry()
      var count = 0
      for bytes in [1, 3 << 20, 1, 70_000, 60_000, 1 << 20, 1, 100_000, 1] {
        count += 1
        add(count, to: writer, bytes: bytes)
        try writer.commit()
      }
      #expect(try written == Array(1..<count))
      _ = try RecordWriter(options)
      try expectWhole(count)
    }
  }

  @Test func moreThanThereIsRoomForIsWrittenBeforeTheNext() throws {
    try inFolder {
      let writer = try RecordWriter(options)
      writer.hurry()
      for number in 1...400 {
        add(number, to: writer, bytes: 7_000)
        try writer.commit()
      }
      #expect(try 100..<400 ~= written.count)
      try writer.settle()
      try expectWhole(400)
    }
  }

  /// A disk that others fill has nevertheless what is ahead of the file.
  @Test func whateverComesTheDiskKeepsRoomForAllThatCanBeAhead() throws {
    try inFolder {
      let writer = try RecordWriter(options)
      writer.hurry()
      var count = 0
      // Some go into the file at once, some are written as soon as there is no place for them ahead.
      for (bytes, times) in [(100_000, 30), (9_000, 300), (1, 1), (100_000, 30), (60_000, 50)] {
        for _ in 0..<times {
          count += 1
          add(count, to: writer, bytes: bytes)
          try writer.commit()
          var file = stat()
          #expect(unsafe stat("\(folder)/0-000001.jsonl", &file) == 0)
          #expect(Int(file.st_blocks) * 512 - Int(file.st_size) > 1 << 20)
        }
      }
      try writer.calm()
      try expectWhole(count)
    }
  }

  @Test func aNewSegmentComesAfterWhatBelongsToTheOneBefore() throws {
    try inFolder {
      var options = options
      options.longestSegment = 2_000
      let writer = try RecordWriter(options)
      for number in 1...100 {
        writer.hurry()
        add(number, to: writer, bytes: 100)
        try writer.commit()
      }
      try writer.calm()
      try expectWhole(100)
      #expect(try names.count > 5)
    }
  }

  @Test func linesThatAreSynchronizedAreNeverAhead() throws {
    for sync in [RecordSync.group, .each] {
      try inFolder {
        let writer = try RecordWriter(options)
        writer.hurry()
        add(1, to: writer)
        try writer.commit()
        writer.sync = sync
        writer.hurry()
        add(2, to: writer)
        try writer.commit()
        #expect(try written == [1, 2] && names.count == 1)
        writer.hurry()
        #expect(try names.count == 1)
      }
    }
  }

  @Test func aDiskThatIsFullLosesNothingThatWasCommitted() throws {
    try inFolder {
      let code = Locked<Int32>(0)
      var options = options
      options.disturb = { $0 == .write ? code.withLock { $0 } : 0 }
      do {
        let writer = try RecordWriter(options)
        writer.hurry()
        add(1, to: writer)
        try writer.commit()
        code.withLock { $0 = 28 }
        #expect(throws: SystemError.self) { try writer.settle() }
        #expect(throws: SystemError.self) { try writer.calm() }
        add(2, to: writer)
        #expect(throws: SystemError.self) { try writer.commit() }
        #expect(writer.isFailing && writer.lastSequence == 1)
        code.withLock { $0 = 0 }
        try writer.commit()
        #expect(try written == [])
        try writer.settle()
        try expectWhole(2)
        add(3, to: writer)
        try writer.commit()
      }
      _ = try RecordWriter(options)
      try expectWhole(3)
    }
  }

  /// Whatever happens, each line that was committed is in the record once, and the record is whole.
  @Test(arguments: 0..<60) func noOrderOfThingsLosesALine(_ seed: UInt64) throws {
    try inFolder {
      var chance = Chance(seed)
      let code = Locked<Int32>(0)
      var options = options
      options.disturb = { $0 == .write ? code.withLock { $0 } : 0 }
      options.longestSegment = 20_000
      var writer = try RecordWriter(options)
      var committed = 0
      for _ in 0..<300 {
        code.withLock { $0 = chance.below(8) == 0 ? 28 : 0 }
        switch chance.below(20) {
        case 0...2: writer.hurry()
        case 3: try? writer.calm()
        case 4...6: try? writer.settle()
        case 7:
          code.withLock { $0 = 0 }
          writer = try RecordWriter(options)
          #expect(writer.lastSequence == UInt64(committed))
        case 8: writer.sync = chance.below(2) == 0 ? .write : .group
        default:
          let count = 1 + chance.below(chance.below(4) == 0 ? 12 : 2)
          for number in 1...count { add(committed + number, to: writer, bytes: 1 + chance.below(900)) }
          if (try? writer.commit()) != nil { committed += count } else { writer.discard() }
        }
      }
      code.withLock { $0 = 0 }
      _ = try RecordWriter(options)
      try expectWhole(committed)
    }
  }
}
