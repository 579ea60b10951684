package import JSONText
internal import JSONSchema

extension PolicyEngine {
  /// Explains what would be said to a call that somebody thinks of; nothing is counted, no limit was reached before.
  ///
  /// `inputSchema` is the text that the tool's server declared; nil where it is not known.
  package func explain(
    trying call: Call, arguments: JSONNode?, inputSchema: [UInt8]?, at now: Moment
  ) -> Explanation {
    explain(call, arguments: arguments, inputSchema: Self.schema(inputSchema), at: now)
  }

  private static func schema(_ text: [UInt8]?) -> ToolSchema {
    guard let text else { return .unknown }
    guard !text.isEmpty else { return .unusable("the server declared none") }
    do throws(JSONError) {
      return schema(try JSONNode.read(text))
    } catch {
      return .unusable("it is no JSON: \(error)")
    }
  }

  private static func schema(_ node: JSONNode) -> ToolSchema {
    do throws(JSONSchema.Mistake) {
      return .known(try JSONSchema(node))
    } catch {
      return .unusable(error.message)
    }
  }
}
