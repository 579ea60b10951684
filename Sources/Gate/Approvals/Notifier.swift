package import ControlWire
internal import JSONText
internal import Policy
package import System

/// Runs a command of the user's for each question, so that a person hears of it who looks elsewhere.
///
/// It is never in a call's way: it gets the question on its standard input, without arguments, and what becomes of it
/// changes nothing. A flood of questions starts no flood of commands: what comes while as many run as may, or as many
/// were run in a minute, is told together by the next.
@LoopActor
package final class Notifier {
  package static let mostAtOnce = 4
  package static let mostAMinute = 30
  /// As many as can wait for a person.
  private static let mostUntold = 1_000
  /// In microseconds, as are the others.
  package static let minute: Int64 = 60_000_000
  /// How long one may take.
  package static let patience: Int64 = 10_000_000

  private(set) var command: [String]?
  private let patience: Int64
  private let mostAMinute: Int
  private let minute: Int64
  private var running = 0
  /// When the last ones were started, the oldest first.
  private var starts: [Moment] = []
  /// The questions that were not told, the newest last.
  private var untold: [ApprovalEvent] = []
  private var timer: LoopTimer?
  private var figures = ApprovalStatus.Notify()
  /// What it gets of the gate's environment.
  private let environment: [String: String]

  package init(
    _ command: [String]?, patience: Int64 = Notifier.patience, mostAMinute: Int = Notifier.mostAMinute,
    minute: Int64 = Notifier.minute, environment: [String: String] = ThisProcess.environment
  ) {
    self.command = command
    self.patience = patience
    self.mostAMinute = mostAMinute
    self.minute = minute
    self.environment = environment.filter { name, _ in GateStarter.passesOn(name) }
  }

  /// Runs another command from now on.
  package func use(_ command: [String]?) {
    guard command != self.command else { return }
    self.command = command
    figures = ApprovalStatus.Notify()
    if command == nil { untold = [] }
  }

  package var status: ApprovalStatus.Notify? { command == nil ? nil : figures }

  /// Tells of a question that was asked just now.
  package func tell(_ event: ApprovalEvent) {
    guard command != nil else { return }
    if untold.count >= Self.mostUntold {
      untold.removeFirst()
      figures.skipped += 1
    }
    untold.append(event)
    runNext()
  }

  /// A question is settled: there is no need to tell it.
  package func forget(_ id: String) {
    untold.removeAll { $0.id == id }
  }

  private func runNext() {
    guard let command, let event = untold.last else { return }
    let now = Clock.now()
    starts.removeAll { now.microseconds(since: $0) >= minute || $0 > now }
    guard running < Self.mostAtOnce else { return }
    guard starts.count < mostAMinute else {
      if timer == nil, let first = starts.first {
        let wait = minute - now.microseconds(since: first)
        timer = Loop.shared.after(microseconds: wait) { [weak self] in
          self?.timer = nil
          self?.runNext()
        }
      }
      return
    }
    let others = UInt64(untold.count - 1)
    untold = []
    starts.append(now)
    figures.skipped += others
    run(command, event, others: others)
  }

  private func run(_ words: [String], _ event: ApprovalEvent, others: UInt64) {
    figures.runs += 1
    do throws(SystemError) {
      let child = try Child(
        ChildCommand(words, environment: environment, directory: .path("/")), output: .null, errors: .null)
      running += 1
      var isLate = false
      let limit = Loop.shared.after(microseconds: patience) { [weak self] in
        isLate = true
        self?.note("`\(words[0])` took longer than \((self?.patience ?? 0) / 1_000_000) s, and was ended")
        child.kill()
      }
      var queue: OutQueue?
      child.exited = { [weak self] exit in
        limit.cancel()
        queue?.close()
        self?.ended(exit, of: words[0], isLate: isLate)
      }
      guard let input = child.takeInput() else { return child.kill() }
      do throws(SystemError) {
        let opened = try OutQueue(own: input)
        queue = opened
        var line = Self.line(event, others: others)
        opened.broke = { _ in }
        opened.write(&line)
        opened.closeWhenEmpty()
      } catch {
        child.kill()
        throw error
      }
    } catch {
      note("\(error)")
    }
  }

  private func ended(_ exit: Child.Exit, of program: String, isLate: Bool) {
    running -= 1
    switch exit {
    case .code(0): if !isLate { figures.problem = nil }
    case .code(let code): note("`\(program)` exited with code \(code)")
    case .signal(let signal): if !isLate { note("`\(program)` was ended by signal \(signal)") }
    }
    runNext()
  }

  private func note(_ problem: String) {
    if problem != figures.problem { StandardError.write("gatehouse: the command of `approvals.notify`: \(problem)\n") }
    figures.failures += 1
    figures.problem = problem
  }

  /// The event as the stream has it, with how many others it stands for.
  private static func line(_ event: ApprovalEvent, others: UInt64) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("event", "approval")
    event.writeMembers(&writer)
    if others > 0 { writer.member("others", others) }
    writer.endObject()
    return writer.bytes + [0x0A]
  }
}
