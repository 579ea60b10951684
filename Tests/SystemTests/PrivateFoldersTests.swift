import Glibc
import System
import Testing

extension RealThings {
  /// What gates leave behind that were killed within their clients' processes.
  @Suite(.timeLimit(.minutes(1)))
  struct PrivateFoldersTests {
    private let folder: TemporaryFolder
    private var socket: String { folder("gate.sock") }

    init() throws { folder = try TemporaryFolder() }

    /// A folder as such a gate has it.
    private func leave(_ name: String, _ files: [String] = ["gate.sock", "gate.sock.lock"]) throws {
      try SafeFile.makeFolder(folder(name))
      for file in files { try write("x", to: folder("\(name)/\(file)")) }
    }

    private func sweep() -> Int { PrivateFolders.sweep(beside: socket) { $0 == 5 } }

    private func isThere(_ name: String) -> Bool { SafeFile.identity(of: folder(name)) != nil }

    @Test func whatKilledOnesLeftIsRemoved() throws {
      try leave("private-7")
      try leave("private-8", ["gate.sock"])
      try leave("private-9", [])
      try leave("private-5")
      #expect(sweep() == 3)
      #expect(!isThere("private-7") && !isThere("private-8") && !isThere("private-9"))
      #expect(isThere("private-5/gate.sock"), "its process lives")
      #expect(sweep() == 0)
    }

    @Test func whoeverHoldsItsLockLives() throws {
      try leave("private-7")
      guard let lock = try FileLock.take(folder("private-7/gate.sock.lock")) else {
        Issue.record("nobody else has it")
        return
      }
      #expect(sweep() == 0)
      #expect(isThere("private-7/gate.sock"))
      let isInPlace = lock.isInPlace
      #expect(isInPlace)
    }

    @Test func whatNoGateMakesStays() throws {
      let others = [
        "private-", "private-x", "private-07", "private-+7", "private-0", "private--7", "private-99999999999",
      ]
      for name in others + ["privat-7", "Private-7"] { try leave(name) }
      try leave("private-7", ["gate.sock", "gate.sock.lock", "notes.txt"])
      try write("x", to: folder("private-11"))
      #expect(sweep() == 0)
      #expect(isThere("private-7/notes.txt") && isThere("private-7/gate.sock"))
      #expect(isThere("private-11"))
      for name in others { #expect(isThere(name)) }
    }

    @Test func noLinkIsFollowed() throws {
      try leave("elsewhere")
      Shell.link(folder("elsewhere"), folder("private-7"))
      try leave("private-8", ["gate.sock"])
      Shell.link(folder("elsewhere/gate.sock.lock"), folder("private-8/gate.sock.lock"))
      try leave("private-9", ["gate.sock.lock"])
      Shell.link(folder("elsewhere/gate.sock"), folder("private-9/gate.sock"))
      #expect(sweep() == 1)
      #expect(isThere("private-7") && isThere("elsewhere/gate.sock") && isThere("elsewhere/gate.sock.lock"))
      // The link went, and not what it leads to.
      #expect(!isThere("private-9"))
    }

    @Test func onlyTheUsersOwn() throws {
      try leave("private-7")
      guard ThisProcess.user == 0 else { return }
      #expect(unsafe lchown(folder("private-7"), 65_534, 65_534) == 0)
      #expect(sweep() == 0)
      #expect(isThere("private-7/gate.sock"))
    }

    @Test func processesAreSeenAsTheyAre() throws {
      let own = PrivateFolders.name(of: ThisProcess.pid)
      try leave(own)
      try leave("private-1")
      #expect(PrivateFolders.sweep(beside: socket) == 0)
      #expect(isThere(own) && isThere("private-1"))
      #expect(PrivateFolders.sweep(beside: folder("nowhere/gate.sock")) == 0)
    }
  }
}
