internal import JSONText
package import Policy

/// The client's side of the demonstration's session: lines and timers in, lines and timers out.
package struct AgentSession: Sendable {
  package enum Action: Hashable, Sendable {
    /// One whole line.
    case send([UInt8])
    /// Call `timerFired` in so many milliseconds, instead of any time before.
    case wait(Int64)
    /// The session is of no use any more.
    case giveUp(String)
  }

  private enum State {
    /// Waits for the answer to `initialize`. Leads to `listing`.
    case initializing
    /// Waits for a page of tools. Leads to `listing` or `thinking`.
    case listing(id: Int)
    /// The pause before a call. Leads to `calling`.
    case thinking(AgentStory.Step)
    /// Waits for a result. Leads to `thinking`, or to `listing` if the tools have changed.
    case calling(id: Int, AgentStory.Step)
  }

  private static let version = "2025-11-25"
  /// Longer than a call is held for a person's approval.
  private static let patience: Int64 = 90_000
  private static let handshakePatience: Int64 = 20_000

  private var state = State.initializing
  private var story: AgentStory
  private var lastID = 0
  private var toolsChanged = false
  /// The call that a person may be asked about, beside the others; at most one.
  private var aside: (id: Int, step: AgentStory.Step, left: Int)?

  /// How often a call that nobody has decided about is made again: for longer than a person may take.
  private static let mostRetries = 20
  /// How many tools the server showed.
  package private(set) var toolCount = 0

  package init(story: AgentStory = AgentStory()) { self.story = story }

  // MARK: Events

  package mutating func opened() -> [Action] {
    let hello = request("initialize") { writer in
      writer.member("protocolVersion", Self.version)
      writer.key("capabilities")
      writer.beginObject()
      writer.endObject()
      writer.key("clientInfo")
      writer.beginObject()
      writer.member("name", "demo-agent")
      writer.member("title", "The shop's assistant")
      writer.member("version", "1.0.0")
      writer.endObject()
    }
    return [.send(hello), .wait(Self.handshakePatience)]
  }

  package mutating func received(_ line: [UInt8], at now: Moment) -> [Action] {
    // What is no message is not meant for a client; servers log to their output now and then.
    guard let message = try? JSONNode.read(line), message["jsonrpc"]?.string == "2.0" else { return [] }
    if let method = message["method"]?.string { return asked(method, id: message["id"]) }
    guard let id = message["id"]?.integer else { return [] }
    return answered(id, result: message["result"], at: now)
  }

  package mutating func timerFired(at now: Moment) -> [Action] {
    switch state {
    case .initializing: return [.giveUp("no answer to initialize")]
    case .thinking(let step): return call(step, at: now)
    // Nobody answered: a person let it lie. On with the day.
    case .listing, .calling: return think(at: now)
    }
  }

  // MARK: Details

  private mutating func asked(_ method: String, id: JSONNode?) -> [Action] {
    guard let id else {
      if method == "notifications/tools/list_changed" { toolsChanged = true }
      return []
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("jsonrpc", "2.0")
    writer.key("id")
    writer.node(id)
    if method == "ping" {
      writer.key("result")
      writer.beginObject()
      writer.endObject()
    } else {
      writer.key("error")
      writer.beginObject()
      writer.member("code", -32601)
      writer.member("message", "method not found")
      writer.endObject()
    }
    writer.endObject()
    return [.send(writer.bytes + [0x0A])]
  }

  private mutating func answered(_ id: Int, result: JSONNode?, at now: Moment) -> [Action] {
    if let pending = aside, pending.id == id {
      aside = nil
      guard Self.outcome(result) == .undecided, pending.left > 0 else {
        story.heard(Self.outcome(result), of: pending.step.tool, at: now)
        return []
      }
      return [.send(ask(pending.step, left: pending.left - 1))]
    }
    switch state {
    case .initializing where id == lastID:
      guard result != nil else { return [.giveUp("initialize was refused")] }
      return [.send(Array(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.utf8) + [0x0A])] + list(nil)
    case .listing(id):
      toolCount += result?["tools"]?.elements?.count ?? 0
      // A server that never comes to its last page is not worth more.
      if let cursor = result?["nextCursor"]?.string, toolCount < 10_000 { return list(cursor) }
      return think(at: now)
    case .calling(id, let step):
      story.heard(Self.outcome(result), of: step.tool, at: now)
      if toolsChanged {
        toolsChanged = false
        toolCount = 0
        return list(nil)
      }
      return think(at: now)
    case .initializing, .listing, .thinking, .calling:
      return []  // late, or for nobody
    }
  }

  private mutating func list(_ cursor: String?) -> [Action] {
    let line = request("tools/list") { $0.member("cursor", ifPresent: cursor) }
    state = .listing(id: lastID)
    return [.send(line), .wait(Self.patience)]
  }

  private mutating func think(at now: Moment) -> [Action] {
    let step = story.next(at: now)
    state = .thinking(step)
    return [.wait(step.pause)]
  }

  /// Calls beside what else is going on.
  private mutating func ask(_ step: AgentStory.Step, left: Int) -> [UInt8] {
    let line = callLine(step)
    aside = (lastID, step, left)
    return line
  }

  private mutating func call(_ step: AgentStory.Step, at now: Moment) -> [Action] {
    if step.isAside {
      // While one is asked about nothing else is asked.
      let line = aside == nil ? [Action.send(ask(step, left: Self.mostRetries))] : []
      return line + think(at: now)
    }
    let line = callLine(step)
    state = .calling(id: lastID, step)
    return [.send(line), .wait(Self.patience)]
  }

  private mutating func callLine(_ step: AgentStory.Step) -> [UInt8] {
    request("tools/call") { writer in
      writer.member("name", step.tool)
      writer.key("arguments")
      writer.raw(step.arguments)
    }
  }

  /// What a result means to the agent: it reads the gate's own data where there is some.
  private static func outcome(_ result: JSONNode?) -> AgentStory.Outcome {
    guard result?["isError"]?.bool == true else { return result == nil ? .refused : .done }
    let decision = result?["_meta"]?["gatehouse/decision"]
    if decision?["verdict"]?.string == "ask", decision?["approval"] != nil { return .undecided }
    if let wait = decision?["retry_after_ms"]?.integer { return .refusedFor(Int64(wait)) }
    return .refused
  }

  private mutating func request(_ method: String, _ parameters: (inout JSONWriter) -> Void) -> [UInt8] {
    lastID += 1
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("jsonrpc", "2.0")
    writer.member("id", lastID)
    writer.member("method", method)
    writer.key("params")
    writer.beginObject()
    parameters(&writer)
    writer.endObject()
    writer.endObject()
    return writer.bytes + [0x0A]
  }
}
