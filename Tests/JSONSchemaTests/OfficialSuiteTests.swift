import Foundation
import JSONSchema
import JSONText
import Testing

private let folder = package.appending(path: ".build/e2e/json-schema-suite/tests")
private let isThere = FileManager.default.fileExists(atPath: folder.path)

/// The official JSON-Schema-Test-Suite, as `.ci/setup test` brings it.
@Suite(.enabled(if: isThere || isContinuousIntegration, "the suite is not there; run .ci/setup test"))
struct OfficialSuiteTests {
  struct Draft: CustomTestStringConvertible {
    let name: String
    /// What a schema without `$schema` is; nil where that is the default.
    let uri: String?
    /// How many cases must agree, so that none is lost.
    let cases: Int
    /// How many schemas of the list below there are.
    let refused: Int
    var testDescription: String { name }
  }

  static let drafts = [
    Draft(name: "draft2020-12", uri: nil, cases: 1357, refused: 25),
    Draft(name: "draft2019-09", uri: "https://json-schema.org/draft/2019-09/schema", cases: 1338, refused: 21),
    Draft(name: "draft7", uri: "http://json-schema.org/draft-07/schema#", cases: 992, refused: 14),
    Draft(name: "draft6", uri: "http://json-schema.org/draft-06/schema#", cases: 908, refused: 13),
  ]

  /// Schemas that need another document, which nothing fetches, or a dialect of their own: file, and what the description begins with.
  private static let outside = [
    ("refRemote.json", ""), ("optional/cross-draft.json", "refs to "),
    ("ref.json", "remote ref, containing refs itself"),
    ("defs.json", "validate definition against metaschema"),
    ("definitions.json", "validate definition against metaschema"),
    ("dynamicRef.json", "strict-tree schema, guards against misspelled properties"),
    ("dynamicRef.json", "tests for implementation dynamic anchor and reference link"),
    ("dynamicRef.json", "$ref and $dynamicAnchor are independent of order"),
    ("dynamicRef.json", "$ref to $dynamicRef finds detached $dynamicAnchor"),
    ("vocabulary.json", "schema that uses custom metaschema with with no validation vocabulary"),
    ("vocabulary.json", "ignore unrecognized optional vocabulary"),
  ]

  /// What only annotates here, so that nothing is refused for it: formats, and encoded texts.
  private static func annotatesOnly(_ file: String) -> Bool {
    file.hasPrefix("optional/format") || file == "optional/content.json"
  }

  @Test(arguments: drafts)
  func agrees(_ draft: Draft) throws {
    let folder = folder.appending(path: draft.name)
    try #require(FileManager.default.fileExists(atPath: folder.path), "the suite is not there; run .ci/setup test")
    var agreed = 0
    var refused = 0
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
    for file in files.sorted() where !Self.annotatesOnly(file) {
      let groups = try JSONNode.read([UInt8](Data(contentsOf: folder.appending(path: file)))).elements
      for group in try #require(groups) {
        let description = try #require(group["description"]?.string)
        let isOutside = Self.outside.contains { $0.0 == file && description.hasPrefix($0.1) }
        let node = Self.declared(try #require(group["schema"]), draft)
        let name = "\(draft.name)/\(file): \(description)"
        do throws(JSONSchema.Mistake) {
          let schema = try JSONSchema(node)
          #expect(!isOutside, "\(name): was read, though it leads out of the schema")
          for test in group["tests"]?.elements ?? [] {
            let failure = schema.failure(of: test["data"] ?? JSONNode(.null))
            let agrees = (failure == nil) == test["valid"]?.bool
            #expect(agrees, "\(name): \(test["description"]?.string ?? ""): \(failure?.description ?? "fine")")
            agreed += agrees ? 1 : 0
          }
        } catch {
          #expect(isOutside, "\(name): \(error)")
          refused += 1
        }
      }
    }
    #expect(agreed == draft.cases)
    #expect(refused == draft.refused)
  }

  /// A schema that says which dialect it has.
  private static func declared(_ schema: JSONNode, _ draft: Draft) -> JSONNode {
    guard let uri = draft.uri, let members = schema.members, schema["$schema"] == nil else { return schema }
    return JSONNode(.object(members + [JSONMember(key: "$schema", value: JSONNode(.string(ExactText(uri))))]))
  }
}
