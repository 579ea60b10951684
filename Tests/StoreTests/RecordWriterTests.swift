import Foundation
import Store
import System
import Testing

struct RecordWriterTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("record-\(UUID())").path

  private func lines(_ segment: String) throws -> [String] {
    try String(contentsOfFile: "\(folder)/\(segment).jsonl", encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func writesLinesThatAreTiedToAllBeforeThem() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let writer = try RecordWriter(RecordOptions(folder: folder, lane: 2, build: "b"))
    for number in 1...3 { writer.append(Array(#"{"seq":\#(number),"event":"x"}"#.utf8).span) }
    #expect(try lines("2-000001").count == 2)
    try writer.commit()
    let written = try lines("2-000001")
    #expect(written.count == 5)
    #expect(written[0].contains(#""event":"record","state":"begun","version":1,"lane":2,"segment":1,"build":"b""#))
    #expect(written[3].hasPrefix(#"{"seq":3,"event":"x","hash":""#))
    #expect(written[3].hasSuffix("\(writer.state.hash.hexadecimal)\"}"))
    #expect(writer.state.sequence == 3)
    let mode = try FileManager.default.attributesOfItem(atPath: folder + "/2-000001.jsonl")[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func whatIsDiscardedIsCountedAndToldOfFirst() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let writer = try RecordWriter(RecordOptions(folder: folder, lane: 0, build: "b"))
    writer.append(Array(#"{"seq":1}"#.utf8).span)
    writer.discard()
    writer.append(Array(#"{"seq":2}"#.utf8).span)
    try writer.commit()
    let written = try lines("0-000001")
    #expect(written.count == 4)
    #expect(written[1].contains(#""state":"resumed","last_seq":0,"lost":1"#))
    #expect(written[2].hasPrefix(#"{"seq":2"#))
    #expect(writer.state.lost == 1)
  }
}
