import AttackCorpus
import JSONText
import Testing

struct AttackCorpusTests {
  @Test("P6-P12: there are enough attacks of every category, each with a name of its own")
  func size() {
    let attacks = AttackCorpus.all
    #expect(attacks.count >= 120)
    #expect(Set(attacks.map(\.name)).count == attacks.count)
    for category in Attack.Category.allCases {
      #expect(attacks.count { $0.category == category } >= 3, "\(category.rawValue)")
    }
  }

  @Test("every attack of a client is seen by a reader where nothing stands in its way, unless it says why not")
  func bites() {
    for attack in AttackCorpus.all where attack.server.onCall.isEmpty && attack.server.onList.isEmpty {
      let seen = attack.seen(atServer: attack.client)
      #expect(seen.isEmpty == (attack.harmlessAlone != nil), "\(attack.name): \(seen)")
    }
  }

  @Test("every attack of a server is seen where it reaches the client as it is")
  func bitesTheClient() {
    for attack in AttackCorpus.all where !(attack.server.onCall.isEmpty && attack.server.onList.isEmpty) {
      let asked = Attack.asked(in: attack.client)
      let lines = (attack.server.onCall + attack.server.onList).flatMap { line in
        line.replacing(Array("$ID".utf8), with: Array("\"\(attack.name)-1\"".utf8)).split(separator: 0x0A).map {
          Array($0)
        }
      }
      let seen = attack.seen(atClient: lines, asked: asked) + attack.seen(atServer: attack.client)
      #expect(seen.isEmpty == (attack.harmlessAlone != nil), "\(attack.name): \(seen)")
    }
  }

  @Test("honest messages of every kind are seen as harmless")
  func honest() throws {
    let attack = try #require(AttackCorpus[name: "name-plain"])
    let lines = [
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"allowed","arguments":{"x":"forbidden"}}}"#,
      #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"allowed_path","arguments":{"path":"/srv/allowed","amount":500.0}}}"#,
      #"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#, #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
      #"{"jsonrpc":"2.0","id":"s","result":{}}"#,
      #"{"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///srv/allowed.txt"}}"#,
    ]
    #expect(attack.seen(atServer: Array(lines.joined(separator: "\n").utf8)) == [])
    let answers = [
      #"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#,
      #"{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"allowed"}]}}"#,
      #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"m"}}"#,
      #"{"jsonrpc":"2.0","method":"notifications/message"}"#,
    ]
    #expect(attack.seen(atClient: answers.map { Array($0.utf8) }, asked: ["1": 1, "3": 1]) == [])
  }
}
