import Console
import ConsoleCore
import Glibc
import System
import Terminal

/// Takes a terminal over, draws, and ends in the way that its argument names; for the tests of `Terminal`.
@main struct TerminalProbe {
  static func main() throws {
    if CommandLine.arguments.dropFirst().first == "console" { exit(try console(CommandLine.arguments.dropFirst(2))) }
    do throws(Terminal.Problem) {
      let status = try run(CommandLine.arguments.dropFirst().first ?? "wait")
      // The terminal has been given back by now: its owner is gone.
      exit(status)
    } catch {
      print("problem: \(error)")
      exit(3)
    }
  }

  /// The console alone, with the files and the socket that `GATEHOUSE_HOME` says.
  private static func console(_ words: ArraySlice<String>) throws -> Int32 {
    var options = ConsoleProgram.Options(
      paths: try Paths.current(), build: "test", environment: ThisProcess.environment)
    options.isPlain = words.contains("--plain")
    options.isReadOnly = words.contains("--read-only")
    options.theme = words.first { $0.hasPrefix("--theme=") }.map { String($0.dropFirst(8)) }
    options.colours = words.first { $0.hasPrefix("--color=") }.flatMap { ColourDepth(word: String($0.dropFirst(8))) }
    options.script = words.first { $0.hasPrefix("--script=") }.map { String($0.dropFirst(9)) }
    return ConsoleProgram.run(options)
  }

  private static func run(_ ending: String) throws(Terminal.Problem) -> Int32 {
    var environment: [String: String] = [:]
    for name in ["TERM", "COLORTERM", "NO_COLOR", "LANG"] {
      if let value = unsafe getenv(name) { environment[name] = unsafe String(cString: value) }
    }
    let terminal = try Terminal(environment: environment)
    terminal.use { role, _ in role == .decisionDeny ? CellStyle(.indexed(1), .bold) : CellStyle() }
    guard terminal.enter() else { return 4 }
    show("ready", on: terminal)
    switch ending {
    case "trap": return Int32(trap(CommandLine.arguments.count + 7))
    case "overflow": return Int32(truncatingIfNeeded: overflow(CommandLine.arguments.count))
    case "abort": abort()
    case "exit": exit(5)
    case "message":
      unsafe _ = "a message in between\n".withCString { unsafe write(STDERR_FILENO, $0, strlen($0)) }
      return 0
    case "return": return 0
    default: return wait(on: terminal)
    }
  }

  private static func wait(on terminal: Terminal) -> Int32 {
    while true {
      var watched = [
        pollfd(fd: terminal.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: terminal.noticeDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = unsafe poll(&watched, 2, -1)
      for notice in terminal.notices() {
        switch notice {
        case .resized:
          terminal.resize()
          show("\(terminal.size.columns)x\(terminal.size.rows)", on: terminal)
        case .stop:
          guard terminal.stop() else { return 6 }
          show("again", on: terminal)
        case .continued: break
        case .end(let signal): return 128 + signal
        }
      }
      switch terminal.read() {
      case .bytes(let bytes): show("read \(bytes)", on: terminal)
      case .nothing: break
      case .gone: return 0
      }
    }
  }

  private static func show(_ text: String, on terminal: Terminal) {
    var grid = Grid(terminal.size)
    for (column, scalar) in text.unicodeScalars.enumerated() {
      grid[0, column] = Cell(scalar: scalar, style: .decisionDeny)
    }
    _ = terminal.present(Frame(grid: grid, cursor: (row: 0, column: 0), title: text))
    terminal.tellIdle()
  }

  @inline(never) private static func trap(_ index: Int) -> Int { [1, 2, 3][index] }

  @inline(never) private static func overflow(_ depth: Int) -> Int {
    depth == .max ? 0 : overflow(depth + 1) &+ overflow(depth + 2)
  }
}
