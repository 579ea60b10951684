package import JSONText

/// Reads one message in a single pass, strictly; keeps its memory from one message to the next.
///
/// What it accepts, every reader on the other side takes for the same message: no duplicate key at any depth, no key that
/// a careless reader confuses with one that decisions depend on, members of the right types only.
package struct MessageReader: Sendable {
  var scanner = JSONCursor()
  /// Whether arguments may have keys that differ in case alone: only for a server that is known to tell them apart.
  let tellsKeysApart: Bool

  package init(tellsKeysApart: Bool = false) { self.tellsKeysApart = tellsKeysApart }

  /// The keys at the top of the arguments of the message that was read last, as places in its line.
  ///
  /// None where the server tells keys apart.
  package var argumentKeys: [JSONCursor.NotedKey] { scanner.notedKeys }

  /// Reads a line that `sender` wrote.
  ///
  /// Throws: `WireRefusal` for the first thing that is wrong.
  package mutating func read(_ line: Span<UInt8>, from sender: Side) throws(WireRefusal) -> WireMessage {
    var message = WireMessage()
    if readPlain(line, from: sender, into: &message) { return message }
    return try readStrictly(line, from: sender)
  }

  /// The same for any message there can be, and the one that says what is wrong.
  package mutating func readStrictly(_ line: Span<UInt8>, from sender: Side) throws(WireRefusal) -> WireMessage {
    var draft = MessageDraft()
    do throws(JSONError) {
      try scan(line, into: &draft, foldsArguments: sender == .client && !tellsKeysApart)
    } catch {
      throw WireRefusal(error)
    }
    var message = try draft.checked(line, from: sender)
    message.isCompact = isCompact
    return message
  }

  /// Whether the message that was read last has no blanks between its tokens.
  package var isCompact: Bool { !scanner.hasBlanks }

  /// The elements of a batch, as ranges of the line; nil if the line is no array.
  ///
  /// Throws: `WireRefusal` if it is not JSON that we accept, or has none or too many elements.
  package mutating func batch(_ line: Span<UInt8>) throws(WireRefusal) -> [Range<Int>]? {
    do throws(JSONError) {
      scanner.reset()
      guard try scanner.peek(line) == 0x5B else { return nil }
      var check = scanner
      try check.skipValue(line)
      try check.expectEnd(line)
    } catch {
      throw WireRefusal(error)
    }
    var elements: [Range<Int>] = []
    do throws(JSONError) {
      scanner.position += 1
      while try scanner.peek(line) != 0x5D {
        elements.append(try Self.value(&scanner, line, depth: 1))
        if try scanner.peek(line) == 0x2C { scanner.position += 1 }
      }
    } catch {
      throw WireRefusal(error)
    }
    guard 1...Self.longestBatch ~= elements.count else {
      throw WireRefusal(.invalidRequest, "a batch holds one to \(Self.longestBatch) messages")
    }
    return elements
  }

  private static let longestBatch = 1000

  // MARK: The pass

  /// What is open around the members of the arguments: the message and its parameters.
  static let argumentsDepth = 2

  private mutating func scan(
    _ bytes: Span<UInt8>, into draft: inout MessageDraft, foldsArguments: Bool
  ) throws(JSONError) {
    scanner.reset()
    scanner.notedDepth = foldsArguments ? Self.argumentsDepth : -1
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      throw JSONError(.byteOrderMark, at: 0)
    }
    let first = try scanner.peek(bytes)
    if first == 0x7B {
      try Self.scanEnvelope(&scanner, bytes, &draft)
      draft.shape = .object
    } else {
      try scanner.skipValue(bytes)
      draft.shape = first == 0x5B ? .array : .scalar
    }
    try scanner.expectEnd(bytes)
  }

  private static func scanEnvelope(
    _ scanner: inout JSONCursor, _ bytes: Span<UInt8>, _ draft: inout MessageDraft
  ) throws(JSONError) {
    var message = try scanner.openObject(bytes, depth: 0)
    while let key = try scanner.nextKey(of: &message, bytes) {
      let depth = 1
      if matches(key, "jsonrpc", bytes) {
        draft.version = try value(&scanner, bytes, depth: depth)
      } else if matches(key, "id", bytes) {
        draft.id = try value(&scanner, bytes, depth: depth)
      } else if matches(key, "method", bytes) {
        draft.method = try value(&scanner, bytes, depth: depth)
      } else if matches(key, "params", bytes) {
        let start = try next(scanner: &scanner, bytes)
        if var params = try object(&scanner, bytes, depth) {
          while let key = try scanner.nextKey(of: &params, bytes) {
            try scanParam(&scanner, key, bytes, depth + 1, &draft)
          }
        }
        draft.params = start..<scanner.position
      } else if matches(key, "result", bytes) {
        let start = try next(scanner: &scanner, bytes)
        if var result = try object(&scanner, bytes, depth) {
          while let key = try scanner.nextKey(of: &result, bytes) {
            try scanResultMember(&scanner, key, bytes, depth + 1, &draft)
          }
        }
        draft.result = start..<scanner.position
      } else if matches(key, "error", bytes) {
        draft.error = try scanObject(&scanner, bytes, depth) { scanner, key, depth throws(JSONError) in
          let range = try value(&scanner, bytes, depth: depth)
          if matches(key, "code", bytes) { draft.errorCode = range }
          if matches(key, "message", bytes) { draft.errorMessage = range }
        }
      } else {
        if KeyFolding.isMistakable(key, bytes, for: KeyFolding.envelope) { draft.mistakableEnvelopeKey = true }
        try scanner.skipValue(bytes, depth: depth)
      }
    }
  }

  private static func scanParam(
    _ scanner: inout JSONCursor, _ key: JSONCursor.StringToken, _ bytes: Span<UInt8>, _ depth: Int,
    _ draft: inout MessageDraft
  ) throws(JSONError) {
    if matches(key, "name", bytes) {
      draft.name = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "arguments", bytes) {
      // The method may stand behind its parameters: the arguments of whatever it is are read this way.
      scanner.foldsKeys = scanner.notedDepth >= 0
      draft.arguments = try value(&scanner, bytes, depth: depth)
      scanner.foldsKeys = false
    } else if matches(key, "_meta", bytes) {
      draft.meta = try scanObject(&scanner, bytes, depth) { scanner, key, depth throws(JSONError) in
        try scanMetaMember(&scanner, key, bytes, depth, &draft)
      }
    } else if matches(key, "uri", bytes) {
      draft.uri = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "requestId", bytes) {
      draft.requestID = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "cursor", bytes) {
      draft.cursor = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "requestState", bytes) {
      draft.requestState = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "inputResponses", bytes) {
      draft.inputResponses = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "clientInfo", bytes) {
      _ = try scanObject(&scanner, bytes, depth) { scanner, key, depth throws(JSONError) in
        let range = try value(&scanner, bytes, depth: depth)
        if matches(key, "name", bytes) { draft.handshakeClient = range }
      }
    } else {
      if matches(key, "task", bytes) {
        draft.wantsTask = true
      } else if !isKnown(key, bytes), KeyFolding.isMistakable(key, bytes, for: KeyFolding.params) {
        draft.mistakableParam = true
      }
      try scanner.skipValue(bytes, depth: depth)
    }
  }

  private static func isKnown(_ key: JSONCursor.StringToken, _ bytes: Span<UInt8>) -> Bool {
    matches(key, "protocolVersion", bytes) || matches(key, "capabilities", bytes)
      || matches(key, "ref", bytes) || matches(key, "argument", bytes)
      || matches(key, "context", bytes)
  }

  private static func scanMetaMember(
    _ scanner: inout JSONCursor, _ key: JSONCursor.StringToken, _ bytes: Span<UInt8>, _ depth: Int,
    _ draft: inout MessageDraft
  ) throws(JSONError) {
    if matches(key, "progressToken", bytes) {
      draft.progressToken = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "io.modelcontextprotocol/protocolVersion", bytes) {
      draft.protocolVersion = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "io.modelcontextprotocol/clientCapabilities", bytes) {
      draft.capabilities = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "io.modelcontextprotocol/clientInfo", bytes) {
      _ = try scanObject(&scanner, bytes, depth) { scanner, key, depth throws(JSONError) in
        let range = try value(&scanner, bytes, depth: depth)
        if matches(key, "name", bytes) { draft.metaClient = range }
      }
    } else if matches(key, "io.modelcontextprotocol/subscriptionId", bytes) {
      draft.subscriptionID = try value(&scanner, bytes, depth: depth)
    } else {
      let isKnown = matches(key, "io.modelcontextprotocol/related-task", bytes)
      if !isKnown, KeyFolding.isMistakable(key, bytes, for: KeyFolding.meta) { draft.mistakableParam = true }
      try scanner.skipValue(bytes, depth: depth)
    }
  }

  private static func scanResultMember(
    _ scanner: inout JSONCursor, _ key: JSONCursor.StringToken, _ bytes: Span<UInt8>, _ depth: Int,
    _ draft: inout MessageDraft
  ) throws(JSONError) {
    if matches(key, "isError", bytes) {
      draft.isError = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "resultType", bytes) {
      draft.resultType = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "requestState", bytes) {
      draft.requestState = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "inputRequests", bytes) {
      draft.inputRequests = try value(&scanner, bytes, depth: depth)
    } else if matches(key, "_meta", bytes) {
      _ = try scanObject(&scanner, bytes, depth) { scanner, key, depth throws(JSONError) in
        let range = try value(&scanner, bytes, depth: depth)
        if matches(key, "io.modelcontextprotocol/subscriptionId", bytes) { draft.subscriptionID = range }
      }
    } else {
      if KeyFolding.isMistakable(key, bytes, for: KeyFolding.result) { draft.mistakableResultKey = true }
      try scanner.skipValue(bytes, depth: depth)
    }
  }

  // MARK: Values

  /// Whether a key is exactly `text`; nearly all that are asked about differ in length.
  @inline(__always)
  private static func matches(_ key: JSONCursor.StringToken, _ text: StaticString, _ bytes: Span<UInt8>) -> Bool {
    key.body.count == text.utf8CodeUnitCount && !key.hasEscapes && bytes.isEqual(key.body, to: text)
  }

  /// Where the value begins that is next.
  private static func next(scanner: inout JSONCursor, _ bytes: Span<UInt8>) throws(JSONError) -> Int {
    _ = try scanner.peek(bytes)
    return scanner.position
  }

  /// Moves into the object that is next, or past any other value.
  private static func object(
    _ scanner: inout JSONCursor, _ bytes: Span<UInt8>, _ depth: Int
  ) throws(JSONError) -> JSONCursor.OpenObject? {
    if try scanner.peek(bytes) == 0x7B { return try scanner.openObject(bytes, depth: depth) }
    try scanner.skipValue(bytes, depth: depth)
    return nil
  }

  private static func value(
    _ scanner: inout JSONCursor, _ bytes: Span<UInt8>, depth: Int
  ) throws(JSONError) -> Range<Int> {
    let start = try next(scanner: &scanner, bytes)
    try scanner.skipValue(bytes, depth: depth)
    return start..<scanner.position
  }

  /// Walks over the members if an object is next, and past any other value; for objects that few messages have.
  private static func scanObject(
    _ scanner: inout JSONCursor, _ bytes: Span<UInt8>, _ depth: Int,
    _ member: (inout JSONCursor, JSONCursor.StringToken, Int) throws(JSONError) -> Void
  ) throws(JSONError) -> Range<Int> {
    let isObject = try scanner.peek(bytes) == 0x7B
    let start = scanner.position
    if isObject {
      try scanner.eachMember(bytes, depth: depth, member)
    } else {
      try scanner.skipValue(bytes, depth: depth)
    }
    return start..<scanner.position
  }
}
