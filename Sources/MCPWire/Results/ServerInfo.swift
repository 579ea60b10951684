package import JSONText

/// What a server of the stateless era writes into the `_meta` of each result: who it is.
package enum ServerInfo {
  package static let key: StaticString = "io.modelcontextprotocol/serverInfo"

  /// Where a result says who its server is; nil if it does not.
  package static func find(in result: JSONNode) -> Range<Int>? {
    result["_meta"]?[ExactText("\(key)")]?.range
  }
}
