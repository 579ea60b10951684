import ControlWire
import GateCore
import JSONText
import Policy
import SeededChance
import Testing

/// Random conversations with a person in between, against what must hold of all of them.
struct ApprovalFuzzTests {
  private static let policies = [
    #"{"version":"1","default":"allow","tools":{"act":{"action":"require_approval"}}}"#,
    #"{"version":"1","default":"deny","tools":{"act":{"action":"require_approval","approval":{"hold":3,"timeout":20}}}}"#,
    #"""
    {"version":"1","default":"allow","tools":{"act":{"action":"require_approval","approval":{"hold":5,"timeout":5},
     "limits":[{"window":"hour","max":30,"counter":"c"}]}}}
    """#,
    #"{"version":"1","default":"allow","tools":{"act":{"approve_if":[{"conditions":[{"path":"args.n","op":"lt","value":2}]}]}}}"#,
    #"{"version":"1","default":"deny"}"#,
    #"{"version":"1","default":"allow","mode":"observe","tools":{"act":{"action":"require_approval"}}}"#,
    #"{"version":"1","default":"require_approval","all_tools":{"approval":{"remember":2}}}"#,
  ]

  /// What one conversation has come to.
  private struct Model {
    var play: Playbook
    var chance: Chance
    var policy = ""
    /// Requests by id: how often they were answered, and whether the client took them back.
    var answers: [String: Int] = [:]
    var asked: [String] = []
    var cancelled: Set<String> = []
    /// Decisions that may run: allowed, observed, or approved; and how often each has run.
    var permitted: Set<UInt64> = []
    var ran: [UInt64: Int] = [:]
    /// What went to the server and has no answer yet.
    var running: [Int] = []
    /// States that clients were given, with the call that they belong to.
    var states: [(state: String, n: Int)] = []
    var forwarded = 0
    var number = 0
    /// Calls that the client was told are over, by the number that is in their arguments.
    var dead: Set<Int> = []
    var late: [UInt64] = []

    init(_ seed: UInt64) throws {
      chance = Chance(seed)
      policy = ApprovalFuzzTests.policies[0]
      play = try Playbook.waiting(policy)
      play.handshake()
      running = []
    }

    /// Looks at everything that a step has brought about.
    mutating func take(_ step: Playbook.Step) throws {
      for message in play.told {
        switch message.event {
        case .decision(let event) where event.decision.letsThrough: permitted.insert(message.sequence)
        case .approval(let event):
          switch event.state {
          case .approved where event.isHeld, .used: permitted.insert(event.decision)
          default: break
          }
          #expect(event.remaining >= 0)
        case .result(let event): #expect(permitted.contains(event.decisionSequence))
        default: break
        }
      }
      for line in step.toClient {
        let node = try JSONNode.read(Array(line.utf8))
        guard node["method"] == nil else { continue }
        let id = String(decoding: try #require(node["id"]).compact, as: UTF8.self)
        answers[id, default: 0] += 1
        if let state = node["result"]?["requestState"]?.string, let n = Int(id) { states.append((state, n)) }
      }
      for line in step.toServer {
        let node = try JSONNode.read(Array(line.utf8))
        guard let id = node["id"]?.integer, node["method"]?.string == "tools/call" else { continue }
        running.append(id)
        forwarded += 1
        #expect(node["params"]?["requestState"] == nil)
      }
    }

    mutating func call() throws {
      number += 1
      let id = "\(number)"
      asked.append(id)
      let name = chance.pick(["act", "act", "act", "get"])
      let arguments = #"{"n":\#(chance.below(4))}"#
      if chance.happens(oneIn: 2) {
        try take(play.client(GateCoreTests.call(id, name, arguments)))
      } else {
        var params = #""name":"\#(name)","arguments":\#(arguments)"#
        if let given = states.randomElement(using: &chance), chance.happens(oneIn: 2) {
          params = #""name":"act","arguments":\#(arguments),"requestState":"\#(given.state)""#
        }
        try take(play.client(modern(id, "tools/call", params)))
      }
    }

    mutating func decide() throws {
      let rows = play.gate.approvals.pending(at: play.now)
      let row = rows.randomElement(using: &chance)
      let id = row?.id ?? "q-\(chance.below(20))"
      let digest = chance.happens(oneIn: 10) ? "other" : row?.digest ?? ""
      let scope = chance.pick([
        ApprovalScope.once, .once, .once, .rule, .session, .identical(seconds: chance.below(30)),
      ])
      do throws(any Error) {
        switch chance.below(8) {
        case 0, 1: try take(play.deny(id, chance.pick([nil, "no"])))
        case 2:
          let seconds = chance.below(20)
          try take(
            play.attempt { play throws(ApprovalError) in
              try play.gate.extend(id, seconds: seconds, by: "you", at: play.now)
              return []
            })
        case 3:
          let standing = play.gate.approvals.standing(at: play.now).randomElement(using: &chance)?.id ?? id
          try take(
            play.attempt { play throws(ApprovalError) in
              try play.gate.revoke(standing, by: "you", at: play.now)
              return []
            })
        default: try take(play.approve(id, scope, digest: digest))
        }
      } catch is ApprovalError {
        // A person was told so, and nothing has happened.
        #expect(play.output.toServer.isEmpty && play.output.toClient.isEmpty)
      }
    }

    mutating func step() throws {
      switch chance.below(20) {
      case 0...6: try call()
      case 7...11: try decide()
      case 12, 13:
        guard !running.isEmpty else { return }
        let id = running.remove(at: chance.below(running.count))
        let payload = chance.pick([
          #""result":{"content":[]}"#, #""result":{"content":[],"isError":true}"#, #""error":{"code":1,"message":"m"}"#,
        ])
        try take(play.server(#"{"jsonrpc":"2.0","id":\#(id),\#(payload)}"#))
      case 14:
        guard let id = asked.suffix(10).randomElement(using: &chance) else { return }
        if answers[id] == nil { cancelled.insert(id) }
        try take(
          play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#))
      case 15...17: try take(play.pass(seconds: Double(chance.below(120)) / 10))
      case 18:
        policy = chance.pick(ApprovalFuzzTests.policies)
        try take(try play.policy(policy))
      default:
        guard chance.happens(oneIn: 4) else { return }
        try take(play.lockDown(true))
        if chance.happens(oneIn: 2) { try call() }
        try take(play.lockDown(false))
      }
      // A server invents answers.
      if chance.happens(oneIn: 30) {
        let invented = 100_000 + chance.below(9)
        try take(play.server(#"{"jsonrpc":"2.0","id":\#(invented),"result":{"content":[]}}"#))
      }
    }
  }

  @Test(arguments: 1...8) func whateverHappens(seed: UInt64) throws {
    var model = try Model(seed)
    var decisions = 0
    for _ in 0..<1_500 {
      let forwarded = model.forwarded
      let before = model.permitted.count
      try model.step()
      // Nothing runs that nothing permits, and nothing twice.
      decisions += model.permitted.count - before
      #expect(model.forwarded - forwarded <= model.permitted.count - before)
      #expect(model.forwarded <= decisions)
      #expect(model.answers.values.allSatisfy { $0 == 1 })
    }
    for id in model.running {
      try model.take(model.play.server(#"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[]}}"#))
    }
    #expect(model.forwarded > 100)
    try model.take(model.play.exit(.code(1)))
    #expect(model.play.gate.approvals.pendingCount == 0)
    #expect(!model.play.core.isHolding && !model.play.core.hasRequestsInFlight)
    let unanswered = model.asked.filter { model.answers[$0] == nil && !model.cancelled.contains($0) }
    #expect(unanswered == [])
    #expect(model.cancelled.allSatisfy { model.answers[$0] == nil })
    // What waited holds nothing of the limits now, and what ran is all that is counted.
    _ = model.play.pass(seconds: 86_400)
    #expect(model.play.gate.approvals.wakeUp == nil)
  }

  /// A limit of what is sent counts exactly that, whatever waits, is denied, asked again, or judged anew.
  @Test(arguments: 1...6) func limitsCountWhatRuns(seed: UInt64) throws {
    var chance = Chance(seed)
    let limited = #","approval":{"hold":5,"timeout":30},"limits":[{"window":"day","max":1000}]"#
    var play = try Playbook.waiting(Playbook.asking(limited))
    var ran = 0
    for number in 0..<400 {
      var step = Playbook.Step()
      switch chance.below(6) {
      case 0, 1, 2: step = play.client(call("\(number)", "act", #"{"n":\#(chance.below(3))}"#))
      case 3:
        guard let id = play.waiting.randomElement(using: &chance) else { continue }
        step = chance.happens(oneIn: 2) ? try play.approve(id) : try play.deny(id)
      case 4: step = play.pass(seconds: Double(chance.below(8)))
      default: step = try play.policy(Playbook.asking(limited, others: #""description":"\#(number)","#))
      }
      ran += step.toServer.count
    }
    _ = play.exit(.code(0))
    #expect(ran > 10)
    // The rest of the limit is exactly what is left.
    var next = try Playbook(policy: Playbook.asking(limited).replacing(#""action":"require_approval","#, with: ""))
    next.gate.counters = play.gate.counters
    next.now = play.now
    var left = 0
    while next.client(call("\(left)", "act")).toServer.count == 1 { left += 1 }
    #expect(left == 1000 - ran)
  }
}
