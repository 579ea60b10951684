package import JSONText

/// Whole messages of ours, each one line with its end, appended to what one side is to get.
extension [UInt8] {
  /// Appends a request of a client under an id of ours.
  package mutating func appendRequest(
    _ message: WireMessage, _ bytes: Span<UInt8>, id: UInt64, edits: [WireEdit] = []
  ) {
    if message.isCompact, edits.isEmpty, let params = message.params {
      append(room: 80 + message.methodText.count + params.count) { line in
        line.text("{\"jsonrpc\":\"2.0\",\"id\":")
        line.decimal(id)
        line.text(",\"method\":")
        line.bytes(bytes.extracting(message.methodText))
        line.text(",\"params\":")
        line.bytes(bytes.extracting(params))
        line.text("}\n")
      }
    } else {
      append(literal: "{\"jsonrpc\":\"2.0\",\"id\":")
      append(decimal: id)
      appendCall(message, bytes, edits)
    }
  }

  /// Appends a request of a server, whose id the other side sees as it is.
  package mutating func appendRequest(_ message: WireMessage, _ bytes: Span<UInt8>, id: Range<Int>) {
    append(literal: "{\"jsonrpc\":\"2.0\",\"id\":")
    append(bytes, id)
    appendCall(message, bytes, [])
  }

  package mutating func appendNotification(
    _ message: WireMessage, _ bytes: Span<UInt8>, edits: [WireEdit] = []
  ) {
    append(literal: "{\"jsonrpc\":\"2.0\"")
    appendCall(message, bytes, edits)
  }

  private mutating func appendCall(_ message: WireMessage, _ bytes: Span<UInt8>, _ edits: [WireEdit]) {
    append(literal: ",\"method\":")
    append(bytes, message.methodText)
    if let params = message.params {
      append(literal: ",\"params\":")
      if edits.isEmpty { append(params, of: message, bytes) } else { appendCompact(bytes, params, edits: edits) }
    }
    append(literal: "}\n")
  }

  /// Appends a result or an error of the other side under the id that the asker gave.
  package mutating func appendAnswer(
    _ message: WireMessage, _ bytes: Span<UInt8>, id: ExactText, edits: [WireEdit] = []
  ) {
    appendAnswer(message, bytes, id: id.string.utf8Span.span, edits: edits)
  }

  /// The same with the bytes of that id.
  package mutating func appendAnswer(
    _ message: WireMessage, _ bytes: Span<UInt8>, id: Span<UInt8>, edits: [WireEdit] = []
  ) {
    if message.isCompact, edits.isEmpty, message.kind == .result {
      append(room: 60 + id.count + message.payload.count) { line in
        line.text("{\"jsonrpc\":\"2.0\",\"id\":")
        line.bytes(id)
        line.text(",\"result\":")
        line.bytes(bytes.extracting(message.payload))
        line.text("}\n")
      }
      return
    }
    append(literal: "{\"jsonrpc\":\"2.0\",\"id\":")
    append(id, 0..<id.count)
    append(literal: message.kind == .error ? ",\"error\":" : ",\"result\":")
    if edits.isEmpty {
      append(message.payload, of: message, bytes)
    } else {
      appendCompact(bytes, message.payload, edits: edits)
    }
    append(literal: "}\n")
  }

  /// Appends a value of a message without the blanks between its tokens.
  private mutating func append(_ value: Range<Int>, of message: WireMessage, _ bytes: Span<UInt8>) {
    if message.isCompact { append(bytes, value) } else { appendCompact(bytes, value) }
  }

  /// Appends a result of our own; `result` is one compact JSON object.
  package mutating func appendResult(_ result: some Sequence<UInt8>, id: some Sequence<UInt8>) {
    append(literal: "{\"jsonrpc\":\"2.0\",\"id\":")
    append(contentsOf: id)
    append(literal: ",\"result\":")
    append(contentsOf: result)
    append(literal: "}\n")
  }

  /// Appends an error of our own, without an id where it belongs to no request that could be told.
  package mutating func appendError(
    code: Int, message: String, data: [UInt8]? = nil, id: (some Sequence<UInt8>)?
  ) {
    append(literal: "{\"jsonrpc\":\"2.0\"")
    if let id {
      append(literal: ",\"id\":")
      append(contentsOf: id)
    }
    append(literal: ",\"error\":{\"code\":")
    append(text: String(code))
    append(literal: ",\"message\":")
    appendQuoted(message)
    if let data {
      append(literal: ",\"data\":")
      append(contentsOf: data)
    }
    append(literal: "}}\n")
  }

  package mutating func append(text: String) { append(contentsOf: text.utf8) }

  /// Appends a piece of the program's own text.
  @inline(__always)
  mutating func append(literal text: StaticString) {
    unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  package mutating func append(decimal number: UInt64) {
    var digits = InlineArray<20, UInt8>(repeating: 0x30)
    var place = 20
    var rest = number
    repeat {
      place -= 1
      digits[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    let span = digits.span
    unsafe span.extracting(place...).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
