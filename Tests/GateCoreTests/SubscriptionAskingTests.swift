import ControlWire
import GateCore
import JSONText
import Policy
import SeededChance
import Testing

/// A `subscriptions/listen` that names resources about which a person is asked.
@Suite("P39: subscriptions that wait for a person")
struct SubscriptionAskingTests {
  private static let policy = """
    {"version":"1","default":"deny","resources":{"notes://*":{},"no://*":{"action":"deny","reason":"private"},\
    "ask://*":{"action":"require_approval","reason":"dear"},\
    "once://*":{"limits":[{"window":"hour","max":1,"scope":"global","counter":"c"}]}}}
    """

  private static func listen(_ id: String, _ uris: String...) -> String {
    let list = uris.map { "\"\($0)\"" }.joined(separator: ",")
    return modern(id, "subscriptions/listen", #""notifications":{"resourceSubscriptions":[\#(list)]}"#)
  }

  private static func asked(_ uris: String...) throws -> (play: Playbook, step: Playbook.Step) {
    var play = try Playbook.waiting(policy)
    let list = uris.map { "\"\($0)\"" }.joined(separator: ",")
    let step = play.client(
      modern("\"s\"", "subscriptions/listen", #""notifications":{"resourceSubscriptions":[\#(list)]}"#))
    return (play, step)
  }

  @Test func itIsForwardedWhenEachIsApproved() throws {
    var (play, step) = try Self.asked("notes://a", "ask://b", "once://c", "ask://d", "ask://b")
    #expect(step.toServer == [] && step.toClient == [])
    #expect(play.waiting == ["q-1"])
    #expect(play.gate.approvals.pending(at: play.now)[0].tool == "ask://b")
    let first = try play.approve("q-1")
    #expect(first.toServer == [] && first.toClient == [])
    #expect(play.waiting == ["q-2"])
    #expect(play.gate.approvals.pending(at: play.now)[0].tool == "ask://d")
    let second = try play.approve("q-2")
    #expect(
      second.toServer == [
        Self.listen("1", "notes://a", "ask://b", "once://c", "ask://d", "ask://b")
      ])
    // What needs nobody is counted when all may pass, and not before.
    let decided = second.events.filter { $0.contains("subscriptions/listen") }
    #expect(decided.count == 2 && decided[0].contains("notes://a") && decided[1].contains("once://c"))
    let acknowledged = play.server(
      """
      {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":\
      {"io.modelcontextprotocol/subscriptionId":1},"notifications":{}}}
      """)
    #expect(acknowledged.events.count { $0.contains(" ok for ") } == 4)
    #expect(play.waiting == [] && !play.core.isHolding)
  }

  @Test func oneThatIsDeniedRefusesItBeforeAnybodyIsAsked() throws {
    let (play, step) = try Self.asked("ask://b", "no://x")
    #expect(play.waiting == [] && step.toServer == [])
    #expect(step.toClient.first?.contains("no://x") == true)
  }

  @Test func aPersonWhoDeniesRefusesItAll() throws {
    var (play, _) = try Self.asked("ask://b", "once://c", "ask://d")
    _ = try play.approve("q-1")
    let end = try play.deny("q-2", "not these")
    #expect(end.toServer == [])
    #expect(try told(end.toClient).contains("not these"))
    #expect(play.waiting == [] && !play.core.isHolding && !play.core.hasRequestsInFlight)
    // Nothing was counted.
    #expect(play.client(Self.listen("2", "once://x")).toServer.count == 1)
  }

  @Test func itsClientTakesItBack() throws {
    var (play, _) = try Self.asked("ask://b", "ask://d")
    _ = try play.approve("q-1")
    let end = play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s"}}"#)
    #expect(end.toServer == [] && end.toClient == [])
    #expect(play.waiting == [] && !play.core.isHolding)
    #expect(throws: ApprovalError.self) { try play.approve("q-2") }
  }

  @Test func nobodyDecidesInTimeAndTheNextOnePasses() throws {
    var (play, _) = try Self.asked("ask://b")
    let told = play.pass(seconds: 45)
    #expect(told.toServer == [])
    #expect(told.toClient.first?.contains("call again") == true)
    #expect(try play.approve("q-1").toServer == [])
    #expect(play.client(Self.listen("\"t\"", "ask://b")).toServer.count == 1)
    // That one only.
    #expect(play.client(Self.listen("\"u\"", "ask://b")).toServer == [])
    #expect(play.waiting == ["q-2"])
  }

  @Test func anotherPolicyIsAskedAboutAll() throws {
    var (play, _) = try Self.asked("ask://b", "notes://a", "ask://d")
    _ = try play.approve("q-1")
    // What asks no more goes on, and what is denied now refuses the whole.
    let denied = try play.policy(
      #"{"version":"1","default":"deny","resources":{"ask://*":{},"notes://*":{"action":"deny"}}}"#)
    #expect(denied.toServer == [])
    #expect(denied.toClient.first?.contains("notes://a") == true)
    #expect(play.waiting == [] && !play.core.isHolding)
    var (other, _) = try Self.asked("ask://b", "notes://a", "ask://d")
    let allowed = try other.policy(Playbook.allowAll)
    #expect(allowed.toServer.count == 1 && allowed.toClient == [])
    #expect(other.waiting == [] && !other.core.isHolding)
  }

  @Test func nothingIsForwardedWhileTheGateIsLocked() throws {
    var (play, _) = try Self.asked("ask://b", "ask://d")
    _ = try play.approve("q-1")
    let locked = play.lockDown(true)
    #expect(locked.toServer == [] && locked.toClient.count == 1)
    #expect(play.waiting == [] && !play.core.isHolding)
  }

  @Test func whatIsForwardedIsWhatWasAskedForAndApproved() throws {
    let all = ["ask://1", "ask://2", "ask://3", "notes://1", "once://1", "no://1"]
    for seed in 0..<200 {
      var chance = Chance(UInt64(seed))
      var play = try Playbook.waiting(Self.policy)
      let wanted = (0..<chance.below(6)).map { _ in chance.pick(all) }
      let list = wanted.map { "\"\($0)\"" }.joined(separator: ",")
      let request = #""notifications":{"resourceSubscriptions":[\#(list)]}"#
      var step = play.client(modern("\"s\"", "subscriptions/listen", request))
      var isRefused = false
      var approved: Set<String> = []
      while let id = play.waiting.first {
        #expect(step.toServer == [] && step.toClient == [])
        let uri = play.gate.approvals.pending(at: play.now)[0].tool?.string ?? ""
        if chance.happens(oneIn: 5) {
          step = try play.deny(id)
          isRefused = true
        } else {
          approved.insert(uri)
          step = try play.approve(id)
        }
      }
      let asking = Set(wanted.filter { $0.hasPrefix("ask") })
      let passes =
        !isRefused && !wanted.contains("no://1") && wanted.count { $0 == "once://1" } <= 1
      #expect(step.toServer.count == (passes ? 1 : 0), "\(wanted)")
      #expect(step.toClient.count == (passes ? 0 : 1), "\(wanted)")
      if passes { #expect(approved == asking) }
    }
  }
}
