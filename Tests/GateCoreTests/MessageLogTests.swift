import ControlWire
import GateCore
import JSONText
import Policy
import Testing

@Suite("P73: what servers write is kept within bounds")
struct MessageLogTests {
  private let now = Moment(microseconds: 1_000_000)

  private func lines(_ parts: [String]) -> [MessageLines.Line] {
    var gatherer = MessageLines()
    var lines: [MessageLines.Line] = []
    for part in parts { gatherer.feed(Array(part.utf8).span) { lines.append($0) } }
    gatherer.end { lines.append($0) }
    return lines
  }

  private func texts(_ parts: String...) -> [String] {
    lines(parts).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test func partsAreJoinedAndLinesCut() {
    #expect(texts("a", "b\nc", "\r\n\n", "d") == ["ab", "c", "d"])
    let long = lines([String(repeating: "x", count: 3_000), String(repeating: "y", count: 3_000) + "\nz\n"])
    #expect(long.map(\.bytes.count) == [MessageLog.longestLine, 1])
    #expect(long.map(\.isCut) == [true, false])
  }

  @Test func theLinesOfAKeyAreKnown() {
    let key = lines(["a\n-----BEGIN PRIVATE KEY-----\nMIIE\nabcd\n-----END PRIVATE KEY-----\nb\n"])
    #expect(key.map(\.isKey) == [false, false, true, true, true, false])
    let endless = lines(["-----BEGIN PRIVATE KEY-----\n" + String(repeating: "x\n", count: 300)])
    #expect(!(endless.last?.isKey ?? true))
    var log = MessageLog()
    for line in key { log.append(line, from: .stderr, of: "s", session: "1", secrets: .none, at: now) }
    #expect(
      log.messages(of: "s", after: nil, limit: 9).messages.map(\.text) == [
        "a", "[hidden]", "[hidden]", "[hidden]", "[hidden]", "b",
      ])
  }

  private func say(
    _ text: String, _ server: ExactText, _ log: inout MessageLog, from source: ServerMessage.Source = .stderr
  ) {
    log.append(
      MessageLines.Line(bytes: Array(text.utf8)), from: source, of: server, session: "1", secrets: .none, at: now)
  }

  @Test func theLastLinesAreGiven() {
    var log = MessageLog()
    for number in 1...10 { say("line \(number)", number.isMultiple(of: 2) ? "even" : "odd", &log) }
    say("noise", "odd", &log, from: .noise)
    let last = log.messages(of: "odd", after: nil, limit: 2)
    #expect(last.messages.map(\.text) == ["line 9", "noise"])
    #expect(last.messages.map(\.number) == [9, 11])
    #expect(last.missed == 4)
    #expect(log.messages(of: "odd", after: 7, limit: 9).messages.map(\.text) == ["line 9", "noise"])
    #expect(log.messages(of: "odd", after: 11, limit: 9).messages.isEmpty)
    #expect(log.messages(of: "odd", after: .max, limit: .max).messages.isEmpty)
    #expect(log.messages(of: "nobody", after: nil, limit: 9).messages.isEmpty)
    #expect(log.lastLine(of: "odd") == "line 9")
  }

  @Test func whatIsKeptIsBounded() {
    var log = MessageLog()
    let text = String(repeating: "x", count: 1_000)
    for number in 0..<1_000 { say("\(number) \(text)", "loud", &log) }
    let loud = log.messages(of: "loud", after: nil, limit: .max).messages
    #expect(loud.count * 1_160 <= MessageLog.mostOfServer && loud.count > 200)
    #expect(loud.last?.text.hasPrefix("999 ") == true)
    // Many servers: the quietest go first, those that speak stay.
    for number in 0..<40 {
      for _ in 0..<300 { say(text, ExactText("s\(number)"), &log) }
      say("here", "loud", &log)
    }
    #expect(log.lastLine(of: "loud") == "here")
    #expect(log.lastLine(of: "s39") != nil)
    #expect(log.lastLine(of: "s0") == nil)
    let kept = (0..<40).reduce(0) { $0 + log.messages(of: ExactText("s\($1)"), after: nil, limit: .max).messages.count }
    #expect(kept * 1_160 <= MessageLog.mostOfAll)
  }
}
