import Foundation
import InterceptImport
import Policy
import Testing

/// A YAML policy in `Tests/Fixtures/intercept`, with what is told of it and what becomes of it.
struct Fixture: Sendable, CustomTestStringConvertible {
  var name: String
  var yaml: [UInt8]
  /// Errors or warnings; nil where there is no file of them.
  var lines: String?
  /// Nil where it is not carried over.
  var policy: String?
  var testDescription: String { name }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/intercept")

  static func files(_ kind: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(kind).path).sorted()
  }

  static func all(_ kind: String) throws -> [Fixture] {
    try files(kind).filter { $0.hasSuffix(".yaml") }.map { name in
      let file = folder.appendingPathComponent("\(kind)/\(name)")
      func beside(_ ending: String) -> String? {
        try? String(contentsOf: file.deletingPathExtension().appendingPathExtension(ending), encoding: .utf8)
      }
      return Fixture(
        name: String(name.dropLast(5)), yaml: [UInt8](try Data(contentsOf: file)), lines: beside("txt"),
        policy: beside("json"))
    }
  }
}

/// Everything that is told of a text, or that it was accepted.
func told(_ yaml: [UInt8]) -> [String] {
  do throws(InterceptImport.Rejection) {
    return ["accepted: " + String(decoding: try InterceptImport.policy(fromYAML: yaml).text, as: UTF8.self)]
  } catch {
    return error.problems.map(\.description)
  }
}
