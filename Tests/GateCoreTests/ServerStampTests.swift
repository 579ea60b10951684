import ControlWire
import GateCore
import JSONText
import Policy
import Testing

struct ServerStampTests {
  private static let hiding = #"{"version":"1","default":"allow","hide":["drop_all"]}"#

  /// What a client of the stateless era is answered that calls a hidden tool.
  private static func unknown(_ meta: String) -> [String] {
    [
      #"{"jsonrpc":"2.0","id":9,"result":{"resultType":"complete","content":[{"type":"text","text":"Unknown tool: drop_all"}],"isError":true\#(meta)}}"#
    ]
  }

  private static func meta(_ information: String) -> String {
    #""_meta":{"io.modelcontextprotocol/serverInfo":\#(information)}"#
  }

  private func called(_ play: inout Playbook) -> [String] {
    play.client(modern("9", "tools/call", #""name":"drop_all""#)).toClient
  }

  @Test func P60_aHiddenToolIsAnsweredAsTheServerAnswers() throws {
    var play = try Playbook(policy: Self.hiding)
    #expect(called(&play) == Self.unknown(""), "the server has not said who it is")
    _ = play.client(modern("0", "server/discover"))
    _ = play.server(
      #"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"],\#(Self.meta(#"{ "name" : "s", "version":"\u00e9" }"#))}}"#
    )
    #expect(called(&play) == Self.unknown("," + Self.meta(#"{"name":"s","version":"\u00e9"}"#)))
  }

  @Test func P60_aListOfToolsSaysWhoTheServerIs() throws {
    var play = try Playbook(policy: Self.hiding)
    _ = play.client(modern("0", "tools/list"))
    _ = play.server(#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],\#(Self.meta(#"{"name":"s"}"#))}}"#)
    #expect(called(&play) == Self.unknown("," + Self.meta(#"{"name":"s"}"#)))
    // One that says nothing of it, or too much, changes nothing.
    for (number, more) in zip(2..., ["", "," + Self.meta(#"{"name":"\#(String(repeating: "s", count: 5000))"}"#)]) {
      _ = play.client(modern("0", "tools/list"))
      _ = play.server(#"{"jsonrpc":"2.0","id":\#(number),"result":{"tools":[]\#(more)}}"#)
    }
    #expect(called(&play) == Self.unknown("," + Self.meta(#"{"name":"s"}"#)))
  }

  @Test func P60_theOlderEraHasNoSuchMember() throws {
    var play = try Playbook(policy: Self.hiding)
    play.handshake()
    _ = play.client(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
    _ = play.server(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[],\#(Self.meta(#"{"name":"s"}"#))}}"#)
    #expect(
      play.client(#"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"drop_all"}}"#).toClient == [
        #"{"jsonrpc":"2.0","id":9,"result":{"content":[{"type":"text","text":"Unknown tool: drop_all"}],"isError":true}}"#
      ])
  }
}
