import ConsoleCore
import Foundation
import Testing

struct ShippedThemesTests {
  private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let embedded = package.appending(path: "Sources/ConsoleCore/Theme/ShippedThemes+Texts.swift")

  private static func files() throws -> [String: String] {
    let folder = package.appending(path: "themes")
    let found = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try Dictionary(
      uniqueKeysWithValues: found.filter { $0.pathExtension == "toml" }.map {
        ($0.deletingPathExtension().lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
      })
  }

  private static func source(_ files: [String: String]) -> String {
    let entries = files.sorted { $0.key < $1.key }.map { name, text in
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      let body = lines.map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
      return "    \"\(name)\": #\"\"\"\n\(body)\n\n    \"\"\"#,"
    }
    return """
      // The files of `themes`, written here by the test that compares them: after a change there, run
      // GATEHOUSE_RECORD=1 swift test --filter ShippedThemesTests
      extension ShippedThemes {
        static let texts: [String: String] = [
      \(entries.joined(separator: "\n"))
        ]
      }

      """
  }

  /// With `GATEHOUSE_RECORD=1`, writes the source file instead of comparing it; build again afterwards.
  @Test func theProgramHoldsTheFiles() throws {
    let files = try Self.files()
    if ProcessInfo.processInfo.environment["GATEHOUSE_RECORD"] == "1" {
      try Self.source(files).write(to: Self.embedded, atomically: true, encoding: .utf8)
      return
    }
    #expect(Set(ShippedThemes.names) == Set(files.keys))
    for (name, text) in files {
      #expect(ShippedThemes.text(name).map { String(decoding: $0, as: UTF8.self) } == text, "\(name)")
    }
    #expect(try String(contentsOf: Self.embedded, encoding: .utf8) == Self.source(files))
  }

  @Test(arguments: ShippedThemes.names) func nothingIsOddInThem(_ name: String) throws {
    let text = try #require(ShippedThemes.text(name))
    let (theme, problems) = Theme.read(name: name, text: text, parents: ShippedThemes.text)
    #expect(problems == [])
    #expect(theme.name == name && theme.title != name)
  }
}
