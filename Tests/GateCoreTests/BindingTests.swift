import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// Which call an approval is for, and when it is for none any more.
struct BindingTests {
  private func act(_ play: inout Playbook, _ id: String, _ n: Int = 1) -> Playbook.Step {
    play.client(call(id, "act", #"{"n":\#(n)}"#))
  }

  /// The server's list of tools, as a client of the stateless era asks for it: one tool, described so.
  private func list(_ play: inout Playbook, _ text: String) throws {
    let asked = play.client(modern(#""l""#, "tools/list"))
    let number = try self.number(asked.toServer)
    let tool = #"{"name":"act","description":"\#(text)","inputSchema":{}}"#
    _ = play.server(
      #"{"jsonrpc":"2.0","id":\#(number),"result":{"resultType":"complete","tools":[\#(tool)]}}"#)
  }

  /// What the gate calls the request that it has forwarded.
  private func number(_ sent: [String]) throws -> Int {
    let line = try #require(sent.first)
    return try #require(try JSONNode.read(Array(line.utf8))["id"]?.integer)
  }

  private func identity(_ params: String) throws -> CallIdentity {
    CallIdentity(
      grant: "local", server: "notes", method: "tools/call", subject: "act",
      params: try JSONNode.read(Array(params.utf8)), definition: nil, revision: nil)
  }

  @Test func howACallIsMadeIsNoPartOfIt() throws {
    let plain = try identity(#"{"name":"act","arguments":{"n":1}}"#)
    #expect(try identity(#"{"_meta":{"progressToken":7},"arguments":{"n":1},"name":"act"}"#) == plain)
    #expect(try identity(#"{"name":"act","arguments":{"n":1,"_meta":{}}}"#) != plain, "an argument of that name is")
  }

  @Test func theNextStepOfAPinnedToolGoesOnOnlyWhileItIsDescribedSo() throws {
    for isOther in [false, true] {
      var play = try Playbook.waiting(Playbook.allowAll)
      try list(&play, "pays")
      try list(&play, "pays twice")
      #expect(play.client(modern("1", "tools/call", #""name":"act","arguments":{}"#)).toServer == [])
      let sent = try play.approve("q-1").toServer
      let number = try self.number(sent)
      let asks = #"{"resultType":"input_required","requestState":"s","inputRequests":{}}"#
      _ = play.server(#"{"jsonrpc":"2.0","id":\#(number),"result":\#(asks)}"#)
      try list(&play, isOther ? "pays thrice" : "pays twice")
      let next = play.client(modern("2", "tools/call", #""name":"act","arguments":{},"requestState":"s""#))
      #expect(next.toServer.count == (isOther ? 0 : 1))
    }
  }

  /// The pin's own question is out of the way here: a person has taken the new definition.
  @Test(arguments: [ApprovalScope.session, .identical(seconds: 600)])
  func whoApprovedAToolHasNotApprovedWhatItBecame(scope: ApprovalScope) throws {
    for isOther in [false, true] {
      var play = try Playbook.waiting()
      try list(&play, "pays")
      _ = act(&play, "1")
      _ = try play.approve("q-1", scope)
      try list(&play, isOther ? "pays twice" : "pays")
      play.acceptPins()
      #expect(act(&play, "2").toServer.count == (isOther ? 0 : 1))
    }
  }

  /// The call that was approved came before anybody was told of the tool; another one waits since it has changed.
  @Test func whatWaitsForAChangedToolIsNotApprovedAlongWithWhatDoesNot() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    try list(&play, "pays")
    try list(&play, "pays twice")
    let other = act(&play, "2", 2)
    #expect(other.events.contains { $0.contains("(pin)") })
    #expect(try play.approve("q-1", .session).toServer.count == 1)
    #expect(play.waiting == ["q-2"])
  }

  @Test func anApprovalThatIsUsedUpIsForgotten() throws {
    var play = try Playbook.waiting(Playbook.asking(#","approval":{"hold":0}"#))
    _ = act(&play, "1")
    _ = play.pass(seconds: 0)
    _ = try play.approve("q-1")
    #expect(act(&play, "2").toServer.count == 1)
    #expect(play.gate.approvals.wakeUp == nil)
    #expect(play.pass(seconds: 100_000).events == [], "it was told already that it was used")
  }

  @Test func eachWaitsForItsOwnTime() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = play.pass(seconds: 20)
    _ = act(&play, "2", 2)
    #expect(play.pass(seconds: 25).toClient.map { $0.prefix(23) } == [#"{"jsonrpc":"2.0","id":1,"#.prefix(23)])
    #expect(play.gate.approvals.pending(at: play.now).map(\.isHeld) == [false, true])
    #expect(play.pass(seconds: 19).toClient == [])
    #expect(play.pass(seconds: 1).toClient.count == 1)
  }

  @Test("P63: a call that was never told to ask again has all of its rounds")
  func roundsAreCountedForEachCall() throws {
    func asked(_ id: Int, _ n: Int, _ state: String?) -> String {
      let more = state.map { ",\"requestState\":\"\($0)\"" } ?? ""
      return modern("\(id)", "tools/call", #""name":"act","arguments":{"n":\#(n)}\#(more)"#)
    }
    var play = try Playbook.waiting()
    for n in [1, 2] {
      var state: String?
      var rounds = 0
      repeat {
        _ = play.client(asked(100 * n + rounds, n, state))
        let answer = try #require(play.pass(seconds: 45).toClient.last)
        state = try JSONNode.read(Array(answer.utf8))["result"]?["requestState"]?.string
        if state != nil { rounds += 1 }
        // The second call comes while the first is still at it.
      } while state != nil && !(n == 1 && rounds == 5)
      #expect(rounds == (n == 1 ? 5 : 8))
    }
  }

  /// It was approved, but it was not sent.
  @Test func whatIsApprovedForAServerThatIsUnavailableGivesBackAllItHeld() throws {
    let limits = #""all_tools":{"limits":[{"window":"day","max":6}]},"#
    var play = try Playbook.waiting(Playbook.asking(others: limits))
    play.core.limits.call = 1_000_000
    play.handshake()
    _ = act(&play, "1")
    for number in 2..<7 {
      #expect(play.client(call("\(number)", "slow")).toServer.count == 1)
      _ = play.pass(seconds: 1)
    }
    let approved = try play.approve("q-1")
    #expect(approved.toServer == [])
    #expect(try told(approved.toClient).hasPrefix("[gatehouse] denied: the server is unavailable"))
    _ = play.pass(seconds: 31)
    let sent = play.client(call("7", "slow")).toServer
    let number = try self.number(sent)
    _ = play.server(#"{"jsonrpc":"2.0","id":\#(number),"result":{}}"#)
    let over = try told(play.client(call("8", "other")).toClient)
    #expect(over.contains("Rule /all_tools/limits/0"), "\(over)")
  }
}
