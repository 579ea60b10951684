import GateCore
import SeededChance
import Testing

/// Whatever a server does, in whatever order: each request has one answer, and nothing is sent twice.
struct RemoteFuzzTests {
  @Test(arguments: UInt64(0)..<400)
  func everyRequestHasOneAnswer(seed: UInt64) {
    var chance = Chance(seed)
    var talk = chance.happens(oneIn: 2) ? Talk.older() : Talk()
    let isModern = talk.requests.isEmpty
    var open: [Int] = []
    var asked: Set<Int> = []
    var takenBack: Set<Int> = []
    var answers: [Int: Int] = [:]
    var posts: [String: Int] = [:]
    var isOver = false

    func take(_ done: [String], _ talk: Talk) {
      for line in done {
        let number = Int(line.split(separator: " ").last ?? "") ?? 0
        if line.hasPrefix("POST") || line.hasPrefix("GET") || line.hasPrefix("DELETE") {
          open.append(number)
          if let request = talk.requests[number], request.method == .post {
            posts[String(decoding: request.body, as: UTF8.self), default: 0] += 1
          }
        } else if line.hasPrefix("cancel") {
          open.removeAll { $0 == number }
        } else if line.hasPrefix("fail "), let id = Int(line.dropFirst(5).prefix { $0 != ":" }) {
          answers[id, default: 0] += 1
        } else if line.hasPrefix("> "), let id = Self.answered(line) {
          answers[id, default: 0] += 1
        } else if line.hasPrefix("end") {
          isOver = true
        }
      }
    }

    var next = 100
    for _ in 0..<150 {
      let exchange = open.isEmpty ? 1 + chance.below(30) : chance.pick(open)
      switch chance.below(9) {
      case 0 where asked.count < 20 && !isOver:
        next += 1
        asked.insert(next)
        take(talk.say(isModern ? Talk.modern(next, "tools/call", #""name":"t""#) : Talk.call(next)), talk)
      case 1:
        let status = chance.pick([200, 200, 200, 202, 301, 400, 401, 405, 500, 503, 204, isModern ? 404 : 429])
        let type = chance.pick(["application/json", "text/event-stream", "text/event-stream", "text/html", ""])
        take(talk.head(exchange, status, type), talk)
      case 2, 3:
        let id = 101 + chance.below(22)
        let message = chance.pick([
          Talk.result(id), #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":1,"message":"x"}}"#,
          #"{"jsonrpc":"2.0","method":"notifications/x"}"#, #"{"jsonrpc":"2.0","id":"q","method":"ping"}"#, "nonsense",
          #"{"jsonrpc":"2.0","error":{"code":1,"message":"x"}}"#,
        ])
        take(talk.body(exchange, chance.happens(oneIn: 3) ? message : "id: \(id)\ndata: \(message)\n\n"), talk)
      case 4: take(talk.body(exchange, chance.pick(["data: ", "\n\n", "{", ":", "id: 1\n", "retry: 1\n"])), talk)
      case 5:
        open.removeAll { $0 == exchange }
        let failure = RemoteFailure("broken", mayHaveHappened: true, isOutage: true)
        take(talk.finish(exchange, chance.happens(oneIn: 2) ? failure : nil), talk)
      case 6: take(talk.pass(seconds: Double(chance.below(40)) / 10), talk)
      case 7 where !asked.isEmpty && chance.happens(oneIn: 4):
        // Who takes a request back waits for no answer.
        let id = asked.sorted()[chance.below(asked.count)]
        take(talk.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#), talk)
        takenBack.insert(id)
      default: break
      }
    }
    // In the end every connection breaks, until nothing is tried any more.
    for _ in 0..<400 where !isOver && (!open.isEmpty || talk.conversation.wakeUp != nil) {
      for exchange in open {
        open.removeAll { $0 == exchange }
        take(talk.finish(exchange, RemoteFailure("broken", mayHaveHappened: true)), talk)
      }
      take(talk.pass(seconds: 61), talk)
      if asked.allSatisfy({ answers[$0] != nil || takenBack.contains($0) }) { break }
    }
    for id in asked where !isOver && !takenBack.contains(id) { #expect(answers[id] == 1, "request \(id)") }
    #expect(answers.values.allSatisfy { $0 <= 1 })
    #expect(posts.filter { $0.key.contains("tools/call") }.values.allSatisfy { $0 == 1 })
  }

  private static func answered(_ line: String) -> Int? {
    guard !line.contains("\"method\""), let place = line.firstRange(of: "\"id\":") else { return nil }
    return Int(line[place.upperBound...].prefix { $0.isNumber })
  }
}
