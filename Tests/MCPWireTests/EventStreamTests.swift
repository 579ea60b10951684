import SeededChance
import Testing

import MCPWire

/// Server-sent events: every way that a line may end, and every way that bytes may be cut.
struct EventStreamTests {
  struct Reading: Hashable {
    var events: [String] = []
    var id = ""
    var retry: Int64?
    var isOversized = false
  }

  /// Reads pieces one after the other; an event is told as `name|data`.
  static func read(_ pieces: [ArraySlice<UInt8>], limit: Int = 1_000_000) -> Reading {
    var reader = EventStreamReader(limit: limit)
    var reading = Reading()
    for piece in pieces {
      let bytes = Array(piece)
      for event in reader.feed(bytes.span) {
        reading.events.append(
          String(decoding: event.name, as: UTF8.self) + "|" + String(decoding: event.data, as: UTF8.self))
      }
    }
    reading.id = String(decoding: reader.lastID, as: UTF8.self)
    reading.retry = reader.retry
    reading.isOversized = reader.isOversized
    return reading
  }

  static func read(_ text: String, limit: Int = 1_000_000) -> Reading { read([Array(text.utf8)[...]], limit: limit) }

  @Test(
    arguments: [
      ("data: a\n\n", ["|a"]),
      ("data: a\r\n\r\n", ["|a"]),
      ("data: a\r\r", ["|a"]),
      ("data: a\r\n\n", ["|a"]),
      ("data: a\n\r", ["|a"]),
      ("\u{FEFF}data: a\n\n", ["|a"]),
      ("\u{FEFF}\u{FEFF}data: a\n\n", []),
      ("data:a\n\n", ["|a"]),
      ("data:  a\n\n", ["| a"]),
      ("data: a\ndata: b\n\n", ["|a\nb"]),
      ("data: a\ndata\ndata: b\n\n", ["|a\n\nb"]),
      ("data\n\n", ["|"]),
      ("data:\n\n", ["|"]),
      (": a comment\ndata: a\n:\n\n", ["|a"]),
      ("event: message\ndata: a\n\ndata: b\n\n", ["message|a", "|b"]),
      ("event: x\n\ndata: a\n\n", ["|a"]),
      ("Data: a\n\n", []),
      (" data: a\n\n", []),
      ("data : a\n\n", []),
      ("unknown: a\ndata: b\n\n", ["|b"]),
      ("data: a: b\n\n", ["|a: b"]),
      ("data: a\n", []),
      ("data: a", []),
      ("", []),
      ("\n\n\n", []),
      ("data: \u{2028}é\n\n", ["|\u{2028}é"]),
    ])
  func readsEvents(text: String, events: [String]) {
    #expect(Self.read(text).events == events)
  }

  @Test(
    arguments: [
      ("id: 7\ndata: a\n\n", "7"),
      ("id: 7\n\n", "7"),
      ("id: 7\ndata: a\n", ""),
      ("id: 7\n\nid\n\n", ""),
      ("id: 7\n\ndata: a\n\n", "7"),
      ("id: 7\n\nid: a\u{0}b\n\n", "7"),
      ("id: 7\n\nid: \(String(repeating: "x", count: 1_025))\n\n", "7"),
    ])
  func keepsTheIDOfWhatWasDispatched(text: String, id: String) {
    #expect(Self.read(text).id == id)
  }

  @Test(
    arguments: [
      ("retry: 250\n", 250), ("retry: 0\n", 0), ("retry: 1s\n", nil), ("retry: -1\n", nil), ("retry:\n", nil),
      ("retry: 99999999999999999999999\n", 3_600_000), ("retry: 12\nretry: x\n", 12),
    ] as [(String, Int64?)])
  func readsHowLongToWait(text: String, retry: Int64?) {
    #expect(Self.read(text).retry == retry)
  }

  @Test func refusesWhatIsTooLong() {
    #expect(Self.read("data: 12345\n\n", limit: 11).events == ["|12345"])
    #expect(Self.read("data: 123456\n\ndata: a\n\n", limit: 11) == Reading(isOversized: true))
    #expect(Self.read("data: 1234\ndata: 5678\n\n", limit: 11).isOversized)
    #expect(Self.read(": \(String(repeating: "x", count: 20))\n", limit: 11).isOversized)
  }

  /// However a stream is cut, it is the same stream.
  @Test(arguments: 0..<300)
  func readsTheSameHoweverItIsCut(seed: UInt64) {
    var chance = Chance(seed)
    let parts = [
      "data", ":", " ", "\n", "\r", "\r\n", "\n\n", "id", "id: 1\n", "event: x\n", "retry: 5\n", "data: a\n", "é",
      "\u{FEFF}",
      "data: {\"a\":1}\n\n", "\0",
    ]
    var text: [UInt8] = []
    for _ in 0..<chance.below(40) { text += parts[chance.below(parts.count)].utf8 }
    let whole = Self.read([text[...]])
    #expect(Self.read(text.indices.map { text[$0...$0] }) == whole)
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < text.count {
      let end = min(text.count, start + 1 + chance.below(6))
      pieces.append(text[start..<end])
      start = end
    }
    #expect(Self.read(pieces) == whole)
  }
}
