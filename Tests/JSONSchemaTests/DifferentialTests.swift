import Foundation
import Glibc
import JSONSchema
import JSONText
import Testing

private let python = package.appending(path: ".build/e2e/client/bin/python")
private let isThere = FileManager.default.fileExists(atPath: python.path)

/// Another implementation, PyPI's `jsonschema`, on schemas and values that are made up.
@Suite(.enabled(if: isThere || isContinuousIntegration, "jsonschema is not there; run .ci/setup test"))
struct DifferentialTests {
  @Test(arguments: [1, 2])
  func agreesOnSchemasMadeUp(_ seed: Int) throws {
    let counts = try compare(["made", "\(seed)", "1000"])
    #expect(counts.fine > 5000 && counts.failing > 3000 && counts.unjudged + counts.known < 40, "\(counts)")
  }

  @Test func agreesOnSchemasOfRealServers() throws {
    let path = package.appending(path: "Tests/Fixtures/schemas/input-schemas.jsonl").path
    let counts = try compare(["given", "1", "20", path])
    #expect(counts.fine > 3000 && counts.failing > 3000 && counts.unjudged + counts.known < 40, "\(counts)")
  }

  /// Where the other one is wrong: in 2019-09, on what was evaluated.
  private static func isKnown(_ schema: String, _ verdict: Bool) -> Bool {
    guard schema.contains("draft/2019-09/schema") else { return false }
    return if verdict {
      // It has `contains` evaluate items, which came with 2020-12.
      schema.contains(#""unevaluatedItems""#) && schema.contains(#""contains""#)
    } else {
      // It takes the names in a schema under `additionalProperties` for what that evaluated, rather than all members.
      schema.contains(#""unevaluatedProperties""#)
    }
  }

  private struct Counts {
    var fine = 0
    var failing = 0
    /// Those that the other one could not judge.
    var unjudged = 0
    /// Those that it is known to judge wrongly.
    var known = 0
  }

  private func compare(_ arguments: [String]) throws -> Counts {
    var counts = Counts()
    for line in try judged(arguments) {
      let text = try #require(line["schema"]?.string)
      let node = try node(text)
      let schema: JSONSchema
      do throws(JSONSchema.Mistake) {
        schema = try JSONSchema(node)
      } catch {
        Issue.record("\(error): \(text)")
        continue
      }
      for pair in line["cases"]?.elements ?? [] {
        let value = try #require(pair.elements?.first?.string)
        guard let verdict = pair.elements?.last?.bool else {
          counts.unjudged += 1
          continue
        }
        let failure = schema.failure(of: try JSONSchemaTests.node(value))
        let agrees = (failure == nil) == verdict
        if !agrees, Self.isKnown(text, verdict) {
          counts.known += 1
          continue
        }
        #expect(agrees, "\(failure?.description ?? "fine")\n  \(text)\n  \(value)")
        if verdict { counts.fine += 1 } else { counts.failing += 1 }
      }
    }
    return counts
  }

  /// What the other one says, line by line.
  private func judged(_ arguments: [String]) throws -> [JSONNode] {
    let script = package.appending(path: "Tests/EndToEnd/peers/schema_judge.py").path
    let words = ([python.path, script] + arguments).map { "'\($0)'" }
    // Not by `Process`, in which the leak finder finds something.
    let command = "PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 exec " + words.joined(separator: " ")
    guard let output = unsafe popen(command, "r") else {
      Issue.record("Python does not start")
      return []
    }
    let text = try unsafe FileHandle(fileDescriptor: fileno(output)).readToEnd() ?? Data()
    let status = unsafe pclose(output)
    #expect(status == 0, "jsonschema did not judge; run .ci/setup test")
    return try text.split(separator: 0x0A).map { try JSONNode.read([UInt8]($0)) }
  }
}
