import Foundation
import JSONText
import Policy
import SeededChance
import Store
import System
import Testing

/// A record in a folder, written as a gate with a hard life would write it.
private struct RandomRecord {
  let folder: String
  var chance: Chance

  /// The segments' lines, without their ends, by file name.
  private(set) var segments: [RecordSegment: [[UInt8]]] = [:]
  private(set) var heads: [RecordHash] = []

  init(_ folder: String, _ seed: UInt64) throws {
    self.folder = folder
    chance = Chance(seed)
    for lane in 0...chance.below(2) {
      var writer: RecordWriter?
      for _ in 0...chance.below(3) {
        writer = nil
        var options = RecordOptions(folder: folder, lane: lane, build: "test")
        options.longestSegment = 500 + chance.below(4_000)
        let next = try RecordWriter(options)
        try write(next)
        writer = next
      }
      if let writer { heads.append(writer.state.hash) }
    }
    for name in try SafeFile.names(in: folder) {
      let segment = try #require(RecordSegment(fileName: name))
      segments[segment] = try SafeFile.read("\(folder)/\(name)", limit: 1 << 20).split(separator: 0x0A).map(Array.init)
    }
  }

  private mutating func write(_ writer: RecordWriter) throws {
    var sequence = writer.lastSequence
    for _ in 0..<chance.below(20) {
      // A few are written as they are one by one, and more of them share a hash.
      for _ in 0...(chance.happens(oneIn: 3) ? 6 + chance.below(12) : chance.below(3)) {
        sequence += 1
        let text = String(repeating: chance.pick(["a", "\\\"", "é", "{", ",\\\"hash\\\":"]), count: chance.below(80))
        writer.append(
          Array(#"{"seq":\#(sequence),"time":"2026-11-21T00:00:00Z","event":"x","t":"\#(text)"}"#.utf8).span)
      }
      if chance.happens(oneIn: 9) { writer.discard() } else { try writer.commit() }
    }
  }

  func store(_ segment: RecordSegment, _ lines: [[UInt8]]) throws {
    try SafeFile.replace("\(folder)/\(segment.fileName)", with: Array(lines.map { $0 + [0x0A] }.joined()))
  }
}

/// The lines with the right hash behind another one, by the record's definition.
private func rehashed(_ lines: [[UInt8]], after previous: RecordHash) -> [[UInt8]] {
  let body = Array(Array(lines.joined(separator: [0x0A])).dropLast(75))
  let last = lines[lines.count - 1].dropLast(75) + Array(#","hash":"\#(previous.following(body).hexadecimal)"}"#.utf8)
  return lines.dropLast() + [last]
}

private func isSealed(_ line: [UInt8]) -> Bool { line.suffix(75).starts(with: #","hash":""#.utf8) }

private func hash(of line: [UInt8]) -> RecordHash? {
  RecordHash(hexadecimal: String(decoding: line.suffix(66).dropLast(2), as: UTF8.self))
}

struct RecordVerifierTests {
  typealias Place = RecordReport.Place

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("verify-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func segmentsThatChangedPlacesAreToldAsThat() throws {
    try inFolder { folder in
      for number in 1...4 {
        let writer = try RecordWriter(RecordOptions(folder: folder, lane: 0, build: "b"))
        writer.append(Array(#"{"seq":\#(number),"time":"2026-11-21T00:00:00Z","event":"x"}"#.utf8).span)
        try writer.commit()
      }
      let (second, third) = ("\(folder)/0-000002.jsonl", "\(folder)/0-000003.jsonl")
      let texts = (try SafeFile.read(second, limit: 9_999), try SafeFile.read(third, limit: 9_999))
      try SafeFile.replace(second, with: texts.1)
      try SafeFile.replace(third, with: texts.0)
      var problem = try #require(try RecordVerifier.verify(folder).lanes[0].problem)
      #expect(problem.kind == .reordered && problem.place == Place(segment: .init(lane: 0, number: 2), line: 1))
      #expect(problem.message == "by its first line the segment is 0-000003.jsonl")
      // A line that was made to say so is a changed line.
      let said = String(decoding: texts.0, as: UTF8.self).replacing(#""segment":2"#, with: #""segment":3"#)
      try SafeFile.replace(second, with: Array(said.utf8))
      try SafeFile.replace(third, with: texts.1)
      problem = try #require(try RecordVerifier.verify(folder).lanes[0].problem)
      #expect(problem.kind == .changed && problem.place.segment.number == 2)
    }
  }

  /// Changes one thing in a random record; answers what it was, and where it must be found, nil for only by a head.
  private func mutate(_ record: inout RandomRecord) throws -> (name: String, place: Place?, isExact: Bool) {
    let all = record.segments.keys.sorted()
    let segment = record.chance.pick(all)
    var lines = try #require(record.segments[segment])
    let isLast = !all.contains { $0.lane == segment.lane && $0.number > segment.number }
    let index = record.chance.below(lines.count)
    let isEnd = index == lines.count - 1
    var place: Place? = Place(segment: segment, line: index + 1)
    // The lines that share a hash with it.
    let start = (lines[..<index].lastIndex { isSealed($0) } ?? -1) + 1
    let end = lines[index...].firstIndex { isSealed($0) } ?? index
    var isExact = start == end
    let names = ["flip", "remove", "duplicate", "swap", "add", "drop", "cut", "rehash", "forge", "rename"]
    let name = record.chance.pick(names)
    switch name {
    case "flip":
      var bytes = lines[index]
      let at = record.chance.below(bytes.count)
      bytes[at] ^= 1 << UInt8(record.chance.below(8))
      lines[index] = bytes
    case "remove":
      lines.remove(at: index)
      if isEnd, isLast, start == end { place = nil }
    case "duplicate":
      let at = index + 1 + record.chance.below(lines.count - index)
      lines.insert(lines[index], at: at)
      place?.line = at + 1
    case "swap" where !isEnd:
      let other = index + 1 + record.chance.below(lines.count - index - 1)
      lines.swapAt(index, other)
    case "swap", "add":
      let line = Array(#"{"seq":7,"event":"x","hash":"\#(String(repeating: "0", count: 64))"}"#.utf8)
      lines.insert(record.chance.happens(oneIn: 2) ? line : Array("{}".utf8), at: index)
    case "drop":
      try SafeFile.remove("\(record.folder)/\(segment.fileName)")
      return (name, isLast ? nil : Place(segment: segment, line: 0), true)
    case "cut":
      let count = 1 + record.chance.below(lines[index].count)
      lines = Array(lines[...index])
      let bytes = Array(lines.map { $0 + [0x0A] }.joined()).dropLast(count)
      try SafeFile.replace("\(record.folder)/\(segment.fileName)", with: Array(bytes))
      let isGone = count == lines[index].count + 1 && isLast && index == start
      return (name, isGone ? nil : place, true)
    case "rehash", "forge":
      let before = start > 0 ? hash(of: lines[start - 1]) : record.hash(before: segment)
      let previous = try #require(before)
      isExact = false
      if name == "forge" {
        let forged = Array((#"{"seq":7,"event":"forged","hash":""# + String(repeating: "0", count: 64) + "\"}").utf8)
        lines.insert(contentsOf: rehashed([forged], after: previous), at: start)
        // A segment does not begin with such a line; elsewhere the line fits, and the next one does not.
        place?.line = start > 0 ? start + 2 : 1
      } else {
        var run = Array(lines[start...end])
        let line = run[index - start]
        let more = Array(#","more":1"#.utf8)
        if index == end {
          run[index - start] = Array(line.dropLast(75)) + more + Array(line.suffix(75))
        } else {
          run[index - start] = Array(line.dropLast()) + more + [0x7D]
        }
        lines.replaceSubrange(start...end, with: rehashed(run, after: previous))
        place?.line = end + 2
        if end == lines.count - 1, isLast { place = nil }
      }
    default:
      let other = RecordSegment(lane: segment.lane, number: 1 + (all.map(\.number).max() ?? 0))
      try record.store(other, lines)
      let next = (all.filter { $0.lane == segment.lane }.map(\.number).max() ?? 0) + 1
      if next != other.number {
        return (name, Place(segment: RecordSegment(lane: segment.lane, number: next), line: 0), true)
      }
      return (name, Place(segment: other, line: 1), true)
    }
    try record.store(segment, lines)
    return (name, place, isExact)
  }

  @Test(arguments: 1...120 as ClosedRange<UInt64>)
  func aChangeIsFoundWhereItIs(_ seed: UInt64) throws {
    try inFolder { folder in
      var record = try RandomRecord(folder, seed)
      let untouched = try RecordVerifier.verify(folder, wanted: record.heads)
      #expect(untouched.isWhole)
      #expect(untouched.lanes.map(\.lines).reduce(0, +) == record.segments.values.map(\.count).reduce(0, +))
      #expect(untouched.lanes.compactMap { $0.head?.hash } == record.heads)
      let (name, place, isExact) = try mutate(&record)
      let report = try RecordVerifier.verify(folder, wanted: record.heads)
      #expect(!report.isWhole, "\(name)")
      let problems = report.lanes.compactMap(\.problem)
      #expect(problems.count == (place == nil ? 0 : 1), "\(name)")
      guard let place, let problem = problems.first else { return }
      #expect(problem.place.segment == place.segment, "\(name) \(problem)")
      #expect(problem.place.line <= place.line && place.line <= problem.through, "\(name) \(place) \(problem)")
      #expect(!isExact || problem.place == place && problem.through == place.line, "\(name) \(place) \(problem)")
      #expect(problem.through - problem.place.line < 40)
    }
  }
}

extension RandomRecord {
  /// The hash that a segment goes on from.
  fileprivate func hash(before segment: RecordSegment) -> RecordHash? {
    guard let before = segments.keys.filter({ $0.lane == segment.lane && $0.number < segment.number }).max() else {
      return .zero
    }
    return segments[before]?.last.flatMap { StoreTests.hash(of: $0) }
  }
}

struct RecordDefinitionTests {
  private static let script =
    String(describing: #filePath).split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
    + "/EndToEnd/peers/check_record.py"

  /// What a program that knows nothing of ours says of a record.
  private func checked(_ folder: String) throws -> (output: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", Self.script, folder]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: output, as: UTF8.self), process.terminationStatus)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func anybodyCanCheckARecordByItsDefinition(_ seed: UInt64) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("definition-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var record = try RandomRecord(folder, seed)
    let heads = record.heads.enumerated().map { "\($0.offset) \($0.element.hexadecimal)\n" }
    let whole = try checked(folder)
    #expect(whole.output == heads.joined())
    #expect(whole.status == 0)
    let segment = try #require(record.segments.keys.sorted().last)
    var lines = try #require(record.segments[segment])
    let index = record.chance.below(lines.count)
    lines[index][2] ^= 1
    try record.store(segment, lines)
    let place = try #require(try checked(folder).output.split(separator: ":").last?.dropLast())
    let found = place.split(separator: "-").compactMap { Int($0) }
    let range = try #require(found.first)...(try #require(found.last))
    #expect(range.contains(index + 1), "\(range) \(index + 1)")
  }

  @Test func aRecordOfTheVersionBeforeGoesOn() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("older-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var hash = [UInt8](repeating: 0, count: 32)
    let texts = [
      #"{"time":"2026-11-21T00:00:00.000000Z","event":"record","state":"begun","version":1,"lane":0,"segment":1,"build":"b","pid":1,"last_seq":0,"previous":"\#(String(repeating: "0", count: 64))"}"#,
      #"{"seq":1,"time":"2026-11-21T00:00:01.000000Z","event":"x"}"#,
      #"{"seq":2,"time":"2026-11-21T00:00:02.000000Z","event":"x"}"#,
    ]
    let lines = texts.map { text in
      let digits = ContentDigest(of: hash + Array(text.utf8)).hexadecimal
      hash = stride(from: 0, to: 64, by: 2).map { UInt8(digits.dropFirst($0).prefix(2), radix: 16) ?? 0 }
      return text.dropLast() + #","hash":"\#(digits)"}"#
    }
    let path = "\(folder)/0-000001.jsonl"
    try SafeFile.makeFolder(folder)
    try SafeFile.replace(path, with: Array(lines.map { $0 + "\n" }.joined().utf8))
    #expect(try RecordVerifier.verify(folder).isWhole)
    let writer = try RecordWriter(RecordOptions(folder: folder, lane: 0, build: "b"))
    #expect(writer.lastSequence == 2)
    for number in 3...20 {
      writer.append(Array(#"{"seq":\#(number),"time":"2026-11-21T00:00:03Z","event":"x"}"#.utf8).span)
    }
    try writer.commit()
    let report = try RecordVerifier.verify(folder)
    #expect(report.isWhole)
    #expect(report.lanes.first?.lines == 22)
    #expect(try checked(folder).output == "0 \(writer.state.hash.hexadecimal)\n")
    let changed = lines.map { $0.replacingOccurrences(of: #""seq":1,"#, with: #""seq":1 ,"#) + "\n" }
    try SafeFile.replace(path, with: Array(changed.joined().utf8))
    #expect(try RecordVerifier.verify(folder).lanes.first?.problem?.place.line == 2)
    #expect(try checked(folder).output == "0-000001.jsonl:2\n")
  }

  /// What stands there without the line that has the hash was not wholly written.
  @Test func linesWithoutTheirHashAreToldOf() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("unsealed-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let writer = try RecordWriter(RecordOptions(folder: folder, lane: 0, build: "b"))
      for number in 1...20 { writer.append(Array(#"{"seq":\#(number),"event":"x"}"#.utf8).span) }
      try writer.commit()
    }
    let path = "\(folder)/0-000001.jsonl"
    let whole = try SafeFile.read(path, limit: 1 << 20)
    let lines = whole.split(separator: 0x0A)
    #expect(lines.count == 21)
    #expect(lines.map { isSealed(Array($0)) } == [true] + Array(repeating: false, count: 19) + [true])
    try SafeFile.replace(path, with: Array(lines[..<11].map { $0 + [0x0A] }.joined()))
    let problem = try #require(try RecordVerifier.verify(folder).lanes.first?.problem)
    #expect(problem.kind == .cut)
    #expect(problem.place.line == 12)
    let writer = try RecordWriter(RecordOptions(folder: folder, lane: 0, build: "b"))
    #expect(writer.lastSequence == 0)
    let report = try RecordVerifier.verify(folder)
    #expect(report.isWhole)
    #expect(report.lanes.first?.torn == [RecordSegment(lane: 0, number: 1)])
    #expect(try checked(folder).status == 0)
  }

  @Test func whichLinesShareAHashIsUpToHowManyThereAre() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("alone-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let writer = try RecordWriter(RecordOptions(folder: folder, lane: 0, build: "b"))
    let text = (1...8).map { #"{"seq":\#($0),"event":"x"}"# + "\n" }.joined()
    writer.append(lines: Array(text.utf8).span, count: 8)
    try writer.commit()
    let whole = try SafeFile.read("\(folder)/0-000001.jsonl", limit: 1 << 20).split(separator: 0x0A)
    #expect(whole.map { isSealed(Array($0)) } == Array(repeating: true, count: 9))
    #expect(writer.lastSequence == 8)
  }
}
