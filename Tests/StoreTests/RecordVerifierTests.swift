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
      for _ in 0...chance.below(3) {
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

/// The hash that a line's text has behind another hash, by the record's definition.
private func rehashed(_ line: [UInt8], after previous: RecordHash) -> [UInt8] {
  let body = line.dropLast(75)
  var text: [UInt8] = []
  for index in stride(from: 0, to: 64, by: 2) {
    text.append(UInt8(previous.hexadecimal.dropFirst(index).prefix(2), radix: 16) ?? 0)
  }
  let hash = ContentDigest(of: text + body + [0x7D])
  return body + Array(#","hash":"\#(hash)"}"#.utf8)
}

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

  /// Changes one thing in a random record; answers what it was, and where it must be found, nil for only by a head.
  private func mutate(_ record: inout RandomRecord) throws -> (name: String, place: Place?) {
    let all = record.segments.keys.sorted()
    let segment = record.chance.pick(all)
    var lines = try #require(record.segments[segment])
    let isLast = !all.contains { $0.lane == segment.lane && $0.number > segment.number }
    let index = record.chance.below(lines.count)
    let isEnd = index == lines.count - 1
    var place: Place? = Place(segment: segment, line: index + 1)
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
      if isEnd, isLast { place = nil }
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
      return (name, isLast ? nil : Place(segment: segment, line: 0))
    case "cut":
      let count = 1 + record.chance.below(lines[index].count)
      lines = Array(lines[...index])
      let bytes = Array(lines.map { $0 + [0x0A] }.joined()).dropLast(count)
      try SafeFile.replace("\(record.folder)/\(segment.fileName)", with: Array(bytes))
      return (name, count == lines[index].count + 1 && isLast ? nil : place)
    case "rehash", "forge":
      let before = index > 0 ? hash(of: lines[index - 1]) : record.hash(before: segment)
      let previous = try #require(before)
      if name == "forge" {
        let forged = Array((#"{"seq":7,"event":"forged","hash":""# + String(repeating: "0", count: 64) + "\"}").utf8)
        lines.insert(rehashed(forged, after: previous), at: index)
        // A segment does not begin with such a line; elsewhere the line fits, and the next one does not.
        if index > 0 { place?.line += 1 }
      } else {
        let line = lines[index]
        lines[index] = rehashed(line.dropLast(75) + Array(#","more":1"#.utf8) + line.suffix(75), after: previous)
        place?.line += 1
        if isEnd, isLast { place = nil }
      }
    default:
      let other = RecordSegment(lane: segment.lane, number: 1 + (all.map(\.number).max() ?? 0))
      try record.store(other, lines)
      let next = (all.filter { $0.lane == segment.lane }.map(\.number).max() ?? 0) + 1
      if next != other.number {
        return (name, Place(segment: RecordSegment(lane: segment.lane, number: next), line: 0))
      }
      return (name, Place(segment: other, line: 1))
    }
    try record.store(segment, lines)
    return (name, place)
  }

  @Test(arguments: 1...120 as ClosedRange<UInt64>)
  func aChangeIsFoundWhereItIs(_ seed: UInt64) throws {
    try inFolder { folder in
      var record = try RandomRecord(folder, seed)
      let untouched = try RecordVerifier.verify(folder, wanted: record.heads)
      #expect(untouched.isWhole)
      #expect(untouched.lanes.map(\.lines).reduce(0, +) == record.segments.values.map(\.count).reduce(0, +))
      #expect(untouched.lanes.compactMap { $0.head?.hash } == record.heads)
      let (name, place) = try mutate(&record)
      let report = try RecordVerifier.verify(folder, wanted: record.heads)
      #expect(!report.isWhole, "\(name)")
      let problems = report.lanes.compactMap(\.problem)
      #expect(problems.count == (place == nil ? 0 : 1), "\(name)")
      #expect(problems.first?.place == place, "\(name) \(problems)")
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
    #expect(try checked(folder).output.hasSuffix("\(segment.fileName):\(index + 1)\n"))
  }
}
