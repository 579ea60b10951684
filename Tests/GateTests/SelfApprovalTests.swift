import ControlWire
import Gate
import Glibc
import JSONText
import Policy
import Store
import System
import Testing

private let asking = #"{"version":"1","default":"allow","tools":{"act":{"action":"require_approval"}}}"#

extension Control {
  /// Sends a request; gives why it was refused, or nil.
  fileprivate func ask(_ request: ControlRequest) async -> String? {
    send(request)
    while true {
      switch await next() {
      case .done: return nil
      case .refused(let message, _): return message
      default: continue
      }
    }
  }
}

extension GateBehaviour {
  @Suite(.timeLimit(.minutes(2)))
  struct SelfApprovalTests {
    init() { Loop.startThread() }

    private static let choice = PinChoice(tool: "act", digest: ContentDigest(of: Array("it".utf8)))

    /// Each is refused to whoever is below the client, and recorded; and nothing of it happens.
    @Test @LoopActor func whoIsBelowAClientDecidesNothing() async throws {
      let sink = Sink()
      let rig = try Rig(policy: asking, record: sink, processes: Neighbourhood(client: 77))
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      let watcher = try await rig.subscriber()
      client.call("act")
      var event: ApprovalEvent?
      while event == nil {
        if case .approval(let found) = await watcher.next() { event = found }
      }
      let asked = try #require(event)
      let requests: [(String, ControlRequest)] = [
        (
          "approve",
          .approve(approval: asked.id, digest: asked.digest, revision: nil, scope: .once, message: nil, id: 1)
        ),
        ("deny", .deny(approval: asked.id, digest: nil, message: nil, id: 1)),
        ("extend", .extend(approval: asked.id, seconds: 5, id: 1)), ("revoke", .revoke(standing: asked.id, id: 1)),
        ("reload", .reload(id: 1)), ("stop", .stop(id: 1)), ("lockdown off", .lockdown(false, id: 1)),
        ("simulate", .simulate(policy: Array(asking.utf8), id: 1)), ("approve", .mayApprove(approval: asked.id, id: 1)),
        ("pins accept", .accept(server: "plain", [Self.choice], id: 1)),
        ("pins reject", .reject(server: "plain", [Self.choice], id: 1)),
      ]
      for (name, request) in requests {
        let refusal = await watcher.ask(request)
        #expect(refusal == "a process below a guarded session's client may not decide: \(name) is a person's")
        let recorded = sink.lines.last { $0["rule"]?.string == "(self_approval)" }
        #expect(recorded?["method"]?.string == "gatehouse/\(name)")
        #expect(recorded?["verdict"]?.string == "deny")
        #expect(recorded?["client"]?.string == "tester")
        #expect(recorded?["reason"]?.string?.hasPrefix("tests, pid \(ThisProcess.pid), tried `\(name)`") ?? false)
      }
      // What only takes away is anybody's.
      #expect(await watcher.ask(.lockdown(true, id: 1)) == nil)
      #expect(await watcher.ask(.lockdown(false, id: 1)) != nil)
      #expect(try await client.answer()["result"]?["isError"]?.bool == true)
    }

    /// One that says that a person is before it is none.
    @Test @LoopActor func whoIsBelowAClientIsNoApprover() async throws {
      let rig = try Rig(policy: asking, processes: Neighbourhood(client: 77))
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      let control = try Control(rig)
      #expect(await control.ask(.subscribe(since: nil, budget: nil, approver: true, id: 1)) == nil)
      control.send(.status(id: 2))
      while true {
        guard case .status(let status, 2) = await control.next() else { continue }
        #expect(status.approvals?.approvers == 0)
        break
      }
    }

    /// It may well be below one.
    @Test @LoopActor func whoCannotBeSeenDecidesNothingAsLongAsThereIsAClient() async throws {
      let rig = try Rig(policy: asking, processes: Neighbourhood(client: 77, isVisible: false))
      defer { rig.close() }
      let control = try await rig.subscriber()
      // Nobody is there whom it could be below.
      #expect(await control.ask(.reload(id: 1)) == nil)
      let client = try rig.session()
      try await client.initialize()
      #expect(
        await control.ask(.reload(id: 1))
          == "a process that cannot be seen from here may not decide: reload is a person's")
      while true {
        guard case .decision(let event) = await control.next() else { continue }
        #expect(event.decision.rule == "(self_approval)")
        break
      }
    }

    @Test @LoopActor func answersCanBeAConsolesAlone() async throws {
      for (terminal, program) in [(Int32(0), "/"), (0x8803, "/tmp"), (0x8803, "/")] {
        var table = Neighbourhood(terminal: terminal)
        table.program = SafeFile.identity(of: program)
        let rig = try Rig(policy: asking, answersFrom: .console, processes: table)
        defer { rig.close() }
        let control = try await rig.subscriber()
        #expect(await control.ask(.lockdown(true, id: 1)) == nil)
        #expect(await control.ask(.lockdown(false, id: 1))?.contains("console on a terminal alone") ?? false)
        let answers: [ControlRequest] = [
          .approve(approval: "q", digest: "d", revision: nil, scope: .once, message: nil, id: 1),
          .deny(approval: "q", digest: nil, message: nil, id: 1), .extend(approval: "q", seconds: 5, id: 1),
          .accept(server: "plain", [Self.choice], id: 1), .reject(server: "plain", [Self.choice], id: 1),
        ]
        for answer in answers {
          #expect(await control.ask(answer)?.contains("console on a terminal alone") ?? false, "\(answer)")
        }
        #expect(await control.ask(.revoke(standing: "q", id: 1)) == "no approval `q` stands", "that only takes away")
        let console = try Control(rig)
        #expect(await console.ask(.subscribe(since: nil, budget: nil, approver: true, id: 1)) == nil)
        let refusal = await console.ask(.lockdown(false, id: 1))
        #expect((refusal == nil) == (terminal != 0))
        guard refusal == nil else { continue }
        var by: String?
        while by == nil {
          if case .lockdown(let event) = await control.next(), !event.isOn { by = event.by ?? "" }
        }
        #expect(by == "you on pts/3 (console)", "who it was is told")
      }
    }
  }
}
