internal import JSONText

/// A reader of the field: how it cuts a stream into messages, and what it takes for JSON.
package struct ReaderModel: Sendable {
  package enum Framing: Hashable, Sendable {
    /// A line feed ends a message.
    case lines
    /// A carriage return does too.
    case universalLines
    /// So do vertical tab, form feed, the file separators, U+0085, U+2028 and U+2029.
    case everyLine
    /// A header tells the length, as in the Language Server Protocol; other lines are messages too.
    case contentLength
  }

  package let name: String
  let framing: Framing
  let leniency: Leniency

  init(_ name: String, _ framing: Framing = .lines, _ change: (inout Leniency) -> Void = { _ in }) {
    self.name = name
    self.framing = framing
    var leniency = Leniency()
    change(&leniency)
    self.leniency = leniency
  }

  /// Everything that this reader takes for a message, batches unrolled; `stream` is best squeezed.
  package func messages(in stream: [UInt8]) -> [SeenMessage] {
    frames(stream).flatMap { frame in
      LenientParser.values(in: frame, leniency).flatMap { value -> [SeenMessage] in
        if case .array(let elements) = value { return elements.map { SeenMessage($0, leniency) } }
        return [SeenMessage(value, leniency)]
      }
    }
  }

  /// A stream without long runs of one byte, which tell nothing and cost time.
  package static func squeezed(_ stream: [UInt8]) -> [UInt8] {
    guard stream.count > 1 << 19 else { return stream }
    var out: [UInt8] = []
    var start = 0
    let bytes = stream.span
    while start < bytes.count {
      var end = start + 1
      while end < bytes.count, bytes[end] == bytes[start] { end += 1 }
      // Brackets stay what they are: they nest.
      let isBracket = [0x5B, 0x5D, 0x7B, 0x7D].contains(stream[start])
      out.append(contentsOf: stream[start..<(isBracket ? end : min(end, start + 256))])
      start = end
    }
    return out
  }

  private func frames(_ stream: [UInt8]) -> [[UInt8]] {
    switch framing {
    case .lines: stream.split(separator: 0x0A).map { Array($0) }
    case .universalLines: stream.split { $0 == 0x0A || $0 == 0x0D }.map { Array($0) }
    case .everyLine: Self.everyLine(stream)
    case .contentLength: Self.headed(stream)
    }
  }

  private static func everyLine(_ stream: [UInt8]) -> [[UInt8]] {
    var frames: [[UInt8]] = []
    var frame: [UInt8] = []
    var index = 0
    while index < stream.count {
      let byte = stream[index]
      var length = 0
      if (0x0A...0x0D).contains(byte) || (0x1C...0x1E).contains(byte) { length = 1 }
      if byte == 0xC2, index + 1 < stream.count, stream[index + 1] == 0x85 { length = 2 }
      if byte == 0xE2, index + 2 < stream.count, stream[index + 1] == 0x80, stream[index + 2] | 1 == 0xA9 { length = 3 }
      if length > 0 {
        frames.append(frame)
        frame = []
        index += length
      } else {
        frame.append(byte)
        index += 1
      }
    }
    return (frames + [frame]).filter { !$0.isEmpty }
  }

  private static func headed(_ stream: [UInt8]) -> [[UInt8]] {
    var frames: [[UInt8]] = []
    var rest = stream[...]
    while let end = rest.firstIndex(of: 0x0A) {
      let line = String(decoding: rest[..<end], as: UTF8.self)
      rest = rest[(end + 1)...]
      let header = "content-length:"
      if line.lowercased().hasPrefix(header),
        let length = Int(line.dropFirst(header.count).filter { $0 != " " && $0 != "\r" && $0 != "\r\n" })
      {
        while let first = rest.first, first == 0x0A || first == 0x0D { rest = rest.dropFirst() }
        frames.append(Array(rest.prefix(max(0, length))))
        rest = rest.dropFirst(max(0, length))
      } else {
        frames.append(Array(line.utf8))
      }
    }
    return frames + [Array(rest)]
  }
}

/// One message as a reader saw it.
package struct SeenMessage: Sendable {
  package let value: LenientValue
  let leniency: Leniency

  init(_ value: LenientValue, _ leniency: Leniency) {
    self.value = value
    self.leniency = leniency
  }

  /// A member of a value, by this reader's rules.
  func member(_ key: String, of value: LenientValue?) -> LenientValue? {
    guard case .object(let members)? = value else { return nil }
    let wanted = Array(key.utf8)
    let folded = FoldedKey.of(wanted)
    let found = members.lazy.filter { member in
      let bytes = Array(member.key.utf8)
      guard bytes != wanted else { return true }
      let folds = leniency.foldsTurkish || !member.key.unicodeScalars.contains { "\u{130}"..."\u{131}" ~= $0 }
      return leniency.foldsKeys && folds && FoldedKey.of(bytes) == folded
    }
    return leniency.firstWins ? found.first?.value : Array(found).last?.value
  }

  package var method: String? { name(header("Mcp-Method") ?? member("method", of: value)?.string) }
  package var id: LenientValue? { member("id", of: value) }
  package var result: LenientValue? { member("result", of: value) }
  package var error: LenientValue? { member("error", of: value) }

  package var params: LenientValue? { structured(member("params", of: value)) }
  /// What is called or got: a tool or a prompt.
  package var name: String? { name(header("Mcp-Name") ?? text(member("name", of: params))) }
  package var uri: String? { text(member("uri", of: params)) }
  package var arguments: LenientValue? { structured(member("arguments", of: params)) }

  package func parameter(_ key: String) -> LenientValue? { member(key, of: params) }

  /// Whether it names its protocol version itself, as requests of the stateless version do.
  package var isStateless: Bool {
    member("io.modelcontextprotocol/protocolVersion", of: parameter("_meta")) != nil
  }

  package func argument(_ key: String) -> LenientValue? { member(key, of: arguments) }

  private func header(_ key: String) -> String? {
    leniency.trustsHeaders ? member(key, of: value)?.string : nil
  }

  /// A value, or the value that a text holds, where this reader looks into texts.
  private func structured(_ value: LenientValue?) -> LenientValue? {
    guard leniency.coerces, let text = value?.string else { return value }
    return LenientParser.values(in: Array(text.utf8), leniency).first ?? value
  }

  private func text(_ value: LenientValue?) -> String? {
    if leniency.coerces, case .array(let elements)? = value, elements.count == 1 { return elements[0].string }
    return value?.string
  }

  private func name(_ text: String?) -> String? {
    leniency.forgivesNames ? text.map { Forgiveness.folded($0) } : text
  }

  /// A number, or a text that holds one where this reader takes that.
  func number(_ value: LenientValue?) -> Double? {
    switch value {
    case .number(let text)?: Double(text)
    case .string(let text)? where leniency.coerces: Double(text)
    default: nil
    }
  }
}
