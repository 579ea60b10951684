import JSONText
import Policy
import Testing

import GateCore

/// The older era: sessions, answers in JSON and in streams, and everything that can be late, missing or said twice.
struct RemoteConversationTests {
  @Test("P27 P29 P30: a handshake, and what its session carries") func handshake() {
    var talk = Talk()
    #expect(talk.say(Talk.initialize) == ["POST 1"])
    #expect(talk.header(1, "Accept") == "application/json, text/event-stream")
    #expect(talk.header(1, "Content-Type") == "application/json")
    #expect(talk.header(1, "MCP-Protocol-Version") == nil)
    #expect(talk.header(1, "Mcp-Method") == nil)
    // Nobody knows yet in which session to say more.
    #expect(talk.say(Talk.initialized) == [])
    #expect(talk.head(1, 200, "application/json; charset=utf-8", [("mcp-session-id", "abc!~")]) == [])
    let greeting = #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}}"#
    #expect(talk.body(1, "{\"jsonrpc\": \"2.0\",\r\n\"id\":1, \"result\":") == [])
    #expect(talk.body(1, " {\"protocolVersion\":\"2025-06-18\"}\n}\n") == [])
    #expect(talk.finish(1) == ["> \(greeting)", "POST 2"])
    #expect(talk.header(2, "Mcp-Session-Id") == "abc!~")
    #expect(talk.header(2, "MCP-Protocol-Version") == "2025-06-18")
    // A call does not overtake the notification before it.
    #expect(talk.say(Talk.call(2)) == [])
    #expect(talk.head(2, 202, "") == ["POST 3", "GET 4"])
    #expect(talk.header(4, "Accept") == "text/event-stream")
    #expect(talk.header(4, "Mcp-Session-Id") == "abc!~")
    #expect(talk.finish(2) == [])
    #expect(talk.answer(3, Talk.result(2)) == ["> \(Talk.result(2))"])
  }

  @Test(
    "P27: an id that cannot be sent back is not taken",
    arguments: ["", "a b", "é", String(repeating: "x", count: 1_025)])
  func badSession(id: String) {
    var talk = Talk()
    _ = talk.say(Talk.initialize)
    #expect(
      talk.head(1, 200, "application/json", [("Mcp-Session-Id", id)]) == [
        "cancel 1", "fail 1: the server gives the session an id that cannot be sent back?",
      ])
  }

  @Test func aServerWithoutSessionsHasNoStream() {
    var talk = Talk.older(session: nil)
    #expect(talk.say(Talk.call(5)) == ["POST 3"])
    #expect(talk.header(3, "Mcp-Session-Id") == nil)
    talk.conversation.close(at: talk.now)
    #expect(talk.done() == ["cancel 3", "end: well"])
  }

  @Test("P81: an answer in a stream, with what comes before it") func stream() {
    var talk = Talk.older()
    #expect(talk.say(Talk.call(7)) == ["POST 4"])
    #expect(talk.head(4, 200, "text/event-stream") == [])
    let progress = #"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#
    #expect(talk.body(4, ": hello\r\nid: 1\r\ndata:\r\n\r\nevent: message\ndata: \(progress)\n\n") == ["> \(progress)"])
    #expect(talk.body(4, "event: other\ndata: {}\n\ndata: {\"jsonrpc\":\"2.0\",\n") == [])
    #expect(talk.body(4, "data: \"id\":7,\"result\":{\"content\":[]}}\n\n") == ["> \(Talk.result(7))"])
    // A second answer is nobody's.
    #expect(talk.body(4, "data: \(Talk.result(7))\n\n") == [])
    #expect(talk.finish(4) == [])
    #expect(talk.conversation.wakeUp == nil)
  }

  @Test func aStreamThatStaysOpenAfterItsAnswerIsCutOff() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    _ = talk.head(4, 200, "text/event-stream")
    _ = talk.body(4, "data: \(Talk.result(7))\n\n")
    #expect(talk.pass(seconds: 1) == [])
    #expect(talk.pass(seconds: 1.1) == ["cancel 4"])
    #expect(talk.finish(4) == [])
  }

  @Test("P20: an answer belongs to the request whose POST brought it") func foreignAnswers() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    _ = talk.say(Talk.call(8))
    #expect(talk.answer(4, Talk.result(8)) == ["fail 7: the server's answer belongs to another request?"])
    _ = talk.head(5, 200, "text/event-stream")
    #expect(talk.body(5, "data: \(Talk.result(7))\n\ndata: \(Talk.result(9))\n\n") == [])
    #expect(talk.finish(5) == ["fail 8: the server's stream has ended without the answer?"])
  }

  @Test("P23: what a server asks passes, and its answer is sent before anything else") func question() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    _ = talk.head(4, 200, "text/event-stream")
    let ask = #"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#
    #expect(talk.body(4, "data: \(ask)\n\n") == ["> \(ask)"])
    #expect(talk.say(#"{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}"#) == ["POST 5"])
    #expect(talk.say(Talk.call(8)) == [])
    #expect(talk.pass(seconds: 31) == ["POST 6"])
    #expect(talk.head(5, 202, "") == [])
  }

  @Test("P28: a stream that breaks off is gone on with, and nothing is sent again") func resumption() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    _ = talk.head(4, 200, "text/event-stream")
    _ = talk.body(4, "id: e-1\nretry: 300\ndata:\n\n")
    #expect(talk.finish(4) == [])
    #expect(talk.pass(seconds: 0.2) == [])
    #expect(talk.pass(seconds: 0.2) == ["GET 5"])
    #expect(talk.header(5, "Last-Event-ID") == "e-1")
    #expect(talk.header(5, "Mcp-Session-Id") == "s1")
    _ = talk.head(5, 200, "text/event-stream")
    #expect(talk.body(5, "id: e-2\ndata: \(Talk.result(7))\n\n") == ["> \(Talk.result(7))"])
    #expect(talk.finish(5) == [])
    #expect(talk.conversation.wakeUp == nil)
  }

  @Test func goingOnIsNotTriedForEver() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    _ = talk.head(4, 200, "text/event-stream")
    _ = talk.body(4, "id: e-1\ndata:\n\n")
    let broken = RemoteFailure("the server has broken the connection off", mayHaveHappened: false, isOutage: true)
    var seen = talk.finish(4, broken)
    var gets = 0
    for _ in 0..<200 where !seen.contains(where: { $0.hasPrefix("fail") }) {
      seen = talk.pass(seconds: 1)
      guard let get = seen.first(where: { $0.hasPrefix("GET") }), let number = Int(get.dropFirst(4)) else { continue }
      gets += 1
      seen = talk.finish(number, broken)
    }
    #expect(gets == 5)
    #expect(seen == ["fail 7: the server has broken the connection off?!"])
  }

  @Test func whatCannotBeGoneOnWithIsLost() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    _ = talk.head(4, 200, "text/event-stream")
    _ = talk.body(4, "id: e-1\ndata:\n\n")
    _ = talk.finish(4)
    #expect(talk.pass(seconds: 1.1) == ["GET 5"])
    #expect(
      talk.head(5, 405, "") == [
        "cancel 5", "fail 7: the server's stream has ended without the answer, and does not go on (HTTP 405)?",
      ])
  }

  @Test("P27: a session that the server has ended ends for the client, too") func lostSession() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    _ = talk.say(Talk.call(8))
    _ = talk.head(5, 200, "text/event-stream")
    #expect(
      talk.head(4, 404) == [
        "cancel 4", "cancel 5", "end: the server has ended the session (HTTP 404); begin a new one",
      ])
    #expect(talk.say(Talk.call(9)) == [])
    #expect(talk.finish(5) == [])
  }

  @Test func theStreamForWhatTheServerSaysItself() {
    var talk = Talk.older(refusesStream: false)
    #expect(talk.requests[3]?.method == .get)
    _ = talk.head(3, 200, "text/event-stream")
    let change = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
    #expect(talk.body(3, "id: 9\ndata: \(change)\n\ndata: \(Talk.result(1))\n\ndata: {nonsense\n\n") == ["> \(change)"])
    #expect(talk.finish(3) == [])
    #expect(talk.pass(seconds: 1.1) == ["GET 4"])
    #expect(talk.header(4, "Last-Event-ID") == "9")
    // One that cannot be reached is asked more and more seldom.
    let broken = RemoteFailure("x", mayHaveHappened: false)
    #expect(talk.finish(4, broken) == [])
    #expect(talk.pass(seconds: 1.1) == ["GET 5"])
    #expect(talk.finish(5, broken) == [])
    #expect(talk.pass(seconds: 1.1) == [])
    #expect(talk.pass(seconds: 1) == ["GET 6"])
    #expect(talk.head(6, 405, "") == ["cancel 6"])
    #expect(talk.conversation.wakeUp == nil)
  }

  @Test("P25: a call that is given up is told to the server, and its stream is not kept") func cancellation() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    #expect(talk.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#) == ["POST 5"])
    #expect(talk.head(5, 202, "") == [])
    #expect(talk.finish(5) == [])
    #expect(talk.pass(seconds: 2.1) == ["cancel 4"])
    #expect(talk.finish(4) == [])
  }

  @Test func goodbye() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    talk.conversation.close(at: talk.now)
    #expect(talk.done() == ["cancel 4", "DELETE 5"])
    #expect(talk.header(5, "Mcp-Session-Id") == "s1")
    #expect(talk.head(5, 405, "") == [])
    #expect(talk.finish(5) == ["end: well"])
    #expect(talk.pass(seconds: 10) == [])
  }

  @Test func aGoodbyeIsNotWaitedForLong() {
    var talk = Talk.older()
    talk.conversation.close(at: talk.now)
    #expect(talk.done() == ["DELETE 4"])
    #expect(talk.pass(seconds: 3.1) == ["cancel 4", "end: well"])
  }

  @Test(
    "P80 P83: what an HTTP status says to who asked",
    arguments: [
      (
        301, "",
        "the server redirects to `evil.example` (HTTP 301), which is not followed; if that is the right address, register it."
      ),
      (
        401, "",
        "the server wants credentials (HTTP 401); give its entry in the registry a header, such as `--header-env 'Authorization=VARIABLE'`."
      ),
      (403, "", "the server forbids this (HTTP 403); see what the headers of its entry in the registry allow."),
      (400, "text/html", "the server has refused the request (HTTP 400)."),
      (429, "", "the server is asked too often (HTTP 429); try again in 7 s."),
      (500, "text/html", "the server has failed (HTTP 500); try again in 7 s?"),
      (503, "", "the server has failed (HTTP 503); try again in 7 s?!"),
      (202, "", "the server has taken the request without an answer (HTTP 202)?"),
      (204, "", "the server has taken the request without an answer (HTTP 204)?"),
      (200, "text/html", "the server's answer is neither JSON nor a stream of events?"),
      (200, "", "the server's answer is neither JSON nor a stream of events?"),
    ]) func statuses(status: Int, type: String, text: String)
  {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    let more = [("Location", "https://user@evil.example/x?y"), ("Retry-After", "7")]
    #expect(talk.head(4, status, type, more) == ["cancel 4", "fail 7: \(text)"])
  }

  @Test func problemsInJSONAreTheAnswer() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    let error = #""error":{"code":-32602,"message":"no"}}"#
    #expect(
      talk.answer(4, 400, #"{"jsonrpc":"2.0","id":"server-error",\#(error)"#) == [
        #"> {"jsonrpc":"2.0","id":7,\#(error)"#
      ])
    _ = talk.say(Talk.call(8))
    #expect(talk.answer(5, 200, #"{"jsonrpc":"2.0","id":null,\#(error)"#) == [#"> {"jsonrpc":"2.0","id":8,\#(error)"#])
    _ = talk.say(Talk.call(9))
    #expect(talk.answer(6, 400, Talk.result(9)) == ["fail 9: the server has refused the request (HTTP 400)."])
    _ = talk.say(Talk.call(10))
    #expect(talk.answer(7, 500, "{}") == ["fail 10: the server has failed (HTTP 500)?"])
  }

  @Test(
    arguments: [
      ("", "an unexpected end (byte 0)"), ("<html>", "an unexpected byte (byte 0)"), ("[]", "a batch holds"),
      ("{}", "jsonrpc"),
    ]) func answersThatAreNone(body: String, text: String)
  {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    let seen = talk.answer(4, body)
    #expect(seen.count == 2 && seen[0] == "cancel 4" && seen[1].hasPrefix("fail 7: the server's answer was refused: "))
  }

  @Test func anAnswerThatBreaksOffIsNone() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    _ = talk.head(4, 200)
    _ = talk.body(4, Talk.result(7))
    let failure = RemoteFailure("the server has broken the connection off", mayHaveHappened: true, isOutage: true)
    #expect(talk.finish(4, failure) == ["fail 7: the server has broken the connection off?!"])
  }

  @Test func aMessageMayBeOnlySoLong() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    _ = talk.head(4, 200)
    _ = talk.body(4, String(repeating: " ", count: 33_554_432))
    #expect(talk.body(4, " ") == ["cancel 4", "fail 7: the server's answer is longer than a message may be?"])
    _ = talk.say(Talk.call(8))
    _ = talk.head(5, 200, "text/event-stream")
    #expect(
      talk.body(5, String(repeating: "x", count: 33_554_433)) == [
        "cancel 5", "fail 8: the server's answer is longer than a message may be?",
      ])
  }

  @Test func whereThereIsNoServer() {
    var talk = Talk()
    _ = talk.say(Talk.initialize)
    #expect(talk.head(1, 404, "text/html").last?.contains("HTTP+SSE of 2024-11-05 is not supported") == true)
    // The next handshake may go better.
    #expect(talk.say(Talk.initialize) == ["POST 2"])
    let failure = RemoteFailure(
      "the server cannot be reached: connection refused", mayHaveHappened: false, isOutage: true)
    #expect(talk.finish(2, failure) == ["fail 1: the server cannot be reached: connection refused.!"])
  }

  @Test func afterTheEndNothingComes() {
    var talk = Talk.older()
    _ = talk.say(Talk.call(7))
    talk.conversation.kill()
    #expect(talk.done() == ["cancel 4", "end: well"])
    #expect(talk.head(4, 200) == [])
    #expect(talk.body(4, Talk.result(7)) == [])
    #expect(talk.finish(4) == [])
    #expect(talk.say(Talk.call(8)) == [])
    talk.conversation.close(at: talk.now)
    #expect(talk.done() == [])
  }

  @Test func batchesAreOfOneVersionOnly() {
    for version in ["2025-03-26", "2025-06-18"] {
      var talk = Talk()
      _ = talk.say(Talk.initialize)
      _ = talk.answer(1, #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"\#(version)"}}"#)
      _ = talk.say(Talk.call(7))
      let note = #"{"jsonrpc":"2.0","method":"notifications/message"}"#
      let seen = talk.answer(2, "[\(note), \(Talk.result(7))]")
      #expect((seen == ["> \(note)", "> \(Talk.result(7))"]) == (version == "2025-03-26"))
    }
  }
}
