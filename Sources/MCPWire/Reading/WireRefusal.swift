package import JSONText

/// Why a message is not passed on, with the JSON-RPC code that its sender is told.
package struct WireRefusal: Error, Hashable, Sendable {
  package enum Code: Int, CaseIterable, Hashable, Sendable {
    /// Not JSON that every parser reads the same way.
    case parseError = -32700
    /// JSON, but not one message that every reader takes for the same.
    case invalidRequest = -32600
    /// A message whose parameters are of the wrong shape.
    case invalidParams = -32602
    /// The gate or the other side could not go on.
    case internalError = -32603
  }

  package let code: Code
  /// Lower case, no full stop, nothing of the peer's but a key.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package init(_ error: JSONError) {
    switch error.reason {
    case .duplicateKey(let key):
      self.init(.invalidRequest, Self.isShown(key) ? error.description : "a key occurs twice in one object")
    case .foldingKey(let key):
      self.init(
        .invalidParams,
        Self.isShown(key) ? error.description : "a key could be mistaken for another one of its object")
    case .nulInKey:
      self.init(.invalidRequest, error.description)
    case .unexpectedEnd, .unexpectedByte, .trailingBytes, .controlCharacterInString, .badEscape, .loneSurrogate,
      .invalidUTF8, .badNumber, .byteOrderMark, .tooDeep, .numberTooLong:
      self.init(.parseError, "\(error.description) (byte \(error.offset))")
    }
  }

  /// A key is a peer's text of any length; it is shown only if it is short and plain.
  package static func isShown(_ key: ExactText) -> Bool {
    key.utf8.count <= 64 && key.utf8.allSatisfy { 0x20...0x7E ~= $0 && $0 != 0x60 }
  }
}
