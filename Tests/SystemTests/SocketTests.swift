import Glibc
import System
import Testing

extension RealThings {
  @Suite(.timeLimit(.minutes(1)))
  struct SocketTests {
    init() { Loop.startThread() }

    private func mode(_ path: String) -> UInt32 {
      var status = stat()
      _ = unsafe lstat(path, &status)
      return status.st_mode & 0o7777
    }

    @Test func onlyTheOwnerCanReachIt() throws {
      let folder = try TemporaryFolder()
      let old = umask(0)
      let listener = try UnixSocket.listen(at: folder("a/b/gate.sock"))
      umask(old)
      #expect(mode(folder("a/b/gate.sock")) == 0o600)
      #expect(mode(folder("a/b")) == 0o700)
      #expect(mode(folder("a")) == 0o700)
      let connection = try UnixSocket.connect(to: folder("a/b/gate.sock"))
      let accepted = try require(try UnixSocket.accept(from: listener.number))
      let peer = try #require(UnixSocket.peer(of: accepted.number))
      #expect([peer.pid, Int32(peer.user), Int32(peer.group)] == [getpid(), Int32(geteuid()), Int32(getegid())])
      #expect(UnixSocket.peer(of: connection.number)?.user == geteuid())
      let none = try UnixSocket.accept(from: listener.number)
      let isNone = none == nil
      #expect(isNone)
    }

    @Test func aFolderThatOthersMayChangeIsRefused() throws {
      let folder = try TemporaryFolder()
      Shell.mkdir(folder("open"))
      Shell.chmod(folder("open"), 0o777)
      #expect {
        _ = try UnixSocket.listen(at: folder("open/s"))
      } throws: { ($0 as? SystemError)?.code == EPERM && "\($0)".contains("--socket") }
      if geteuid() == 0 {
        Shell.mkdir(folder("theirs"))
        Shell.give(folder("theirs"), to: 12345)
        #expect {
          _ = try UnixSocket.listen(at: folder("theirs/s"))
        } throws: { ($0 as? SystemError)?.code == EPERM && "\($0)".contains("another user") }
        Shell.link("/tmp", folder("link"))
        Shell.give(folder("link"), to: 12345)
        #expect(throws: SystemError.self) { _ = try UnixSocket.listen(at: folder("link/s")) }
      }
    }

    @Test func errorsNameThePath() throws {
      let folder = try TemporaryFolder()
      #expect {
        _ = try UnixSocket.connect(to: folder("none"))
      } throws: { "\($0)" == "cannot connect to `\(folder("none"))`: No such file or directory" }
      let long = folder(String(repeating: "x", count: 200))
      #expect { _ = try UnixSocket.connect(to: long) } throws: { ($0 as? SystemError)?.code == ENAMETOOLONG }
      // A socket file that nobody listens on.
      do { _ = try UnixSocket.listen(at: folder("stale")) }
      #expect {
        _ = try UnixSocket.connect(to: folder("stale"))
      } throws: { ($0 as? SystemError)?.code == ECONNREFUSED }
      #expect { _ = try UnixSocket.listen(at: folder("stale")) } throws: { ($0 as? SystemError)?.code == EADDRINUSE }
    }

    @Test @LoopActor func descriptorsTravelBothWaysAndCloseOnExec() async throws {
      let pair = try Descriptor.socketPair()
      for (sender, receiver) in [
        (pair.first.number, pair.second.number), (pair.second.number, pair.first.number),
      ] {
        let pipe = try Descriptor.pipe()
        let (reader, writer) = pipe.release()
        #expect(try UnixSocket.send(Array("go".utf8), descriptors: [reader, writer], over: sender) == 2)
        close(reader)
        close(writer)
        var buffer = [UInt8](repeating: 0, count: 10)
        let (outcome, passed) = try UnixSocket.receive(into: &buffer, over: receiver)
        #expect(outcome == .bytes(2))
        let descriptors = try #require(passed)
        #expect(descriptors.count == 2)
        let first = try require(descriptors.takeFirst())
        let second = try require(descriptors.takeFirst())
        #expect(descriptors.count == 0)
        #expect(fcntl(first.number, F_GETFD) & FD_CLOEXEC != 0)
        let out = OutQueue(second)
        out.write(bytes: "through a passed pipe")
        out.closeWhenEmpty()
        let text = try await readAll(first)
        #expect(String(decoding: text, as: UTF8.self) == "through a passed pipe")
      }
    }

    @Test func descriptorsThatNobodyTakesAreClosed() throws {
      let before = openDescriptors()
      do {
        let pair = try Descriptor.socketPair()
        let null = try Descriptor.null()
        for _ in 0..<5 {
          _ = try UnixSocket.send([1], descriptors: Array(repeating: null.number, count: 8), over: pair.first.number)
          var buffer = [UInt8](repeating: 0, count: 10)
          _ = try UnixSocket.receive(into: &buffer, over: pair.second.number)
        }
        #expect(throws: SystemError.self) {
          try UnixSocket.send([1], descriptors: Array(repeating: null.number, count: 9), over: pair.first.number)
        }
      }
      #expect(openDescriptors() == before)
    }

    @Test @LoopActor func linesOverASocket() async throws {
      let (near, far) = try Descriptor.socketPair().release()
      let line = try LineSocket(Descriptor(owning: near), longestLine: 100_000)
      let lines = Signalled<String>()
      let ended = Signalled<LineSocket.End>()
      line.received = { lines.send(String(decoding: $0, as: UTF8.self)) }
      line.ended = { ended.send($0) }
      let peer = try LineSocket(Descriptor(owning: far), longestLine: 1000)
      let long = String(repeating: "x", count: 90_000)
      peer.send(Array("one\n\ntwo \(long)\nthr".utf8))
      #expect(await lines.next() == "one")
      #expect(await lines.next() == "")
      #expect(await lines.next() == "two \(long)")
      peer.send(Array("ee\n".utf8))
      #expect(await lines.next() == "three")
      peer.send(Array("last\n".utf8))
      peer.closeWhenSent()
      #expect(await lines.next() == "last")
      #expect(await ended.next() == .closed)
      withExtendedLifetime(line) {}
    }

    /// As a console does that decides and is killed, while the gate tells it something.
    @Test @LoopActor func whatAPeerSaidBeforeItLeftIsHeard() async throws {
      let (near, far) = try Descriptor.socketPair().release()
      let line = try LineSocket(Descriptor(owning: near), longestLine: 100_000)
      var heard: [Int] = []
      let ended = Signalled<LineSocket.End>()
      line.received = { heard.append($0.count) }
      line.ended = { ended.send($0) }
      let (reader, writer) = try Descriptor.pipe().release()
      defer {
        close(reader)
        close(writer)
      }
      // All in one turn, in which it is not known yet that something can be read.
      let watch = try Watch(reader, .readable) { _ in
        var byte: UInt8 = 0
        _ = unsafe read(reader, &byte, 1)
        let said = Array((String(repeating: "a", count: 40_000) + "\nbb\nc").utf8)
        #expect(unsafe write(far, said, said.count) == said.count)
        close(far)
        line.send(Array("told\n".utf8))
      }
      #expect(unsafe write(writer, "x", 1) == 1)
      _ = await ended.next()
      #expect(heard == [40_000, 2])
      watch.cancel()
    }

    @Test @LoopActor func aLineWithoutEndEndsTheConnection() async throws {
      let (near, far) = try Descriptor.socketPair().release()
      let line = try LineSocket(Descriptor(owning: near), longestLine: 100_000)
      let ended = Signalled<LineSocket.End>()
      line.ended = { ended.send($0) }
      let peer = OutQueue(Descriptor(owning: far))
      var bytes = [UInt8](repeating: 0x20, count: 5_000_000)
      peer.write(&bytes)
      #expect(await ended.next() == .lineTooLong)
      withExtendedLifetime(line) {}
    }
  }
}
