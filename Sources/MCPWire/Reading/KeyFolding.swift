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

  private static func fold(_ keys: [String]) -> [[UInt8]] { keys.map { fold(Array($0.utf8)) } }

  /// The key in lower case, without NULs, with the two letters outside ASCII that fold into it.
  static func fold(_ key: [UInt8]) -> [UInt8] {
    var folded: [UInt8] = []
    folded.reserveCapacity(key.count)
    var index = 0
    while index < key.count {
      switch key[index] {
      case 0: break
      case let byte where 0x41...0x5A ~= byte: folded.append(byte + 0x20)
      case 0xC5 where index + 1 < key.count && key[index + 1] == 0xBF:
        folded.append(0x73)
        index += 1
      case 0xE2 where index + 2 < key.count && key[index + 1] == 0x84 && key[index + 2] == 0xAA:
        folded.append(0x6B)
        index += 2
      case let byte: folded.append(byte)
      }
      index += 1
    }
    return folded
  }

  /// Whether a key that is none of `known` as written could be read as one of them.
  static func isMistakable(
    _ key: JSONCursor.StringToken, _ bytes: Span<UInt8>, for known: [[UInt8]]
  ) -> Bool {
    if !key.hasEscapes, let answer = isMistakable(plain: bytes.extracting(key.body), for: known) { return answer }
    // An escaped letter takes six bytes, so that no longer key can fold to a known one.
    guard key.body.count <= 6 * 48 else { return false }
    let folded = fold(Array(JSONCursor.decode(key, bytes).utf8))
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
