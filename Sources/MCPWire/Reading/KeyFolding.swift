internal import JSONText

/// Finds keys that a careless reader takes for one that decisions depend on.
///
/// Some JSON readers (Go's among them) match keys without regard to case, U+017F as `s` and U+212A as `k` included, or
/// drop a NUL; and an escaped spelling of a key is none that an honest client writes.
enum KeyFolding {
  static let envelope: [[UInt8]] = fold(["jsonrpc", "id", "method", "params", "result", "error"])
  static let params: [[UInt8]] = fold([
    "name", "arguments", "uri", "_meta", "task", "inputResponses", "requestState", "requestId", "cursor",
    "clientInfo", "protocolVersion", "capabilities", "ref", "argument", "context",
  ])
  static let meta: [[UInt8]] = fold([
    "progressToken", "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientInfo",
    "io.modelcontextprotocol/clientCapabilities", "io.modelcontextprotocol/subscriptionId",
    "io.modelcontextprotocol/related-task",
  ])
  static let toolsResult: [[UInt8]] = fold(["tools", "nextCursor", "ttlMs", "cacheScope", "resultType"])
  static let tool: [[UInt8]] = fold(["name"])
  static let result: [[UInt8]] = fold(["isError", "resultType", "requestState", "inputRequests"])

  /// The keys above that a list of tools may have, as they are spelled.
  static let exact: Set<[UInt8]> = Set(
    ["tools", "nextCursor", "ttlMs", "cacheScope", "resultType", "name"].map { Array($0.utf8) })

  private static func fold(_ keys: [String]) -> [[UInt8]] { keys.map { FoldedKey.of(Array($0.utf8)) } }

  /// Whether a key that is none of `known` as written could be read as one of them.
  static func isMistakable(
    _ key: JSONCursor.StringToken, _ bytes: Span<UInt8>, for known: [[UInt8]]
  ) -> Bool {
    if !key.hasEscapes, let answer = isMistakable(plain: bytes.extracting(key.body), for: known) { return answer }
    // An escaped letter takes six bytes, so that no longer key can fold to a known one.
    guard key.body.count <= 6 * 48 else { return false }
    let folded = FoldedKey.of(Array(JSONCursor.decode(key, bytes).utf8))
    return known.contains(folded)
  }

  /// The same without memory, for the keys that nearly all messages have; nil if the key is not plain ASCII.
  private static func isMistakable(plain key: Span<UInt8>, for known: [[UInt8]]) -> Bool? {
    for index in key.indices where key[index] >= 0x80 { return nil }
    candidates: for candidate in known where candidate.count == key.count {
      for index in key.indices {
        let byte = key[index]
        let folded = 0x41...0x5A ~= byte ? byte + 0x20 : byte
        if folded != candidate[index] { continue candidates }
      }
      return true
    }
    return false
  }
}
