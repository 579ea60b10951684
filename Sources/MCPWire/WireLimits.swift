/// Bounds that every message keeps, so that a peer can fill neither memory nor the stream.
package enum WireLimits {
  /// Bytes of one message.
  package static let line = 32 << 20
  /// Bytes of an id as it is written.
  package static let id = 256
  /// Bytes of a method.
  package static let method = 256
  /// Bytes of a tool's or prompt's name as it is written; the protocol recommends at most 128.
  package static let name = 1024
  /// Bytes of a resource's URI as it is written.
  package static let uri = 8192
}

/// Who sent a message.
package enum Side: String, CaseIterable, Hashable, Sendable { case client, server }
