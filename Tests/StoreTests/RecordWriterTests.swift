import Foundation
import Glibc
import Store
import System
import Testing

/// What goes wrong with the steps of a writer, set while it works.
private final class Trouble: Sendable {
  private let codes = Locked<[RecordStep: Int32]>([:])

  func set(_ step: RecordStep, _ code: Int32) { codes.withLock { $0[step] = code } }
  func end() { codes.withLock { $0 = [:] } }
  func code(_ step: RecordStep) -> Int32 { codes.withLock { $0[step] ?? 0 } }
}

struct RecordWriterTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("record-\(UUID())").path

  private func inFolder(_ body: () throws -> Void) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body()
  }

  private func options(_ trouble: Trouble? = nil, sync: RecordSync = .write) -> RecordOptions {
    var options = RecordOptions(folder: folder, lane: 0, build: "b")
    if let trouble { options.disturb = { trouble.code($0) } }
    options.sync = sync
    return options
  }

  private func lines(_ segment: String) throws -> [String] {
    try String(contentsOfFile: "\(folder)/\(segment).jsonl", encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func add(_ number: Int, to writer: RecordWriter) {
    writer.append(Array(#"{"seq":\#(number),"time":"2026-11-21T00:00:00Z","event":"x"}"#.utf8).span)
  }

  private func verified() throws -> RecordReport.Lane {
    let report = try RecordVerifier.verify(folder)
    #expect(report.isWhole, "\(report.lanes.compactMap(\.problem))")
    return try #require(report.lanes.first)
  }

  @Test func writesLinesThatAreTiedToAllBeforeThem() throws {
    try inFolder {
      let writer = try RecordWriter(RecordOptions(folder: folder, lane: 2, build: "b"))
      for number in 1...3 { add(number, to: writer) }
      #expect(try lines("2-000001").count == 2)
      try writer.commit()
      let written = try lines("2-000001")
      #expect(written.count == 5)
      #expect(written[0].contains(#""event":"record","state":"begun","version":2,"lane":2,"segment":1,"build":"b""#))
      #expect(written[3].hasPrefix(#"{"seq":3,"time":"2026-11-21T00:00:00Z","event":"x","hash":""#))
      #expect(written[3].hasSuffix("\(writer.state.hash.hexadecimal)\"}"))
      #expect(writer.state.sequence == 3)
      let file = try FileManager.default.attributesOfItem(atPath: folder + "/2-000001.jsonl")
      let parent = try FileManager.default.attributesOfItem(atPath: folder)
      #expect(file[.posixPermissions] as? Int == 0o600)
      #expect(parent[.posixPermissions] as? Int == 0o700)
    }
  }

  @Test func whatIsDiscardedIsCountedAndToldOfFirst() throws {
    try inFolder {
      let writer = try RecordWriter(options())
      add(1, to: writer)
      writer.discard()
      #expect(writer.state.sequence == 0)
      add(2, to: writer)
      try writer.commit()
      let written = try lines("0-000001")
      #expect(written.count == 4)
      #expect(written[1].contains(#""state":"resumed","last_seq":0,"lost":1"#))
      #expect(written[2].hasPrefix(#"{"seq":2"#))
      #expect(writer.state.lost == 1)
      #expect(try verified().lost == 1)
    }
  }

  @Test func goesOnAfterARestartInASegmentOfItsOwn() throws {
    try inFolder {
      do {
        let writer = try RecordWriter(options())
        for number in 1...7 { add(number, to: writer) }
        try writer.commit()
      }
      // A gate that had nothing to record.
      #expect(try RecordWriter(options()).lastSequence == 7)
      let writer = try RecordWriter(options())
      #expect(writer.lastSequence == 7)
      #expect(writer.state.segment == RecordSegment(lane: 0, number: 3))
      add(8, to: writer)
      try writer.commit()
      let lane = try verified()
      #expect(lane.segments == 3)
      #expect(lane.lines == 11)
      #expect(lane.head?.hash == writer.state.hash)
    }
  }

  @Test func beginsAnotherSegmentWhereOneIsFull() throws {
    try inFolder {
      var options = options()
      options.longestSegment = 1_000
      let writer = try RecordWriter(options)
      for number in 1...40 {
        add(number, to: writer)
        if number % 4 == 0 { try writer.commit() }
      }
      let lane = try verified()
      #expect(lane.segments >= 5)
      #expect(lane.lines == 40 + lane.segments)
      #expect(try lines("0-000002")[0].contains(#""state":"segment""#))
    }
  }

  @Test(arguments: RecordSync.allCases, [RecordStep.write, .synchronize])
  func aCommitThatFailsLeavesNothingBehindAndKeepsItsLines(_ sync: RecordSync, _ step: RecordStep) throws {
    guard sync != .write || step == .write else { return }
    try inFolder {
      let trouble = Trouble()
      let writer = try RecordWriter(options(trouble, sync: sync))
      for number in 1...2 { add(number, to: writer) }
      try writer.commit()
      let before = try lines("0-000001")
      let hash = writer.state.hash
      trouble.set(step, ENOSPC)
      for number in 3...5 { add(number, to: writer) }
      for _ in 0..<2 {
        let error = #expect(throws: SystemError.self) { try writer.commit() }
        #expect(error?.description == ("cannot write the record: No space left on device" as String))
        #expect(try lines("0-000001") == before)
      }
      #expect(writer.state.hash == hash)
      #expect(writer.state.sequence == 2)
      #expect(writer.state.failure == ("cannot write the record: No space left on device" as String))
      trouble.end()
      try writer.commit()
      #expect(writer.state.failure == nil)
      #expect(writer.state.lost == 0)
      let lane = try verified()
      // After a failure to synchronize a file is not trusted any more.
      #expect(lane.segments == (step == .write ? 1 : 2))
      #expect(lane.lines == 5 + lane.segments + 1)
      #expect(writer.state.sequence == 5)
    }
  }

  @Test func whatCannotBeTakenBackIsToldOfByTheNextSegment() throws {
    try inFolder {
      let trouble = Trouble()
      let writer = try RecordWriter(options(trouble))
      add(1, to: writer)
      try writer.commit()
      trouble.set(.write, EIO)
      trouble.set(.takeBack, EIO)
      for number in 2...8 { add(number, to: writer) }
      #expect(throws: SystemError.self) { try writer.commit() }
      writer.discard()
      // Until the writer goes on, there is a line without an end.
      #expect(try RecordVerifier.verify(folder).lanes[0].problem?.kind == .torn)
      trouble.end()
      add(10, to: writer)
      try writer.commit()
      let lane = try verified()
      #expect(lane.torn == [RecordSegment(lane: 0, number: 1)])
      #expect(lane.segments == 2)
      #expect(lane.lost == 7)
    }
  }

  @Test func aDiskThatIsFullFromTheStartIsNoReasonNotToBegin() throws {
    try inFolder {
      let trouble = Trouble()
      trouble.set(.write, ENOSPC)
      let writer = try RecordWriter(options(trouble))
      #expect(writer.isFailing)
      #expect(writer.state.segment == nil)
      for number in 1...3 {
        add(number, to: writer)
        #expect(throws: SystemError.self) { try writer.commit() }
        writer.discard()
      }
      // What failed leaves no files behind.
      #expect(try SafeFile.names(in: folder) == [])
      trouble.end()
      add(4, to: writer)
      try writer.commit()
      let written = try lines("0-000001")
      #expect(written[0].contains(#""state":"begun""#))
      #expect(written[1].contains(#""state":"resumed","last_seq":0,"lost":3,"reason":"cannot write the record: No"#))
      #expect(try verified().lines == 3)
    }
  }

  @Test func moreThanCanBeKeptIsNeverTakenForRecorded() throws {
    try inFolder {
      var options = options()
      options.mostBuffered = 400
      let writer = try RecordWriter(options)
      for number in 1...9 { add(number, to: writer) }
      #expect(throws: SystemError.self) { try writer.commit() }
      #expect(throws: SystemError.self) { try writer.commit() }
      writer.discard()
      #expect(writer.state.lost == 9)
      add(10, to: writer)
      try writer.commit()
      #expect(try verified().lost == 9)
    }
  }

  @Test(arguments: [1, 40, 200, 70_000, 300_000])
  func aLineThatWasCutShortStaysAndIsToldOf(_ length: Int) throws {
    try inFolder {
      do {
        let writer = try RecordWriter(options())
        for number in 1...2 { add(number, to: writer) }
        try writer.commit()
      }
      let path = "\(folder)/0-000001.jsonl"
      let whole = try SafeFile.read(path, limit: 1 << 20)
      // A line without its end; or zeros, which a file system may leave where the power failed.
      let torn: [UInt8] =
        length > 1_000
        ? Array(repeating: 0, count: length)
        : Array((#"{"seq":3,"x":""# + String(repeating: "y", count: 200)).utf8.prefix(length))
      try SafeFile.replace(path, with: whole + torn)
      let writer = try RecordWriter(options())
      #expect(writer.lastSequence == 2)
      add(3, to: writer)
      try writer.commit()
      #expect(try SafeFile.read(path, limit: 1 << 20) == whole + torn)
      #expect(try verified().torn == [RecordSegment(lane: 0, number: 1)])
      // Now it is part of what must not change.
      try SafeFile.replace(path, with: whole + torn.dropLast() + [0x20])
      #expect(try RecordVerifier.verify(folder).lanes[0].problem?.kind == .changed)
      try SafeFile.replace(path, with: whole)
      #expect(try RecordVerifier.verify(folder).lanes[0].problem?.place.segment.number == 1)
    }
  }

  @Test func segmentsWithoutOneWholeLineArePassedOver() throws {
    try inFolder {
      do {
        let writer = try RecordWriter(options())
        add(1, to: writer)
        try writer.commit()
      }
      try SafeFile.replace("\(folder)/0-000002.jsonl", with: Array("{\"half\":".utf8))
      try SafeFile.replace("\(folder)/0-000003.jsonl", with: [])
      let writer = try RecordWriter(options())
      #expect(writer.lastSequence == 1)
      #expect(writer.state.segment?.number == 4)
      #expect(try verified().torn == [RecordSegment(lane: 0, number: 2)])
    }
  }

  @Test func aRecordThatIsTakenAwayIsBegunAnew() throws {
    try inFolder {
      let writer = try RecordWriter(options())
      try FileManager.default.removeItem(atPath: folder)
      writer.look()
      for number in 1...3 {
        add(number, to: writer)
        try writer.commit()
        writer.look()
      }
      #expect(try SafeFile.names(in: folder) == ["0-000002.jsonl"])
      let problem = try #require(try RecordVerifier.verify(folder).lanes.first?.problem)
      #expect(problem.kind == .missing)
      #expect(problem.place == RecordReport.Place(segment: RecordSegment(lane: 0, number: 1), line: 0))
    }
  }

  @Test func aNumberThatSomebodyUsedIsLeftToThem() throws {
    try inFolder {
      var options = options()
      options.longestSegment = 10
      let writer = try RecordWriter(options)
      try SafeFile.replace("\(folder)/0-000002.jsonl", with: [])
      add(1, to: writer)
      try writer.commit()
      #expect(writer.state.segment?.number == 3)
    }
  }

  @Test func aFolderOrFileThatIsNotWhatItMustBeIsRefusedInWords() throws {
    try inFolder {
      func refusal() -> String? {
        do {
          _ = try RecordWriter(options())
          return nil
        } catch {
          return error.description
        }
      }
      let manager = FileManager.default
      try manager.createDirectory(atPath: folder + "-there", withIntermediateDirectories: true)
      defer { try? manager.removeItem(atPath: folder + "-there") }
      try manager.createSymbolicLink(atPath: folder, withDestinationPath: folder + "-there")
      #expect(
        refusal()
          == "cannot use the folder `\(folder)`: Not a directory; it is a symbolic link; put a folder in its place")
      try manager.removeItem(atPath: folder)
      try SafeFile.replace(folder, with: [])
      #expect(refusal()?.hasSuffix("Not a directory; move what is there out of the way") == true)
      try manager.removeItem(atPath: folder)

      try SafeFile.makeFolder(folder)
      _ = unsafe chmod(folder, 0o777)
      #expect(refusal()?.hasSuffix("others may write to it; chmod 700 mends that") == true)
      _ = unsafe chmod(folder, 0o700)
      let made = unsafe mkfifo(folder + "/0-000001.jsonl", 0o600)
      #expect(made == 0)
      #expect(refusal()?.hasSuffix("it is not a regular file") == true)
      try manager.removeItem(atPath: folder + "/0-000001.jsonl")
      try manager.createSymbolicLink(atPath: folder + "/0-000001.jsonl", withDestinationPath: "/etc/passwd")
      #expect(refusal()?.hasSuffix("Too many levels of symbolic links") == true)
      try manager.removeItem(atPath: folder + "/0-000001.jsonl")
      guard getuid() == 0 else { return }
      _ = unsafe chown(folder, 12_345, 12_345)
      #expect(refusal()?.hasSuffix("Operation not permitted; it belongs to another user") == true)
      _ = unsafe chown(folder, 0, 0)
      #expect(refusal() == nil)
    }
  }

  @Test func namesOfSegmentsHaveOneSpelling() {
    #expect(RecordSegment(fileName: "0-000001.jsonl") == RecordSegment(lane: 0, number: 1))
    #expect(RecordSegment(lane: 12, number: 1_234_567).fileName == "12-1234567.jsonl" as String)
    let wrong = [
      "00-000001.jsonl", "0-1.jsonl", "0-0000001.jsonl", "0-000000.jsonl", "-1-000001.jsonl", "+0-000001.jsonl",
      "0-000001.json", "0-000001.jsonl.bak", "0-99999999999999999999.jsonl", "", "-", "0-.jsonl",
    ]
    for name in wrong { #expect(RecordSegment(fileName: name) == nil, "\(name)") }
  }
}
