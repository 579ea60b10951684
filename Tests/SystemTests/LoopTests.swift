import Glibc
import Policy
import System
import Testing

extension RealThings {
  @Suite(.timeLimit(.minutes(1)))
  struct LoopTests {
    init() { Loop.startThread() }

    @Test @LoopActor func timersFireInOrderAndNotWhenCancelled() async {
      let order = Signalled<Int>()
      Loop.shared.after(microseconds: 30_000) { order.send(3) }
      Loop.shared.after(microseconds: 10_000) { order.send(1) }
      let cancelled = Loop.shared.after(microseconds: 15_000) { order.send(99) }
      Loop.shared.after(microseconds: 20_000) { order.send(2) }
      cancelled.cancel()
      var seen: [Int] = []
      for _ in 0..<3 { seen.append(await order.next()) }
      #expect(seen == [1, 2, 3])
    }

    @Test @LoopActor func manyTimersComeOutSorted() async {
      let order = Signalled<Int64>()
      var state: UInt64 = 42
      var delays: [Int64] = []
      for _ in 0..<500 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // Wide apart, so that those made later cannot be due earlier by the time that making them takes.
        let delay = Int64((state >> 33) % 40) * 20_000
        delays.append(delay)
        let timer = Loop.shared.after(microseconds: delay) { order.send(delay) }
        if delays.count % 3 == 0 {
          timer.cancel()
          delays.removeLast()
        }
        if delays.count > 100 { break }
      }
      var seen: [Int64] = []
      for _ in delays { seen.append(await order.next()) }
      #expect(seen == delays.sorted())
    }

    /// Each turn of its own would interrupt whoever computes once more.
    @Test @LoopActor func timersOfOneTickAreOneTurn() async {
      let fired = Signalled<Moment>()
      let start = Clock.now()
      for step in 0..<100 { Loop.shared.after(microseconds: 40_000 + Int64(step) * 20) { fired.send(Loop.shared.now) } }
      // They are due within 2 ms and what making them took, on a machine that may be busy.
      let ticks = (Clock.now().microseconds(since: start) + 2_000) / 4_000 + 2
      var turns: Set<Moment> = []
      for _ in 0..<100 { turns.insert(await fired.next()) }
      #expect(turns.count <= ticks)
    }

    @Test(arguments: [500, 7_999, 8_000, 21_000] as [Int64])
    @LoopActor func aTimerIsNeverEarly(delay: Int64) async {
      let fired = Signalled<Moment>()
      let start = Clock.now()
      Loop.shared.after(microseconds: delay) { fired.send(Clock.now()) }
      #expect(await fired.next().microseconds(since: start) >= delay)
    }

    @Test @LoopActor func whatIsPutOffRunsAfterTheTurn() async {
      let done = Signalled<[String]>()
      var log: [String] = []
      Loop.shared.after(microseconds: 0) {
        Loop.shared.atEndOfTurn {
          log.append("end")
          Loop.shared.atEndOfTurn {
            log.append("next end")
            done.send(log)
          }
        }
        log.append("timer")
      }
      #expect(await done.next() == ["timer", "end", "next end"])
    }

    @Test @LoopActor func descriptorsAreToldWhatTheyAreReadyFor() async throws {
      let pipe = try Descriptor.pipe()
      let ready = Signalled<Readiness>()
      let watch = try Watch(pipe.first.number, .readable) { ready.send($0) }
      let out = OutQueue(try Descriptor.duplicate(pipe.second.number))
      out.write(bytes: "x")
      #expect(await ready.next() == .readable)
      watch.cancel()
    }

    @Test @LoopActor func aCancelledWatchHearsNothingInTheSameTurn() async throws {
      let first = try Descriptor.socketPair()
      let second = try Descriptor.socketPair()
      let log = Signalled<String>()
      let watches = Watches()
      for (name, number) in [("a", first.first.number), ("b", second.first.number)] {
        watches.all.append(
          try Watch(number, .readable) { _ in
            log.send(name)
            for watch in watches.all { watch.cancel() }
          })
      }
      _ = try UnixSocket.send([1], descriptors: [], over: first.second.number)
      _ = try UnixSocket.send([1], descriptors: [], over: second.second.number)
      _ = await log.next()
      let quiet = Signalled<String>()
      Loop.shared.after(microseconds: 20_000) { quiet.send("quiet") }
      #expect(await quiet.next() == "quiet")
    }

    @Test @LoopActor func aNewWatchHearsNothingThatAnEarlierOneWasToHear() async throws {
      let first = try Descriptor.socketPair()
      let second = try Descriptor.socketPair()
      let quiet = try Descriptor.socketPair()
      let log = Signalled<String>()
      let watches = Watches()
      for number in [first.first.number, second.first.number] {
        watches.all.append(
          try Watch(number, .readable) { _ in
            for watch in watches.all { watch.cancel() }
            // These get the places of the two that are gone, of which one was ready as well.
            for _ in 0..<2 {
              guard let watch = try? Watch(quiet.first.number, .readable, { _ in log.send("false alarm") }) else {
                continue
              }
              watches.all.append(watch)
              watch.want([])
              watch.want(.readable)
            }
            log.send("first")
          })
      }
      _ = try UnixSocket.send([1], descriptors: [], over: first.second.number)
      _ = try UnixSocket.send([1], descriptors: [], over: second.second.number)
      #expect(await log.next() == "first")
      Loop.shared.after(microseconds: 20_000) { log.send("quiet") }
      #expect(await log.next() == "quiet")
      for watch in watches.all { watch.cancel() }
    }

    @Test @LoopActor func aFileIsAlwaysReady() async throws {
      let folder = try TemporaryFolder()
      let text = String(repeating: "0123456789", count: 30_000)
      try write(text, to: folder("file"))
      let bytes = try await readAll(try Descriptor.open(folder("file"), O_RDONLY))
      #expect(String(decoding: bytes, as: UTF8.self) == text)
      #expect(try await readAll(try Descriptor.open("/dev/null", O_RDONLY)) == [])
    }

    @Test func jobsFromOtherThreadsWakeTheLoop() async {
      // Sequential hops: each falls into a loop that has just gone to sleep.
      for turn in 0..<200 {
        let answer = await Loop.task { turn }.value
        #expect(answer == turn)
      }
      await withTaskGroup(of: Int.self) { group in
        for number in 0..<500 { group.addTask { await Loop.task { number }.value } }
        var sum = 0
        for await number in group { sum += number }
        #expect(sum == 500 * 499 / 2)
      }
    }

    @Test @LoopActor func signalsComeAsCalls() async throws {
      let came = Signalled<Int32>()
      try Signals.handle([SIGUSR1, SIGWINCH]) { came.send($0) }
      kill(getpid(), SIGUSR1)
      #expect(await came.next() == SIGUSR1)
      kill(getpid(), SIGWINCH)
      #expect(await came.next() == SIGWINCH)
      Signals.restore([SIGWINCH])
    }

    @Test func theClockNeverGoesBack() {
      var last = Clock.now()
      for _ in 0..<10_000 {
        let now = Clock.now()
        #expect(now >= last)
        last = now
      }
      var wall = timespec()
      unsafe clock_gettime(CLOCK_REALTIME, &wall)
      #expect(abs(Int64(wall.tv_sec) - last.microseconds / 1_000_000) < 5)
    }
  }
}

@LoopActor
private final class Watches {
  var all: [Watch] = []
  init() {}
}

extension OutQueue {
  @LoopActor func write(bytes text: String) {
    var bytes = Array(text.utf8)
    write(&bytes)
  }
}
