import ControlWire
import Gate
import Glibc
import JSONText
import Policy
import System
import Testing

private func question(_ number: Int) -> ApprovalEvent {
  ApprovalEvent(
    id: "q-\(number)", state: .pending, session: "s", client: "c", grant: "local", server: "notes",
    method: "tools/call", tool: "act", rule: "/tools/act", digest: "d",
    asked: Moment(microseconds: 1), remaining: 1)
}

extension GateBehaviour {
  /// The command that is run for questions: how often, for how long, and with what.
  @Suite(.timeLimit(.minutes(2)))
  struct NotifierTests {
    private let folder: String

    init() throws {
      Loop.startThread()
      Signals.ignoreBrokenPipes()
      folder = try TemporaryFolder.make("gatehouse-notifier-tests")
    }

    /// What the command was told, in its order.
    private var told: [JSONNode] {
      let text = (try? SafeFile.read("\(folder)/told", limit: 1 << 20)) ?? []
      return text.split(separator: 0x0A).compactMap { try? JSONNode.read(Array($0)) }
    }

    private var keeping: [String] { ["sh", "-c", "cat >> '\(folder)/told'"] }

    @Test @LoopActor func soManyAreRunInAMinuteAndTheNextTellsOfTheOthers() async throws {
      let notifier = Notifier(keeping, mostAMinute: 3, minute: 3_000_000)
      for number in 1...3 {
        notifier.tell(question(number))
        #expect(await eventually { told.count == number })
      }
      for number in 4...13 { notifier.tell(question(number)) }
      await pause(microseconds: 200_000)
      #expect(notifier.status == ApprovalStatus.Notify(runs: 3))
      #expect(await eventually { told.count == 4 })
      #expect(told.last?["id"]?.string == "q-13" && told.last?["others"]?.integer == 9)
      #expect(told.dropLast().allSatisfy { $0["others"] == nil && $0["event"]?.string == "approval" })
      #expect(notifier.status == ApprovalStatus.Notify(runs: 4, skipped: 9))
      try TemporaryFolder.remove(folder)
    }

    @Test @LoopActor func whatTakesTooLongIsEndedAndMakesRoom() async throws {
      let notifier = Notifier(["sh", "-c", "echo $$ >> '\(folder)/pids'; exec sleep 60"], patience: 2_000_000)
      func pids() -> [Int32] {
        let text = (try? SafeFile.read("\(folder)/pids", limit: 1 << 16)) ?? []
        return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) }
      }
      for number in 1...Notifier.mostAtOnce + 1 { notifier.tell(question(number)) }
      #expect(await eventually { pids().count == Notifier.mostAtOnce + 1 })
      #expect(await eventually { pids().allSatisfy { kill($0, 0) == -1 } })
      let failed = UInt64(Notifier.mostAtOnce + 1)
      #expect(await eventually { notifier.status?.failures == failed })
      #expect(notifier.status?.problem == "`sh` took longer than 2 s, and was ended")
      try TemporaryFolder.remove(folder)
    }

    @Test @LoopActor func aProblemIsToldUntilItIsOver() async throws {
      let notifier = Notifier(["sh", "-c", "test -e '\(folder)/well'"])
      notifier.tell(question(1))
      #expect(await eventually { notifier.status?.problem == "`sh` exited with code 1" })
      try SafeFile.replace("\(folder)/well", with: [])
      notifier.tell(question(2))
      #expect(await eventually { notifier.status == ApprovalStatus.Notify(runs: 2, failures: 1) })
      try TemporaryFolder.remove(folder)
    }

    /// A gate in the foreground, and a private one, have all that its starter had.
    @Test @LoopActor func itGetsNoSecretsOfTheEnvironment() async throws {
      let environment = ["PATH": "/usr/bin:/bin", "DISPLAY": ":0", "AWS_SECRET_ACCESS_KEY": "hush"]
      let notifier = Notifier(
        ["sh", "-c", "env > '\(folder)/new'; mv '\(folder)/new' '\(folder)/env'"], environment: environment)
      notifier.tell(question(1))
      #expect(await eventually { SafeFile.identity(of: "\(folder)/env") != nil })
      let text = String(decoding: try SafeFile.read("\(folder)/env", limit: 1 << 16), as: UTF8.self)
      #expect(text.contains("DISPLAY=:0") && !text.contains("hush"))
      try TemporaryFolder.remove(folder)
    }

    @Test @LoopActor func whatWasNotToldIsForgottenWithItsCommand() async throws {
      let waiting = ["sh", "-c", "while [ ! -e '\(folder)/go' ]; do sleep 0.05; done"]
      let notifier = Notifier(waiting)
      for number in 1...Notifier.mostAtOnce + 2 { notifier.tell(question(number)) }
      notifier.use(nil)
      #expect(notifier.status == nil)
      notifier.use(keeping)
      #expect(notifier.status == ApprovalStatus.Notify())
      try SafeFile.replace("\(folder)/go", with: [])
      await pause(microseconds: 300_000)
      notifier.tell(question(9))
      #expect(await eventually { !told.isEmpty })
      #expect(told.map { $0["id"]?.string } == ["q-9"] && told.first?["others"] == nil)
      try TemporaryFolder.remove(folder)
    }
  }
}
