import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// Input for tasks, and tasks of the older era, whose servers ask in requests of their own.
@Suite("P31: what goes to tasks waits for a person")
struct TaskInputTests {
  private static let policy = #"""
    {"version":"1","default":"deny","tools":{"make":{}},
     "server_requests":{"sampling/createMessage":{"action":"require_approval","reason":"it costs money"}}}
    """#

  private static func result(_ id: Int, _ members: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":{\#(members)}}"#
  }

  /// A session of the stateless era in which a call has become the task `t`: decision 2.
  private static func task(_ policy: String = policy) throws -> Playbook {
    var play = try Playbook.waiting(policy)
    #expect(play.client(modern("1", "tools/call", #""name":"make","arguments":{"a":1}"#)).toServer.count == 1)
    #expect(play.server(result(1, #""resultType":"task","taskId":"t","status":"working""#)).toClient.count == 1)
    return play
  }

  /// The policy asks about the tool since its call became a task.
  private static let asking = #"""
    {"version":"1","default":"deny","tools":{"make":{"action":"require_approval","reason":"costly",
     "approval":{"hold":7}}}}
    """#
  private static let update = modern("5", "tasks/update", #""taskId":"t","inputResponses":{"m":{"x":1}}"#)

  @Test func inputForATaskWaits() throws {
    var play = try Self.task()
    _ = try play.policy(Self.asking)
    let step = play.client(Self.update)
    #expect(step.toServer == [] && step.toClient == [])
    #expect(step.events.first == "#3 ask tasks/update make /tools/make")
    let details = play.gate.approvals.details(of: "q-1", at: play.now) { $0 }
    let words = String(decoding: details?.arguments ?? [], as: UTF8.self)
    #expect(words.contains(#""inputResponses":{"m":{"x":1}}"#))
    #expect(try play.approve("q-1").toServer == [Self.update.replacing("\"id\":5", with: "\"id\":2")])
    #expect(play.server(Self.result(2, #""resultType":"complete""#)).toClient.count == 1)
    // That one only.
    #expect(play.client(Self.update).toServer == [])
    #expect(try told(play.pass(seconds: 7).toClient).contains("call again"))
    #expect(try play.approve("q-2").toServer == [])
    #expect(play.client(Self.update).toServer.count == 1)
  }

  @Test func inputForATaskIsDeniedOrTakenBack() throws {
    var play = try Self.task()
    _ = try play.policy(Self.asking)
    _ = play.client(Self.update)
    #expect(try told(try play.deny("q-1", "not now").toClient).contains("not now"))
    _ = play.client(Self.update)
    let cancelled = play.client(modern("6", "tasks/cancel", #""taskId":"t""#))
    #expect(try told(cancelled.toClient).contains("the agent has cancelled the task"))
    #expect(play.waiting == [] && !play.core.isHolding)
  }

  @Test func inputIsJudgedAgainUnderAnotherPolicy() throws {
    let open =
      #"{"version":"1","default":"deny","tools":{"make":{"require":[{"conditions":[{"path":"args.a","op":"exists","value":true}]}]}}}"#
    var play = try Self.task()
    _ = try play.policy(Self.asking)
    _ = play.client(Self.update)
    #expect(try play.policy(open).toServer.count == 1, "the arguments were judged when the call was made")
    play = try Self.task()
    _ = try play.policy(Self.asking)
    _ = play.client(Self.update)
    #expect(try play.policy(Self.asking.replacing("costly", with: "dear")).toServer == [])
    #expect(play.gate.approvals.pending(at: play.now).first?.reason == "dear")
    #expect(try told(try play.policy(#"{"version":"1","default":"deny"}"#).toClient).contains("denied"))
  }

  @Test func inputOfACallThatNobodyHadToApprovePasses() throws {
    // An earlier approval, and a condition that did not hold.
    var play = try Self.task(
      #"{"version":"1","default":"deny","tools":{"make":{"action":"require_approval","allow_if":[{"conditions":[{"path":"args.a","op":"eq","value":1}]}]}}}"#
    )
    #expect(play.client(Self.update).toServer.count == 1)
  }

  @Test func inputOfACallThatWasMadeUnderAnotherPolicyWaits() throws {
    var play = try Playbook.waiting(Self.policy)
    _ = play.client(modern("1", "tools/call", #""name":"make","arguments":{"a":1}"#))
    // The policy changes before the server says that it is a task.
    _ = try play.policy(Self.asking)
    _ = play.server(Self.result(1, #""resultType":"task","taskId":"t","status":"working""#))
    #expect(play.client(Self.update).toServer == [])
    #expect(play.waiting == ["q-1"])
  }

  @Test func inputForATaskOfOthersWaitsWhereUnknownMethodsDo() throws {
    var play = try Playbook.waiting(#"{"version":"1","default":"require_approval"}"#)
    #expect(play.client(Self.update).toServer == [])
    #expect(try play.approve("q-1").toServer.count == 1)
  }

  // MARK: The older era

  /// Server's requests on the way of a task are requests like any other.
  @Test func theOlderErasTasks() throws {
    func held() throws -> Playbook {
      var play = try Playbook.waiting(Self.policy)
      _ = play.client(
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"make","arguments":{},"task":{"ttl":9}}}"#)
      _ = play.server(Self.result(1, #""task":{"taskId":"t","status":"working"}"#))
      _ = play.client(#"{"jsonrpc":"2.0","id":2,"method":"tasks/result","params":{"taskId":"t"}}"#)
      #expect(play.server(Self.question).toClient == [] && play.waiting == ["q-1"])
      return play
    }
    var play = try held()
    #expect(try play.approve("q-1").toClient == [Self.question])
    let answer = #"{"jsonrpc":"2.0","id":"t-1","result":{"role":"assistant"}}"#
    #expect(play.client(answer).toServer == [answer])

    play = try held()
    let cancel = #"{"jsonrpc":"2.0","id":3,"method":"tasks/cancel","params":{"taskId":"t"}}"#
    let cancelled = play.client(cancel)
    #expect(cancelled.toServer.count == 2 && cancelled.toServer[0].contains("the agent has cancelled the task"))
    #expect(play.waiting == [] && !play.core.isHolding)

    for (number, method, state) in [(3, "tasks/get", #""taskId":"t","status":"failed""#), (2, "", #""content":[]"#)] {
      play = try held()
      if number == 3 {
        _ = play.client(#"{"jsonrpc":"2.0","id":3,"method":"\#(method)","params":{"taskId":"t"}}"#)
      }
      let step = play.server(Self.result(number, state))
      #expect(step.toServer.count == 1 && step.toServer[0].contains("the task is over"))
      #expect(play.waiting == [] && !play.core.isHolding)
    }

    play = try held()
    _ = play.client(#"{"jsonrpc":"2.0","id":3,"method":"tasks/get","params":{"taskId":"t"}}"#)
    _ = play.server(Self.result(3, #""taskId":"t","status":"input_required""#))
    _ = play.client(#"{"jsonrpc":"2.0","id":4,"method":"tasks/cancel","params":{"taskId":"other"}}"#)
    #expect(play.waiting == ["q-1"], "it waits on")
  }

  /// Its clients read nothing but a task in the answer to such a call, or an error.
  @Test func aCallThatMayNotBecomeATaskIsAnsweredWithAnError() throws {
    func call(_ id: Int, _ tool: String) -> String {
      #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":{},"task":{"ttl":9}}}"#
    }
    var play = try Playbook.waiting(
      #"{"version":"1","default":"deny","tools":{"no":{"action":"deny"},"act":{"action":"require_approval"}}}"#)
    func isError(_ step: Playbook.Step, _ words: String) throws -> Bool {
      let answer = try JSONNode.read(Array((step.toClient.last ?? "").utf8))
      return answer["error"]?["message"]?.string?.contains(words) == true && answer["result"] == nil
        && answer["error"]?["data"]?["gatehouse/decision"] != nil
    }
    #expect(try isError(play.client(call(1, "no")), "[gatehouse] denied"))
    _ = play.client(call(2, "act"))
    #expect(try isError(play.deny("q-1", "not today"), "not today"))
    _ = play.client(call(3, "act"))
    #expect(try isError(play.pass(seconds: 45), "call again with the same arguments"))
    // A client of the stateless era asks for no task: its server makes one or not.
    let modernCall = modern("4", "tools/call", #""name":"no","arguments":{},"task":{}"#)
    #expect(play.client(modernCall).toClient.first?.contains(#""isError":true"#) == true)
  }

  private static let question = """
    {"jsonrpc":"2.0","id":"t-1","method":"sampling/createMessage","params":{"maxTokens":5,"_meta":\
    {"io.modelcontextprotocol/related-task":{"taskId":"t"}}}}
    """
}
