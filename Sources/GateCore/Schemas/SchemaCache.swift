internal import JSONSchema
internal import JSONText

/// Schemas that judge, made from their texts when a call first needs them; the oldest are dropped.
struct SchemaCache: Sendable {
  static let mostSchemas = 512
  /// Bytes of the texts that the schemas were made from.
  static let mostBytes = 8 << 20

  private var schemas: [ContentDigest: (schema: ToolSchema, bytes: Int)] = [:]
  private var order: [ContentDigest] = []
  private var bytes = 0

  var count: Int { schemas.count }

  subscript(_ digest: ContentDigest) -> ToolSchema? { schemas[digest]?.schema }

  mutating func keep(_ schema: ToolSchema, of text: [UInt8], _ digest: ContentDigest) {
    guard schemas.updateValue((schema, text.count), forKey: digest) == nil else { return }
    order.append(digest)
    bytes += text.count
    while order.count > Self.mostSchemas || bytes > Self.mostBytes, order.count > 1 {
      bytes -= schemas.removeValue(forKey: order.removeFirst())?.bytes ?? 0
    }
  }

  /// Prepares a schema; a text that cannot be used says why.
  static func make(_ text: [UInt8]) -> ToolSchema {
    do {
      return .known(try JSONSchema(try JSONNode.read(text)))
    } catch {
      // It may repeat what the server wrote, of any length, and goes into events.
      return .unusable(String(String.UnicodeScalarView("\(error)".unicodeScalars.prefix(longestReason))))
    }
  }

  private static let longestReason = 300
}
