import ControlWire
import JSONText
import Policy
import Risk
import SeededChance
import Testing

/// The lines that every call causes, against the writer that everything else is written with.
struct EventEncoderTests {
  private static let letters: [Unicode.Scalar] = [
    "a", "z", " ", "~", "\"", "\\", "/", "\u{0}", "\u{1F}", "\u{20}", "\u{7E}", "\u{7F}", "\u{80}", "\u{9F}", "\n",
    "\t",
    "é", "\u{202E}", "\u{2028}", "漢", "\u{10FFFF}", "😀",
  ]

  private static func text(_ chance: inout Chance) -> String {
    var scalars = String.UnicodeScalarView()
    let isPlain = Bool.random(using: &chance)
    for _ in 0..<Int.random(in: 0...40, using: &chance) {
      scalars.append(isPlain ? "x" : letters.randomElement(using: &chance) ?? "a")
    }
    return String(scalars)
  }

  private static func plainly(_ message: GateMessage, _ event: DecisionEvent) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("seq", message.sequence)
    writer.member("time", message.time.rfc3339)
    writer.member("event", "decision")
    writer.member("session", event.session.string)
    writer.member("client", event.client.string)
    writer.member("grant", event.grant.string)
    writer.member("server", event.server.string)
    writer.member("method", event.method.string)
    writer.member("tool", ifPresent: event.tool?.string)
    writer.member("risk", ifPresent: event.severity?.rawValue)
    writer.member("category", ifPresent: event.category?.rawValue)
    writer.member("verdict", event.decision.verdict.rawValue)
    writer.member("enforced", event.decision.isEnforced)
    writer.member("rule", event.decision.rule)
    writer.member("reason", ifPresent: event.decision.reason)
    writer.member("retry_after_ms", ifPresent: event.decision.retryAfterMilliseconds)
    writer.member("policy", ifPresent: event.revision)
    writer.member("took_us", event.took)
    writer.member("args_digest", ifPresent: event.argumentsDigest)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }

  @Test(arguments: 1...4) func writesDecisionsAsTheOrdinaryWriterDoes(seed: UInt64) throws {
    var chance = Chance(seed)
    for _ in 0..<500 {
      func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &chance) ? value : nil }
      let event = DecisionEvent(
        session: ExactText(Self.text(&chance)), client: ExactText(Self.text(&chance)), grant: "local",
        server: ExactText(Self.text(&chance)), method: ExactText(Self.text(&chance)),
        tool: perhaps(ExactText(Self.text(&chance))), category: perhaps(.destructive), severity: perhaps(.critical),
        decision: Decision(
          Verdict.allCases.randomElement(using: &chance) ?? .allow, rule: Self.text(&chance),
          reason: perhaps(Self.text(&chance)), retryAfter: perhaps(Int64.random(in: 0...10_000_000, using: &chance)),
          isEnforced: Bool.random(using: &chance)),
        revision: perhaps("0123456789ab"), took: Int64.random(in: 0...200, using: &chance),
        argumentsDigest: perhaps(ContentDigest(of: [1]).hexadecimal))
      let message = GateMessage(
        sequence: UInt64.random(in: 1...(1 << UInt64.random(in: 0...62, using: &chance)), using: &chance),
        time: Moment(microseconds: Int64.random(in: 0...4_107_542_400_000_000, using: &chance)),
        event: .decision(event))
      let line = message.encoded
      #expect(String(decoding: line, as: UTF8.self) == Self.plainly(message, event))
    }
  }

  /// What is kept of a decision for the next one like it makes the same line.
  @Test(arguments: 1...4) func writesDecisionsAgain(seed: UInt64) {
    var chance = Chance(seed)
    for _ in 0..<300 {
      func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &chance) ? value : nil }
      let decision = Decision(
        .allow, rule: Self.text(&chance), reason: perhaps(Self.text(&chance)),
        isEnforced: Bool.random(using: &chance))
      let source = EventEncoder.source(
        session: ExactText(Self.text(&chance)), client: ExactText(Self.text(&chance)), grant: "local", server: "s")
      let (method, tool) = (Self.text(&chance), perhaps(Self.text(&chance)))
      let (category, severity): (Risk.Category?, Risk.Severity?) = (perhaps(.destructive), perhaps(.critical))
      let digest = perhaps(ContentDigest(of: [UInt8.random(in: 0...255, using: &chance)]))
      let time = Moment(microseconds: Int64.random(in: 0...4_107_542_400_000_000, using: &chance))
      var encoder = EventEncoder()
      var expected = LineBuffer(
        capacity: EventEncoder.room(
          source: source, method: method, tool: tool, decision: decision, revision: "ab",
          argumentsDigest: digest?.hexadecimal))
      let place = encoder.decision(
        decision, sequence: 7, at: time, source: source, method: method, tool: tool, category: category,
        severity: severity, revision: "ab", took: 0, argumentsDigest: digest?.hexadecimal, into: &expected)
      let middle = EventEncoder.again(
        decision, source: source, method: method, tool: tool, category: category, severity: severity, revision: "ab")
      var found = LineBuffer(capacity: EventEncoder.room(again: middle))
      let foundPlace = encoder.decision(
        again: middle, sequence: 7, at: time, argumentsDigest: digest, into: &found)
      #expect(foundPlace == place)
      #expect(found.memory.prefix(found.count) == expected.memory.prefix(expected.count))
    }
  }

  @Test(arguments: [0, 9, 10, 99, 100, 101, 999_999, 1_000_000, 9_999_999_999, UInt64(Int64.max)])
  func writesNumbersOfAnyLength(_ number: UInt64) throws {
    for time in [0, 999_999, 1_000_000, -1, 951_782_400_000_000] as [Int64] {
      let message = GateMessage(
        sequence: max(1, number), time: Moment(microseconds: time),
        event: .result(ResultEvent(decisionSequence: number, outcome: .lost, took: Int64(number), bytes: 1)))
      let text =
        #"{"seq":\#(max(1, number)),"time":"\#(message.time.rfc3339)","event":"result","seq_of_decision":\#(number),"#
        + #""outcome":"lost","took_us":\#(number),"bytes":1}"# + "\n"
      #expect(String(decoding: message.encoded, as: UTF8.self) == text)
    }
  }

  @Test func keepsUpWithTheClock() {
    var encoder = EventEncoder()
    let times: [Int64] = [5, 999_999, 1_000_000, 1_999_999, 999_998, 59_999_999, 60_000_000, -3, -1_000_001, 0]
    for time in times {
      var buffer = LineBuffer(capacity: EventEncoder.roomForResult)
      let result = ResultEvent(decisionSequence: 1, outcome: .ok, took: -1, bytes: 0)
      encoder.result(result, sequence: 2, at: Moment(microseconds: time), into: &buffer)
      let text = String(decoding: buffer.memory.prefix(buffer.count), as: UTF8.self)
      #expect(text.contains("\"\(Moment(microseconds: time).rfc3339)\""))
      #expect(text.contains("\"took_us\":-1,"))
    }
  }
}
