import ControlWire
import GateCore
import JSONText
import Policy
import Testing

@Suite("P75: a server that dies of server/discover is started once more")
struct BeginningTests {
  typealias Step = Playbook.Step

  private static let initialize =
    #"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
  private static let discover = modern("\"d\"", "server/discover")

  private func play(_ lines: String...) throws -> Playbook {
    var play = try Playbook(policy: Playbook.allowAll)
    for line in lines { _ = play.client(line) }
    return play
  }

  private func again(_ play: inout Playbook) -> Step {
    play.step { $0.core.startsAgain(at: $0.now, gate: &$0.gate, into: &$0.output) }
  }

  @Test("P75: what was asked server/discover alone, and read it, is started again")
  func afterDiscovery() throws {
    var play = try play(Self.discover)
    #expect(play.core.mayStartAgain(unread: 0))
    #expect(!play.core.mayStartAgain(unread: 1), "it had not read it")
    let step = again(&play)
    #expect(step.toServer == [])
    #expect(step.toClient.count == 1)
    #expect(step.toClient.first?.hasPrefix(#"{"jsonrpc":"2.0","id":"d","error":{"code":-32601,"#) == true)
    #expect(play.core.wakeUp == nil)
    #expect(play.client(Self.initialize).toServer.count == 1)
    #expect(!play.core.mayStartAgain(unread: 0), "once is enough")
    #expect(play.exit(.code(1)).toClient.count == 1)
  }

  @Test("P75: notifications and a request of the server's own change nothing of that")
  func withNotifications() throws {
    var play = try play(Self.discover, #"{"jsonrpc":"2.0","method":"notifications/x"}"#)
    _ = play.server(#"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{}}"#)
    #expect(play.core.mayStartAgain(unread: 0))
    #expect(again(&play).events.last?.contains("lost for") == true)
    #expect(play.client(#"{"jsonrpc":"2.0","id":1,"result":{}}"#) == Step(), "the asker is gone")
  }

  @Test("P75: a handshake that the dying server had is made again with the next one")
  func afterTheHandshake() throws {
    var play = try play(Self.discover)
    _ = play.pass(seconds: 0.1)
    #expect(play.pass(seconds: 3).toClient.count == 1)
    #expect(!play.core.mayStartAgain(unread: 0), "nobody waits for anything")
    let sent = play.client(Self.initialize).toServer
    #expect(play.core.mayStartAgain(unread: 0))
    #expect(play.core.mayStartAgain(unread: sent[0].utf8.count + 1), "it died before it read the handshake")
    #expect(!play.core.mayStartAgain(unread: sent[0].utf8.count + 2))
    #expect(again(&play) == Step(toServer: sent))
    #expect(play.core.wakeUp != nil)
    #expect(!play.core.mayStartAgain(unread: 0))
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
        .toClient.first?.hasPrefix(#"{"jsonrpc":"2.0","id":"i","result""#) == true)
  }

  @Test("P57: a server that was asked anything else is never started again")
  func afterAnythingElse() throws {
    #expect(try !play().core.mayStartAgain(unread: 0))
    #expect(try !play(Self.initialize).core.mayStartAgain(unread: 0))
    #expect(try !play(call("1", "get")).core.mayStartAgain(unread: 0))
    #expect(try !play(Self.discover, call("1", "get")).core.mayStartAgain(unread: 0))
    #expect(try !play(call("1", "get"), Self.discover).core.mayStartAgain(unread: 0))
    #expect(try !play(Self.discover, Self.initialize, call("1", "get")).core.mayStartAgain(unread: 0))
    #expect(try !play(Self.discover, Self.initialize, modern("2", "server/discover")).core.mayStartAgain(unread: 0))
    let long =
      #"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"x":"\#(String(repeating: "x", count: 70_000))"}}"#
    #expect(try !play(Self.discover, long).core.mayStartAgain(unread: 0))
  }

  @Test("P57: a server that has answered is never started again")
  func afterAnAnswer() throws {
    var discovered = try play(Self.discover, Self.discover.replacing("\"d\"", with: "2"))
    _ = discovered.server(#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#)
    #expect(!discovered.core.mayStartAgain(unread: 0))
    var greeted = try play(Self.discover, Self.initialize)
    _ = greeted.server(#"{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-11-25"}}"#)
    #expect(!greeted.core.mayStartAgain(unread: 0))
    var refused = try play(Self.discover, Self.initialize)
    _ = refused.server(#"{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"no"}}"#)
    #expect(!refused.core.mayStartAgain(unread: 0))
  }

  @Test("P75: nothing is started again for a client that has left")
  func withoutClient() throws {
    var play = try play(Self.discover)
    play.hangUp()
    #expect(!play.core.mayStartAgain(unread: 0))
  }
}
