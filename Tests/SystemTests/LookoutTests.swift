import Policy
import System
import Testing

/// When the loop stays awake for a moment.
@Suite struct LookoutTests {
  private static let begin = Moment(microseconds: 1_000_000_000)

  private static func after(_ microseconds: Int64) -> Moment { begin.advanced(byMicroseconds: microseconds) }

  /// One whose last two turns followed each other closely.
  private static func close() -> Lookout {
    var lookout = Lookout()
    lookout.turned(at: begin, after: after(-20))
    return lookout
  }

  /// Looks in vain until there are no more looks; answers how many those were, and when the last one was over.
  private static func exhaust(_ lookout: inout Lookout, from start: Moment) -> (count: Int, end: Moment) {
    var (count, now) = (0, start)
    while lookout.isWorth(at: now), count < 1_000 {
      let end = now.advanced(byMicroseconds: Lookout.length)
      lookout.looked(found: false, from: now, to: end)
      (count, now) = (count + 1, end)
    }
    return (count, now)
  }

  @Test func onlyTurnsThatFollowCloselyAreLookedOutFor() {
    var lookout = Lookout()
    #expect(!lookout.isWorth(at: Self.begin))
    lookout.turned(at: Self.begin, after: Self.after(-Lookout.closeness + 1))
    #expect(lookout.isWorth(at: Self.begin))
    lookout.turned(at: Self.begin, after: Self.after(-Lookout.closeness))
    #expect(!lookout.isWorth(at: Self.begin))
  }

  /// What is in vain costs a thousandth of the time at most, in the end.
  @Test func inVainItIsTriedEverLessOften() {
    var lookout = Self.close()
    var now = Self.begin
    var pauses: [Int64] = []
    var counts: [Int] = []
    for _ in 0..<8 {
      let (count, end) = Self.exhaust(&lookout, from: now)
      counts.append(count)
      now = end
      while !lookout.isWorth(at: now) { now = now.advanced(byMicroseconds: 1_000) }
      pauses.append(now.microseconds(since: end))
    }
    #expect(counts == Array(repeating: 8, count: 8))
    #expect(pauses == [50_000, 100_000, 200_000, 400_000, 800_000, 1_000_000, 1_000_000, 1_000_000])
    #expect(8 * Lookout.length * 1_000 <= Lookout.pause.most)
  }

  @Test func whereMostAreRightAFewInVainDoNotMatter() {
    var lookout = Self.close()
    for turn in 0..<1_000 {
      #expect(lookout.isWorth(at: Self.begin))
      lookout.looked(found: turn % 3 != 0, from: Self.begin, to: Self.after(Lookout.length))
    }
  }

  /// One that is right among many in vain is no reason to begin anew.
  @Test func theShortPauseIsBackWhenMostWereRight() {
    var lookout = Self.close()
    var end = Self.begin
    for _ in 0..<4 {
      end = Self.exhaust(&lookout, from: end).end
      end = end.advanced(byMicroseconds: Lookout.pause.most)
    }
    lookout.looked(found: true, from: end, to: end)
    end = Self.exhaust(&lookout, from: end).end
    #expect(!lookout.isWorth(at: end.advanced(byMicroseconds: Lookout.pause.least)))

    end = end.advanced(byMicroseconds: Lookout.pause.most)
    for _ in 0..<8 { lookout.looked(found: true, from: end, to: end) }
    end = Self.exhaust(&lookout, from: end).end
    #expect(!lookout.isWorth(at: end.advanced(byMicroseconds: Lookout.pause.least - 1)))
    #expect(lookout.isWorth(at: end.advanced(byMicroseconds: Lookout.pause.least)))
  }

  /// Whoever stays awake on a busy processor uses up what it will need itself.
  @Test(arguments: [false, true]) func whereSomebodyElseWantsTheProcessorThereIsARest(found: Bool) {
    var lookout = Self.close()
    let end = Self.after(Lookout.interrupted)
    lookout.looked(found: found, from: Self.begin, to: end)
    #expect(!lookout.isWorth(at: end.advanced(byMicroseconds: Lookout.rest - 1)))
    #expect(lookout.isWorth(at: end.advanced(byMicroseconds: Lookout.rest)))
  }
}
