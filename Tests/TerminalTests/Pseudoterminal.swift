import ConsoleCore
import Glibc
import Testing

/// A program of ours on a terminal of its own.
final class Pseudoterminal {
  let process: pid_t
  private var isReaped = false
  private(set) var output: [UInt8] = []
  private let master: Int32
  private let slave: Int32
  /// The terminal's modes before the program ran.
  let modesBefore: [UInt32]

  convenience init(
    _ arguments: String..., environment: [String: String], size: Size = Size(columns: 80, rows: 24)
  ) throws {
    try self.init(arguments, environment: environment, size: size)
  }

  init(_ arguments: [String], environment: [String: String], size: Size = Size(columns: 80, rows: 24)) throws {
    // What posix_openpt, unlockpt and ptsname do; Swift's Glibc module hides them.
    master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var number: UInt32 = 0
    try #require(master >= 0)
    try #require(unsafe ioctl(master, 0x4004_5431, &number) == 0)
    try #require(unsafe ioctl(master, 0x8004_5430, &number) == 0)
    let path = "/dev/pts/\(number)"
    slave = unsafe open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    var window = winsize(
      ws_row: UInt16(size.rows), ws_col: UInt16(size.columns), ws_xpixel: 0, ws_ypixel: 0)
    try #require(unsafe ioctl(slave, UInt(TIOCSWINSZ), &window) == 0)
    modesBefore = Self.modes(of: slave)

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that a session's leader opens becomes its controlling one.
    unsafe posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, 0, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe posix_spawnattr_setflags(&attributes, 0x80 /* POSIX_SPAWN_SETSID */)
    var process: pid_t = 0
    let probe = try Self.probe()
    var argv = unsafe ([probe] + arguments).map { unsafe strdup($0) } + [nil]
    var envp = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (argv + envp).forEach { unsafe free($0) } }
    try #require(unsafe posix_spawn(&process, probe, &actions, &attributes, &argv, &envp) == 0)
    self.process = process
  }

  deinit {
    if !isReaped {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(master)
    close(slave)
  }

  /// The probe lies beside the tests' own executable.
  private static func probe() throws -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe buffer.withUnsafeMutableBytes { (bytes) -> Int in
      guard let start = bytes.baseAddress else { return 0 }
      return unsafe readlink("/proc/self/exe", start, bytes.count)
    }
    var path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "/")
    while !path.isEmpty {
      path.removeLast()
      let candidate = "/" + path.joined(separator: "/") + "/TerminalProbe"
      if unsafe access(candidate, X_OK) == 0 { return candidate }
    }
    throw ProbeMissing()
  }

  struct ProbeMissing: Error {}

  var modesNow: [UInt32] { Self.modes(of: slave) }

  private static func modes(of terminal: Int32) -> [UInt32] {
    var modes = termios()
    unsafe tcgetattr(terminal, &modes)
    return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag]
  }

  func send(_ text: String) {
    unsafe _ = text.utf8.withContiguousStorageIfAvailable { unsafe write(master, $0.baseAddress, $0.count) }
  }

  func resize(_ size: Size) {
    var window = winsize(ws_row: UInt16(size.rows), ws_col: UInt16(size.columns), ws_xpixel: 0, ws_ypixel: 0)
    unsafe _ = ioctl(master, UInt(TIOCSWINSZ), &window)
  }

  /// Reads until the text has come; fails after ten seconds, and tells what came.
  func wait(for text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let wanted = Array(text.utf8)
    let deadline = ContinuousClock.now + .seconds(10)
    while !output.contains(wanted) {
      guard ContinuousClock.now < deadline, readSome(milliseconds: 500) else {
        if ContinuousClock.now < deadline { continue }
        Issue.record("\(text.debugDescription) never came, but \(shown)", sourceLocation: sourceLocation)
        throw Timeout()
      }
    }
  }

  struct Timeout: Error {}

  /// What came, readable.
  var shown: String { String(decoding: output, as: UTF8.self).debugDescription }

  func forget() { output = [] }

  private func readSome(milliseconds: Int32) -> Bool {
    var watched = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&watched, 1, milliseconds) > 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(master, $0.baseAddress, $0.count) }
    output += buffer.prefix(max(0, count))
    return count > 0
  }

  enum Ending: Equatable { case code(Int32), signal(Int32), stopped(Int32) }

  /// Waits until the program ends or stops, and reads the rest of its output.
  func ending(stopped: Bool = false, reading: Bool = true) throws -> Ending {
    let deadline = ContinuousClock.now + .seconds(20)
    var status: Int32 = 0
    while unsafe waitpid(process, &status, stopped ? WUNTRACED | WNOHANG : WNOHANG) == 0 {
      guard ContinuousClock.now < deadline else { throw Timeout() }
      if reading { _ = readSome(milliseconds: 20) } else { usleep(5_000) }
    }
    while readSome(milliseconds: 0) {}
    if status & 0xFF == 0x7F { return .stopped(status >> 8 & 0xFF) }
    isReaped = true
    return status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }
}

extension Array where Element == UInt8 {
  func contains(_ wanted: [UInt8]) -> Bool {
    guard count >= wanted.count, let first = wanted.first else { return wanted.isEmpty }
    return indices.dropLast(wanted.count - 1).contains {
      self[$0] == first && self[$0..<($0 + wanted.count)].elementsEqual(wanted)
    }
  }
}
