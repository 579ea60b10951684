import ControlWire
import GateCore
import JSONText
import Policy
import Testing

@Suite("P31: tasks")
struct TaskTests {
  typealias Step = Playbook.Step

  private static let policy = """
    {"version":"1","default":"deny","tools":{"make":{"limits":[{"window":"day","max":1,"count":"succeeded"}],\
    "require":[{"conditions":[{"path":"args.a","op":"exists","value":true}]}]}},\
    "server_requests":{"elicitation/create":{}}}
    """

  private static func result(_ id: Int, _ members: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":{\#(members)}}"#
  }

  private static func asking(_ method: String) -> String {
    #""taskId":"t","status":"input_required","inputRequests":{"q":{"method":"\#(method)","params":{}}}"#
  }

  /// A session of the stateless era in which a call has become the task `t`: decision 2.
  private func modernTask() throws -> Playbook {
    var play = try Playbook(policy: Self.policy)
    #expect(play.client(modern("1", "tools/call", #""name":"make","arguments":{"a":1}"#)).toServer.count == 1)
    let made = Self.result(1, #""resultType":"task","taskId":"t","status":"working""#)
    #expect(play.server(made) == Step(toClient: [made]), "it is not over yet")
    return play
  }

  /// The same of the older era: decision 1.
  private func olderTask() throws -> Playbook {
    var play = try Playbook(policy: Self.policy)
    let call =
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"make","arguments":{"a":1},"task":{"ttl":9}}}"#
    #expect(play.client(call).events == ["#1 allow tools/call make /tools/make"])
    let made = Self.result(1, #""task":{"taskId":"t","status":"working"}"#)
    #expect(play.server(made) == Step(toClient: [made]))
    return play
  }

  private func older(_ method: String) -> String {
    #"{"jsonrpc":"2.0","id":2,"method":"\#(method)","params":{"taskId":"t"}}"#
  }

  // MARK: Ends

  @Test(
    "P31: a call of the older era ends with the result of its task",
    arguments: [
      ("tasks/result", #""content":[]"#, "ok"), ("tasks/result", #""content":[],"isError":true"#, "tool_error"),
      ("tasks/get", #""taskId":"t","status":"failed""#, "tool_error"),
      ("tasks/get", #""taskId":"t","status":"completed""#, "ok"),
      ("tasks/cancel", #""taskId":"t","status":"cancelled""#, "cancelled"),
    ] as [(String, String, String)])
  func endsOfTheOlderEra(method: String, members: String, outcome: String) throws {
    var play = try olderTask()
    #expect(play.client(older(method)).events == [], "plumbing")
    let answer = Self.result(2, members)
    #expect(play.server(answer) == Step(toClient: [answer], events: ["#2 \(outcome) for #1"]))
    _ = play.client(older("tasks/result"))
    #expect(play.server(Self.result(3, #""isError":true"#)).events == [], "it is over only once")
    #expect(play.exit(.code(0)).events.count == 1)
  }

  @Test(
    "P31: a call of the stateless era ends when its task is seen to",
    arguments: [
      (#""status":"completed","result":{"content":[]}"#, "ok"),
      (#""status":"completed","result":{"content":[],"isError":true}"#, "tool_error"),
      (#""status":"failed","error":{"code":1,"message":"m"}"#, "error"), (#""status":"cancelled""#, "cancelled"),
    ] as [(String, String)])
  func endsOfTheStatelessEra(state: String, outcome: String) throws {
    var polled = try modernTask()
    _ = polled.client(modern("2", "tasks/get", #""taskId":"t""#))
    #expect(polled.server(Self.result(2, #""taskId":"t","status":"working""#)).events == [])
    _ = polled.client(modern("3", "tasks/get", #""taskId":"t""#))
    #expect(polled.server(Self.result(3, #""taskId":"t",\#(state)"#)).events == ["#3 \(outcome) for #2"])
    var told = try modernTask()
    let notification = #"{"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"t",\#(state)}}"#
    #expect(told.server(notification) == Step(toClient: [notification], events: ["#3 \(outcome) for #2"]))
    #expect(told.server(notification).events == [])
  }

  @Test("P31: an error instead of a task's result is its end, and one instead of its state is not")
  func errors() throws {
    var play = try olderTask()
    _ = play.client(older("tasks/get"))
    #expect(play.server(#"{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"m"}}"#).events == [])
    _ = play.client(older("tasks/result"))
    #expect(play.server(#"{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"m"}}"#).events == ["#2 error for #1"])
  }

  @Test("P69: what a failed task holds of limits is given back")
  func givenBack() throws {
    let again = modern("9", "tools/call", #""name":"make","arguments":{"a":1}"#)
    var held = try modernTask()
    #expect(held.client(again).toServer == [])
    var failed = try modernTask()
    _ = failed.client(modern("2", "tasks/get", #""taskId":"t""#))
    _ = failed.server(Self.result(2, #""taskId":"t","status":"completed","result":{"isError":true}"#))
    #expect(failed.client(again).toServer.count == 1)
    var cancelled = try modernTask()
    _ = cancelled.server(
      #"{"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"t","status":"cancelled"}}"#)
    #expect(cancelled.client(again).toServer == [], "a cancellation makes nothing undone")
  }

  @Test("P31: a task whose end nobody saw is lost with its session")
  func lost() throws {
    var play = try modernTask()
    #expect(play.exit(.code(0)).events.first == "#3 lost for #2")
  }

  @Test("P31: no more tasks are remembered than there is room for, and the oldest is told as lost")
  func bounded() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    var lost = 0
    for number in 1...1_100 {
      _ = play.client(modern("\(number)", "tools/call", #""name":"make""#))
      let step = play.server(
        Self.result(number, #""resultType":"task","taskId":"\#(number % 1_050)","status":"working""#))
      lost += step.events.count { $0.contains("lost for") }
    }
    #expect(lost == 100)
  }

  // MARK: Input

  @Test("P31: input for a task is another step of its call")
  func update() throws {
    var play = try modernTask()
    let update = modern("2", "tasks/update", #""taskId":"t","inputResponses":{"q":{"action":"accept"}}"#)
    let step = play.client(update)
    #expect(step.toServer == [update])
    #expect(step.events == ["#3 allow tasks/update make /tools/make"])
    #expect(play.server(Self.result(2, #""resultType":"complete""#)).events == ["#4 ok for #3"])
    _ = try play.policy(#"{"version":"1","default":"allow","tools":{"make":{"action":"deny","reason":"no more"}}}"#)
    let denied = play.client(update.replacing("\"id\":2", with: "\"id\":3"))
    #expect(denied.toServer == [])
    #expect(denied.events == ["#5 deny tasks/update make /tools/make"])
    #expect(denied.toClient.first?.contains("no more") == true)
    _ = try play.policy(#"{"version":"1","default":"allow","hide":["make"]}"#)
    #expect(
      play.client(update.replacing("\"id\":2", with: "\"id\":4")).events == ["#6 hide tasks/update make (hidden)"])
    _ = try play.policy(#"{"version":"1","mode":"observe","default":"deny"}"#)
    #expect(play.client(update.replacing("\"id\":2", with: "\"id\":5")).toServer.count == 1)
  }

  @Test("P17: input for a task of nobody's is governed like an unknown method")
  func updateOfAStranger() throws {
    let update = modern("2", "tasks/update", #""taskId":"other","inputResponses":{}"#)
    var closed = try modernTask()
    #expect(closed.client(update).events == ["#3 deny tasks/update (default)"])
    #expect(closed.client(modern("3", "tasks/update", "")).toServer == [])
    var open = try Playbook(policy: Playbook.allowAll)
    #expect(open.client(update).toServer.count == 1)
  }

  @Test("P31: what a task wants to ask the client is judged, once for as long as it asks the same")
  func asking() throws {
    var play = try modernTask()
    for (id, events) in [(2, ["#3 allow elicitation/create /server_requests/elicitation~1create"]), (3, [])] {
      _ = play.client(modern("\(id)", "tasks/get", #""taskId":"t""#))
      let answer = Self.result(id, Self.asking("elicitation/create"))
      #expect(play.server(answer) == Step(toClient: [answer], events: events))
    }
    _ = play.client(modern("4", "tasks/get", #""taskId":"t""#))
    let denied = play.server(Self.result(4, Self.asking("sampling/createMessage")))
    #expect(denied.events == ["#4 deny sampling/createMessage (default)"])
    #expect(denied.toClient.count == 1)
    #expect(denied.toClient.first?.contains("inputRequests") == false)
    let told = play.server(
      #"{"jsonrpc":"2.0","method":"notifications/tasks","params":{\#(Self.asking("sampling/createMessage"))}}"#)
    #expect(told == Step(events: ["#5 deny sampling/createMessage (default)"]))
    _ = try play.policy(#"{"version":"1","default":"deny"}"#)
    _ = play.client(modern("5", "tasks/get", #""taskId":"t""#))
    #expect(play.server(Self.result(5, Self.asking("elicitation/create"))).events.count == 1, "another policy")
  }

  @Test("P31: ids of tasks pass as they are")
  func idsPass() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    for (number, method) in ["tasks/get", "tasks/result", "tasks/cancel", "tasks/update"].enumerated() {
      let request = modern("\(number + 1)", method, #""taskId":"\u0074 1","x":1.0"#)
      #expect(play.client(request).toServer == [request])
    }
  }
}
