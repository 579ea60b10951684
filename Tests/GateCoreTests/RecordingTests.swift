import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// What a session does when its decisions cannot be recorded.
struct RecordingTests {
  private typealias Step = Playbook.Step

  /// Plays lines of either side that came together, and then takes back what they were allowed.
  private func unrecorded(_ play: inout Playbook, _ lines: (inout Playbook) -> Void) -> Step {
    play.step { play in
      lines(&play)
      let position = play.gate.stream.settled
      play.core.takeBack(
        "the disk is full", events: position, at: play.now, gate: &play.gate, into: &play.output)
    }
  }

  private func say(_ play: inout Playbook, _ line: String) {
    play.core.fromClient(Array(line.utf8).span, at: play.now, gate: &play.gate, into: &play.output)
    play.gate.stream.stamp(took: 1)
  }

  private func answer(_ play: inout Playbook, _ line: String) {
    play.core.fromServer(Array(line.utf8).span, at: play.now, gate: &play.gate, into: &play.output)
  }

  @Test("P5: nothing is forwarded whose decision cannot be recorded, and plumbing still is")
  func P5_nothingIsForwardedUnrecorded() throws {
    var play = try Playbook(policy: #"{"version":"1","default":"allow","tools":{"drop":{"action":"deny"}}}"#)
    play.handshake()
    let step = unrecorded(&play) { play in
      say(&play, call("1", "get"))
      say(&play, #"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
      say(&play, call("3", "drop"))
      say(&play, #"{"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///x"}}"#)
      say(&play, #"{"jsonrpc":"2.0","method":"vendor/act"}"#)
      say(&play, #"{"jsonrpc":"2.0","id":5,"method":"tools/list"}"#)
      say(&play, #"{"jsonrpc":"2.0","id":6,"method":"vendor/ask"}"#)
    }
    #expect(step.toServer.count == 2)
    #expect(step.toServer.allSatisfy { $0.contains(#""method":"ping""#) || $0.contains(#""method":"tools/list""#) })
    #expect(
      step.events == [
        "#2 deny tools/call get (record)", "#3 deny tools/call drop /tools/drop",
        "#4 deny resources/read file:///x (record)", "#5 deny vendor/act (record)", "#6 deny vendor/ask (record)",
      ])
    #expect(play.gate.counts == [0, 5, 0, 0, 0])
    let answers = try step.toClient.map { try JSONNode.read(Array($0.utf8)) }
    #expect(answers.compactMap { $0["id"]?.integer } == [3, 1, 4, 6])
    let denied = answers[1]["result"]
    #expect(denied?["isError"]?.bool == true)
    #expect(denied?["_meta"]?["gatehouse/decision"]?["rule"]?.string == "(record)")
    #expect(
      denied?["content"]?.elements?.first?["text"]?.string
        == "[gatehouse] denied: the disk is full. Rule (record).")
    for answer in answers[2...] {
      #expect(answer["error"]?["data"]?["gatehouse/decision"]?["rule"]?.string == "(record)")
    }
    // The ids are free again, and what the server says of ours is nobody's answer.
    #expect(play.client(call("1", "get")).toServer.count == 1)
    #expect(play.server(#"{"jsonrpc":"2.0","id":2,"result":{}}"#).toClient.isEmpty)
  }

  @Test("P5: a request of the server's does not reach the client unrecorded")
  func P5_questionsOfTheServer() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    play.handshake()
    let step = unrecorded(&play) { play in
      answer(&play, #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"m"}}"#)
      answer(&play, #"{"jsonrpc":"2.0","id":"p","method":"ping"}"#)
    }
    #expect(step.toClient == [#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#])
    #expect(step.toServer.count == 1)
    let refusal = try JSONNode.read(Array(step.toServer[0].utf8))
    #expect(refusal["id"]?.string == "q")
    #expect(refusal["error"]?["data"]?["gatehouse/decision"]?["rule"]?.string == "(record)")
    #expect(step.events == ["#2 deny elicitation/create (record)"])
    #expect(play.client(#"{"jsonrpc":"2.0","id":"q","result":{"action":"accept"}}"#).toServer.isEmpty)
  }

  @Test("P5: an answer that asks for more does not reach the client unrecorded")
  func P5_answersThatAsk() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("1", "tools/call", #""name":"push","arguments":{}"#))
    let step = unrecorded(&play) { play in
      answer(
        &play,
        #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s","inputRequests":"#
          + #"{"q":{"method":"elicitation/create","params":{}},"r":{"method":"sampling/createMessage","params":{}}}}}"#)
    }
    #expect(step.toClient.count == 1)
    #expect(step.toClient.first?.contains("(record)") == true)
    #expect(step.toClient.first?.contains("elicitation") == false)
    #expect(
      step.events == [
        "#3 deny elicitation/create (record)", "#4 deny sampling/createMessage (record)", "#5 error for #2",
      ])
    #expect(play.gate.counts == [1, 2, 0, 0, 0])
  }

  @Test func whatIsTakenBackTakesNothingFromALimitThatCountsSuccess() throws {
    var play = try Playbook(
      policy: """
        {"version":"1","tools":{"push":{"limits":[{"window":"minute","max":1,"count":"succeeded"}]}}}
        """)
    play.handshake()
    for id in 1...5 {
      let step = unrecorded(&play) { play in say(&play, call("\(id)", "push")) }
      #expect(step.toServer.isEmpty)
      #expect(step.events.first?.hasSuffix("deny tools/call push (record)") == true)
    }
    #expect(play.client(call("6", "push")).toServer.count == 1)
  }

  @Test func aCallThatWasCancelledInTheSameBreathIsNotAnswered() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    play.handshake()
    let step = unrecorded(&play) { play in
      say(&play, call("1", "get"))
      say(&play, #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
    }
    #expect(step.toClient.isEmpty)
    #expect(step.toServer.count == 1)
    #expect(step.events == ["#2 deny tools/call get (record)", "#3 cancelled for #2"])
  }

  @Test func whatWasWrittenOutBeforeStays() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    play.handshake()
    #expect(play.client(call("1", "get")).toServer.count == 1)
    let step = unrecorded(&play) { play in say(&play, call("2", "get")) }
    #expect(step.toServer.isEmpty)
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":2,"result":{}}"#).toClient == [#"{"jsonrpc":"2.0","id":1,"result":{}}"#])
  }

  @Test("P5: a subscription to resources does not reach the server unrecorded")
  func namedResources() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let listen = modern(
      "\"s\"", "subscriptions/listen", #""notifications":{"resourceSubscriptions":["x://a","x://b"]}"#)
    let step = unrecorded(&play) { say(&$0, listen) }
    #expect(step.toServer == [])
    #expect(step.events.filter { $0.contains("deny subscriptions/listen x://") }.count == 2)
    #expect(step.toClient.count == 1)
    #expect(step.toClient.first?.contains("the disk is full") == true)
    #expect(!play.core.hasRequestsInFlight)
    #expect(play.client(listen).toServer.count == 1)
    #expect(play.exit(.code(0)).toClient.count == 1)
  }

  @Test("P5: what a task asks does not reach the client unrecorded, and is judged again")
  func whatTasksAsk() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("1", "tools/call", #""name":"make""#))
    _ = play.server(#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"task","taskId":"t","status":"working"}}"#)
    let asking = #""taskId":"t","inputRequests":{"q":{"method":"elicitation/create"}}"#
    let told = #"{"jsonrpc":"2.0","method":"notifications/tasks","params":{\#(asking)}}"#
    #expect(unrecorded(&play) { answer(&$0, told) }.toClient == [])
    _ = play.client(modern("2", "tasks/get", #""taskId":"t""#))
    let got = unrecorded(&play) { answer(&$0, #"{"jsonrpc":"2.0","id":2,"result":{\#(asking)}}"#) }
    #expect(got.toClient.count == 1)
    #expect(got.toClient.first?.contains("inputRequests") == false)
    #expect(play.server(told).events.first?.hasSuffix("allow elicitation/create (default)") == true)
  }
}
