import System
import Testing

struct SequelTests {
  @Test func aSlotIsGuessedOnceItCameSeveralTimesRunning() {
    var sequel = Sequel()
    for _ in 0..<4 {
      sequel.came(7)
      #expect(sequel.guess == nil)
    }
    sequel.came(7)
    #expect(sequel.guess == 7)
    sequel.came(8)
    #expect(sequel.guess == nil)
    for _ in 0..<4 { sequel.came(8) }
    #expect(sequel.guess == 8)
  }

  @Test func whoTakesTimeIsHardlyEverGuessed() {
    var sequel = Sequel()
    var tried = 0
    for _ in 0..<10_000 {
      if sequel.guess != nil {
        tried += 1
        sequel.guessed(false)
      }
      sequel.came(7)
    }
    #expect(1...200 ~= tried)
  }

  @Test func whoIsNearlyAlwaysThereIsNearlyAlwaysGuessed() {
    var sequel = Sequel()
    var tried = 0
    for number in 0..<10_000 {
      if sequel.guess != nil {
        tried += 1
        sequel.guessed(number % 8 != 0)
        if number % 8 != 0 { continue }
      }
      sequel.came(7)
    }
    #expect(tried > 7_000)
  }
}

extension RealThings {
  /// Two streams of which each one's bytes make the loop itself write to the other: what is guessed is always right.
  @Suite(.timeLimit(.minutes(1)))
  struct GuessTests {
    init() { Loop.startThread() }

    @LoopActor final class Pair {
      private var streams: [InStream] = []
      private let outs: [OutQueue]
      private let rounds: Int
      private(set) var count = 0
      let over = Signalled<Void>()
      /// Called in each round with its number.
      var each: (Int) -> Void = { _ in }

      init(rounds: Int) throws {
        self.rounds = rounds
        let pipes = try [Descriptor.pipe().release(), Descriptor.pipe().release()]
        outs = try pipes.map { try OutQueue(own: Descriptor(owning: $0.1)) }
        for (number, pipe) in pipes.enumerated() {
          streams.append(
            try InStream(
              own: Descriptor(owning: pipe.0), received: { self.took($0.count, number) }, ended: { _ in }))
        }
      }

      func begin() { outs[0].write(bytes: "x") }

      subscript(number: Int) -> InStream { streams[number] }

      private func took(_ bytes: Int, _ number: Int) {
        #expect(bytes == 1)
        count += 1
        each(count)
        if count < rounds { outs[1 - number].write(bytes: "x") } else { over.send(()) }
      }

      func close() {
        for stream in streams { stream.close() }
      }
    }

    @Test @LoopActor func nobodyElseWaitsForLong() async throws {
      let pair = try Pair(rounds: 2_000)
      let pipe = try Descriptor.pipe().release()
      let other = try OutQueue(own: Descriptor(owning: pipe.1))
      var heard = 0
      let stream = try InStream(
        own: Descriptor(owning: pipe.0), received: { _ in heard = pair.count }, ended: { _ in })
      pair.each = { if $0 == 1_000 { other.write(bytes: "y") } }
      pair.begin()
      await pair.over.next()
      #expect(1_000...1_100 ~= heard)
      stream.close()
      pair.close()
    }

    @Test @LoopActor func timersAreNotForgotten() async throws {
      let pair = try Pair(rounds: 100_000)
      var fired = 0
      Loop.shared.after(microseconds: 1_000) { fired = pair.count }
      pair.begin()
      await pair.over.next()
      #expect(1..<90_000 ~= fired)
      pair.close()
    }

    @Test @LoopActor func aPausedStreamIsNotRead() async throws {
      let pair = try Pair(rounds: 2_000)
      pair.each = { if $0 == 1_000 { pair[1].isPaused = true } }
      pair.begin()
      #expect(await eventually { pair.count >= 1_000 })
      await pause(microseconds: 50_000)
      let stopped = pair.count
      #expect(1_000...1_001 ~= stopped)
      pair[1].isPaused = false
      await pair.over.next()
      #expect(pair.count == 2_000)
      pair.close()
    }
  }
}
