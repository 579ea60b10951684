import ConsoleCore
import Glibc
import System

/// The program: finds the command, reads its arguments, and turns its end into an exit code.
@main struct Gatehouse {
  static func main() {
    StandardStreams.open()
    StandardError.write(through: { TerminalText.lines($0) })
    let code = run(CommandLine.arguments.dropFirst())
    if let error = StandardOutput.failure {
      StandardError.write("gatehouse: \(error)\n")
      exit(code == 0 ? 1 : code)
    }
    exit(code)
  }

  static let commands: [Command] =
    [console, demo, serve, connect, run] + servers + clients + grants + [
      keys,
      tools, policyValidate, policyExplain, policyTest, policyFmt, policyDiff, policyImport, policySchema, selftest,
      watch,
    ] + deciding + pinning + history + [
      logVerify, status, stop, doctor, themes, themesCheck, risk, policySuggest,
    ] + internals

  private static func run(_ words: ArraySlice<String>) -> Int32 {
    do {
      return try dispatch(words)
    } catch {
      var text = "gatehouse: \(error.message)\n"
      if let help = error.help { text += "  \(help)\n" }
      StandardError.write(text)
      return error.code
    }
  }

  private static func dispatch(_ words: ArraySlice<String>) throws(Failure) -> Int32 {
    switch words.first {
    case "--version":
      StandardOutput.write("gatehouse \(Build.version)\n")
      return 0
    case "--help", "-h", "help":
      StandardOutput.write(overview)
      return 0
    default: break
    }
    let (command, rest) = try find(words)
    let beforeCommand = rest.prefix { $0 != "--" }
    if beforeCommand.contains("--help") || beforeCommand.contains("-h") {
      StandardOutput.write(command.help)
      return 0
    }
    return try command.run(try Arguments(rest, for: command))
  }

  /// The command whose words the line begins with, the longest first.
  private static func find(_ words: ArraySlice<String>) throws(Failure) -> (Command, ArraySlice<String>) {
    guard let first = words.first, !first.hasPrefix("-") else { return (console, words) }
    let named = commands.filter { !$0.path.isEmpty && words.starts(with: $0.path) }
    if let command = named.max(by: { $0.path.count < $1.path.count }) {
      return (command, words.dropFirst(command.path.count))
    }
    let family = commands.filter { $0.path.first == first && !$0.isInternal }
    guard family.isEmpty else {
      let list = family.map(\.path.last).compactMap { $0 }
      guard let second = words.dropFirst().first, second != "--help", second != "-h" else {
        if words.count > 1 {
          StandardOutput.write(family.map { "\($0.usage)\n    \($0.summary)\n" }.joined())
          exit(0)
        }
        throw .usage("`\(first)` needs one of: " + list.joined(separator: ", "))
      }
      let hint = nearest(to: second, in: list).map { "did you mean `\($0)`?" }
      throw .usage(
        "`\(second)` is no command of `gatehouse \(first)`",
        help: hint ?? "there are: " + list.joined(separator: ", "))
    }
    let names = commands.filter { !$0.isInternal }.compactMap(\.path.first)
    let hint = nearest(to: first, in: names).map { "did you mean `gatehouse \($0)`?" }
    throw .usage("`\(first)` is no command", help: hint ?? "see `gatehouse --help`")
  }

  /// A text in lines of so many characters, broken between words.
  private static func folded(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private static var overview: String {
    let shown = commands.filter { !$0.isInternal }
    let names = shown.map { ([$0.path.joined(separator: " ")] + [$0.operands]).filter { !$0.isEmpty } }
      .map { $0.joined(separator: " ") }
      .map { $0.isEmpty ? "(no command)" : $0 }
    let width = names.map(\.count).filter { $0 <= 36 }.max() ?? 0
    let margin = String(repeating: " ", count: width + 4)
    let list = zip(names, shown).map { name, command in
      let summary = folded(command.summary, to: 118 - width - 4).joined(separator: "\n" + margin)
      // A longer one stands on a line of its own.
      return name.count > width
        ? "  \(name)\n\(margin)\(summary)"
        : "  \(name)\(String(repeating: " ", count: width - name.count))  \(summary)"
    }
    return """
      Gatehouse: a policy gate for the tools that AI agents call over MCP, and a console on it.

      Usage: gatehouse [COMMAND] [OPTIONS]

      \(list.joined(separator: "\n"))

        --version  the build
        --help     this text; behind a command: all about it

      Exit codes: 0 done, 1 refused or found wrong, 2 the command line is wrong; connect and run: the server's own.
      Files are where XDG says, or all under $GATEHOUSE_HOME.

      """
  }
}
