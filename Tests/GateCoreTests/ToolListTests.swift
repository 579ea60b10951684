import ControlWire
import GateCore
import JSONText
import Policy
import Testing

struct ToolListTests {
  typealias Step = Playbook.Step

  private static let hiding = #"{"version":"1","default":"allow","hide":["drop_*"]}"#
  private static let list = #"{"jsonrpc":"2.0","id":9,"method":"tools/list"}"#

  @Test func P47_everyPageIsFiltered() throws {
    var play = try Playbook(policy: Self.hiding)
    #expect(play.client(Self.list).toServer == [#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#])
    #expect(
      play.server(
        #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"get","n":1.0},{"name":"drop_all"}],"nextCursor":"\u0032"}}"#
      )
        == Step(toClient: [
          #"{"jsonrpc":"2.0","id":9,"result":{"tools":[{"name":"get","n":1.0}],"nextCursor":"\u0032"}}"#
        ]))
    #expect(play.output.listedTools == nil)
    _ = play.client(#"{"jsonrpc":"2.0","id":10,"method":"tools/list","params":{"cursor":"2"}}"#)
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"drop_one"}]}}"#)
        == Step(toClient: [#"{"jsonrpc":"2.0","id":10,"result":{"tools":[]}}"#]))
    #expect(play.output.listedTools?.compactMap { $0["name"]?.string } == ["get", "drop_all", "drop_one"])
    #expect(play.core.tally.toolLists == 2)
  }

  @Test func pagesOfAnotherListDoNotMix() throws {
    var play = try Playbook(policy: Self.hiding)
    _ = play.client(Self.list)
    _ = play.server(#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}],"nextCursor":"2"}}"#)
    _ = play.client(#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"7"}}"#)
    _ = play.server(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"b"}]}}"#)
    #expect(play.output.listedTools == nil)
    _ = play.client(Self.list)
    _ = play.server(#"{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"c"}]}}"#)
    #expect(play.output.listedTools?.map { $0["name"]?.string } == ["c"])
  }

  @Test(arguments: [
    #"{"tools":[],"Tools":[{"name":"drop_all"}]}"#, #"{"tools":{}}"#, "{}", #"{"tools":[{"title":"x"}]}"#,
  ]) func P48_aListThatIsNotUnderstoodIsAnError(result: String) throws {
    var play = try Playbook(policy: Self.hiding)
    _ = play.client(Self.list)
    let answer = play.server(#"{"jsonrpc":"2.0","id":1,"result":\#(result)}"#)
    let line = try #require(answer.toClient.first)
    #expect(answer.toClient.count == 1)
    #expect(line.hasPrefix(#"{"jsonrpc":"2.0","id":9,"error":{"code":-32603,"message":"[gatehouse] the server's list"#))
    #expect(!line.contains("drop_all"))
  }

  @Test("P49 P60: a hidden tool is judged all the same, and answered like an unknown one")
  func aHiddenToolIsUnknown() throws {
    var play = try Playbook(policy: Self.hiding)
    #expect(
      play.client(call("1", "drop_\\u0061ll"))
        == Step(
          toClient: [
            #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"Unknown tool: drop_all"}],"isError":true}}"#
          ], events: ["#1 hide tools/call drop_all (hidden)"]))
    #expect(
      play.client(modern("2", "tools/call", #""name":"drop_all""#)).toClient == [
        #"{"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","content":[{"type":"text","text":"Unknown tool: drop_all"}],"isError":true}}"#
      ])
  }

  @Test func P43_aModernListIsNotToBeCached() throws {
    var play = try Playbook(policy: Self.hiding)
    _ = play.client(modern("1", "tools/list"))
    #expect(
      play.server(
        #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","ttlMs":60000,"cacheScope":"public","tools":[{"name":"get"}]}}"#
      ).toClient == [
        #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","tools":[{"name":"get"}]}}"#
      ])
    _ = play.client(modern("2", "tools/list"))
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#).toClient
        == [#"{"jsonrpc":"2.0","id":2,"result":{"ttlMs":0,"cacheScope":"private","tools":[]}}"#])
  }

  private static let changed = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#

  @Test func P56_anotherPolicyThatShowsOtherToolsIsTold() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    play.handshake()
    _ = play.client(Self.list)
    _ = play.server(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"get"},{"name":"drop_all"}]}}"#)
    #expect(try play.policy(#"{"version":"1","default":"deny"}"#) == Step())
    #expect(try play.policy(Self.hiding) == Step(toClient: [Self.changed]))
    #expect(try play.policy(Self.hiding) == Step())
    #expect(try play.policy(#"{"version":"1","mode":"observe","hide":["drop_all"]}"#) == Step(toClient: [Self.changed]))
  }

  @Test func P56_nobodyIsToldBeforeTheHandshakeOrWithoutAList() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    #expect(try play.policy(Self.hiding) == Step())
    _ = play.client(Self.list)
    _ = play.server(#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"drop_all"}]}}"#)
    #expect(try play.policy(Playbook.allowAll) == Step())
    // The handshake is over only when the client says so.
    _ = play.client(#"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#)
    _ = play.server(#"{"jsonrpc":"2.0","id":2,"result":{"capabilities":{"tools":{}}}}"#)
    #expect(try play.policy(Self.hiding) == Step())
    _ = play.client(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    #expect(try play.policy(Playbook.allowAll) == Step(toClient: [Self.changed]))
    var other = try Playbook(policy: Playbook.allowAll)
    other.handshake()
    #expect(try other.policy(Self.hiding) == Step())
  }

  @Test func P39_aSubscriptionIsToldUnderItsName() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("\"sub\"", "subscriptions/listen", #""notifications":{"toolsListChanged":true}"#))
    _ = play.client(modern("2", "tools/list"))
    _ = play.server(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"drop_all"}]}}"#)
    #expect(try play.policy(Self.hiding) == Step(), "the server has not agreed yet")
    _ = play.server(
      """
      {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":\
      {"io.modelcontextprotocol/subscriptionId":1},"notifications":{"toolsListChanged":true}}}
      """)
    #expect(
      try play.policy(Playbook.allowAll)
        == Step(toClient: [
          """
          {"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":\
          {"io.modelcontextprotocol/subscriptionId":"sub"}}}
          """
        ]))
  }
}
