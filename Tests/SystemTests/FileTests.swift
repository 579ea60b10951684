import Glibc
import Policy
import System
import Testing

extension RealThings {
  @Suite(.timeLimit(.minutes(1)))
  struct FileTests {
    init() { Loop.startThread() }

    private func status(_ path: String) -> stat {
      var status = stat()
      _ = unsafe lstat(path, &status)
      return status
    }

    private func text(_ path: String) throws -> String {
      String(decoding: try SafeFile.read(path, limit: 1 << 20), as: UTF8.self)
    }

    @Test func replacingKeepsModeAndLink() throws {
      let folder = try TemporaryFolder()
      Shell.mkdir(folder("real"))
      try write("old", to: folder("real/policy.json"))
      Shell.chmod(folder("real/policy.json"), 0o640)
      Shell.link("real/policy.json", folder("second"))
      Shell.link(folder("second"), folder("policy.json"))
      let before = status(folder("real/policy.json"))
      try SafeFile.replace(folder("policy.json"), with: Array("new".utf8))
      #expect(try text(folder("policy.json")) == "new")
      #expect(SafeFile.linkTarget(folder("policy.json")) == folder("second"))
      #expect(SafeFile.linkTarget(folder("second")) == "real/policy.json")
      let after = status(folder("real/policy.json"))
      #expect(after.st_mode & 0o7777 == 0o640)
      #expect(after.st_ino != before.st_ino)
      #expect(names(in: folder("real")) == ["policy.json"])
    }

    private func names(in path: String) -> [String] {
      var names: [String] = []
      guard let folder = unsafe opendir(path) else { return [] }
      while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
      }
      unsafe closedir(folder)
      return names.sorted()
    }

    @Test func aNewFileIsItsOwnersAlone() throws {
      let folder = try TemporaryFolder()
      let old = umask(0)
      try SafeFile.replace(folder("new"), with: Array("x".utf8))
      umask(old)
      #expect(status(folder("new")).st_mode & 0o7777 == 0o600)
      Shell.link("nowhere-yet", folder("dangling"))
      try SafeFile.replace(folder("dangling"), with: Array("y".utf8))
      #expect(try text(folder("nowhere-yet")) == "y")
    }

    @Test func whatIsNoFileIsNotReplacedOrRead() throws {
      let folder = try TemporaryFolder()
      Shell.mkdir(folder("folder"))
      Shell.fifo(folder("pipe"))
      Shell.link("loop", folder("loop"))
      for name in ["folder", "pipe", "loop", "none/file"] {
        #expect(throws: SystemError.self, "\(name)") { try SafeFile.replace(folder(name), with: [1]) }
        #expect(throws: SystemError.self, "\(name)") { try SafeFile.read(folder(name), limit: 10) }
      }
      #expect(names(in: folder.path) == ["folder", "loop", "pipe"])
      try write("12345", to: folder("five"))
      #expect(try SafeFile.read(folder("five"), limit: 5).count == 5)
      #expect { try SafeFile.read(folder("five"), limit: 4) } throws: { ($0 as? SystemError)?.code == EFBIG }
      #expect { try SafeFile.read(folder("none"), limit: 4) } throws: { ($0 as? SystemError)?.isAbsence == true }
    }

    private func canTake(_ path: String) throws -> Bool {
      let lock = try FileLock.take(path)
      return lock != nil
    }

    @Test func aLockHasOneHolder() throws {
      let folder = try TemporaryFolder()
      var first = try FileLock.take(folder("lock"))
      let isFirstHeld = first != nil
      #expect(isFirstHeld)
      #expect(try !canTake(folder("lock")))
      first.take()?.remove()
      #expect(!SafeFile.exists(folder("lock")))
      #expect(try canTake(folder("lock")))
    }

    @Test @LoopActor func changesOfEveryKindAreSeen() async throws {
      var late = ["all"]
      // One time of several without a late one counts: others may be busy on this machine.
      for _ in 0..<5 where !late.isEmpty { late = try await changesSeenLate() }
      #expect(late == [])
    }

    @LoopActor private func changesSeenLate() async throws -> [String] {
      var late: [String] = []
      let folder = try TemporaryFolder()
      Shell.mkdir(folder("etc"))
      let path = folder("etc/policy.json")
      let changed = Signalled<Void>()
      let watch = try FileWatch(path) { changed.send(()) }
      defer { watch.cancel() }

      func expectChange(_ what: String, _ change: () throws -> Void) async rethrows {
        let began = Clock.now()
        try change()
        await changed.next()
        if Clock.now().microseconds(since: began) >= 150_000 { late.append(what) }
      }

      try await expectChange("made") { try write("1", to: path) }
      try await expectChange("written in place") { try write("22", to: path) }
      try await expectChange("replaced") { try SafeFile.replace(path, with: Array("333".utf8)) }
      await expectChange("mode") { Shell.chmod(path, 0o000) }
      await expectChange("removed") { Shell.rm(path) }
      try await expectChange("made again") { try write("1", to: path) }
      await expectChange("folder renamed away") { Shell.mv(folder("etc"), folder("away")) }
      try await expectChange("folder made again") {
        Shell.mkdir(folder("etc"))
        try write("4444", to: path)
      }
      await expectChange("all removed") {
        Shell.rm(path)
        Shell.rmdir(folder("etc"))
      }
      await pause(microseconds: 60_000)
      Shell.mkdir(folder("etc"))
      await pause(microseconds: 60_000)
      try await expectChange("made in a new folder") { try write("5", to: path) }
      return late
    }

    @Test @LoopActor func aChainOfLinksIsWatched() async throws {
      let folder = try TemporaryFolder()
      for name in ["v1", "v2", "etc"] { Shell.mkdir(folder(name)) }
      try write("one", to: folder("v1/policy.json"))
      try write("two!", to: folder("v2/policy.json"))
      Shell.link(folder("v1"), folder("etc/data"))
      Shell.link("data/policy.json", folder("etc/policy.json"))
      let changed = Signalled<Void>()
      let watch = try FileWatch(folder("etc/policy.json")) { changed.send(()) }
      defer { watch.cancel() }
      Shell.link(folder("v2"), folder("etc/data.new"))
      Shell.mv(folder("etc/data.new"), folder("etc/data"))
      await changed.next()
      try SafeFile.replace(folder("v2/policy.json"), with: Array("three".utf8))
      await changed.next()
    }

    @Test @LoopActor func othersFilesInTheFolderAreNobodysConcern() async throws {
      let folder = try TemporaryFolder()
      try write("1", to: folder("policy.json"))
      let changed = Signalled<Void>()
      var count = 0
      let watch = try FileWatch(folder("policy.json")) {
        count += 1
        changed.send(())
      }
      defer { watch.cancel() }
      for number in 0..<50 { try write("x", to: folder("other\(number)")) }
      await pause(microseconds: 80_000)
      #expect(count == 0)
      // Many changes in a row are few calls.
      for number in 0..<50 { try write(String(repeating: "y", count: number), to: folder("policy.json")) }
      await changed.next()
      await pause(microseconds: 80_000)
      #expect(count < 10)
    }
  }
}
