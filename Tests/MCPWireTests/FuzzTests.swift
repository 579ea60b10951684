import JSONText
import MCPWire
import Testing

/// Bytes that nobody meant: whatever comes, nothing traps, and what is accepted is rebuilt to the same message.
struct FuzzTests {
  private static let seeds = [
    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"x":[1,2.5e3,"\u00e9",null]}}}"#,
    #"{"jsonrpc":"2.0","id":"a\"b","result":{"isError":false,"content":[{"type":"text","text":"é 😀"}],"_meta":{}}}"#,
    #"{"jsonrpc":"2.0","id":-7,"error":{"code":-32601,"message":"no such method"}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"x"}}"#,
    #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"c"}}]"#,
    #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},{"name":"b","inputSchema":{}}],"nextCursor":"q"}}"#,
  ]
  private static let alphabet =
    Array("{}[]\",:\\ \r\n\t0123456789-+.eEnulltruefalse/abu\u{7F}".utf8) + [0, 0x80, 0xC3, 0xED, 0xFF]

  private func mutated(_ seed: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 0...4, using: &dice) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &dice)
      switch Int.random(in: 0..<5, using: &dice) {
      case 0: bytes[place] = Self.alphabet.randomElement(using: &dice) ?? 0
      case 1: bytes.insert(Self.alphabet.randomElement(using: &dice) ?? 0, at: place)
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
      default: bytes.removeSubrange(place..<min(bytes.count, place + 10))
      }
    }
    return bytes
  }

  /// Everything that this target does with one line.
  private func exercise(_ line: [UInt8], _ reader: inout MessageReader) throws {
    _ = MessageRemains(of: line.span)
    _ = MessageRemains.lastID(in: line.span)
    _ = try? reader.batch(line.span)
    for sender in Side.allCases {
      guard let message = try? reader.read(line.span, from: sender) else { continue }
      var out: [UInt8] = []
      switch message.kind {
      case .request: out.appendRequest(message, line.span, id: 1)
      case .notification: out.appendNotification(message, line.span)
      case .result:
        _ = try? ToolsPage(line.span, result: message.payload)
        _ = HandshakeResult(line.span, result: message.payload)
        out.appendAnswer(message, line.span, id: "1")
      case .error: out.appendAnswer(message, line.span, id: "1")
      }
      #expect(out.last == 0x0A && out.dropLast().allSatisfy { $0 >= 0x20 })
      let again = try reader.read(Array(out.dropLast()).span, from: sender)
      #expect(again.kind == message.kind && again.method == message.method)
      #expect(again.name?.decoded(out.span) == message.name?.decoded(line.span))
      let before = try JSONNode.read(line)
      let after = try JSONNode.read(Array(out.dropLast()))
      for key in ["params", "result", "error"] as [ExactText] {
        #expect(after[key]?.compact == before[key]?.compact)
      }
    }
  }

  @Test func mutatedMessages() throws {
    var dice = Dice(1)
    var reader = MessageReader()
    for round in 0..<6_000 {
      try exercise(mutated(Array(Self.seeds[round % Self.seeds.count].utf8), &dice), &reader)
    }
  }

  @Test func randomBytes() throws {
    var dice = Dice(2)
    var reader = MessageReader()
    for _ in 0..<3_000 {
      let length = Int.random(in: 0...60, using: &dice)
      try exercise((0..<length).map { _ in Self.alphabet.randomElement(using: &dice) ?? 0 }, &reader)
      try exercise((0..<length).map { _ in UInt8.random(in: 0...255, using: &dice) }, &reader)
    }
  }

  @Test func everyPrefixOfEveryMessage() throws {
    var reader = MessageReader()
    for seed in Self.seeds {
      let bytes = Array(seed.utf8)
      for length in 0...bytes.count { try exercise(Array(bytes[..<length]), &reader) }
    }
  }

  @Test func randomStreams() {
    var dice = Dice(3)
    for _ in 0..<300 {
      var framer = LineFramer(limit: 16)
      var whole: [UInt8] = []
      var lines: [[UInt8]?] = []
      func drain() {
        while let frame = framer.next() {
          switch frame {
          case .line(let range): lines.append(Array(framer.bytes[range]))
          case .oversized: lines.append(nil)
          }
        }
      }
      for _ in 0..<20 {
        let piece = (0..<Int.random(in: 0...20, using: &dice)).map { _ in
          [0x0A, 0x0D, 0x61, 0x62].randomElement(using: &dice) ?? UInt8(0)
        }
        whole += piece
        var place = 0
        if Bool.random(using: &dice) {
          while let line = framer.wholeLine(in: piece.span, from: &place) { lines.append(Array(piece[line])) }
        }
        framer.feed(piece.span.extracting(place...))
        drain()
      }
      let expected = whole.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map { line in
        line.count > 16 ? nil : Array(line.last == 0x0D ? line.dropLast() : line)
      }
      #expect(lines == expected)
    }
  }
}
