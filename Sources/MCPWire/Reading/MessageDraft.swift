internal import JSONText

/// What one pass over a line found, before anything is known about it as a whole.
struct MessageDraft {
  enum Shape { case object, array, scalar }

  var shape = Shape.scalar
  var version: Range<Int>?
  var id: Range<Int>?
  var method: Range<Int>?
  var params: Range<Int>?
  var result: Range<Int>?
  var error: Range<Int>?
  var mistakableEnvelopeKey = false

  var name: Range<Int>?
  var uri: Range<Int>?
  var arguments: Range<Int>?
  var meta: Range<Int>?
  var requestID: Range<Int>?
  var cursor: Range<Int>?
  var wantsTask = false
  var inputResponses: Range<Int>?
  var requestState: Range<Int>?
  var handshakeClient: Range<Int>?
  var metaClient: Range<Int>?
  var capabilities: Range<Int>?
  var progressToken: Range<Int>?
  var protocolVersion: Range<Int>?
  var subscriptionID: Range<Int>?
  var mistakableParam = false

  var isError: Range<Int>?
  var resultType: Range<Int>?
  var inputRequests: Range<Int>?
  var mistakableResultKey = false
  var errorCode: Range<Int>?
  var errorMessage: Range<Int>?

  /// The message, if it is one.
  func checked(_ bytes: Span<UInt8>, from sender: Side) throws(WireRefusal) -> WireMessage {
    switch shape {
    case .object: break
    case .array: throw WireRefusal(.invalidRequest, "batches are not part of the protocol version in use")
    case .scalar: throw WireRefusal(.invalidRequest, "a message must be a JSON object")
    }
    guard !mistakableEnvelopeKey else {
      throw WireRefusal(.invalidRequest, "a key of the message could be mistaken for another one")
    }
    guard let version, bytes.isEqual(version, to: "\"2.0\"") else {
      throw WireRefusal(.invalidRequest, "the member `jsonrpc` must be the string \"2.0\"")
    }
    var message = WireMessage()
    // An error that belongs to no request has the id null.
    if let id, error == nil || !bytes.isEqual(id, to: "null") { message.id = try Self.checkedID(id, bytes) }
    switch (method, result, error) {
    case (let method?, nil, nil):
      try fill(&message, method, bytes)
      if sender == .client { try checkParams(of: message, bytes) }
    case (nil, let result?, nil):
      try fill(&message, result: result, bytes)
    case (nil, nil, let error?):
      try fill(&message, error: error, bytes)
    case (nil, nil, nil):
      throw WireRefusal(.invalidRequest, "a message must have a `method`, a `result` or an `error`")
    default:
      throw WireRefusal(.invalidRequest, "a message must have only one of `method`, `result` and `error`")
    }
    return message
  }

  /// The id where it is a string or an integer.
  private static func checkedID(_ id: Range<Int>, _ bytes: Span<UInt8>) throws(WireRefusal) -> Range<Int> {
    guard WireID.isValid(id, bytes) else {
      throw WireRefusal(.invalidRequest, "an id must be a string or an integer")
    }
    guard id.count <= WireLimits.id else {
      throw WireRefusal(.invalidRequest, "an id is longer than \(WireLimits.id) bytes")
    }
    return id
  }

  // MARK: Requests and notifications

  private func fill(_ message: inout WireMessage, _ method: Range<Int>, _ bytes: Span<UInt8>) throws(WireRefusal) {
    guard let text = WireText(method, bytes), !text.body.isEmpty else {
      throw WireRefusal(.invalidRequest, "the member `method` must be a string that is not empty")
    }
    guard method.count <= WireLimits.method else {
      throw WireRefusal(.invalidRequest, "the method is longer than \(WireLimits.method) bytes")
    }
    message.kind = message.id == nil ? .notification : .request
    message.methodText = method
    message.method = MCPMethod(text, bytes)
    guard message.method != nil || !MCPMethod.isMistakable(text, bytes) else {
      throw WireRefusal(.invalidRequest, "the method could be mistaken for another one")
    }
    if let params {
      guard bytes.isObject(params) else {
        throw WireRefusal(.invalidParams, "the member `params` must be an object")
      }
      message.params = params
    }
    // What an unknown method means by its params is nobody's knowledge here, and no decision depends on them.
    guard message.method == nil || !mistakableParam else {
      throw WireRefusal(.invalidParams, "a key in `params` could be mistaken for another one")
    }
    guard meta.map({ bytes.isObject($0) }) ?? true else {
      throw WireRefusal(.invalidParams, "the member `_meta` must be an object")
    }
    message.name = name.flatMap { WireText($0, bytes) }
    message.uri = uri.flatMap { WireText($0, bytes) }
    message.arguments = arguments
    message.meta = meta
    message.requestID = requestID.flatMap { WireID.isValid($0, bytes) ? $0 : nil }
    message.cursor = cursor
    message.wantsTask = wantsTask
    message.inputResponses = inputResponses
    message.requestState = requestState
    message.progressToken = progressToken
    message.subscriptionID = subscriptionID
    message.protocolVersion = protocolVersion.flatMap { WireText($0, bytes) }
    message.tellsCapabilities = capabilities.map { bytes.isObject($0) } ?? false
    message.clientName = (metaClient ?? handshakeClient).flatMap { WireText($0, bytes) }
  }

  private func checkParams(of message: WireMessage, _ bytes: Span<UInt8>) throws(WireRefusal) {
    guard protocolVersion == nil || message.protocolVersion != nil else {
      throw WireRefusal(.invalidParams, "the protocol version in `_meta` must be a string")
    }
    switch message.method {
    case .toolsCall, .promptsGet:
      try Self.require(message.name, "name", atMost: WireLimits.name, bytes)
      guard arguments.map({ bytes.isObject($0) }) ?? true else {
        throw WireRefusal(.invalidParams, "the member `arguments` must be an object")
      }
    case .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe:
      try Self.require(message.uri, "uri", atMost: WireLimits.uri, bytes)
    case .cancelled:
      // A task is not cancelled this way, so that every cancellation names a request.
      guard message.requestID != nil else {
        throw WireRefusal(.invalidParams, "the member `requestId` must be a string or an integer")
      }
    case .initialize, .discover, .toolsList, .resourcesList, .resourceTemplatesList, .promptsList,
      .completionComplete, .loggingSetLevel, .subscriptionsListen, .ping, .tasksGet, .tasksResult, .tasksList,
      .tasksCancel, .samplingCreateMessage, .elicitationCreate, .rootsList, .initialized,
      .subscriptionsAcknowledged, .tasksUpdate, .taskChanged, nil:
      break
    }
  }

  private static func require(
    _ text: WireText?, _ key: String, atMost limit: Int, _ bytes: Span<UInt8>
  ) throws(WireRefusal) {
    guard let text, !text.body.isEmpty else {
      throw WireRefusal(.invalidParams, "the member `\(key)` must be a string that is not empty")
    }
    guard text.body.count <= limit else {
      throw WireRefusal(.invalidParams, "the member `\(key)` is longer than \(limit) bytes")
    }
    guard !text.holdsControls(bytes) else {
      throw WireRefusal(.invalidParams, "the member `\(key)` holds a control character")
    }
  }

  // MARK: Answers

  private func fill(
    _ message: inout WireMessage, result: Range<Int>, _ bytes: Span<UInt8>
  ) throws(WireRefusal) {
    guard message.id != nil else { throw WireRefusal(.invalidRequest, "a result must have an id") }
    guard bytes.isObject(result) else { throw WireRefusal(.invalidRequest, "a result must be an object") }
    guard !mistakableResultKey else {
      throw WireRefusal(.invalidRequest, "a key of the result could be mistaken for another one")
    }
    message.kind = .result
    message.payload = result
    message.isToolError = isError.map { bytes.isEqual($0, to: "true") } ?? false
    message.resultType = resultType.flatMap { WireText($0, bytes) }
    message.requestState = requestState
    message.inputRequests = inputRequests
    message.subscriptionID = subscriptionID
  }

  private func fill(
    _ message: inout WireMessage, error: Range<Int>, _ bytes: Span<UInt8>
  ) throws(WireRefusal) {
    guard bytes.isObject(error) else { throw WireRefusal(.invalidRequest, "an error must be an object") }
    guard let errorCode, WireID.isInteger(errorCode, bytes), let errorMessage, WireText(errorMessage, bytes) != nil
    else { throw WireRefusal(.invalidRequest, "an error must have a `code` and a `message`") }
    message.kind = .error
    message.payload = error
  }
}
