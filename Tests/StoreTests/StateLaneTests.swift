import Foundation
import Store
import System
import Testing

struct StateLaneTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lane-\(UUID())").path

  @Test func eachClaimHasALaneOfItsOwnUntilItGoes() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try StateLane.claim(in: folder + "/state")
    #expect(first.number == 0)
    #expect(first.folder == folder + "/state")
    do {
      let second = try StateLane.claim(in: folder + "/state")
      let third = try StateLane.claim(in: folder + "/state")
      #expect(second.number == 1)
      #expect(third.number == 2)
    }
    let again = try StateLane.claim(in: folder + "/state")
    #expect(again.number == 1)
    #expect(first.number == 0)
  }

  @Test func aLockThatCannotBeTakenIsToldInWords() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder + "/lane-0.lock", withDestinationPath: "/etc/passwd")
    let error = #expect(throws: SystemError.self) { try StateLane.claim(in: folder) }
    let words: String? = error?.description
    #expect(words == "cannot open `\(folder)/lane-0.lock`: Too many levels of symbolic links")
  }
}
