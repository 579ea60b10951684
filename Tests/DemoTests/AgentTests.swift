import Demo
import Foundation
import JSONText
import Policy
import Testing

/// The agent, the policy and the server in one room, with a clock that is a number.
private struct Stage {
  struct Scene: Hashable {
    var milliseconds: Int64
    var tool: String
    var verdict: Verdict
  }

  var scenes: [Scene] = []
  /// Answers of the server that were errors, by their text.
  var failures: Set<String> = []
  var mostPerSecond = 0

  /// Plays so many calls with the policy that the demonstration begins with, or with none.
  init(calls: Int, seed: UInt64 = 1, guarded: Bool = true) throws {
    let engine = PolicyEngine(try PolicyDocument.read(Array(DemoPolicy.text.utf8)))
    var counters = Counters()
    var agent = AgentSession(story: AgentStory(seed: seed))
    var server = ServerConversation()
    var now = Moment(microseconds: 1_000_000_000)
    let start = now
    var lines: [[UInt8]] = []
    var wait: Int64 = 0

    func take(_ actions: [AgentSession.Action]) throws {
      for action in actions {
        switch action {
        case .send(let line): lines.append(line)
        case .wait(let milliseconds): wait = milliseconds
        case .giveUp(let reason): throw StageError(reason: reason)
        }
      }
    }

    try take(agent.opened())
    while scenes.count < calls {
      guard !lines.isEmpty else {
        now = now.advanced(byMicroseconds: wait * 1000)
        try take(agent.timerFired(at: now))
        continue
      }
      let line = Array(lines.removeFirst().dropLast())
      let message = try JSONNode.read(line)
      var decision: Decision?
      if message["method"]?.string == "tools/call", let tool = message["params"]?["name"]?.text {
        let call = Call(server: "shop", target: .tool(tool), session: "1")
        let made = engine.judge(call, counters: &counters, at: now).decision
        decision = made
        scenes.append(
          Scene(milliseconds: now.microseconds(since: start) / 1000, tool: tool.string, verdict: made.verdict))
      }
      if guarded, let decision, !decision.letsThrough {
        let wait = decision.retryAfter.map { ",\"retry_after_ms\":\($0 / 1000 + 1)" } ?? ""
        let id = try #require(message["id"]?.integer)
        let refusal =
          "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\":{\"content\":[],\"isError\":true,\"_meta\":{\"gatehouse/decision\":"
          + "{\"verdict\":\"\(decision.verdict.rawValue)\"\(wait)}}}}"
        try take(agent.received(Array(refusal.utf8), at: now))
      } else if let answer = server.answer(line) {
        now = now.advanced(byMicroseconds: Int64(answer.milliseconds) * 1000)
        let result = try JSONNode.read(answer.line)["result"]
        if result?["isError"]?.bool == true, let text = result?["content"]?.elements?.first?["text"]?.string {
          failures.insert(text)
        }
        try take(agent.received(Array(answer.line.dropLast()), at: now))
      }
    }
    var oldest = 0
    for index in scenes.indices {
      while scenes[index].milliseconds - scenes[oldest].milliseconds >= 1000 { oldest += 1 }
      mostPerSecond = max(mostPerSecond, index - oldest + 1)
    }
  }

  struct StageError: Error { var reason: String }
}

struct DemoPolicyTests {
  @Test func isReadWithoutComplaint() throws {
    let document = try PolicyDocument.read(Array(DemoPolicy.text.utf8))
    #expect(document.warnings == [])
  }
}

struct AgentTests {
  @Test func showsEverythingInItsFirstSeconds() throws {
    let stage = try Stage(calls: 60)
    let first = try #require(stage.scenes.first)
    #expect(first.milliseconds < 100)
    #expect(stage.scenes.count { $0.milliseconds < 300 } >= 3)
    #expect(stage.scenes.contains { $0.milliseconds < 3000 && $0.verdict == .deny })
    #expect(stage.scenes.contains { $0.milliseconds < 4000 && $0.verdict == .limit })
    #expect(stage.scenes.contains { $0.milliseconds < 3000 && $0.verdict == .ask })
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func goesOnForEver(seed: UInt64) throws {
    let stage = try Stage(calls: 1500, seed: seed)
    // Nothing that the policy lets through is a mistake of the script.
    #expect(stage.failures == [])
    #expect(Set(stage.scenes.map(\.verdict)) == [.allow, .deny, .limit, .ask, .hide])
    #expect(stage.mostPerSecond <= 15)
    // It neither falls asleep nor is told the same limit over and over.
    let pairs = zip(stage.scenes, stage.scenes.dropFirst())
    #expect(pairs.filter { earlier, later in later.milliseconds - earlier.milliseconds > 2500 }.isEmpty)
    #expect(pairs.filter { $0.verdict == .limit && $1.verdict == .limit && $0.tool == $1.tool }.isEmpty)
    let share = Double(stage.scenes.count { $0.verdict == .allow }) / Double(stage.scenes.count)
    #expect((0.6...0.95).contains(share), "\(share)")
  }

  @Test func survivesAShopThatItHasEmptied() throws {
    // Somebody allows everything: orders vanish, and the agent calls on.
    let stage = try Stage(calls: 2000, guarded: false)
    #expect(!stage.failures.isEmpty)
  }

  @Test func sameSeedSameDay() throws {
    #expect(try Stage(calls: 300).scenes == Stage(calls: 300).scenes)
    #expect(try Stage(calls: 300).scenes != Stage(calls: 300, seed: 2).scenes)
  }

  // MARK: The session

  private let now = Moment(microseconds: 1)

  private func lines(_ actions: [AgentSession.Action]) -> [String] {
    actions.compactMap { action in
      guard case .send(let line) = action else { return nil }
      return String(decoding: line, as: UTF8.self)
    }
  }

  @Test func answersTheServersRequests() {
    var session = AgentSession()
    _ = session.opened()
    #expect(
      lines(session.received(Array(#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#.utf8), at: now))
        == ["{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}\n"])
    #expect(
      lines(session.received(Array(#"{"jsonrpc":"2.0","id":7,"method":"roots/list"}"#.utf8), at: now))
        == ["{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32601,\"message\":\"method not found\"}}\n"])
  }

  @Test(arguments: ["", "log line", "[]", "{}", #"{"jsonrpc":"2.0"}"#, #"{"jsonrpc":"2.0","id":99,"result":{}}"#])
  func ignoresWhatIsNotForIt(_ line: String) {
    var session = AgentSession()
    _ = session.opened()
    #expect(session.received(Array(line.utf8), at: now) == [])
  }

  @Test func givesUpWithoutAHandshake() {
    var refused = AgentSession()
    _ = refused.opened()
    let refusal = Array(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}}"#.utf8)
    #expect(refused.received(refusal, at: now) == [.giveUp("initialize was refused")])
    var unanswered = AgentSession()
    _ = unanswered.opened()
    #expect(unanswered.timerFired(at: now) == [.giveUp("no answer to initialize")])
  }

  @Test func goesOnWhileAPersonIsAskedAndAsksAgainUntilSomebodyDecides() {
    var session = AgentSession()
    _ = session.opened()
    _ = session.received(Array(#"{"jsonrpc":"2.0","id":1,"result":{}}"#.utf8), at: now)
    _ = session.received(Array(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#.utf8), at: now)
    var id = 2
    var asked: String?
    for _ in 0..<20 where asked == nil {
      let sent = lines(session.timerFired(at: now))
      id += 1
      asked = sent.first { $0.contains("refund_payment") }
      if asked == nil { _ = session.received(Array("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\":{}}".utf8), at: now) }
    }
    guard let asked else {
      Issue.record("no refund was asked for")
      return
    }
    // The day goes on without an answer.
    let next = lines(session.timerFired(at: now))
    #expect(next.count == 1 && next.first?.contains("refund_payment") == false)
    func answer(_ data: String) -> [String] {
      let text =
        "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\":{\"isError\":true,\"_meta\":{\"gatehouse/decision\":{\(data)}}}}"
      return lines(session.received(Array(text.utf8), at: now))
    }
    let again = answer(#""verdict":"ask","approval":"q1-1""#)
    #expect(again.count == 1)
    // The same call under another number.
    #expect(again.first?.components(separatedBy: "\"params\"").last == asked.components(separatedBy: "\"params\"").last)
    #expect(again.first != asked)
    id += 2
    #expect(answer(#""verdict":"deny""#) == [])
  }

  @Test func listsAgainWhenTheToolsHaveChanged() {
    var session = AgentSession()
    _ = session.opened()
    _ = session.received(Array(#"{"jsonrpc":"2.0","id":1,"result":{}}"#.utf8), at: now)
    _ = session.received(Array(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#.utf8), at: now)
    #expect(lines(session.timerFired(at: now)).first?.contains("tools/call") == true)
    let change = Array(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#.utf8)
    #expect(session.received(change, at: now) == [])
    let next = lines(session.received(Array(#"{"jsonrpc":"2.0","id":3,"result":{"content":[]}}"#.utf8), at: now))
    #expect(next.first?.contains("tools/list") == true)
    // A page with a cursor is followed by the next.
    let page = Array(#"{"jsonrpc":"2.0","id":4,"result":{"tools":[{}],"nextCursor":"c"}}"#.utf8)
    #expect(lines(session.received(page, at: now)).first?.contains(#""cursor":"c""#) == true)
  }
}
