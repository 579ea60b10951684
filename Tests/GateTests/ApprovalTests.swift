import ControlWire
import Gate
import Glibc
import JSONText
import Policy
import Store
import System
import Testing

private func asking(_ more: String = "") -> String {
  #"{"version":"1","default":"allow","tools":{"act":{"action":"require_approval","reason":"it costs"\#(more)}}}"#
}

extension Control {
  /// The next event of a question in one of some states.
  fileprivate func approval(_ states: ApprovalEvent.State...) async -> ApprovalEvent {
    while true {
      if case .approval(let event) = await next(), states.contains(event.state) { return event }
    }
  }

  /// What is answered to a request, whatever is told in between.
  fileprivate func answer<Answer>(to request: ControlRequest, _ pick: (GateEvent) -> Answer?) async -> Answer {
    send(request)
    while true {
      if let answer = pick(await next()) { return answer }
    }
  }

  /// What comes of a request: nil where it was done, else why not.
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

  fileprivate func approve(_ event: ApprovalEvent, _ scope: ApprovalScope = .once) async -> String? {
    await ask(
      .approve(
        approval: event.id, digest: event.digest, revision: event.revision, scope: scope, message: nil, id: 7))
  }
}

extension JSONNode {
  /// The text of a call's result, and whether it is an error.
  fileprivate var outcome: (text: String, isError: Bool) {
    (self["result"]?["content"]?.elements?.first?["text"]?.string ?? "", self["result"]?["isError"]?.bool ?? false)
  }
}

extension GateBehaviour {
  @Suite(.timeLimit(.minutes(2)))
  struct ApprovalTests {
    init() { Loop.startThread() }

    /// A session that was begun, and somebody who watches.
    @LoopActor private func begin(_ rig: Rig) async throws -> (Client, Control) {
      let watcher = try await rig.subscriber()
      let client = try rig.session()
      try await client.initialize()
      return (client, watcher)
    }

    @Test @LoopActor func aPersonLetsACallPass() async throws {
      let rig = try Rig(policy: asking())
      defer { rig.close() }
      let (client, watcher) = try await begin(rig)
      client.call("act", #"{"x":1,"token":"ghp_0123456789abcdefghij"}"#)
      let event = await watcher.approval(.pending)
      #expect(event.isHeld && event.rule == "/tools/act" && event.reason == "it costs")
      // Other traffic flows.
      client.request("ping")
      #expect(try await client.answer()["id"]?.integer == 3)
      let details = await watcher.answer(to: .approval(event.id, id: 4)) {
        if case .approvalDetails(let details, 4) = $0 { details } else { nil }
      }
      #expect(String(decoding: details.arguments, as: UTF8.self) == #"{"x":1,"token":"[hidden]"}"#)
      #expect(details.hasHiddenSecrets && !details.isCut && details.event.digest == event.digest)
      #expect(await watcher.approve(event) == nil)
      #expect(try await client.answer().outcome == (#"{"x": 1, "token": "ghp_0123456789abcdefghij"}"#, false))
      let late = try await rig.subscriber()
      #expect(
        await late.approve(event)?.hasPrefix("already approved by gatehouse approve, pid \(ThisProcess.pid)") ?? false)
      #expect(await late.ask(.deny(approval: event.id, digest: nil, message: nil, id: 1)) != nil)
      let snapshot = await late.answer(to: .snapshot(id: 2)) {
        if case .snapshot(let snapshot, 2) = $0 { snapshot } else { nil }
      }
      #expect(snapshot.approvals.isEmpty && snapshot.recent.map(\.state) == [.approved])
    }

    @Test @LoopActor func aPersonDeniesACall() async throws {
      let rig = try Rig(policy: asking())
      defer { rig.close() }
      let (client, watcher) = try await begin(rig)
      client.call("act")
      let event = await watcher.approval(.pending)
      #expect(
        await watcher.ask(.deny(approval: event.id, digest: "other", message: nil, id: 1))?.contains("arguments")
          ?? false)
      #expect(await watcher.ask(.deny(approval: event.id, digest: event.digest, message: "not today", id: 1)) == nil)
      let outcome = try await client.answer().outcome
      #expect(outcome.isError && outcome.text.contains("not today"))
      #expect(await watcher.ask(.revoke(standing: event.id, id: 1)) != nil)
      watcher.send(.approve(approval: "q", digest: "d", revision: nil, scope: .once, message: nil, id: 33))
      #expect(await watcher.next() == .refused(message: "nothing called `q` waits for a person", id: 33))
      #expect(await watcher.ask(.approval("q-none", id: 1)) == "nothing called `q-none` waits for a person")
    }

    @Test @LoopActor func nobodyInTimeIsADenial() async throws {
      let rig = try Rig(policy: asking(#","approval":{"hold":1,"timeout":1}"#))
      defer { rig.close() }
      let (client, watcher) = try await begin(rig)
      client.call("act")
      #expect(await watcher.approval(.pending).remaining <= 1_000_000)
      #expect(await watcher.approval(.expired).detail?.contains("nobody decided") ?? false)
      #expect(try await client.answer().outcome.isError)
    }

    /// The agent waits no longer, and the deadline comes by the gate's own clock.
    @Test @LoopActor func anApprovalThatIsNotUsedLapses() async throws {
      let rig = try Rig(policy: asking(#","approval":{"hold":1,"timeout":2}"#))
      defer { rig.close() }
      let (client, watcher) = try await begin(rig)
      client.call("act")
      let event = await watcher.approval(.pending)
      #expect(try await client.answer().outcome.text.contains("call again with the same arguments"))
      #expect(await watcher.approve(event) == nil)
      #expect(await watcher.approval(.revoked).id == event.id)
      client.call("act")
      #expect(await watcher.approval(.pending).id != event.id)
    }

    @Test @LoopActor func standingApprovalsAreToldAndTakenBack() async throws {
      let rig = try Rig(policy: asking())
      defer { rig.close() }
      let (client, watcher) = try await begin(rig)
      client.call("act", #"{"n":1}"#)
      let event = await watcher.approval(.pending)
      #expect(await watcher.approve(event, .session) == nil)
      _ = try await client.answer()
      client.call("act", #"{"n":2}"#)
      #expect(try await !client.answer().outcome.isError)
      #expect(await watcher.approval(.used).id == event.id)
      let (pending, standing) = await watcher.answer(to: .approvals(id: 5)) {
        if case .approvals(let pending, let standing, 5) = $0 { (pending, standing) } else { nil }
      }
      #expect(pending.isEmpty && standing.map(\.uses) == [1] && standing.map(\.scope) == [.session])
      #expect(await watcher.ask(.revoke(standing: standing[0].id, id: 1)) == nil)
      client.call("act", #"{"n":3}"#)
      #expect(await watcher.approval(.pending).state == .pending)
    }

    /// What cannot be recorded is not approved, and opens no way for later calls.
    @Test @LoopActor func anApprovalThatCannotBeRecordedIsADenial() async throws {
      let sink = Sink()
      let rig = try Rig(policy: asking(), record: sink)
      defer { rig.close() }
      let (client, watcher) = try await begin(rig)
      client.call("act")
      let event = await watcher.approval(.pending)
      sink.isFull = true
      let console = try Control(rig)
      #expect(await console.approve(event, .session)?.contains("cannot be recorded") ?? false)
      let outcome = try await client.answer().outcome
      #expect(outcome.isError && outcome.text.contains("(record)"))
      let told = await watcher.approval(.approved, .denied)
      #expect(told.state == .denied && told.detail?.contains("cannot be recorded") ?? false)
      watcher.send(.approvals(id: 5))
      while true {
        guard case .approvals(_, let standing, 5) = await watcher.next() else { continue }
        #expect(standing.isEmpty)
        break
      }
      sink.isFull = false
      client.call("act")
      #expect(await watcher.approval(.pending).id != event.id)
    }

    /// The approval stands in the record when its call arrives.
    @Test @LoopActor func anApprovalIsRecordedBeforeItsCallGoesOn() async throws {
      let sink = Sink()
      let rig = try Rig(policy: asking(), record: sink)
      defer { rig.close() }
      let (client, watcher) = try await begin(rig)
      client.call("act")
      let event = await watcher.approval(.pending)
      #expect(sink.states(of: event.id) == ["pending"])
      #expect(await watcher.approve(event) == nil)
      #expect(sink.states(of: event.id) == ["pending", "approved"])
      _ = try await client.answer()
      #expect(!sink.lines.contains { $0["arguments"] != nil })
    }

    @Test @LoopActor func whoIsAttachedDecidesWhetherACallMayWait() async throws {
      let rig = try Rig(policy: asking(#","approval":{"on_no_approver":"deny"}"#))
      defer { rig.close() }
      let (client, watcher) = try await begin(rig)
      client.call("act")
      #expect(try await client.answer().outcome.text.contains("nobody is there to be asked"))
      let console = try Control(rig)
      #expect(await console.ask(.subscribe(since: nil, budget: nil, approver: true, id: 1)) == nil)
      client.call("act")
      #expect(await watcher.approval(.pending).isHeld)
      console.close()
      watcher.send(.status(id: 3))
      var approvers = 1
      while approvers > 0 {
        guard case .status(let status, _) = await watcher.next() else { continue }
        approvers = status.approvals?.approvers ?? -1
        if approvers > 0 { watcher.send(.status(id: 3)) }
      }
      client.call("act")
      #expect(try await client.answer().outcome.isError)
    }
  }
}

extension Sink {
  fileprivate func states(of approval: String) -> [String] {
    lines.filter { $0["event"]?.string == "approval" && $0["id"]?.string == approval }
      .compactMap { $0["state"]?.string }
  }
}
