import ControlWire
import GateCore
import JSONText
import Policy
import RegularExpressions
import Testing

struct RecordedArgumentsTests {
  private static let line =
    #"{"seq":7,"time":"2026-11-21T00:00:00.000001Z","event":"decision","session":"s1","client":"c","grant":"local","server":"git","method":"tools/call","tool":"push","verdict":"allow","enforced":true,"rule":"(default)","took_us":3,"args_digest":"d1"}"#

  /// What becomes of the line of a call with these arguments.
  private func recorded(
    _ arguments: String?, _ how: RecordedArguments, line: String = line, secrets: Secrets = .none
  ) -> String? {
    var recent = RecentCalls()
    let text = Array((arguments ?? "").utf8)
    recent.keep(7, text.span, arguments == nil ? nil : 0..<text.count)
    return how.line(Array(line.utf8).span, with: recent, hiding: { $0 == "s1" ? secrets : .none })
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private func args(_ arguments: String, _ how: RecordedArguments, secrets: Secrets = .none) -> String? {
    recorded(arguments, how, secrets: secrets).map { String($0.dropFirst(Self.line.utf8.count - 1)) }
  }

  @Test func fullIsWhatTheClientWroteWithoutItsBlanks() {
    #expect(
      args(#"{ "token": "abc", "n": 1.0e3, "x": [ "é", null ] }"#, RecordedArguments(isRedacted: false))
        == #","args":{"token":"abc","n":1.0e3,"x":["é",null]}}"#)
  }

  @Test func redactedHidesWhatIsNamedOrShapedLikeASecret() {
    let how = RecordedArguments(isRedacted: true)
    #expect(args(#"{"n":1,"path":"/srv"}"#, how) == #","args":{"n":1,"path":"/srv"}}"#)
    #expect(
      args(#"{"api_key":"abc","text":"use ghp_abcdefghijklmnop1234 now"}"#, how)
        == #","args_masked":true,"args":{"api_key":"[hidden]","text":"use [hidden] now"}}"#)
    let secrets = Secrets(environment: [Array("DB_PASSWORD=open sesame".utf8)], own: [String](), words: [])
    #expect(
      args(#"{"text":"say open sesame"}"#, how, secrets: secrets)
        == #","args_masked":true,"args":{"text":"say [hidden]"}}"#)
  }

  @Test func patternsOfTheUsersReplaceTheWholeValueByTheirName() throws {
    let how = RecordedArguments(
      isRedacted: true,
      patterns: [
        .init(name: "iban", expression: try RegularExpression("DE[0-9]{4}")),
        .init(name: "number", expression: try RegularExpression("^[0-9]{6}$")),
      ])
    #expect(
      args(#"{"to":"pay DE1234 now","n":123456,"m":12345,"DE9999":{"a":["DE0000"]}}"#, how)
        == #","args_masked":true,"args":{"to":"[hidden: iban]","n":"[hidden: number]","m":12345,"[hidden: iban]":{"a":["[hidden: iban]"]}}}"#
    )
    #expect(args(#"{"to":"x"}"#, how) == #","args":{"to":"x"}}"#)
  }

  @Test func otherLinesStayAsTheyAre() {
    let how = RecordedArguments(isRedacted: false)
    #expect(recorded(nil, how) == nil)
    #expect(recorded(#"{"a":1}"#, how, line: Self.line.replacing("decision", with: "resulted")) == nil)
    #expect(recorded(#"{"a":1}"#, how, line: Self.line.replacing("\"seq\":7", with: "\"seq\":8")) == nil)
    #expect(recorded("{\"a\":\"\(String(repeating: "x", count: RecentCalls.longest))\"}", how) == nil)
    #expect(recorded("{", how) == nil)
  }

  @Test func whatIsWrittenIsReadAsADecision() throws {
    let line = try #require(recorded(#"{"token":"abc"}"#, RecordedArguments(isRedacted: true)))
    let found = DecisionLine(Array(line.utf8).span)
    let parts = try #require(found)
    #expect(parts.isMasked && parts.arguments.map { Array(line.utf8)[$0].count } == #"{"token":"[hidden]"}"#.utf8.count)
    guard case .decision(let event)?? = try? GateMessage.read(Array(line.utf8))?.event else {
      Issue.record("no decision")
      return
    }
    #expect(event.argumentsDigest == "d1")
  }
}
