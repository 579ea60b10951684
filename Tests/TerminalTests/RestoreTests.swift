import ConsoleCore
import Glibc
import Testing

/// Whatever ends the program, the terminal is as it was.
struct RestoreTests {
  private static let environment = [
    "TERM": "xterm-256color", "LANG": "C.UTF-8", "SWIFT_BACKTRACE": "enable=yes,interactive=yes,color=no",
  ]
  private static let restore =
    "\u{1B}[?2004l\u{1B}[?1004l\u{1B}[8h\u{1B}[?1006l\u{1B}[?1000l\u{1B}[r\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"
  private static let idle = "\u{1B}]7770;idle\u{1B}\\"

  private func start(_ ending: String) throws -> Pseudoterminal {
    let terminal = try Pseudoterminal(ending, environment: Self.environment)
    return terminal
  }

  private func expectRestored(_ terminal: Pseudoterminal, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(terminal.modesNow == terminal.modesBefore, sourceLocation: sourceLocation)
    let restore = Array(Self.restore.utf8)
    #expect(terminal.output.contains(restore), "\(terminal.shown)", sourceLocation: sourceLocation)
    let after = terminal.output.suffix(64)
    #expect(!Array(after).contains(Array("\u{1B}[?1049h".utf8)), sourceLocation: sourceLocation)
  }

  @Test func entering() throws {
    let terminal = try start("wait")
    try terminal.wait(for: Self.idle)
    #expect(terminal.modesNow != terminal.modesBefore)
    for text in ["\u{1B}[?1049h", "\u{1B}[?2004h", "\u{1B}[?1004h", "\u{1B}[?1006h", "\u{1B}]2;ready\u{1B}\\", "ready"]
    {
      #expect(terminal.output.contains(Array(text.utf8)), "\(text.debugDescription) in \(terminal.shown)")
    }
  }

  private static let isUnderThreadSanitizer = unsafe dlsym(nil, "__tsan_init") != nil

  /// The thread sanitizer holds such a signal back when it comes from outside, until the next call that waits.
  @Test(
    .disabled(if: isUnderThreadSanitizer, "the thread sanitizer holds these signals back"),
    arguments: [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGSYS])
  func fatalSignals(number: Int32) throws {
    let terminal = try start("wait")
    try terminal.wait(for: Self.idle)
    kill(terminal.process, number)
    #expect(try terminal.ending() == .signal(number))
    expectRestored(terminal)
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGQUIT, SIGHUP])
  func endingSignals(number: Int32) throws {
    let terminal = try start("wait")
    try terminal.wait(for: Self.idle)
    kill(terminal.process, number)
    #expect(try terminal.ending() == .code(128 + number))
    expectRestored(terminal)
  }

  /// Under the thread sanitizer a stack that overflows ends the process before any handler runs, whatever its stack.
  private static let possibleFaults =
    isUnderThreadSanitizer ? ["trap", "abort"] : ["trap", "overflow", "abort"]

  @Test(arguments: possibleFaults)
  func faults(_ fault: String) throws {
    let terminal = try start(fault)
    guard case .signal(let number) = try terminal.ending() else {
      Issue.record("no signal")
      return
    }
    #expect([SIGILL, SIGTRAP, SIGSEGV, SIGABRT].contains(number))
    expectRestored(terminal)
    #expect(!terminal.output.contains(Array("Press space".utf8)))
  }

  @Test(arguments: [("return", 0), ("exit", 5), ("message", 0)])
  func orderlyEnds(_ ending: String, code: Int32) throws {
    let terminal = try start(ending)
    #expect(try terminal.ending() == .code(code))
    expectRestored(terminal)
  }

  @Test(arguments: [("message", "a message in between"), ("trap", "Fatal error: Index out of range")])
  func messagesComeAfterTheScreen(_ ending: String, message: String) throws {
    let terminal = try start(ending)
    _ = try terminal.ending()
    let parts = String(decoding: terminal.output, as: UTF8.self).components(around: Self.restore)
    #expect(parts.count == 2)
    #expect(parts.first?.contains(message) == false)
    #expect(parts.last?.contains(message) == true)
  }

  @Test func stoppingAndContinuing() throws {
    let terminal = try start("wait")
    try terminal.wait(for: Self.idle)
    kill(terminal.process, SIGTSTP)
    #expect(try terminal.ending(stopped: true) == .stopped(SIGSTOP))
    expectRestored(terminal)
    terminal.forget()
    kill(terminal.process, SIGCONT)
    try terminal.wait(for: Self.idle)
    #expect(terminal.modesNow != terminal.modesBefore)
    #expect(terminal.output.contains(Array("\u{1B}[?1049h".utf8)))
    #expect(terminal.output.contains(Array("again".utf8)))
    kill(terminal.process, SIGTERM)
    #expect(try terminal.ending() == .code(128 + SIGTERM))
    expectRestored(terminal)
  }

  @Test func resizing() throws {
    let terminal = try start("wait")
    try terminal.wait(for: Self.idle)
    terminal.resize(Size(columns: 132, rows: 50))
    try terminal.wait(for: "132x50")
  }

  @Test func keysArriveRaw() throws {
    let terminal = try start("wait")
    try terminal.wait(for: Self.idle)
    terminal.send("\u{3}")
    try terminal.wait(for: "read [3]")
    terminal.forget()
    terminal.send("\u{13}\u{1A}\r")
    try terminal.wait(for: "19, 26, 13]")
  }
}

extension String {
  fileprivate func components(around separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
