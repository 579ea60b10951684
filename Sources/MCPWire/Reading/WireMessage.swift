package import JSONText

/// One message, read once: what it is, and where its parts stand in the line.
///
/// Ranges are values as they are written, quotes and brackets included.
package struct WireMessage: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// A method with an id.
    case request
    /// A method without an id.
    case notification
    case result
    case error
  }

  package internal(set) var kind = Kind.notification
  /// A string or an integer; nil in a notification, and in an error that belongs to no request.
  package internal(set) var id: Range<Int>?
  /// Whether there are no blanks between its tokens, so that its parts can be passed on as they are.
  package internal(set) var isCompact = false

  /// A message of which nothing is known yet.
  package init() {}

  // MARK: Requests and notifications

  /// The method as it is written; empty in an answer.
  package internal(set) var methodText = 0..<0
  /// Nil for a method that the protocol does not know, and in an answer.
  package internal(set) var method: MCPMethod?
  /// Always an object.
  package internal(set) var params: Range<Int>?
  package internal(set) var name: WireText?
  package internal(set) var uri: WireText?
  /// Always an object in `tools/call` and `prompts/get`.
  package internal(set) var arguments: Range<Int>?
  /// The `_meta` of the params: always an object.
  package internal(set) var meta: Range<Int>?
  /// The request that `notifications/cancelled` is about.
  package internal(set) var requestID: Range<Int>?
  package internal(set) var cursor: Range<Int>?
  /// Whether the params have a `task`, by which the older era asks for one.
  package internal(set) var wantsTask = false
  package internal(set) var inputResponses: Range<Int>?
  package internal(set) var clientName: WireText?
  package internal(set) var progressToken: Range<Int>?
  /// The version that a request of the stateless era names in its `_meta`.
  package internal(set) var protocolVersion: WireText?
  /// Whether its `_meta` says what its client can do, which the stateless era wants of each request.
  package internal(set) var tellsCapabilities = false

  // MARK: Answers

  /// The result or the error.
  package internal(set) var payload = 0..<0
  package internal(set) var isToolError = false
  package internal(set) var resultType: WireText?
  package internal(set) var inputRequests: Range<Int>?

  // MARK: Both

  /// In params of a retry and in a result that asks for one.
  package internal(set) var requestState: Range<Int>?
  /// `_meta` "io.modelcontextprotocol/subscriptionId", of a notification or a result.
  package internal(set) var subscriptionID: Range<Int>?

  /// Whether it is of the stateless era, 2026-07-28 and later.
  package var isModern: Bool { protocolVersion != nil }

  /// The method, decoded.
  package func methodName(_ bytes: Span<UInt8>) -> ExactText {
    if let method { return ExactText(method.rawValue) }
    return WireText(methodText, bytes)?.decoded(bytes) ?? ""
  }
}
