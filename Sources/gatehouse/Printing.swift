import Console
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

  /// Prints the difference of two texts; at a terminal with colours, what goes and what comes is told apart by them too.
  static func printDiff(_ patch: String) {
    guard isatty(STDOUT_FILENO) == 1, ConsoleProgram.depth(environment: ThisProcess.environment) != .mono else {
      return printExactly(patch)
    }
    for line in patch.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let text = TerminalText.safe(String(line))
      let colour: String? =
        if line.hasPrefix("+++") || line.hasPrefix("---") {
          "1"
        } else if line.hasPrefix("+") {
          "32"
        } else if line.hasPrefix("-") {
          "31"
        } else if line.hasPrefix("@@") {
          "36"
        } else {
          nil
        }
      StandardOutput.write(colour.map { "\u{1B}[\($0)m\(text)\u{1B}[m\n" } ?? text + "\n")
    }
  }
}
