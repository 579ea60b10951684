import Policy
import SeededChance
import Testing

/// The window by itself, against a list of everything that was counted: slow, and plainly right.
struct CountWindowTests {
  struct Reference {
    struct Entry {
      var time: Int64
      var amount: Int128
    }

    var length: Int64
    var entries: [Entry] = []

    /// What counts at a moment: of the last `length` microseconds, or of the period since the epoch.
    func sum(at now: Int64, isCalendar: Bool = false) -> Int128 {
      let start = isCalendar ? Self.period(now, length) * length - 1 : now - length
      var sum: Int128 = 0
      for entry in entries where entry.time > start { sum += entry.amount }
      return sum
    }

    static func period(_ time: Int64, _ length: Int64) -> Int64 {
      (time - ((time % length) + length) % length) / length
    }

    /// The most that any interval of the window's length, without its end, ever held: it may as well begin at an entry.
    var greatest: Int128 {
      var greatest: Int128 = 0
      for first in entries.indices {
        var sum: Int128 = 0
        for later in entries[first...] {
          guard later.time - entries[first].time < length else { break }
          sum += later.amount
          greatest = max(greatest, sum)
        }
      }
      return greatest
    }
  }

  static let lengths: [Int64] = [1, 3, 60, 3_600, 86_400, 2_678_400].map { $0 * second }
  static let unit: Int128 = 1_000_000_000

  /// Whole numbers, decimals, the smallest, nothing, and much.
  static func amount(_ chance: inout Chance) -> Int128 {
    switch chance.below(6) {
    case 0: unit
    case 1: 0
    case 2: Int128(chance.below(50)) * unit / 10
    case 3: 1
    case 4: Int128(chance.below(4_000_000_000))
    default: 60 * unit
    }
  }

  /// Often the same instant, often just at the edge of a window, sometimes far ahead.
  static func step(_ length: Int64, _ chance: inout Chance) -> Int64 {
    switch chance.below(12) {
    case 0, 1, 2: 0
    case 3: 1
    case 4: chance.happens(oneIn: 4) ? length - 1 : 0
    case 5: chance.happens(oneIn: 4) ? length : 0
    case 6: chance.happens(oneIn: 20) ? length * 1_000 : 2
    default: Int64(chance.below(Int(length / 40)))
    }
  }

  @Test(arguments: UInt64(1)...12)
  func slidingAgreesWithTheReference(seed: UInt64) {
    var chance = Chance(seed)
    let length = Self.lengths[Int(seed) % Self.lengths.count]
    let max = 20 * Self.unit + Int128(chance.below(1_000_000_000))
    var window = CountWindow()
    var reference = Reference(length: length)
    var now = Int64(chance.below(2_000_000_000)) - 1_000_000_000
    var answers = [0, 0, 0]
    for _ in 0..<700 {
      now += Self.step(length, &chance)
      let amount = Self.amount(&chance)
      window.expire(at: now, length: length)
      #expect(window.sum == reference.sum(at: now))
      let wait = window.wait(for: amount, max: max, length: length, since: now)
      if amount > max {
        answers[0] += 1
        #expect(wait == nil)
      } else if reference.sum(at: now) + amount <= max {
        answers[1] += 1
        #expect(wait == 0)
        window.add(amount, at: now, length: length, capacity: CountWindow.mostTimes)
        reference.entries.append(.init(time: now, amount: amount))
      } else if let wait {
        answers[2] += 1
        #expect(reference.sum(at: now + wait) + amount <= max)
        #expect(reference.sum(at: now + wait - 1) + amount > max)
      } else {
        Issue.record("it fits at some time")
      }
    }
    #expect(answers.allSatisfy { $0 > 20 })
    #expect(reference.greatest <= max)
  }

  @Test(arguments: UInt64(1)...12)
  func calendarAgreesWithTheReference(seed: UInt64) {
    var chance = Chance(seed)
    let length = Self.lengths[Int(seed) % Self.lengths.count]
    let max = 20 * Self.unit + Int128(chance.below(1_000_000_000))
    var window = CountWindow()
    var reference = Reference(length: length)
    var now = Int64(chance.below(2_000_000_000)) - 1_000_000_000
    var answers = [0, 0, 0]
    // Few times, so that many are joined: periods are exact all the same.
    let capacity = seed % 2 == 0 ? CountWindow.fewestTimes : CountWindow.mostTimes
    for _ in 0..<1_500 {
      now += Self.step(length, &chance)
      let amount = Self.amount(&chance)
      window.expire(at: now, length: length)
      let wait = window.waitForPeriod(for: amount, max: max, at: now, length: length, since: now)
      if amount > max {
        answers[0] += 1
        #expect(wait == nil)
      } else if reference.sum(at: now, isCalendar: true) + amount <= max {
        answers[1] += 1
        #expect(wait == 0)
        window.add(amount, at: now, length: length, capacity: capacity)
        reference.entries.append(.init(time: now, amount: amount))
      } else if let wait {
        answers[2] += 1
        #expect(reference.sum(at: now + wait, isCalendar: true) + amount <= max)
        #expect(reference.sum(at: now + wait - 1, isCalendar: true) + amount > max)
        #expect((now + wait) % length == 0)
      } else {
        Issue.record("it fits at some time")
      }
    }
    #expect(answers.allSatisfy { $0 > 20 })
  }

  /// Times are joined where there are too many for the capacity: then nothing counts shorter than it should, and longer by
  /// less than a slice, whatever capacities there were.
  @Test(arguments: UInt64(1)...12)
  func joinedTimesAreNeverTooLaxAndHardlyTooStrict(seed: UInt64) {
    var chance = Chance(seed)
    let length = Self.lengths[Int(seed) % Self.lengths.count]
    let capacities = seed % 3 == 0 ? [64, 64, 128, 256] : seed % 3 == 1 ? [64] : [128, 256]
    let slice = CountWindow.slice(length, capacity: capacities[0])
    #expect(slice <= length * 2 / Int64(capacities[0]) + Int64(CountWindow.mostTimes))
    let max = 300 * Self.unit + Int128(chance.below(1_000_000_000))
    var window = CountWindow()
    var reference = Reference(length: length)
    var now: Int64 = 0
    var (passed, stricter) = (0, 0)
    for _ in 0..<2_500 {
      now += chance.pick([0, 1, length / 3_000, length / 1_000, length / 500, Int64(chance.below(Int(length) / 300))])
      let amount = chance.pick([1, Self.unit, Self.unit / 10, 3 * Self.unit])
      window.expire(at: now, length: length)
      let wait = window.wait(for: amount, max: max, length: length, since: now)
      if wait == 0 {
        passed += 1
        #expect(reference.sum(at: now) + amount <= max)
        window.add(amount, at: now, length: length, capacity: chance.pick(capacities))
        reference.entries.append(.init(time: now, amount: amount))
        #expect(window.footprint <= capacities[capacities.count - 1])
      } else if let wait {
        // With a window that is longer by a slice it would not fit now, nor before the moment that was told.
        let longer = Reference(length: length + slice, entries: reference.entries)
        #expect(longer.sum(at: now + wait - 1) + amount > max)
        #expect(reference.sum(at: now + wait) + amount <= max)
        if reference.sum(at: now) + amount <= max { stricter += 1 }
        if chance.happens(oneIn: 3) { now += wait }
      } else {
        Issue.record("it fits at some time")
      }
    }
    #expect(passed > 500)
    #expect(stricter > 0)
    #expect(reference.greatest <= max)
  }

  /// What was added is taken out again in any order: no sum is ever wrong by a billionth, except where times were joined
  /// and the call had been over by itself.
  @Test(arguments: UInt64(1)...12)
  func givingBackLeavesTheSumOfTheRest(seed: UInt64) {
    var chance = Chance(seed)
    let length = Self.lengths[Int(seed) % Self.lengths.count]
    let capacity = seed % 2 == 0 ? CountWindow.fewestTimes : CountWindow.mostTimes
    let slice = capacity == CountWindow.mostTimes ? 0 : CountWindow.slice(length, capacity: capacity)
    var window = CountWindow()
    var reference = Reference(length: length)
    var longer = Reference(length: length + slice)
    var now: Int64 = 0
    var returns = 0
    for _ in 0..<1_000 {
      now += chance.pick([0, 0, 1, length / 500, length / 200, length / 50])
      window.expire(at: now, length: length)
      if chance.happens(oneIn: 3), !reference.entries.isEmpty {
        let entry = reference.entries.remove(at: chance.below(reference.entries.count))
        window.remove(entry.amount, addedAt: entry.time, now: now, length: length)
        if entry.time > now - length {
          returns += 1
          let index = longer.entries.firstIndex { $0.time == entry.time && $0.amount == entry.amount }
          _ = index.map { longer.entries.remove(at: $0) }
        }
      } else {
        let amount = Self.amount(&chance) + 1
        window.add(amount, at: now, length: length, capacity: capacity)
        reference.entries.append(.init(time: now, amount: amount))
        longer.entries.append(.init(time: now, amount: amount))
      }
      #expect(window.sum >= reference.sum(at: now))
      #expect(window.sum <= longer.sum(at: now))
      let period = reference.sum(at: now, isCalendar: true)
      #expect(window.waitForPeriod(for: 1, max: period + 1, at: now, length: length, since: now) == 0)
      #expect(window.waitForPeriod(for: 2, max: period + 1, at: now, length: length, since: now) != 0)
    }
    #expect(returns > 100)
  }

  @Test func theEndsOfTimeAreMoments() {
    let (first, last) = (Int64.min, Int64.max)
    var window = CountWindow()
    window.add(Self.unit, at: first, length: second, capacity: 64)
    window.expire(at: first, length: second)
    #expect(window.wait(for: 1, max: Self.unit, length: second, since: first) == second)
    #expect(window.waitForPeriod(for: 1, max: Self.unit, at: first, length: second, since: first) ?? 0 > 0)
    window.expire(at: last, length: second)
    #expect(window.isEmpty)
    window.add(Self.unit, at: last, length: second, capacity: 64)
    window.expire(at: last, length: second)
    #expect(window.wait(for: 1, max: Self.unit, length: second, since: last) == 1)
    #expect(window.waitForPeriod(for: 1, max: Self.unit, at: last, length: second, since: last) == 1)
    window.remove(Self.unit, addedAt: last, now: last, length: second)
    #expect(window.isEmpty)
  }
}
