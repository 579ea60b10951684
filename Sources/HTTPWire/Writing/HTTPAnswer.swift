/// Answers, written after what a connection is to send already.
extension [UInt8] {
  /// Appends the beginning of an answer: status, fields and the empty line.
  ///
  /// `length` is that of the body; nil where it comes in chunks, or to an old client until the connection ends.
  package mutating func appendHead(
    _ status: HTTPStatus, type: StaticString? = nil, length: Int?, fields: [HTTPField] = [], closes: Bool,
    isOld: Bool = false
  ) {
    append(word: "HTTP/1.1 ")
    append(word: status.words)
    append(word: "\r\n")
    if let type {
      append(word: "Content-Type: ")
      append(word: type)
      append(word: "\r\n")
    }
    if let length {
      if status != .noContent {
        append(word: "Content-Length: ")
        append(contentsOf: String(length).utf8)
        append(word: "\r\n")
      }
    } else if !isOld {
      append(word: "Transfer-Encoding: chunked\r\n")
    }
    for field in fields {
      append(word: field.name)
      append(word: ": ")
      append(contentsOf: field.value)
      append(word: "\r\n")
    }
    if closes || isOld { append(word: "Connection: close\r\n") }
    append(word: "\r\n")
  }

  /// Appends a whole answer of a request that is refused, with a JSON-RPC error that belongs to no request.
  package mutating func appendRefusal(
    _ refusal: HTTPRefusal, code: Int = -32600, fields: [HTTPField] = [], closes: Bool
  ) {
    var body: [UInt8] = []
    body.append(contentsOf: #"{"jsonrpc":"2.0","id":null,"error":{"code":"#.utf8)
    body.append(contentsOf: String(code).utf8)
    body.append(contentsOf: #","message":"[gatehouse] refused: "#.utf8)
    for byte in refusal.message.utf8 {
      if byte == 0x22 || byte == 0x5C { body.append(0x5C) }
      body.append(byte < 0x20 ? 0x20 : byte)
    }
    body.append(contentsOf: "\"}}".utf8)
    appendHead(refusal.status, type: "application/json", length: body.count, fields: fields, closes: closes)
    append(contentsOf: body)
  }

  /// Appends a piece of a body that comes in chunks; an empty one would end it.
  package mutating func appendChunk(_ bytes: Span<UInt8>) {
    guard !bytes.isEmpty else { return }
    append(contentsOf: String(bytes.count, radix: 16).utf8)
    append(word: "\r\n")
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    append(word: "\r\n")
  }

  /// Appends the end of a body that comes in chunks.
  package mutating func appendLastChunk() { append(word: "0\r\n\r\n") }

  // MARK: Server-sent events

  /// Appends an event of a message; without one it is an empty event that only tells its name.
  ///
  /// A CR or LF between the tokens of a message would end its line, and becomes a blank.
  package mutating func appendEvent(_ message: Span<UInt8>, id: String?) {
    if let id {
      append(word: "id: ")
      append(contentsOf: id.utf8)
      append(word: "\n")
    }
    if !message.isEmpty { append(word: "event: message\n") }
    append(word: "data: ")
    let start = count
    unsafe message.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    for index in start..<count where self[index] == 0x0A || self[index] == 0x0D { self[index] = 0x20 }
    append(word: "\n\n")
  }

  /// Appends a comment, which tells that the other side is there.
  package mutating func appendComment() { append(word: ":\n\n") }

  mutating func append(word: StaticString) {
    unsafe append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }
}

/// A field of an answer.
package struct HTTPField: Sendable {
  package let name: StaticString
  package let value: [UInt8]

  /// Bytes that no field may have become blanks.
  package init(_ name: StaticString, _ value: some Sequence<UInt8>) {
    self.name = name
    self.value = value.map { $0.isValueCharacter ? $0 : 0x20 }
  }

  package init(_ name: StaticString, _ value: String) { self.init(name, value.utf8) }
}
