import CTerminal
import Glibc

/// The person's editor, running on the terminal.
@safe package final class EditorProcess {
  package enum Ending: Hashable, Sendable { case code(Int32), signal(Int32) }

  /// Becomes readable when the editor has ended.
  package let descriptor: Int32
  private let process: Int32
  private var ending: Ending?

  /// Starts `$VISUAL`, `$EDITOR` or vi on a file; the terminal must have been left.
  package init(_ path: String, line: Int?, on terminal: Terminal) throws(Terminal.Problem) {
    var process: Int32 = -1
    descriptor = unsafe cterm_editor_start(path, Int32(clamping: line ?? 0), terminal.descriptor, &process)
    self.process = process
    guard descriptor >= 0 else { throw .failed("start the editor", errno: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Waits for the end, which `descriptor` told.
  package func end() -> Ending {
    if let ending { return ending }
    let status = cterm_editor_end(process)
    let told: Ending = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
    ending = told
    return told
  }
}
