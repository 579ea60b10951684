import JSONText
import Policy
import SeededChance
import Testing

/// Counts that were written down and read again judge as those that never died.
struct CounterKeepingPropertyTests {
  /// A call with what it holds in both, if anything.
  struct Pair {
    var steady: Reservation
    var kept: Reservation
  }

  /// Counters that live on, and others that die and are read again.
  struct World {
    let engine: PolicyEngine
    var chance: Chance
    var steady = Counters()
    var kept = Counters()
    var files = KeptFiles()
    var held: [Pair] = []
    var time: Int64 = 1_000 * second
    /// Of the gate that lives now.
    var sessions = 0
    var verdicts: [Verdict: Int] = [:]
    var restarts = 0

    init(_ seed: UInt64) throws {
      engine = try PolicyTests.engine(CountersPropertyTests.text)
      chance = Chance(seed)
      files.begin(&kept)
    }

    mutating func call() throws {
      time += chance.pick([0, 0, 1, second / 3, second / 20, second / 7, Int64(chance.below(300_000))])
      if chance.happens(oneIn: 60) { time += 3 * second }
      let asked = Moment(microseconds: chance.happens(oneIn: 8) ? time - Int64(chance.below(2_000_000)) : time)
      if chance.happens(oneIn: 3), !held.isEmpty {
        let place = chance.below(held.count)
        steady.giveBack(held[place].steady, at: asked)
        kept.giveBack(held[place].kept, at: asked)
        if !chance.happens(oneIn: 4) { held.remove(at: place) }
      }
      let (tool, server) = (chance.pick(["a", "a", "b", "c1", "c2"]), chance.pick(["s", "t"]))
      let session = "\(sessions).\(chance.below(3))"
      let call = PolicyTests.call(tool, on: server, grant: chance.pick(["g", "h"]), session: session)
      let cost = chance.pick(["0", "1", "0.1", "2.75", "1e-9", "10.5"])
      let arguments = try json("{\"x\":\(cost),\"y\":\(cost)}")
      let first = engine.judge(call, counters: &steady, at: asked, arguments: { arguments })
      let second = engine.judge(call, counters: &kept, at: asked, arguments: { arguments })
      #expect(first.decision == second.decision)
      verdicts[first.decision.verdict, default: 0] += 1
      // Often nothing is written until several calls were judged.
      if !chance.happens(oneIn: 3) { files.keep(&kept) }
      if let steady = first.reservation, let kept = second.reservation { held.append(Pair(steady: steady, kept: kept)) }
    }

    /// The gate is killed and comes again: its sessions and what they held are gone.
    mutating func restart() {
      restarts += 1
      files.keep(&kept)
      let (counters, ends) = files.restore()
      #expect(ends.allSatisfy { $0 == .whole })
      kept = counters
      files.begin(&kept)
      endSessions(of: &steady)
      held = []
      sessions += 1
    }

    func endSessions(of counters: inout Counters) {
      for index in 0..<3 { counters.forget(session: ExactText("\(sessions).\(index)")) }
    }
  }

  @Test(arguments: UInt64(1)...12)
  func whatIsReadAgainJudgesAsWhatLivesOn(seed: UInt64) throws {
    var world = try World(seed)
    for _ in 0..<700 {
      try world.call()
      if world.chance.happens(oneIn: 40) { world.restart() }
      if world.chance.happens(oneIn: 50) {
        world.files.keep(&world.kept)
        world.files.begin(&world.kept, isWhole: world.chance.happens(oneIn: 2))
      }
    }
    #expect([.allow, .ask, .limit].allSatisfy { world.verdicts[$0] ?? 0 > 40 })
    #expect(world.restarts > 5)
  }

  /// What is written when the gate dies is what counts, wherever the last writing broke off.
  @Test(arguments: UInt64(1)...4)
  func whateverWasWrittenCounts(seed: UInt64) throws {
    var world = try World(seed)
    var states: [Int: Counters] = [:]
    for _ in 0..<80 {
      try world.call()
      world.files.keep(&world.kept)
      states[world.files.journals[0].body.count] = world.kept
    }
    var looked = 0
    for (length, state) in states {
      for more in [0, 1, CounterCell.size - 1] where length + more <= world.files.journals[0].body.count {
        var files = world.files
        files.journals[0] = files.journals[0].cut(length + more)
        files.journals[0].header.latest = state.latestMoment.microseconds
        var restored = files.restore().counters
        var expected = state
        expected.journal.end()
        world.endSessions(of: &expected)
        let (first, second) = (try Self.decisions(world, &restored), try Self.decisions(world, &expected))
        #expect(first.map(\.rule) == second.map(\.rule))
        #expect(first.map(\.retryAfter) == second.map(\.retryAfter))
        looked += 1
      }
    }
    #expect(looked > 100)
  }

  /// Where a call's entries were cut in two, what counts is more than before the call: never too little.
  @Test(arguments: UInt64(1)...3)
  func halfACallIsNeverLessThanTheCallsBefore(seed: UInt64) throws {
    var world = try World(seed)
    var before: [(length: Int, state: Counters)] = []
    for _ in 0..<70 {
      // A call that is given back in between would make less of what was before.
      world.held = []
      before.append((world.files.journals[0].body.count, world.kept))
      try world.call()
      world.files.keep(&world.kept)
    }
    before.append((world.files.journals[0].body.count, world.kept))
    var halves = 0
    let arguments = try json(#"{"x":1.5,"y":2}"#)
    for (start, end) in zip(before, before.dropFirst()) {
      for length in stride(from: start.length, to: end.length, by: CounterCell.size).dropFirst() {
        var files = world.files
        files.journals[0] = files.journals[0].cut(length)
        let restored = files.restore().counters
        var earlier = start.state
        world.endSessions(of: &earlier)
        // Each call by itself: what one lets pass and the other does not would count from there on.
        for tool in ["a", "b", "c1", "c2"] {
          for server in ["s", "t"] {
            let call = PolicyTests.call(tool, on: server, grant: "g", session: "new")
            let now = Moment(microseconds: max(restored.latestMoment, earlier.latestMoment).microseconds)
            var (first, second) = (restored, earlier)
            let isLimited = world.engine.judge(call, counters: &first, at: now, arguments: { arguments }).decision
              .verdict
            let wasLimited = world.engine.judge(call, counters: &second, at: now, arguments: { arguments }).decision
              .verdict
            if wasLimited == .limit { #expect(isLimited == .limit) }
          }
        }
        halves += 1
      }
    }
    #expect(halves > 40)
  }

  /// What many calls become from the end of a world on.
  static func decisions(_ world: World, _ counters: inout Counters) throws -> [Decision] {
    var chance = Chance(7)
    var now = counters.latestMoment.microseconds
    let arguments = try json(#"{"x":1.5,"y":2}"#)
    return (0..<30).map { index in
      now += Int64(chance.below(400_000))
      let call = PolicyTests.call(
        chance.pick(["a", "b", "c1", "c2"]), on: chance.pick(["s", "t"]), grant: chance.pick(["g", "h"]),
        session: "new \(index % 2)")
      return world.engine.judge(
        call, counters: &counters, at: Moment(microseconds: now), arguments: { arguments }
      ).decision
    }
  }
}
