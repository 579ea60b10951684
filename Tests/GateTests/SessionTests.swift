import ControlWire
import Gate
import Glibc
import JSONText
import Policy
import System
import Testing

extension GateBehaviour {
  @Suite(.timeLimit(.minutes(1)))
  struct SessionTests {
    init() { Loop.startThread() }

    @Test @LoopActor func callsAreJudgedAndTold() async throws {
      let rig = try Rig(policy: #"{"version":"1","default":"deny","tools":{"echo":{"action":"allow"}}}"#)
      defer { rig.close() }
      let watcher = try await rig.subscriber()
      let client = try rig.session()
      try await client.initialize()
      let allowed = client.call("echo", #"{"a":[1.0,"é"]}"#)
      let first = try await client.answer()
      #expect(first["id"]?.integer == allowed)
      #expect(first["result"]?["content"]?.elements?.first?["text"]?.string == #"{"a": [1.0, "\u00e9"]}"#)
      let denied = client.call("slow")
      let second = try await client.answer()
      #expect(second["id"]?.integer == denied)
      #expect(second["result"]?["isError"]?.bool == true)
      client.endInput()
      #expect(await client.exit() == .code(0))

      var told: [String] = []
      while told.last?.hasPrefix("session closed") != true {
        switch await watcher.next() {
        case .session(let event): told.append("session \(event.state.rawValue) \(event.server.string)")
        case .server(let event): told.append("server \(event.state.rawValue)")
        case .decision(let event) where event.tool != nil:
          told.append("\(event.decision.verdict.rawValue) \(event.tool?.string ?? "")")
        case .result(let event): told.append("result \(event.outcome.rawValue)")
        default: break
        }
      }
      for expected in ["session opened plain", "server started", "allow echo", "deny slow", "server exited"] {
        #expect(told.contains(expected), "\(told)")
      }
    }

    @Test("P72: a megabyte each way at once does not lock") @LoopActor
    func aMegabyteEachWayAtOnceDoesNotLock() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      let large = String(repeating: "0123456789abcdef", count: 1 << 16)
      // The client writes three before it reads anything, which is more than its own pipes hold.
      client.isReading = false
      var ids = (0..<3).map { _ in client.call("echo", #"{"text":"\#(large)"}"#) }
      #expect(await eventually { client.unsent == 0 })
      client.isReading = true
      ids += (0..<8).map { _ in client.call("echo", #"{"text":"\#(large)"}"#) }
      var answered: [Int?] = []
      for _ in ids {
        let answer = try await client.answer()
        answered.append(answer["id"]?.integer)
        #expect(answer["result"]?["content"]?.elements?.first?["text"]?.string?.utf8.count == large.utf8.count + 12)
      }
      #expect(answered == ids)
      client.endInput()
      #expect(await client.exit() == .code(0))
    }

    @Test("P72: a client that never reads holds its server up and nobody else") @LoopActor
    func aClientThatNeverReadsHoldsItsServerUpAndNobodyElse() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let stuck = try rig.session()
      let other = try rig.session(name: "other")
      try await stuck.initialize()
      try await other.initialize()
      let pid = try await rig.pid(ofServer: "plain")
      stuck.isReading = false
      stuck.call("flood")
      // In the end it stands still, with what the pipes and the gate's queue hold.
      var written = -1
      var quiet = 0
      while quiet < 3 {
        await pause(microseconds: 200_000)
        let now = bytesWritten(by: pid)
        quiet = now == written && now >= 1_000_000 ? quiet + 1 : 0
        written = now
      }
      #expect(written < 12 << 20)
      for _ in 0..<20 {
        other.call("echo")
        _ = try await other.answer()
      }
      #expect(bytesWritten(by: pid) == written)
      stuck.vanish()
      #expect(await eventually { rig.gate.sessionCount == 1 })
      other.endInput()
      #expect(await other.exit() == .code(0))
    }

    @Test("P72: a server that never reads holds its client up") @LoopActor
    func aServerThatNeverReadsHoldsItsClientUp() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      client.call("stop-reading")
      _ = try await client.answer()
      let large = String(repeating: "x", count: 1 << 20)
      for _ in 0..<16 { client.call("echo", #"{"text":"\#(large)"}"#) }
      await pause(microseconds: 300_000)
      // What pipes hold, and the gate's mark: the rest is still the client's.
      #expect(client.unsent > 8 << 20)
      client.vanish()
      #expect(await eventually { rig.gate.sessionCount == 0 })
    }

    @Test("P75: whoever dies, what waits is answered") @LoopActor
    func whoeverDiesAnswersWhatWaits() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      let first = client.call("die")
      let second = client.call("echo")
      var answers: [Int?] = []
      for _ in 0..<2 {
        let answer = try await client.answer()
        answers.append(answer["id"]?.integer)
        #expect(answer["error"] != nil, "\(answer)")
      }
      #expect(answers.compactMap(\.self).sorted() == [first, second])
      #expect(await client.exit() == .signal(SIGKILL))
      await client.outputEnded()
    }

    @Test @LoopActor func anAnswerUnderWayIsWaitedFor() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      let id = client.call("slow")
      client.endInput()
      let answer = try await client.answer()
      #expect(answer["id"]?.integer == id)
      #expect(answer["result"] != nil)
      #expect(await client.exit() == .code(0))
    }

    @Test("P74: a client that is terminated takes its server with it at once") @LoopActor
    func aClientThatIsTerminatedTakesItsServerWithItAtOnce() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let client = try rig.session("ignore-end")
      try await client.initialize()
      let began = Clock.now()
      client.vanish()
      #expect(await eventually { rig.gate.sessionCount == 0 })
      // Where it is asked to end first, it is given two seconds.
      #expect(Clock.now().microseconds(since: began) < 1_900_000)
    }

    @Test("P74: a server that stays after its input's end is asked") @LoopActor
    func aServerThatStaysAfterItsInputsEndIsAsked() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let client = try rig.session("ignore-end")
      try await client.initialize()
      let began = Clock.now()
      client.endInput()
      #expect(await client.exit() == .code(9))
      #expect(Clock.now().microseconds(since: began) >= Teardown.afterInput)
      #expect(await eventually { client.complaints == "asked to end\n" })
    }

    @Test("P75: a server that cannot start says why and ends as a shell would") @LoopActor
    func aServerThatCannotStartSaysWhyAndEndsAsAShellWould() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let client = try rig.session(["no-such-program-at-all", "--token=secret"])
      #expect(await client.exit() == .code(127))
      #expect(await eventually { client.complaints.contains("no folder of PATH has such a program") })
      #expect(!client.complaints.contains("secret"))
    }

    @Test("P72: the last words arrive before the exit") @LoopActor
    func theLastWordsArriveBeforeTheExit() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let script =
        #"printf '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"bye"}}'; exit 3"#
      let client = try rig.session(["sh", "-c", script])
      #expect(await client.exit() == .code(3))
      let words = try await client.answer()
      #expect(words["params"]?["data"]?.string == "bye")
    }

    @Test(arguments: ["file", "socket", "terminal", "nothing"])
    @LoopActor func everyKindOfInputAndOutputWorks(_ kind: String) async throws {
      let rig = try Rig()
      defer { rig.close() }
      let request = #"{"jsonrpc":"2.0","id":"one","method":"ping"}"# + "\n"
      func answer(_ id: String) -> String { #"{"jsonrpc":"2.0","id":"\#(id)","result":{}}"# + "\n" }
      let input: Descriptor
      var far: Int32 = -1
      switch kind {
      case "file":
        try SafeFile.replace("\(rig.folder)/in", with: Array(request.utf8))
        input = try Descriptor.open("\(rig.folder)/in", O_RDONLY)
      case "socket":
        let (near, other) = try Descriptor.socketPair().release()
        input = Descriptor(owning: near)
        far = other
        _ = try UnixSocket.send(Array(request.utf8), descriptors: [], over: far)
        shutdown(far, Int32(SHUT_WR))
      case "terminal":
        var near: Int32 = -1
        let isOpen = unsafe openpty(&far, &near, nil, nil, nil) == 0
        #expect(isOpen)
        input = Descriptor(owning: near)
        // Twice: a terminal gives a line at a time. Then its end of input.
        let typed = Array((request + request.replacing("one", with: "two") + "\u{4}").utf8)
        #expect(unsafe write(far, typed, typed.count) == typed.count)
      default: input = try Descriptor.null()
      }
      let flags = fcntl(input.number, F_GETFL)
      let output = try Descriptor.open("\(rig.folder)/out", O_WRONLY | O_CREAT)
      let errors = try Descriptor.null()
      let control = try Control(
        rig,
        first: .attach(
          ControlWire.Attachment(
            server: .command(texts("python3", "\(rig.folder)/server.py"), name: "plain"), directory: "/",
            environment: texts("PATH=/usr/bin:/bin"))),
        descriptors: [input.number, output.number, errors.number])
      while true {
        if case .exit(let status) = await control.next() {
          #expect(status == .code(0))
          break
        }
      }
      // The descriptors are shared with whoever else has them: nothing about them may change.
      #expect(fcntl(input.number, F_GETFL) == flags)
      let written = String(decoding: try SafeFile.read("\(rig.folder)/out", limit: 10_000), as: UTF8.self)
      switch kind {
      case "nothing": #expect(written.isEmpty)
      case "terminal": #expect(written == answer("one") + answer("two"))
      default: #expect(written == answer("one"))
      }
      if far >= 0 { Glibc.close(far) }
    }

    @Test("P74: stopping ends every server") @LoopActor
    func stoppingEndsEveryServer() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let watcher = try await rig.subscriber()
      let clients = try (0..<3).map { _ in try rig.session() }
      for client in clients { try await client.initialize() }
      let waiting = clients[0].call("slow")
      while true {
        if case .decision(let event) = await watcher.next(), event.tool == "slow" { break }
      }
      rig.gate.stop()
      let answer = try await clients[0].answer()
      #expect(answer["id"]?.integer == waiting)
      for client in clients { _ = await client.exit() }
      #expect(rig.gate.sessionCount == 0)
      #expect(await eventually { Child.count == 0 })
    }

    @Test("P74: sessions leave nothing open") @LoopActor
    func sessionsLeaveNothingOpen() async throws {
      let rig = try Rig()
      defer { rig.close() }
      func round() async throws {
        let clients = try (0..<5).map { _ in try rig.session() }
        for client in clients { try await client.initialize() }
        clients[0].vanish()
        clients[1].call("die")
        for client in clients[2...] { client.endInput() }
        for client in clients[1...] { _ = await client.exit() }
        let broken = try rig.session(["/no/such/program"])
        _ = await broken.exit()
        for client in clients { client.vanish() }
        broken.vanish()
        #expect(await eventually { rig.gate.sessionCount == 0 && Child.count == 0 })
      }
      try await round()
      let before = openDescriptors()
      for _ in 0..<3 { try await round() }
      // An earlier test may close its last ones meanwhile; a leak would leave one or more for each of 18 sessions.
      #expect(await eventually { openDescriptors() <= before }, "\(before), now \(openDescriptors())")
    }

    /// Everything that a process has ever written.
    private func bytesWritten(by pid: Int32) -> Int {
      let text = String(decoding: (try? SafeFile.read("/proc/\(pid)/io", limit: 4096)) ?? [], as: UTF8.self)
      let line = text.split(separator: "\n").first { $0.hasPrefix("wchar:") }
      return line.flatMap { Int($0.dropFirst(7)) } ?? 0
    }
  }
}
