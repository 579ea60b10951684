import Foundation
import JSONText
import Store
import System
import Testing

/// Changes of the registry's file, and taking them back.
struct RegistryFileTests {
  func withFile(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("registry-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body("\(folder)/servers.json")
  }

  let server = RegisteredServer(
    name: "git", transport: .stdio(program: "git-server", arguments: [], environment: ["K": "v"], directory: nil))

  @Test func aNewFileIsTheUsersAlone() throws {
    try withFile { path in
      let (before, after) = try RegistryFile.change(path) { registry throws(RegistryError) in try registry.add(server) }
      #expect(before == nil)
      #expect(try RegistryFile.read(path).text == after)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      #expect(!FileManager.default.fileExists(atPath: path + ".lock"))
      try RegistryFile.restore(path, from: after, to: before)
      #expect(try RegistryFile.read(path).servers == [])
    }
  }

  @Test func whatOthersChangedSinceIsNotPutBack() throws {
    try withFile { path in
      let (before, after) = try RegistryFile.change(path) { registry throws(RegistryError) in try registry.add(server) }
      try RegistryFile.change(path) { registry throws(RegistryError) in try registry.setDisabled(true, of: "git") }
      #expect(throws: RegistryError.self) { try RegistryFile.restore(path, from: after, to: before) }
      #expect(try RegistryFile.read(path)["git"]?.isDisabled == true)
    }
  }

  @Test func aRefusedChangeLeavesFileAndNoLock() throws {
    try withFile { path in
      #expect(throws: RegistryError.self) {
        try RegistryFile.change(path) { registry throws(RegistryError) in try registry.remove("git") }
      }
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(!FileManager.default.fileExists(atPath: path + ".lock"))
    }
  }

  @Test func whoeverHoldsTheLockIsWaitedForAWhile() throws {
    try withFile { path in
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      let lock = try FileLock.take(path + ".lock")
      #expect(throws: RegistryError.self) {
        try RegistryFile.change(path, waiting: 20) { registry throws(RegistryError) in try registry.add(server) }
      }
      lock?.remove()
      try RegistryFile.change(path) { registry throws(RegistryError) in try registry.add(server) }
      #expect(try RegistryFile.read(path).servers.count == 1)
    }
  }

  @Test func disablingChangesNothingElse() throws {
    let text = """
      {
        "mcpServers": {
          "a": { "command": "x",   "autoApprove": ["y"] },
          "b": {
            "command": "z"
          }
        }
      }

      """
    var registry = try ServerRegistry(text: Array(text.utf8))
    try registry.setDisabled(true, of: "a")
    try registry.setDisabled(true, of: "b")
    #expect(registry.servers.map(\.isDisabled) == [true, true])
    try registry.setDisabled(false, of: "a")
    try registry.setDisabled(false, of: "b")
    #expect(registry.text == Array(text.utf8))
    #expect(throws: RegistryError.self) { try registry.setDisabled(true, of: "c") }
    #expect(throws: RegistryError.self) {
      try ServerRegistry(text: Array(#"{"mcpServers": {"a": {"command": "x", "disabled": "yes"}}}"#.utf8))
    }
  }
}
