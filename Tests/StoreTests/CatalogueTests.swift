import Foundation
import JSONText
import Policy
import Store
import Testing

struct CatalogueTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("catalogue-\(UUID())")

  private func inFolder(_ body: (String) throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appendingPathComponent("gatehouse.db").path)
  }

  private func definitions(_ names: String...) -> [[UInt8]] { names.map { Array(#"{"name":"\#($0)"}"#.utf8) } }

  @Test func keepsOrderAndTellsWhatChanged() throws {
    try inFolder { path in
      let now = Moment(microseconds: 5)
      let catalogue = try Catalogue(path: path)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      #expect(try catalogue.keep(definitions("b", "a"), of: "git", at: now))
      #expect(try catalogue.keep(definitions("b", "a"), of: "git", at: now) == false)
      #expect(try catalogue.keep(definitions("a", "b"), of: "git", at: now))
      try catalogue.note(failure: "it died", of: "git", at: Moment(microseconds: 6))
      try catalogue.note(failure: "no such program", of: "x", at: now)
      // A second process sees the same, at the same time.
      #expect(
        try Catalogue(path: path).entries() == [
          Catalogue.Entry(
            server: "git", asked: Moment(microseconds: 6), failure: "it died", definitions: definitions("a", "b")),
          Catalogue.Entry(server: "x", asked: now, failure: "no such program", definitions: []),
        ])
      try catalogue.forget("git")
      #expect(try catalogue.entries().map(\.server) == ["x"])
    }
  }

  @Test func aDamagedFileIsSetAsideOrRefused() throws {
    try inFolder { path in
      try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: path))
      #expect {
        try Catalogue(path: path)
      } throws: { error in
        (error as? StoreError)?.isDamaged == true
      }
      let catalogue = try Catalogue(path: path) { damaged in
        (try? FileManager.default.moveItem(atPath: damaged, toPath: damaged + ".damaged")) != nil
      }
      #expect(try catalogue.entries().isEmpty)
      #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
    }
  }

  @Test func aFileOfALaterBuildIsNotTouched() throws {
    try inFolder { path in
      _ = try Catalogue(path: path)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
      process.arguments = [path, "PRAGMA user_version = 99"]
      try process.run()
      process.waitUntilExit()
      #expect {
        try Catalogue(path: path)
      } throws: { error in
        "\(error)".contains("a later build of Gatehouse wrote this file")
      }
    }
  }
}
