internal import CSystem
internal import Glibc

/// A running child process in a group of its own.
///
/// It is killed when this process dies, and its group when it ends itself. It lives here until then, whether or not
/// anybody keeps it.
@LoopActor
package final class Child {
  package enum Exit: Hashable, Sendable {
    case code(Int32)
    case signal(Int32)
  }

  /// What a standard descriptor of the child is.
  package enum Stdio: Hashable, Sendable {
    case null
    /// A pipe, whose other end the child's owner takes.
    case pipe
    /// A descriptor that stays its owner's.
    case descriptor(Int32)
  }

  package let pid: Int32
  private var input: Descriptor?
  private var output: Descriptor?
  private var errors: Descriptor?

  private let pidfd: Descriptor
  /// Ends the group if this process is killed.
  private var guardian: Guardian?
  private var watch: Watch?
  private var teardown = Teardown()
  private var timer: LoopTimer?
  package private(set) var exit: Exit?
  /// It ended without a signal of ours.
  package private(set) var endedByItself = false

  /// Is called when the teardown begins: closes the child's standard input, after what was written to it where that
  /// is possible.
  package var closeInput: (@LoopActor () -> Void)?
  /// Is called once when the child has ended.
  package var exited: (@LoopActor (Exit) -> Void)?

  /// Starts a program; a failed start is an error with the system's reason.
  package init(
    _ command: ChildCommand, input: Stdio = .pipe, output: Stdio = .pipe, errors: Stdio = .pipe
  ) throws(SystemError) {
    let null = try Descriptor.null()
    var inputEnd = try ChildEnd(input, isInput: true, null: null.number)
    var outputEnd = try ChildEnd(output, isInput: false, null: null.number)
    var errorsEnd = try ChildEnd(errors, isInput: false, null: null.number)
    let started = try command.spawn(stdio: (inputEnd.number, outputEnd.number, errorsEnd.number))
    pid = started.pid
    pidfd = Descriptor(owning: started.pidfd)
    self.input = inputEnd.takeOurs()
    self.output = outputEnd.takeOurs()
    self.errors = errorsEnd.takeOurs()
    Child.all[pid] = self
    do throws(SystemError) {
      if command.isGuarded { guardian = try Guardian(of: pid) }
      watch = try Watch(pidfd.number, .readable) { [weak self] _ in self?.noteExit() }
    } catch {
      _ = csys_kill_group(pid, SIGKILL)
      _ = csys_reap(pidfd.number)
      Child.all[pid] = nil
      throw error
    }
  }

  /// Starts a program that outlives this process, without standard descriptors but for an optional file of errors.
  ///
  /// - Returns: Its process id.
  package nonisolated static func startDetached(_ command: ChildCommand, errors: Int32? = nil) throws(SystemError)
    -> Int32
  {
    let null = try Descriptor.null()
    var command = command
    command.isDetached = true
    return try command.spawn(stdio: (null.number, null.number, errors ?? null.number)).pid
  }

  // MARK: The owner's ends of the pipes; each can be taken once.

  package func takeInput() -> Descriptor? { input.take() }
  package func takeOutput() -> Descriptor? { output.take() }
  package func takeErrors() -> Descriptor? { errors.take() }

  // MARK: Ending

  /// Ends the child: closes its input, asks its group to end after two seconds, kills it after three more.
  package func tearDown() { perform(teardown.begin()) }

  /// Ends the child without waiting for what it makes of the end of its input: asks its group at once, kills it after
  /// three seconds.
  package func terminate() {
    let action = teardown.hasten()
    if action != .nothing {
      input = nil
      closeInput?()
    }
    perform(action)
  }

  /// Kills the child's group now.
  package func kill() { perform(teardown.hurry()) }

  private func perform(_ action: Teardown.Action) {
    switch action {
    case .closeInput(let patience):
      input = nil
      closeInput?()
      schedule(patience)
    case .terminate(let patience):
      _ = csys_kill_group(pid, SIGTERM)
      schedule(patience)
    case .kill:
      timer?.cancel()
      _ = csys_kill_group(pid, SIGKILL)
    case .nothing: break
    }
  }

  private func schedule(_ patience: Int64) {
    guard exit == nil else { return }
    timer?.cancel()
    timer = Loop.shared.after(microseconds: patience) { [weak self] in
      guard let self else { return }
      perform(teardown.timerFired())
    }
  }

  private func noteExit() {
    var isSignalled = false
    var status: Int32 = 0
    let result = unsafe csys_exit_status(pidfd.number, &isSignalled, &status)
    guard result != 1 else { return }
    let exit: Exit = result < 0 ? .code(127) : isSignalled ? .signal(status) : .code(status)
    self.exit = exit
    endedByItself = !teardown.hasSignalled
    teardown.exited()
    timer?.cancel()
    watch?.cancel()
    watch = nil
    linger()
    exited?(exit)
    exited = nil
    closeInput = nil
  }

  // MARK: What the child leaves behind

  private static var all: [Int32: Child] = [:]

  /// Ends the rest of the group: a polite word, and half a second later the end.
  ///
  /// Until then the process is not reaped, so that its number cannot become another's.
  private func linger() {
    _ = csys_kill_group(pid, SIGTERM)
    timer = Loop.shared.after(microseconds: 500_000) { [weak self] in self?.finish() }
  }

  private func finish() {
    timer?.cancel()
    _ = csys_kill_group(pid, SIGKILL)
    // Before the number can become another's.
    guardian = nil
    _ = csys_reap(pidfd.number)
    Child.all[pid] = nil
  }

  /// Kills all children and what ended ones left behind, at once, for a program that ends itself.
  package static func killAll() {
    for child in all.values { child.finish() }
  }

  /// Ends the rest of a group whose gate was killed, and with it the group's leader: a polite word, and half a second
  /// later the end.
  ///
  /// Its number is nobody else's as long as one of the group lives, and this is called the moment its leader died.
  package nonisolated static func endGroup(_ group: Int32) {
    guard csys_kill_group(group, SIGTERM) == 0 else { return }
    for _ in 0..<50 {
      usleep(10_000)
      guard csys_kill_group(group, 0) == 0 else { return }
    }
    _ = csys_kill_group(group, SIGKILL)
  }

  /// Reaps what other processes left behind, from now on, if this process is a container's first, to which all of that
  /// falls.
  package static func reapStrangers() throws(SystemError) {
    guard ThisProcess.pid == 1 else { return }
    try Signals.handle([SIGCHLD]) { _ in
      guard let list = try? SafeFile.read("/proc/self/task/1/children", limit: 1 << 20) else { return }
      for word in list.split(separator: 0x20) {
        guard let pid = Int32(String(decoding: word, as: UTF8.self)), isStranger(pid) else { continue }
        csys_reap_if_ended(pid)
      }
    }
  }

  private static func isStranger(_ pid: Int32) -> Bool {
    all[pid] == nil && !all.values.contains { $0.guardian?.pid == pid }
  }

  /// How many children there are, those included that ended within the last half second.
  package static var count: Int { all.count }
}

/// A process that ends a group when this process is killed and so cannot; killed itself when its owner goes.
private struct Guardian: ~Copyable {
  let pid: Int32
  private let pidfd: Descriptor

  init(of group: Int32) throws(SystemError) {
    var pid: Int32 = -1
    var pidfd: Int32 = -1
    guard unsafe csys_guard_group(group, &pid, &pidfd) == 0 else { throw .last("guard a process group") }
    self.pid = pid
    self.pidfd = Descriptor(owning: pidfd)
  }

  deinit {
    _ = Glibc.kill(pid, SIGKILL)
    _ = csys_reap(pidfd.number)
  }
}

/// One standard descriptor of a child to be: its own end, which is closed here once it has started, and ours.
private struct ChildEnd: ~Copyable {
  private(set) var ours: Descriptor?
  private var theirs: Descriptor?
  let number: Int32

  init(_ stdio: Child.Stdio, isInput: Bool, null: Int32) throws(SystemError) {
    switch stdio {
    case .null: number = null
    case .descriptor(let given): number = given
    case .pipe:
      let pipe = try Descriptor.pipe()
      number = isInput ? pipe.first.number : pipe.second.number
      let (first, second) = pipe.release()
      ours = Descriptor(owning: isInput ? second : first)
      theirs = Descriptor(owning: isInput ? first : second)
    }
  }

  mutating func takeOurs() -> Descriptor? { ours.take() }
}
