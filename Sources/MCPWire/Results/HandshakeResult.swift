package import JSONText

/// What a server's answer to `initialize` says.
package struct HandshakeResult: Hashable, Sendable {
  package let protocolVersion: ExactText?
  /// Whether the server has tools at all.
  package let hasTools: Bool
  /// Whether the server itself tells when its tools change.
  package let promisesToolChanges: Bool

  /// Inserts or replaces so that the answer promises `tools.listChanged`.
  package let promise: [WireEdit]

  /// Reads the result of a message; what it cannot find it takes as absent.
  package init(_ bytes: Span<UInt8>, result range: Range<Int>) {
    var scanner = JSONCursor(at: range.lowerBound)
    let result = try? JSONNode.read(bytes, &scanner, depth: 1)
    protocolVersion = result?["protocolVersion"]?.text
    guard let tools = result?["capabilities"]?["tools"], let members = tools.members else {
      (hasTools, promisesToolChanges, promise) = (false, false, [])
      return
    }
    hasTools = true
    let promised = tools["listChanged"]
    promisesToolChanges = promised?.bool ?? false
    if promisesToolChanges {
      promise = []
    } else if let promised {
      promise = [WireEdit(promised.range, Array("true".utf8))]
    } else {
      let start = tools.range.lowerBound + 1
      let comma = members.isEmpty ? "" : ","
      promise = [WireEdit(start..<start, Array("\"listChanged\":true\(comma)".utf8))]
    }
  }
}
