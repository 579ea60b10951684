import ControlWire
import GateCore
import JSONText
import Policy
import Risk
import Testing

/// A call of a tool that was called before takes a shorter way, and comes to the same.
struct AgainTests {
  private static let policy = """
    {"version":"1","default":"deny","tools":{"get":{"limits":[{"window":"minute","max":5}]},"put":{},
     "ask":{"action":"require_approval"},"look":{"deny_if":[{"conditions":[{"path":"args.a","op":"eq","value":1}]}]}}}
    """

  /// Everything that a step comes to, but for when and under which number.
  private static func lines(_ play: Playbook) -> [String] {
    var lines: [String] = []
    play.gate.stream.forEach(from: play.gate.stream.settled) { _, line in
      let text = unsafe line.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
      lines.append(text.split(separator: ",").dropFirst(2).filter { !$0.hasPrefix("\"seq_of") }.joined(separator: ","))
    }
    return lines
  }

  private static func catalogue(_ severity: Severity) -> [ExactText: [ExactText: Assessment]] {
    ["notes": ["get": Assessment(category: .read, severity: severity, confidence: 90, evidence: [])]]
  }

  @Test func tellsTheStreamTheSame() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    var told: [[String]] = []
    for id in 1...4 {
      _ = play.client(call("\(id)", "get", #"{"a": "b"}"#))
      let decided = Self.lines(play)
      _ = play.server(#"{"jsonrpc":"2.0","id":\#(id + 1),"result":{"content":[],"isError":false}}"#)
      told.append(decided + Self.lines(play))
    }
    #expect(told[0].count == 2)
    #expect(told[0][0].contains(#""method":"tools/call","tool":"get""#))
    #expect(told[0][0].contains(ContentDigest(ofArguments: Array(#"{"a":"b"}"#.utf8).span).hexadecimal))
    #expect(told.allSatisfy { $0 == told[0] })
    // Arguments that are absent have no digest.
    let bare = #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"put"}}"#
    _ = play.client(bare)
    let first = Self.lines(play)
    _ = play.client(bare.replacing("9", with: "10"))
    #expect(Self.lines(play) == first && !first[0].contains("args_digest"))
  }

  @Test func passesTheSameOn() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    for (number, id) in ["1", "\"a\"", #""a\"b""#, "2"].enumerated() {
      let step = play.client(call(id, "put", #"{"a":[1, 2]}"#))
      #expect(
        step.toServer == [
          #"{"jsonrpc":"2.0","id":\#(number + 2),"method":"tools/call","params":{"name":"put","arguments":{"a":[1,2]}}}"#
        ])
      let answer = play.server(#"{"jsonrpc":"2.0","id":\#(number + 2),"result":{"content":[]}}"#)
      #expect(answer.toClient == [#"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[]}}"#])
    }
  }

  /// Ids are kept in words, the last of which are rarely full.
  @Test func idsOfAllLengthsComeBackAsTheyAre() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    _ = play.client(call("1000", "put", #"{"a":1}"#))
    var number = 2
    for length in 1...30 {
      let digits = String((0..<length).map { Character(String(($0 + 1) % 10)) })
      let letters = String((0..<length).map { Character(Unicode.Scalar(UInt8(0x41 + $0 % 26))) })
      for id in [digits, "\"\(letters)\""] where length < 19 || id.hasPrefix("\"") {
        number += 1
        #expect(play.client(call(id, "put", #"{"a":1}"#)).toServer.count == 1)
        // It is in flight under just that id.
        let again = play.client(call(id, "put", #"{"a":1}"#))
        #expect(again.toServer.isEmpty && again.toClient.count == 1)
        let answer = play.server(#"{"jsonrpc":"2.0","id":\#(number),"result":{"content":[]}}"#)
        #expect(answer.toClient == [#"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[]}}"#])
      }
    }
  }

  /// Whatever else can become of a request becomes of one that passed the short way.
  @Test(arguments: ["7", #""short""#, #""a long id of more than twenty-four bytes""#])
  func endsAsAnyOtherRequest(_ id: String) throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    for first in ["100", "101", "102"] { _ = play.client(call(first, "put", #"{"a":1}"#)) }
    #expect(play.client(call(id, "put", #"{"a":2}"#)).toServer.count == 1)
    let cancellation = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
    let cancelled = play.client(cancellation)
    #expect(cancelled.toServer == [cancellation.replacing(id, with: "5")])
    #expect(play.client(call(id, "put", #"{"a":2}"#)).toServer.count == 1)
    #expect(play.client(call(id, "put")).toClient.first?.contains("in flight already") == true)
    let failed = play.server(#"{"jsonrpc":"2.0","id":6,"error":{"code":-1,"message":"no"}}"#)
    #expect(failed.toClient == [#"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-1,"message":"no"}}"#])
    #expect(play.client(call(id, "put", #"{"a":2}"#)).toServer.count == 1)
    let answers = play.exit(.code(3)).toClient
    #expect(answers.count == 4)
    #expect(answers.last?.hasPrefix(#"{"jsonrpc":"2.0","id":\#(id),"error""#) == true)
  }

  /// A place that another tool's call had before tells of this one.
  @Test func whatItWasAboutIsKnown() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    for (id, tool) in [(1, "put"), (2, "get"), (3, "put"), (4, "get"), (5, "put")] {
      _ = play.client(call("\(id)", tool))
      let step = play.server(#"{"jsonrpc":"2.0","id":\#(id + 1),"result":{"content":[],"isError":true}}"#)
      #expect(step.toClient.count == 1)
      #expect(Self.lines(play).contains { $0.contains("tool_error") })
    }
  }

  @Test func anIDThatIsInFlightIsRefused() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    for id in ["7", "\"a\""] {
      _ = play.client(call(id, "put"))
      let step = play.client(call(id, "put"))
      #expect(step.toServer.isEmpty)
      #expect(step.toClient.count == 1 && step.toClient[0].contains("in flight already"))
    }
    #expect(play.client(call("\"7\"", "put")).toServer.count == 1)
  }

  @Test func limitsAreReached() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    for id in 1...5 { #expect(play.client(call("\(id)", "get")).toServer.count == 1) }
    let over = play.client(call("6", "get"))
    #expect(over.toServer.isEmpty && over.events.first?.contains(" limit tools/call get ") == true)
    play.now = play.now.advanced(byMicroseconds: 60_000_000)
    #expect(play.client(call("7", "get")).toServer.count == 1)
  }

  @Test func anotherPolicyIsInForceAtOnce() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    for id in 1...3 { #expect(play.client(call("\(id)", "put")).toServer.count == 1) }
    _ = try play.policy(#"{"version":"1","default":"deny"}"#)
    #expect(play.client(call("4", "put")).toServer.isEmpty)
    _ = try play.policy(#"{"version":"1","default":"deny","tools":{"put":{"reason":"x"}}}"#)
    let step = play.client(call("5", "put"))
    #expect(step.toServer.count == 1)
    guard case .decision(let event)? = play.told.first?.event else {
      Issue.record("no decision")
      return
    }
    #expect(event.revision == play.gate.engine.revision)
  }

  @Test func anotherBadgeIsTold() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    func severity(_ id: String) -> Severity? {
      _ = play.client(call(id, "get"))
      if case .decision(let event)? = play.told.first?.event { return event.severity }
      return nil
    }
    #expect(severity("1") == nil)
    #expect(severity("2") == nil)
    play.gate.catalogue = Self.catalogue(.high)
    #expect(severity("3") == .high)
    #expect(severity("4") == .high)
  }

  @Test func anotherNameOfTheClientIsTold() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    func client(_ line: String) -> ExactText? {
      _ = play.client(line)
      for message in play.told { if case .decision(let event) = message.event { return event.client } }
      return nil
    }
    #expect(client(call("1", "put")) == "agent")
    #expect(client(call("2", "put")) == "agent")
    _ = play.client(
      #"{"jsonrpc":"2.0","id":3,"method":"initialize","params":{"clientInfo":{"name":"other","version":"1"}}}"#)
    #expect(client(call("4", "put")) == "other")
  }

  @Test func aLockedGateLetsNothingPass() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    for id in 1...2 { #expect(play.client(call("\(id)", "put")).toServer.count == 1) }
    _ = play.gate.lockDown(true, by: "me", at: play.now)
    let step = play.client(call("3", "put"))
    #expect(step.toServer.isEmpty && step.events.contains { $0.contains("(lockdown)") })
    _ = play.gate.lockDown(false, by: "me", at: play.now)
    #expect(play.client(call("4", "put")).toServer.count == 1)
  }

  /// An id under which a call waits for a person is in flight as any other.
  @Test func anIDThatWaitsIsInFlight() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    #expect(play.client(call("1", "put")).toServer.count == 1)
    #expect(play.client(call("2", "ask")).toServer.isEmpty)
    let step = play.client(call("2", "put"))
    #expect(step.toServer.isEmpty && step.toClient.first?.contains("in flight already") == true)
  }

  @Test func rulesThatLookAtArgumentsLookEachTime() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    for id in 1...3 {
      #expect(play.client(call("\(id)", "look", #"{"a":2}"#)).toServer.count == 1)
      #expect(play.client(call("\(10 + id)", "look", #"{"a":1}"#)).toServer.isEmpty)
    }
  }

  /// What cannot be recorded is taken back, here as there.
  @Test func isTakenBack() throws {
    var play = try Playbook(policy: Self.policy)
    play.handshake()
    _ = play.client(call("1", "put"))
    let position = play.gate.stream.end
    let step = play.step { play in
      play.core.fromClient(Array(call("2", "put").utf8).span, at: play.now, gate: &play.gate, into: &play.output)
      play.core.takeBack("no room", events: position, at: play.now, gate: &play.gate, into: &play.output)
    }
    #expect(step.toServer.isEmpty)
    #expect(step.toClient.count == 1 && step.toClient[0].contains("no room"))
    #expect(step.events.contains { $0.contains("deny tools/call put (record)") })
  }
}
