import ControlWire
import GateCore
import JSONText
import SeededChance
import Testing

/// The table that finds requests in flight, against a dictionary.
struct PlaceTableTests {
  @Test("P12: requests in flight are found whatever their ids hash to", arguments: 0..<20)
  func findsWhatADictionaryFinds(seed: Int) {
    var chance = Chance(UInt64(seed))
    // Few hashes make everything meet; the highest ones wrap around the end of the table.
    let hashes: [UInt32] = chance.pick([
      [0], [5, 6, 7], [UInt32.max, UInt32.max - 1, 14, 15], (0..<4_000).map { $0 &* 0x9E37_79B1 },
    ])
    var table = PlaceTable()
    var model: [Int: UInt32] = [:]
    for _ in 0..<3_000 {
      let place = chance.below(chance.pick([4, 60, 400]))
      if let hash = model[place], chance.happens(oneIn: 2) {
        table.remove(hash, place)
        table.remove(hash, place)
        model[place] = nil
      } else if model[place] == nil {
        let hash = chance.pick(hashes)
        table.insert(hash, place)
        model[place] = hash
      }
      #expect(table.count == model.count)
      let asked = chance.below(400)
      let hash = model[asked] ?? chance.pick(hashes)
      #expect(table.find(hash) { $0 == asked } == (model[asked] == nil ? nil : asked))
      #expect(table.find(hash) { _ in false } == nil)
    }
    for (place, hash) in model { #expect(table.find(hash) { $0 == place } == place) }
    for (place, hash) in model { table.remove(hash, place) }
    #expect(table.count == 0)
    for hash in hashes { #expect(table.find(hash) { _ in true } == nil) }
  }

  @Test("P12: ids of all kinds come back as they were, in any order", arguments: 0..<6)
  func idsComeBack(seed: Int) throws {
    var chance = Chance(UInt64(seed))
    var book = try Playbook(policy: Playbook.allowAll)
    var waiting: [(id: String, number: Int)] = []
    var number = 0
    for _ in 0..<600 {
      if chance.below(waiting.count + 1) < 40, !chance.happens(oneIn: 3) || waiting.isEmpty {
        let text = String(chance.below(500), radix: chance.pick([2, 10, 36]))
        let id = chance.happens(oneIn: 2) ? "\"\(text)\"" : "\(chance.below(500))"
        let step = book.client(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"x"}}"#)
        if waiting.contains(where: { $0.id == id }) {
          #expect(step.toServer.isEmpty && step.toClient.count == 1)
        } else {
          number += 1
          #expect(step.toServer.count == 1 && step.toServer.first?.contains("\"id\":\(number),") == true)
          waiting.append((id, number))
        }
      } else {
        let request = waiting.remove(at: chance.below(waiting.count))
        let answer = #"{"jsonrpc":"2.0","id":\#(request.number),"result":{"content":[]}}"#
        #expect(book.server(answer).toClient == [#"{"jsonrpc":"2.0","id":\#(request.id),"result":{"content":[]}}"#])
        #expect(book.server(answer).toClient.isEmpty, "nobody waits for it any more")
      }
    }
    let rest = book.exit(.code(0)).toClient
    #expect(rest.count == waiting.count)
    for (line, request) in zip(rest, waiting.sorted { $0.number < $1.number }) {
      #expect(line.contains("\"id\":\(request.id),"))
    }
  }
}
