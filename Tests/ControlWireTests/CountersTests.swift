import ControlWire
import JSONText
import Policy
import Testing

/// How far limits are used up, on the socket.
struct CountersTests {
  static let answer = CountersAnswer(
    server: "git", tool: "git_\"log",
    counts: [
      CountersAnswer.Count(
        rule: "/servers/git/tools/git_log/limits/0", scope: .session, holder: "7f3a\u{1B}", used: "9", max: "10",
        window: "minute", lessIn: 21_000_000),
      CountersAnswer.Count(
        rule: "/all_tools/limits/0", scope: .global, holder: nil, used: "0.5", max: "1000", window: "90 seconds",
        lessIn: nil),
    ], untold: 3)

  @Test(arguments: [answer, CountersAnswer(server: "", tool: "", counts: [])])
  func whatIsWrittenIsReadAgain(answer: CountersAnswer) throws {
    let message = GateMessage(sequence: 0, time: Moment(microseconds: 0), event: .counters(answer, id: 7))
    #expect(try GateMessage.read(Array(message.encoded.dropLast())) == message)
  }

  @Test(arguments: [
    (#""scope":"session""#, #""scope":"nobody""#), (#""used":"9""#, #""used":9"#), (#""untold":3"#, #""untold":"3""#),
    (#""max":"10","#, ""),
  ])
  func whatIsWrongIsRefused(part: String, broken: String) {
    let message = GateMessage(sequence: 0, time: Moment(microseconds: 0), event: .counters(Self.answer, id: nil))
    let text = String(decoding: message.encoded.dropLast(), as: UTF8.self)
    #expect(text.contains(part))
    #expect(throws: ControlError.self) { _ = try GateMessage.read(Array(text.replacing(part, with: broken).utf8)) }
  }
}
