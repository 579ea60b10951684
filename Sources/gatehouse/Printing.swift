import ConsoleCore
import Glibc
import System

extension Gatehouse {
  /// Prints lines for people; what others wrote in them is made visible.
  @discardableResult
  static func say(_ text: String) -> Bool { StandardOutput.write(TerminalText.lines(text)) }

  /// Prints text that another program may take as it is; a terminal gets nothing that it would obey.
  static func printExactly(_ text: String) {
    guard isatty(STDOUT_FILENO) == 1 else {
      StandardOutput.write(text)
      return
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      StandardOutput.write(TerminalText.safe(String(line)) + "\n")
    }
  }
}
