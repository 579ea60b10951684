import Glibc
import System
import Testing

extension RealThings {
  /// Files that are replaced only if they are still what somebody read.
  @Suite(.timeLimit(.minutes(1)))
  struct ExchangeTests {
    init() { Loop.startThread() }

    private func text(_ path: String) throws -> String {
      String(decoding: try SafeFile.read(path, limit: 1 << 20), as: UTF8.self)
    }

    private func replace(_ path: String, _ text: String, ifStill known: String?) throws(SystemError) -> Bool {
      try SafeFile.replace(path, with: Array(text.utf8), limit: 1 << 20) { current in
        current == known.map { Array($0.utf8) }
      }
    }

    private func status(_ path: String) -> stat {
      var status = stat()
      _ = unsafe stat(path, &status)
      return status
    }

    @Test func onlyTheKnownFileIsReplaced() throws {
      let folder = try TemporaryFolder()
      let file = folder("policy.json")
      #expect(try replace(file, "new", ifStill: "old") == false)
      #expect(!SafeFile.exists(file))
      #expect(try replace(file, "first", ifStill: nil))
      #expect(status(file).st_mode & 0o777 == 0o600)
      #expect(try replace(file, "second", ifStill: nil) == false)
      #expect(try replace(file, "second", ifStill: "else") == false)
      #expect(try text(file) == "first")
      Shell.chmod(file, 0o640)
      #expect(try replace(file, "second", ifStill: "first"))
      #expect(try text(file) == "second")
      #expect(status(file).st_mode & 0o777 == 0o640)
      #expect(try SafeFile.names(in: folder.path) == ["policy.json"])
    }

    /// Somebody writes after the file was looked at and before it is replaced.
    @Test(arguments: ["in its place", "by renaming"]) func whatComesInBetweenIsGivenBack(how: String) throws {
      let folder = try TemporaryFolder()
      let file = folder("policy.json")
      try write("old", to: file)
      var looks = 0
      let isDone = try SafeFile.replace(file, with: Array("mine".utf8), limit: 1 << 20) { current in
        looks += 1
        let isKnown = current == Array("old".utf8)
        if looks == 1 {
          if how == "by renaming" {
            try? SafeFile.replace(file, with: Array("theirs".utf8))
          } else {
            try? write("theirs", to: file)
          }
        }
        return isKnown
      }
      #expect(!isDone)
      #expect(looks == 2)
      #expect(try text(file) == "theirs")
      #expect(try SafeFile.names(in: folder.path) == ["policy.json"])
    }

    @Test func aFileThatVanishesInBetweenStaysAway() throws {
      let folder = try TemporaryFolder()
      let file = folder("policy.json")
      try write("old", to: file)
      let isDone = try SafeFile.replace(file, with: Array("mine".utf8), limit: 1 << 20) { _ in
        unsafe unlink(file)
        return true
      }
      #expect(!isDone)
      #expect(try SafeFile.names(in: folder.path) == [])
    }

    @Test func aFileThatAppearsInBetweenIsKept() throws {
      let folder = try TemporaryFolder()
      let file = folder("policy.json")
      let isDone = try SafeFile.replace(file, with: Array("mine".utf8), limit: 1 << 20) { current in
        try? write("theirs", to: file)
        return current == nil
      }
      #expect(!isDone)
      #expect(try text(file) == "theirs")
      #expect(try SafeFile.names(in: folder.path) == ["policy.json"])
    }

    @Test func aFileThatNobodyMayWriteIsLeftAlone() throws {
      let folder = try TemporaryFolder()
      let file = folder("policy.json")
      try write("old", to: file)
      Shell.chmod(file, 0o444)
      #expect(throws: SystemError("write", file, code: EACCES, help: "it is marked as read-only")) {
        try replace(file, "new", ifStill: "old")
      }
      #expect(try text(file) == "old")
      #expect(try SafeFile.names(in: folder.path) == ["policy.json"])
    }

    @Test func theOwnerIsKept() throws {
      let folder = try TemporaryFolder()
      let file = folder("policy.json")
      try write("old", to: file)
      guard geteuid() == 0 else { return }
      Shell.give(file, to: 12345)
      #expect(try replace(file, "new", ifStill: "old"))
      #expect(status(file).st_uid == 12345)
      #expect(status(file).st_gid == 12345)
    }
  }
}
