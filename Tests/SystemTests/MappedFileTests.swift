import Foundation
import System
import Testing

/// Files that are written like memory.
struct MappedFileTests {
  @Test func whatIsReadyIsWhatWasThere() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("mapped-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let size = 5 * 4096 + 100
    let file = try MappedFile(new: path, size: size)
    let text = Array(repeating: UInt8(7), count: 4096)
    unsafe file.write(text.span.bytes, at: 1000)
    for part in [0..<size, 900..<901, 4096..<8192, 6000..<6000, size - 1..<size, size..<size + 1] {
      file.prepare(part)
    }
    unsafe file.write(text.span.bytes, at: size - 4096)
    let expected =
      Array(repeating: 0, count: 1000) + text + Array(repeating: 0, count: size - 4096 - 5096) + text as [UInt8]
    #expect(Array(try Data(contentsOf: URL(fileURLWithPath: path))) == expected)
  }
}
