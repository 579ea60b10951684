import Foundation
import JSONSchema
import JSONText

func node(_ text: String) throws -> JSONNode { try JSONNode.read(Array(text.utf8)) }

func schema(_ text: String) throws -> JSONSchema { try JSONSchema(try node(text)) }

/// What a schema says of a value; nil if it is fine.
func failure(_ schemaText: String, _ value: String) throws -> String? {
  try schema(schemaText).failure(of: try node(value))?.description
}

/// What is wrong with a schema; nil if nothing is.
func mistake(_ schemaText: String) throws -> String? {
  let node = try node(schemaText)
  do throws(JSONSchema.Mistake) {
    _ = try JSONSchema(node)
    return nil
  } catch {
    return error.description
  }
}

/// The package's folder.
let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Whether what the set-up brings must be there.
let isContinuousIntegration = ProcessInfo.processInfo.environment["CI"] == "true"
