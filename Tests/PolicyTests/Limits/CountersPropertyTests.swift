import JSONText
import Policy
import SeededChance
import Testing

/// Many limits at once, against lists of all calls: slow, and plainly right.
struct CountersPropertyTests {
  static let text = """
    {"version": "1",
     "tools": {
       "a": {"limits": [{"window": 3, "max": 10.5, "cost": "args.x"}, {"window": 3, "max": 4, "count": "succeeded"},
                        {"counter": "budget", "window": 7, "max": 30, "scope": "global", "cost": "args.x"}]},
       "b": {"limits": [{"counter": "budget", "window": 7, "max": 25, "scope": "global", "cost": "args.y"},
                        {"window": 5, "max": 6, "align": "calendar", "scope": "session"}]},
       "c*": {"action": "require_approval", "limits": [{"window": "second", "max": 2, "scope": "server"},
                                                       {"window": 4, "max": 3, "count": "succeeded"}]}},
     "all_tools": {"limits": [{"window": 9, "max": 20},
                              {"counter": "late", "window": 2, "max": 5, "align": "calendar", "count": "succeeded",
                               "scope": "global"}]},
     "servers": {"t": {"all_tools": {"limits": [{"window": 6, "max": 8, "scope": "server", "count": "succeeded"}]}}}}
    """

  struct Limit {
    var key: String
    var pointer: String
    var seconds: Int64
    var billionths: Int128
    var amount: Int128 = unit
    var isCalendar = false
    var countsWhenForwarded = true
  }

  static let unit: Int128 = 1_000_000_000

  static func limits(_ tool: String, _ server: String, _ grant: String, _ session: String, _ cost: Int128) -> [Limit] {
    var limits: [Limit]
    switch tool {
    case "a":
      limits = [
        Limit(key: "a3 \(grant)", pointer: "/tools/a/limits/0", seconds: 3, billionths: 21 * unit / 2, amount: cost),
        Limit(
          key: "a3s \(grant)", pointer: "/tools/a/limits/1", seconds: 3, billionths: 4 * unit,
          countsWhenForwarded: false),
        Limit(key: "budget", pointer: "/tools/a/limits/2", seconds: 7, billionths: 30 * unit, amount: cost),
      ]
    case "b":
      limits = [
        Limit(key: "budget", pointer: "/tools/b/limits/0", seconds: 7, billionths: 25 * unit, amount: cost),
        Limit(
          key: "b5 \(session)", pointer: "/tools/b/limits/1", seconds: 5, billionths: 6 * unit, isCalendar: true),
      ]
    default:
      limits = [
        Limit(key: "\(tool) \(server)", pointer: "/tools/c*/limits/0", seconds: 1, billionths: 2 * unit),
        Limit(
          key: "\(tool) \(grant)", pointer: "/tools/c*/limits/1", seconds: 4, billionths: 3 * unit,
          countsWhenForwarded: false),
      ]
    }
    if server == "t" {
      limits.append(
        Limit(
          key: "all t", pointer: "/servers/t/all_tools/limits/0", seconds: 6, billionths: 8 * unit,
          countsWhenForwarded: false))
    }
    return limits + [
      Limit(key: "all \(grant)", pointer: "/all_tools/limits/0", seconds: 9, billionths: 20 * unit),
      Limit(
        key: "late", pointer: "/all_tools/limits/1", seconds: 2, billionths: 5 * unit, isCalendar: true,
        countsWhenForwarded: false),
    ]
  }

  struct Reference {
    struct Entry {
      var call: Int
      var time: Int64
      var amount: Int128
      var countsWhenForwarded: Bool
    }

    var entries: [String: [Entry]] = [:]

    func fits(_ limit: Limit, at now: Int64) -> Bool {
      let length = limit.seconds * second
      let start = limit.isCalendar ? now - now % length - 1 : now - length
      var sum = limit.amount
      for entry in entries[limit.key] ?? [] where entry.time > start { sum += entry.amount }
      return sum <= limit.billionths
    }

    mutating func take(_ limits: [Limit], _ call: Int, at now: Int64) {
      for limit in limits {
        entries[limit.key, default: []].append(
          Entry(call: call, time: now, amount: limit.amount, countsWhenForwarded: limit.countsWhenForwarded))
      }
    }

    mutating func giveBack(_ call: Int, wasForwarded: Bool) {
      for key in entries.keys {
        entries[key]?.removeAll { $0.call == call && !(wasForwarded && $0.countsWhenForwarded) }
      }
    }
  }

  struct Held {
    var call: Int
    var reservation: Reservation
    var wasForwarded: Bool
  }

  @Test(arguments: UInt64(1)...20)
  func agreesWithTheReference(seed: UInt64) throws {
    var chance = Chance(seed)
    let engine = try engine(Self.text)
    var counters = Counters()
    var reference = Reference()
    var held: [Held] = []
    var time: Int64 = 1_000 * second
    var now = Int64.min
    var verdicts: [Verdict: Int] = [:]
    var returns = 0
    for index in 0..<700 {
      time += chance.pick([0, 0, 1, second / 3, second / 20, second / 7, Int64(chance.below(300_000))])
      if chance.happens(oneIn: 60) { time += 3 * second }
      // Sometimes a clock that went back: it stands still until it has caught up.
      let asked = chance.happens(oneIn: 8) ? time - Int64(chance.below(2_000_000)) : time
      now = max(now, asked)
      if chance.happens(oneIn: 3), !held.isEmpty {
        let place = chance.below(held.count)
        let entry = held[place]
        // Twice does no more than once.
        if !chance.happens(oneIn: 4) { held.remove(at: place) }
        counters.giveBack(entry.reservation, at: Moment(microseconds: asked))
        reference.giveBack(entry.call, wasForwarded: entry.wasForwarded)
        returns += 1
      }
      let (tool, server) = (chance.pick(["a", "a", "b", "c1", "c2"]), chance.pick(["s", "t"]))
      let (grant, session) = (chance.pick(["g", "h"]), chance.pick(["1", "2", "3"]))
      let (text, cost) = chance.pick([
        ("0", 0), ("1", Self.unit), ("0.1", Self.unit / 10), ("2.75", 11 * Self.unit / 4), ("1e-9", 1),
        ("10.5", 21 * Self.unit / 2),
      ])
      let limits = Self.limits(tool, server, grant, session, cost)
      let arguments = try json("{\"x\":\(text),\"y\":\(text)}")
      let judgement = engine.judge(
        call(tool, on: server, grant: grant, session: session), counters: &counters,
        at: Moment(microseconds: asked), arguments: { arguments })
      let decision = judgement.decision
      verdicts[decision.verdict, default: 0] += 1
      if let first = limits.first(where: { !reference.fits($0, at: now) }) {
        #expect(decision.verdict == .limit)
        #expect(decision.rule == first.pointer)
        #expect(judgement.reservation == nil)
        let due = asked + (decision.retryAfter ?? 0)
        #expect(limits.allSatisfy { reference.fits($0, at: due) })
        #expect(!limits.allSatisfy { reference.fits($0, at: due - 1) })
        continue
      }
      #expect(decision.verdict == (tool.hasPrefix("c") ? .ask : .allow))
      reference.take(limits, index, at: now)
      guard let reservation = judgement.reservation else {
        Issue.record("every call has something to give back")
        continue
      }
      // A call that is asked for holds everything until it is sent.
      if decision.verdict == .ask, chance.happens(oneIn: 2) {
        held.append(Held(call: index, reservation: reservation, wasForwarded: false))
      } else if let rest = reservation.whenForwarded {
        held.append(Held(call: index, reservation: rest, wasForwarded: true))
      } else {
        Issue.record("what counts when it succeeds may be given back")
      }
    }
    #expect([.allow, .ask, .limit].allSatisfy { verdicts[$0] ?? 0 > 40 })
    #expect(returns > 60)
  }
}
