import JSONText
import MCPWire
import Testing

/// Messages that are read on the short way are read as strictly as all others, and to the same.
struct PlainMessageTests {
  private static let calls = [
    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"}}}"#,
    #"{"method":"tools/call","params":{"arguments":{"Text":[1,2.5e3,"\u00e9",null,{"b":1}],"é":true},"name":"a b"},"id":"a-7","jsonrpc":"2.0"}"#,
    #"{"jsonrpc":"2.0","id":0,"method":"tools/call","params":{"name":"list","_meta":{"progressToken":"t"}}}"#,
    #"{"jsonrpc":"2.0","id":987654321987,"method":"tools/call","params":{"name":"n","_meta":{"progressToken":3},"arguments":{}}}"#,
    #"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"n","arguments":{"a": 1,"b":[ ]}}}"#,
  ]
  private static let results = [
    #"{"jsonrpc":"2.0","id":4711,"result":{"content":[{"type":"text","text":"hello"}],"isError":false}}"#,
    #"{"result":{"isError":true,"structuredContent":{"a":[{}],"isError":1},"content":[]},"id":"12","jsonrpc":"2.0"}"#,
    #"{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"a\nb 😀"}]}}"#,
  ]
  /// What a careless reader may stumble over, and what stands in messages.
  private static let pieces =
    [
      #""jsonrpc":"2.0","#, #""id":2,"#, #""id":"#, #""method":"tools/call","#, #""method":"ping","#, #""params":{},"#,
      #""name":"evil","#, #""Name":"evil","#, #""n\u0061me":"evil","#, #""arguments":{},"#, #""_meta":{},"#,
      #""_meta":{"progressToken":1},"#, #""task":{},"#, #""isError":true,"#, #""isError":null,"#, #""IsError":true,"#,
      #""content":[],"#, #""resultType":"x","#, #""result":{},"#, #""error":{"code":1,"message":"m"},"#, #""text":1,"#,
      #""Text":1,"#, #","x":1"#, "}", "{", "]", "[", ",", ":", "\"", "\\", " ", "\t", "\r", "\u{0}", "01", "-1", "1.0",
      "1e3", "null", "\u{7F}", "\u{FEFF}", "é", "\\ud800",
    ]

  /// What reading a line comes to: the message with all that is known of it, or why it was refused.
  private struct Reading: Equatable {
    var message: WireMessage?
    var refusal: WireRefusal?
    var keys: [JSONCursor.NotedKey] = []

    init(_ line: [UInt8], _ sender: Side, _ reader: inout MessageReader, isStrict: Bool) {
      do throws(WireRefusal) {
        message =
          if isStrict { try reader.readStrictly(line.span, from: sender) } else {
            try reader.read(line.span, from: sender)
          }
        keys = reader.argumentKeys
      } catch {
        refusal = error
      }
    }
  }

  private static func isPlain(_ line: [UInt8], _ sender: Side, _ reader: inout MessageReader) -> Bool {
    var message = WireMessage()
    return reader.readPlain(line.span, from: sender, into: &message)
  }

  private func mutated(_ seed: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...2, using: &dice) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &dice)
      let piece = Array((Self.pieces.randomElement(using: &dice) ?? "").utf8)
      switch Int.random(in: 0..<6, using: &dice) {
      case 0: bytes.insert(contentsOf: piece, at: place)
      case 1:
        // Where members begin, so that much of it is read.
        let starts = bytes.indices.filter { bytes[$0] == 0x7B || bytes[$0] == 0x2C }
        bytes.insert(contentsOf: piece, at: (starts.randomElement(using: &dice) ?? place) + 1)
      case 2: bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
      case 3: bytes.remove(at: place)
      case 4: bytes[place] = UInt8.random(in: 0...255, using: &dice)
      default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...12, using: &dice)))
      }
    }
    return bytes
  }

  @Test(arguments: 1...4, [false, true]) func isReadAsTheStrictReaderReads(seed: Int, tellsKeysApart: Bool) {
    var dice = Dice(UInt64(seed))
    var reader = MessageReader(tellsKeysApart: tellsKeysApart)
    var strict = MessageReader(tellsKeysApart: tellsKeysApart)
    var (plain, refused) = (0, 0)
    for round in 0..<4_000 {
      let seeds = round % 2 == 0 ? Self.calls : Self.results
      let line = mutated(Array((seeds.randomElement(using: &dice) ?? "").utf8), &dice)
      for sender in Side.allCases {
        let found = Reading(line, sender, &reader, isStrict: false)
        let expected = Reading(line, sender, &strict, isStrict: true)
        guard found == expected, found.message == nil || reader.isCompact == strict.isCompact else {
          Issue.record("\(String(decoding: line, as: UTF8.self)) of the \(sender)")
          return
        }
        if found.refusal != nil { refused += 1 }
        if Self.isPlain(line, sender, &reader) { plain += 1 }
      }
    }
    // Both really happened.
    #expect(plain > 60 && refused > 500, "\(plain) \(refused)")
  }

  @Test func isMeantForWhatNearlyEverybodyWrites() {
    var reader = MessageReader()
    for line in Self.calls { #expect(Self.isPlain(Array(line.utf8), .client, &reader), "\(line)") }
    for line in Self.results { #expect(Self.isPlain(Array(line.utf8), .server, &reader), "\(line)") }
  }

  @Test func everyPrefix() {
    var reader = MessageReader()
    for line in (Self.calls + Self.results).map({ Array($0.utf8) }) {
      for count in 0..<line.count {
        for sender in Side.allCases { #expect(!Self.isPlain(Array(line[..<count]), sender, &reader)) }
      }
    }
  }
}
