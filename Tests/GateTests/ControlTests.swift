import ControlWire
import Gate
import Glibc
import JSONText
import Policy
import System
import Testing

extension GateBehaviour {
  @Suite(.timeLimit(.minutes(1)))
  struct ControlTests {
    init() { Loop.startThread() }

    @Test @LoopActor func nothingIsSaidBeforeHello() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let control = try Control(rig, greeting: false)
      control.send(.status(id: 5))
      guard case .refused(let message, _) = await control.next() else {
        Issue.record("not refused")
        return
      }
      #expect(message.contains("hello"))
      control.send(.hello(version: 1, build: nil))
      guard case .hello(let hello) = await control.next() else {
        Issue.record("no hello")
        return
      }
      #expect(hello.pid == getpid())
      #expect(hello.build == "test")
      control.send(.status(id: 6))
      guard case .status(let status, let id) = await control.next() else {
        Issue.record("no status")
        return
      }
      #expect(id == 6)
      #expect(status.sessions == 0)
    }

    /// Who has asked for several things must know which of them was refused.
    @Test @LoopActor func aRefusalRepeatsTheNumberOfItsRequest() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let control = try Control(rig)
      _ = await control.next()
      control.send(.approval("q-1", id: 11))
      control.send(.deny(approval: "q-1", digest: nil, message: nil, id: 12))
      control.send(.revoke(standing: "q-1", id: 13))
      control.send(text: #"{"op":"extend","approval":"q-1","seconds":"many","id":14}"# + "\n")
      for number in 11...14 {
        guard case .refused(_, let id) = await control.next() else {
          Issue.record("\(number) not refused")
          return
        }
        #expect(id == number)
      }
    }

    @Test(arguments: [
      "", "[]", "{", #"{"op":"no such"}"#, #"{"op":"hello","op":"stop"}"#, "\u{0}\u{1}",
      #"{"op":"attach","server":"x"}"#,
    ])
    @LoopActor func nonsenseIsRefusedAndHarmsNobody(_ line: String) async throws {
      let rig = try Rig()
      defer { rig.close() }
      let control = try Control(rig)
      _ = await control.next()
      control.send(text: line + "\n")
      guard case .refused = await control.next() else {
        Issue.record("not refused")
        return
      }
      control.send(.status(id: 1))
      guard case .status = await control.next() else {
        Issue.record("no status")
        return
      }
    }

    @Test @LoopActor func aLineWithoutEndEndsTheConnectionOnly() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let other = try Control(rig)
      _ = await other.next()
      let control = try Control(rig)
      _ = await control.next()
      control.send(text: String(repeating: "x", count: ControlRequest.longestLine + 100_000))
      _ = await control.closed()
      other.send(.status(id: 1))
      guard case .status = await other.next() else {
        Issue.record("no status")
        return
      }
    }

    @Test @LoopActor func anAttachThatCannotBeIsRefusedAndItsDescriptorsClosed() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let warm = try Control(rig)
      _ = await warm.next()
      let before = openDescriptors()
      for (server, count) in [
        (ControlWire.Attachment.Server.registered("nobody"), 3), (.command(texts("cat"), name: "x"), 0),
        (.command(texts("cat"), name: "x"), 2),
        (.command(texts("cat"), name: "no/such name?"), 3),
      ] {
        let null = try Descriptor.null()
        let request = ControlRequest.attach(
          ControlWire.Attachment(server: server, directory: "/", environment: []))
        let control = try Control(rig, first: request, descriptors: Array(repeating: null.number, count: count))
        _ = await control.next()
        guard case .refused = await control.next() else {
          Issue.record("\(server) not refused")
          return
        }
        control.close()
      }
      #expect(await eventually { openDescriptors() <= before })
      #expect(rig.gate.sessionCount == 0)
    }

    @Test @LoopActor func oneWhoAsksAndNeverReadsFillsNoMemory() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let greedy = try Control(rig)
      _ = await greedy.next()
      let raw = try UnixSocket.connect(to: rig.paths.socket)
      _ = try UnixSocket.send(ControlRequest.hello(version: 1, build: nil).encoded, descriptors: [], over: raw.number)
      let question = Array(repeatElement(ControlRequest.snapshot(id: 1).encoded, count: 500).joined())
      var taken = 0
      var refusalsInARow = 0
      while refusalsInARow < 20, taken < 8 << 20 {
        let count = try UnixSocket.send(question, descriptors: [], over: raw.number)
        taken += count
        refusalsInARow = count > 0 ? 0 : refusalsInARow + 1
        if count == 0 { await pause(microseconds: 10_000) }
      }
      // It is not listened to any more long before its answers are much: each answer is longer than its question.
      #expect(taken < 8 << 20)
      greedy.send(.status(id: 1))
      guard case .status = await greedy.next() else {
        Issue.record("no status")
        return
      }
    }

    @Test @LoopActor func toolsThatChangeAreToldOnce() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let watcher = try await rig.subscriber()
      func list(_ tools: String...) async throws {
        let client = try rig.session(["python3", "\(rig.folder)/server.py"] + tools.map { "tool=\($0)" })
        try await client.initialize()
        client.request("tools/list")
        _ = try await client.answer()
        client.endInput()
        _ = await client.exit()
      }
      try await list("a", "b")
      try await list("a", "b")
      try await list("a")
      var changes = 0
      var closed = 0
      while closed < 3 {
        switch await watcher.next() {
        case .toolsChanged(let server):
          #expect(server == "plain")
          changes += 1
        case .session(let event) where event.state == .closed: closed += 1
        default: break
        }
      }
      #expect(changes == 2)
      watcher.send(.snapshot(id: 9))
      while true {
        guard case .snapshot(let snapshot, _) = await watcher.next() else { continue }
        #expect(snapshot.servers.first { $0.name == "plain" }?.tools.map(\.name) == ["a"])
        break
      }
    }
  }
}
