internal import System
internal import Terminal

/// The person's editor on our terminal, until it ends.
@LoopActor
final class Editor {
  private let process: EditorProcess
  private var watch: Watch?

  /// Starts it; `ended` is told what went wrong, nil for nothing.
  init(
    _ path: String, line: Int?, on terminal: Terminal, ended: @escaping @LoopActor (String?) -> Void
  ) throws(SystemError) {
    do throws(Terminal.Problem) {
      process = try EditorProcess(path, line: line, on: terminal)
    } catch {
      guard case .failed(let action, let number) = error else { throw SystemError("start the editor", code: 0) }
      throw SystemError(action, code: number)
    }
    let process = process
    watch = try Watch(process.descriptor, .readable) { [weak self] _ in
      self?.stopWatching()
      switch process.end() {
      case .code(0): ended(nil)
      case .code(127): ended("the editor was not found; set EDITOR to the one that you use")
      case .code(let code): ended("the editor ended with status \(code)")
      case .signal(let number): ended("the editor was ended by signal \(number)")
      }
    }
  }

  isolated deinit { watch?.cancel() }

  private func stopWatching() {
    watch?.cancel()
    watch = nil
  }
}
