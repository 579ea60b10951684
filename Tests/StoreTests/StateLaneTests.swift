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

  @Test func aLaneThatWillSoonBeFreeIsWaitedFor() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var first: StateLane? = try StateLane.claim(in: folder)
    first?.leaveSoon()
    #expect(try StateLane.claim(in: folder, patience: 20_000).number == 1, "the patience has its end")
    let folder = folder
    let next = Task.detached { try StateLane.claim(in: folder).number }
    try await Task.sleep(for: .milliseconds(100))
    first = nil
    #expect(try await next.value == 0)
    let again = try StateLane.claim(in: folder)
    #expect(again.number == 0)
    #expect(try StateLane.claim(in: folder).number == 1, "nobody leaves the lane that was taken anew")
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
