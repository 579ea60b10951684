import ControlWire
import GateCore
import JSONText
import Policy
import SeededChance
import Testing

/// Tasks that ask, on their way, for what a person has to approve.
@Suite("P31: questions of tasks wait for a person")
struct TaskQuestionTests {
  private static let policy = #"""
    {"version":"1","default":"deny","tools":{"make":{}},"server_requests":{"elicitation/create":{},
     "sampling/createMessage":{"action":"require_approval","reason":"it costs money"}}}
    """#
  private static let state = #""resultType":"complete","taskId":"t","status":"input_required","ttlMs":null"#
  private static let sampling = #""m":{"method":"sampling/createMessage","params":{"maxTokens":5}}"#
  private static let elicitation = #""e":{"method":"elicitation/create","params":{"message":"which?"}}"#

  private static func asks(_ requests: String...) -> String {
    state + #","statusMessage":"more, please","inputRequests":{\#(requests.joined(separator: ","))}"#
  }

  private static func notice(_ members: String) -> String {
    #"{"jsonrpc":"2.0","method":"notifications/tasks","params":{\#(members)}}"#
  }

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

  /// The client looks at the task, by the next of its requests; what comes of the server's answer.
  private static func poll(_ play: inout Playbook, _ number: Int, _ answer: String) -> Playbook.Step {
    #expect(play.client(modern("\(number)", "tasks/get", #""taskId":"t""#)).toServer.count == 1)
    return play.server(result(number, answer))
  }

  private static func held() throws -> Playbook {
    var play = try task()
    let step = poll(&play, 2, asks(elicitation, sampling))
    #expect(step.toClient == [] && step.toServer == [])
    #expect(
      step.events == [
        "#3 allow elicitation/create /server_requests/elicitation~1create",
        "#4 ask sampling/createMessage /server_requests/sampling~1createMessage", "#5 q-1 pending held for #4",
      ])
    return play
  }

  private static let working = #"{"resultType":"complete","taskId":"t","status":"working","ttlMs":null"#

  // MARK: Answers

  @Test func anApprovedQuestionReachesItsClientAsItWasAsked() throws {
    var play = try Self.held()
    let details = play.gate.approvals.details(of: "q-1", at: play.now) { $0 }
    #expect(details.map { String(decoding: $0.arguments, as: UTF8.self) } == #"{"maxTokens":5}"#)
    let approved = try play.approve("q-1")
    #expect(approved.toClient == [Self.result(2, Self.asks(Self.elicitation, Self.sampling))])
    // As long as it asks the same, nobody is asked again.
    let again = Self.poll(&play, 3, Self.asks(Self.elicitation, Self.sampling))
    #expect(again == Playbook.Step(toClient: [Self.result(3, Self.asks(Self.elicitation, Self.sampling))]))
    // What is left of it was approved with it.
    let rest = Self.poll(&play, 4, Self.asks(Self.sampling))
    #expect(rest == Playbook.Step(toClient: [Self.result(4, Self.asks(Self.sampling))]))
    let update = modern("5", "tasks/update", #""taskId":"t","inputResponses":{"m":{}}"#)
    #expect(play.client(update).toServer == [update])
  }

  @Test func otherWordsAreAnotherQuestion() throws {
    var play = try Self.held()
    _ = try play.approve("q-1")
    let other = Self.sampling.replacing("5", with: "6")
    #expect(Self.poll(&play, 3, Self.asks(Self.elicitation, other)).toClient == [])
    #expect(play.waiting == ["q-2"])
    // And so are the same words under another name.
    _ = try play.approve("q-2")
    #expect(Self.poll(&play, 4, Self.asks(Self.sampling.replacing("\"m\"", with: "\"n\""))).toClient == [])
    #expect(play.waiting == ["q-3"])
  }

  @Test func oneQuestionAfterTheOther() throws {
    var play = try Self.task()
    let second = #""n":{"method":"sampling/createMessage","params":{"maxTokens":6}}"#
    #expect(Self.poll(&play, 2, Self.asks(Self.sampling, second)).toClient == [])
    #expect(try play.approve("q-1").toClient == [])
    #expect(play.waiting == ["q-2"])
    #expect(try play.approve("q-2").toClient == [Self.result(2, Self.asks(Self.sampling, second))])
    #expect(!play.core.isHolding && !play.core.hasRequestsInFlight)
  }

  @Test func aDenialIsToldForAsLongAsTheTaskAsksTheSame() throws {
    var play = try Self.held()
    let denied = try play.deny("q-1", "too dear")
    #expect(try told(denied.toClient).contains("too dear"))
    let again = Self.poll(&play, 3, Self.asks(Self.elicitation, Self.sampling))
    #expect(try told(again.toClient).contains("too dear"))
    #expect(again.toClient.first?.contains(#""approval":"q-1""#) == true)
    #expect(again.events == ["#7 deny sampling/createMessage /server_requests/sampling~1createMessage"])
    #expect(play.waiting == [])
    // Another policy is another matter.
    _ = try play.policy(Self.policy.replacing("it costs money", with: "dear"))
    #expect(Self.poll(&play, 4, Self.asks(Self.sampling)).toClient == [])
    #expect(play.waiting == ["q-2"])
  }

  @Test func whoeverHasNotDecidedYetLeavesTheTaskWorking() throws {
    var play = try Self.held()
    let left = play.pass(seconds: 45)
    let words = #"waiting for approval q-1: it costs money"#
    #expect(
      left.toClient == ["{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\(Self.working),\"statusMessage\":\"\(words)\"}}"])
    #expect(left.toServer == [] && play.waiting == ["q-1"])
    // The next look at it waits again, with the same question.
    let again = Self.poll(&play, 3, Self.asks(Self.elicitation, Self.sampling))
    #expect(again.toClient == [] && play.waiting == ["q-1"])
    #expect(try play.approve("q-1").toClient == [Self.result(3, Self.asks(Self.elicitation, Self.sampling))])
  }

  @Test func aLateWordIsTakenWhenTheClientLooksAgain() throws {
    var play = try Self.held()
    _ = play.pass(seconds: 45)
    #expect(try play.approve("q-1").toClient == [])
    #expect(Self.poll(&play, 3, Self.asks(Self.sampling)).toClient == [Self.result(3, Self.asks(Self.sampling))])
    #expect(Self.poll(&play, 4, Self.asks(Self.sampling)).toClient == [Self.result(4, Self.asks(Self.sampling))])
    play = try Self.held()
    _ = play.pass(seconds: 45)
    _ = try play.deny("q-1", "never")
    for number in [3, 4] {
      #expect(try told(Self.poll(&play, number, Self.asks(Self.sampling)).toClient).contains("never"))
    }
    #expect(play.waiting == [])
  }

  @Test func whatNobodyDecidesIsNotAskedAgain() throws {
    var play = try Self.task(Self.policy.replacing("\"reason\"", with: #""approval":{"timeout":20},"reason""#))
    #expect(Self.poll(&play, 2, Self.asks(Self.sampling)).toClient == [])
    let over = play.pass(seconds: 20)
    #expect(try told(over.toClient).contains("nobody decided within 20 s"))
    #expect(try told(Self.poll(&play, 3, Self.asks(Self.sampling)).toClient).contains("nobody decided"))
    #expect(play.waiting == [])
  }

  @Test func aSecondLookWhileTheFirstWaitsAsksNobodyTwice() throws {
    var play = try Self.held()
    let second = Self.poll(&play, 3, Self.asks(Self.elicitation, Self.sampling))
    #expect(
      second.toClient == [
        "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":\(Self.working),\"statusMessage\":\"waiting for approval\"}}"
      ])
    #expect(play.server(Self.notice(Self.asks(Self.elicitation, Self.sampling))).toClient == [])
    #expect(play.waiting == ["q-1"])
    #expect(try play.approve("q-1").toClient == [Self.result(2, Self.asks(Self.elicitation, Self.sampling))])
  }

  @Test func whatTheTaskWantsNoLongerWaitsNoMore() throws {
    let ends: [(String, String)] = [
      (#""taskId":"t","status":"working""#, "the task asks for it no longer"),
      (#""taskId":"t","status":"completed","result":{}"#, "the task is over"),
      (asksOther, "the task asks for it no longer"),
    ]
    for (state, detail) in ends {
      for isNotice in [false, true] {
        var play = try Self.held()
        let step = isNotice ? play.server(Self.notice(state)) : Self.poll(&play, 3, state)
        #expect(step.events.contains("#6 q-1 withdrawn held for #4 \(detail)"), "\(step.events)")
        #expect(step.toClient.first?.contains(Self.working) == true)
        #expect(step.toClient.count == 2, "the first look has its answer, and this passes")
        #expect(play.waiting == [] && !play.core.isHolding)
      }
    }
    // Also where nothing is held for it any more.
    var play = try Self.held()
    _ = play.pass(seconds: 45)
    #expect(Self.poll(&play, 3, #""taskId":"t","status":"working""#).events.first?.contains("withdrawn") == true)
    #expect(play.waiting == [])
  }

  private let asksOther = Self.asks(Self.elicitation)

  @Test func cancellingTheTaskWithdraws() throws {
    var play = try Self.held()
    let step = play.client(modern("3", "tasks/cancel", #""taskId":"t""#))
    #expect(step.toServer.count == 1)
    #expect(step.toClient.first?.contains(Self.working) == true)
    #expect(step.events == ["#6 q-1 withdrawn held for #4 the agent has cancelled the task"])
    #expect(play.waiting == [] && !play.core.isHolding)
  }

  @Test func theClientGivesTheLookUpOrHangsUp() throws {
    var play = try Self.held()
    let cancelled = play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#)
    #expect(cancelled.toClient == [] && cancelled.toServer == [])
    #expect(play.waiting == [] && !play.core.isHolding)
    #expect(Self.poll(&play, 3, Self.asks(Self.sampling)).toClient == [])
    #expect(play.waiting == ["q-2"])
    let gone = play.hangUp()
    #expect(gone.toClient.count == 1 && play.waiting == [] && !play.core.isHolding)
  }

  @Test func lockdownRefusesAndIsNotRemembered() throws {
    var play = try Self.held()
    #expect(try told(play.lockDown(true).toClient).contains("locked"))
    _ = play.lockDown(false)
    #expect(Self.poll(&play, 3, Self.asks(Self.sampling)).toClient == [])
    #expect(play.waiting == ["q-2"])
  }

  @Test func anotherPolicyDecidesAnew() throws {
    var play = try Self.held()
    let open = try play.policy(Self.policy.replacing(#""action":"require_approval","#, with: ""))
    #expect(open.toClient == [Self.result(2, Self.asks(Self.elicitation, Self.sampling))])
    play = try Self.held()
    let closed = try play.policy(#"{"version":"1","default":"deny"}"#)
    #expect(try told(closed.toClient).contains("no rule allows this server request"))
    #expect(play.waiting == [])
  }

  @Test func tooManyQuestionsAreRefused() throws {
    var play = try Self.task()
    let many = (0...100).map { #""\#($0)":{"method":"sampling/createMessage"}"# }.joined(separator: ",")
    let step = Self.poll(&play, 2, Self.asks(many))
    #expect(try told(step.toClient).contains("more than 100 things"))
    #expect(play.waiting == [])
  }

  @Test func whatIsNoQuestionIsRefused() throws {
    var play = try Self.task()
    for (number, asked) in [(2, "7"), (3, "[]"), (4, #"{"x":1}"#)] {
      let step = Self.poll(&play, number, Self.state + #","inputRequests":\#(asked)"#)
      #expect(try told(step.toClient).contains("denied"))
    }
    #expect(play.waiting == [])
  }

  @Test func tasksOfOthersAreAskedAboutOnceToo() throws {
    var play = try Playbook.waiting(Self.policy)
    #expect(Self.poll(&play, 1, Self.asks(Self.sampling)).toClient == [])
    #expect(try play.approve("q-1").toClient.count == 1)
    #expect(Self.poll(&play, 2, Self.asks(Self.sampling)).toClient.count == 1)
    #expect(play.waiting == [])
  }

  @Test func aRecordThatCannotBeWrittenTakesItBack() throws {
    var play = try Self.held()
    let settled = play.gate.stream.end
    play.output.reset()
    let shown = play.gate.approvals.pending(at: play.now)[0].digest
    play.carryOut(
      try play.gate.approve(
        "q-1", digest: shown, revision: nil, scope: .once, message: nil, by: "you", at: play.now))
    play.core.takeBack("no disk", events: settled, at: play.now, gate: &play.gate, into: &play.output)
    #expect(String(decoding: play.output.toClient, as: UTF8.self).contains("no disk"))
    #expect(!String(decoding: play.output.toClient, as: UTF8.self).contains("inputRequests"))
    #expect(Self.poll(&play, 3, Self.asks(Self.sampling)).toClient == [], "it was not approved")
  }

  // MARK: Notifications

  @Test func aNotificationWaitsAndArrives() throws {
    var play = try Self.task()
    let line = Self.notice(Self.asks(Self.elicitation, Self.sampling))
    let asked = play.server(line)
    #expect(asked.toClient == [] && play.waiting == ["q-1"])
    #expect(try play.approve("q-1").toClient == [line])
    #expect(play.server(line) == Playbook.Step(toClient: [line]))
    #expect(Self.poll(&play, 2, Self.asks(Self.sampling)).toClient.count == 1, "it was approved")
    #expect(play.waiting == [])
  }

  @Test func aNotificationOfASubscription() throws {
    for isOver in [false, true] {
      var play = try Self.task(Self.policy.replacing(#""tools""#, with: #""resources":{"*":{}},"tools""#))
      _ = play.client(modern("\"s\"", "subscriptions/listen", #""notifications":{}"#))
      let tag = #""_meta":{"io.modelcontextprotocol/subscriptionId":2},"#
      #expect(play.server(Self.notice(tag + Self.asks(Self.sampling))).toClient == [])
      if isOver {
        _ = play.server(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#)
      }
      let step = try play.approve("q-1")
      #expect(
        step.toClient == (isOver ? [] : [Self.notice(tag.replacing("2}", with: "\"s\"}") + Self.asks(Self.sampling))]))
    }
  }

  @Test func aNotificationThatIsRefusedOrLeftIsDropped() throws {
    let ends: [(inout Playbook) throws -> Playbook.Step] = [
      { play in try play.deny("q-1", "no") }, { play in play.pass(seconds: 45) }, { play in play.hangUp() },
      { play in play.server(Self.notice(#""taskId":"t","status":"working""#)) },
    ]
    for (index, end) in ends.enumerated() {
      var play = try Self.task()
      let line = Self.notice(Self.asks(Self.sampling))
      _ = play.server(line)
      let step = try end(&play)
      #expect(step.toClient.count == (index == 3 ? 1 : 0) && step.toServer == [])
      #expect(!play.core.isHolding)
      #expect(play.core.tally.droppedNotifications == 1)
      #expect(play.waiting == (index == 1 ? ["q-1"] : []))
    }
  }

  // MARK: Any order

  /// Whatever happens, nothing that needs a person reaches the client unless that very thing was approved.
  @Test func onlyWhatWasApprovedReachesTheClient() throws {
    for seed in 0..<150 {
      var chance = Chance(UInt64(seed))
      var play = try Self.task()
      var approved: Set<String> = []
      var number = 1
      func look(_ step: Playbook.Step) {
        for line in step.toClient {
          for word in ["a1", "b2", "c3"] where line.contains("\"\(word)\"") && line.contains("inputRequests") {
            #expect(approved.contains(word), "seed \(seed): \(line)")
          }
        }
      }
      for _ in 0..<40 {
        let asked = ["a1", "b2", "c3"].filter { _ in chance.happens(oneIn: 2) }
          .map { #""\#($0)":{"method":"sampling/createMessage","params":{"w":"\#($0)"}}"# }
        let state =
          asked.isEmpty ? #""taskId":"t","status":"working""# : Self.asks(asked.joined(separator: ","))
        switch chance.below(8) {
        case 0, 1, 2:
          number += 1
          look(Self.poll(&play, number, state))
        case 3: look(play.server(Self.notice(state)))
        case 4, 5:
          guard let id = play.waiting.first else { continue }
          let shown = play.gate.approvals.details(of: id, at: play.now) { $0 }
          let words = String(decoding: shown?.arguments ?? [], as: UTF8.self)
          if chance.happens(oneIn: 3) {
            look(try play.deny(id))
          } else {
            for word in ["a1", "b2", "c3"] where words.contains(word) { approved.insert(word) }
            look(try play.approve(id))
          }
        case 6: look(play.pass(seconds: Double(chance.below(50))))
        default:
          look(play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(number)}}"#))
        }
      }
      _ = play.hangUp()
      #expect(play.waiting == [] && !play.core.isHolding)
    }
  }
}
