import Glibc
import System
import Testing

/// The `F_GETPIPE_SZ` of `fcntl(2)`.
private let getPipeSize: Int32 = 1032

extension RealThings {
  @Suite(.timeLimit(.minutes(1)))
  struct StreamTests {
    init() {
      Loop.startThread()
      Signals.ignoreBrokenPipes()
    }

    @Test @LoopActor func aFullQueueTellsItsOwnerAndEmptiesInOrder() async throws {
      let pair = try Descriptor.socketPair()
      let (near, far) = pair.release()
      let out = OutQueue(Descriptor(owning: near), highWater: 300_000)
      let pressure = Signalled<Bool>()
      out.pressureChanged = { pressure.send($0) }
      var expected: [UInt8] = []
      for round in 0..<10 {
        var block = [UInt8](repeating: UInt8(round), count: 100_000)
        expected += block
        out.write(&block)
        #expect(block.isEmpty)
      }
      #expect(await pressure.next() == true)
      #expect(out.isFull)
      out.closeWhenEmpty()
      let received = try await readAll(Descriptor(owning: far))
      #expect(received == expected)
      #expect(await pressure.next() == false)
    }

    @Test(arguments: [([60_000, 10_000], false), ([60_000, 60_000, 60_000, 10_000], true), ([300_000], true)])
    @LoopActor func pipesGrowForLargeMessagesAndNoOthers(_ sizes: [Int], _ grows: Bool) async throws {
      let pipe = try Descriptor.pipe()
      let (reader, writer) = pipe.release()
      let plain = fcntl(writer, getPipeSize)
      #expect(plain > 0)
      let out = try OutQueue(own: Descriptor(owning: writer))
      for size in sizes {
        var bytes = [UInt8](repeating: 1, count: size)
        out.write(&bytes)
      }
      // What it holds, in pages, went into it at once.
      if sizes.count == 1 { #expect(300_000 - out.count > 250_000) }
      var some = [UInt8](repeating: 0, count: 50_000)
      #expect(unsafe read(reader, &some, some.count) == some.count)
      // Then there is room, which the loop tells in this turn.
      await pause(microseconds: 20_000)
      #expect(fcntl(reader, getPipeSize) == (grows ? 4 * plain : plain))
      out.closeWhenEmpty()
      #expect(try await readAll(Descriptor(owning: reader)).count == sizes.reduce(-50_000, +))
    }

    @Test @LoopActor func whatIsReadMakesItsPipeGrowWhereItWasFull() async throws {
      let pipe = try Descriptor.pipe()
      let (reader, writer) = pipe.release()
      let plain = fcntl(writer, getPipeSize)
      let sizes = Signalled<Int>()
      let stream = try InStream(
        own: Descriptor(owning: reader), received: { sizes.send($0.count) }, ended: { _ in sizes.send(-1) })
      let block = [UInt8](repeating: 1, count: Int(plain))
      #expect(unsafe write(writer, block, 100) == 100)
      #expect(await sizes.next() == 100)
      #expect(fcntl(writer, getPipeSize) == plain)
      #expect(unsafe write(writer, block, block.count) == block.count)
      #expect(await sizes.next() == block.count)
      #expect(fcntl(writer, getPipeSize) == 4 * plain)
      close(writer)
      #expect(await sizes.next() == -1)
      stream.close()
    }

    @Test @LoopActor func nobodyReadingIsToldOnce() async throws {
      let pipe = try Descriptor.pipe()
      let (reader, writer) = pipe.release()
      let out = try OutQueue(own: Descriptor(owning: writer))
      let broke = Signalled<Int32>()
      out.broke = { broke.send($0.code) }
      close(reader)
      out.write(bytes: "a")
      out.write(bytes: "b")
      #expect(await broke.next() == EPIPE)
      #expect(!out.isOpen)
    }

    @Test @LoopActor func aQueueOverItsLimitBreaks() async throws {
      let pipe = try Descriptor.pipe()
      let (reader, writer) = pipe.release()
      defer { close(reader) }
      let out = try OutQueue(own: Descriptor(owning: writer), highWater: 1000, limit: 100_000)
      let broke = Signalled<Int32>()
      out.broke = { broke.send($0.code) }
      var block = [UInt8](repeating: 7, count: 600_000)
      out.write(&block)
      #expect(await broke.next() == ENOBUFS)
      #expect(out.count == 0)
    }

    @Test @LoopActor func theFlagsOfASharedDescriptionStay() async throws {
      let pipe = try Descriptor.pipe()
      let shared = pipe.first.number
      let before = fcntl(shared, F_GETFL)
      let bytes = Collected()
      let got = Signalled<Void>()
      let stream = try InStream(
        try Descriptor.duplicate(shared),
        received: {
          bytes.append($0)
          got.send(())
        }, ended: { _ in })
      let out = OutQueue(try Descriptor.duplicate(pipe.second.number))
      out.write(bytes: "hello")
      await got.next()
      #expect(bytes.text == "hello")
      #expect(fcntl(shared, F_GETFL) == before)
      #expect(fcntl(pipe.second.number, F_GETFL) & O_NONBLOCK == 0)
      stream.close()
    }

    @Test @LoopActor func aPausedStreamReadsNothingAndDoesNotSpin() async throws {
      let pipe = try Descriptor.pipe()
      let (reader, writer) = pipe.release()
      let bytes = Collected()
      let end = Signalled<Void>()
      let stream = try InStream(
        own: Descriptor(owning: reader), received: { bytes.append($0) }, ended: { _ in end.send(()) })
      stream.isPaused = true
      let out = try OutQueue(own: Descriptor(owning: writer))
      out.write(bytes: "late")
      out.closeWhenEmpty()
      await pause(microseconds: 20_000)
      #expect(bytes.text.isEmpty)
      stream.isPaused = false
      await end.next()
      #expect(bytes.text == "late")
      withExtendedLifetime(stream) {}
    }

    @Test @LoopActor func aStreamWhoseWriterIsGoneEndsAlthoughAnotherHoldsIt() async throws {
      let pipe = try Descriptor.pipe()
      let bytes = Collected()
      let end = Signalled<Void>()
      let stream = try InStream(
        try Descriptor.duplicate(pipe.first.number), received: { bytes.append($0) }, ended: { _ in end.send(()) })
      let out = OutQueue(try Descriptor.duplicate(pipe.second.number))
      out.write(bytes: "the last words")
      stream.endWhenEmpty()
      await end.next()
      #expect(bytes.text == "the last words")
      withExtendedLifetime(stream) {}
    }

    @Test @LoopActor func whatNobodyIsPromisedIsDroppedWhenFull() async throws {
      let pipe = try Descriptor.pipe()
      let (reader, writer) = pipe.release()
      let out = try OutQueue(own: Descriptor(owning: writer))
      let block = [UInt8](repeating: 1, count: 50_000)
      for _ in 0..<100 { out.writeOrDrop(block.span) }
      #expect(out.count == 0)
      out.close()
      let received = try await readAll(Descriptor(owning: reader))
      #expect(received.count >= 50_000 && received.count < 5_000_000)
    }

    @Test(arguments: ["socket", "fifo", "file"])
    @LoopActor func linesPassThroughEveryKind(_ kind: String) async throws {
      let folder = try TemporaryFolder()
      let ends: (Int32, Int32)
      switch kind {
      case "socket": ends = try Descriptor.socketPair().release()
      case "fifo": ends = try Descriptor.pipe().release()
      default:
        ends.1 = try Descriptor.open(folder("f"), O_WRONLY | O_CREAT).release()
        ends.0 = try Descriptor.open(folder("f"), O_RDONLY).release()
      }
      let out = OutQueue(Descriptor(owning: ends.1))
      var block = Array(repeatElement(Array("0123456789".utf8), count: 20_000).joined())
      let expected = block
      if kind == "file" {
        out.write(&block)
        out.closeWhenEmpty()
        #expect(try await readAll(Descriptor(owning: ends.0)) == expected)
      } else {
        async let received = readAll(Descriptor(owning: ends.0))
        out.write(&block)
        out.closeWhenEmpty()
        #expect(try await received == expected)
      }
    }
  }
}
