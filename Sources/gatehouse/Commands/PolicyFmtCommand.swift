import ConsoleCore
import Policy
import System

extension Gatehouse {
  static let policyFmt = Command(
    ["policy", "fmt"], operands: "[FILE...]", count: 0...10_000,
    summary: "Bring policy files into the one canonical layout.",
    details: """
      Two spaces of indentation; rules have lines of their own, and what else fits 100 columns stands on one line. The
      order of keys, the spelling of numbers and the escapes of strings are kept: only white space changes.

      Without FILE it is the policy in use; files are rewritten in place, and `-` writes what it reads from standard input
      to standard output. A file that is no good policy is not touched; what is wrong is told, and the exit code is 1.
      """,
    options: [
      .init("--check", "change nothing; print the names of files that are laid out otherwise, exit 1 if there are any"),
      .init("--diff", "change nothing; print what would change as a unified diff"),
    ]
  ) { arguments throws(Failure) in
    var names = arguments.operands
    if names.isEmpty { names = [try environmentPaths().policy] }
    guard names.filter({ $0 == "-" }).count < 2 else { throw .usage("`-` can be read once only") }
    var isGood = true
    for name in names {
      do throws(Failure) {
        if try !format(name, arguments) { isGood = false }
      } catch {
        StandardError.write(error.message + "\n" + (error.help.map { "  \($0)\n" } ?? ""))
        isGood = false
      }
    }
    return isGood ? 0 : 1
  }

  /// Formats one file; false where `--check` has something to say.
  private static func format(_ name: String, _ arguments: Arguments) throws(Failure) -> Bool {
    let document = try readPolicy(name)
    guard let text = document.formatted else {
      throw Failure("\(name): laid out, it would have more than \(PolicyDocument.longest) bytes")
    }
    let isSame = text == document.text
    if arguments.has("--diff") {
      printDiff(unified(DiffLine.unified(document.text, text), name, name + " (formatted)"))
    }
    if arguments.has("--check") {
      if !isSame { StandardOutput.write(name + "\n") }
      return isSame
    }
    if arguments.has("--diff") { return true }
    if name == "-" {
      printExactly(String(decoding: text, as: UTF8.self))
    } else if !isSame {
      guard try readText(name) == document.text else {
        throw Failure("\(name): not formatted, something else changed it meanwhile")
      }
      do {
        try SafeFile.replace(name, with: text)
      } catch {
        throw Failure("\(error)")
      }
    }
    return true
  }

  /// A policy of a file or of standard input; everything that is wrong with it is the failure.
  static func readPolicy(_ name: String) throws(Failure) -> PolicyDocument {
    let text = try readText(name)
    do throws(PolicyRejection) {
      return try PolicyDocument.read(text)
    } catch {
      throw Failure(error, of: name == "-" ? "(standard input)" : name)
    }
  }

  /// A unified diff with the names of its two sides; empty where there is no difference.
  static func unified(_ lines: [DiffLine], _ old: String, _ new: String) -> String {
    guard !lines.isEmpty else { return "" }
    var text = "--- \(old)\n+++ \(new)\n"
    for line in lines {
      let mark =
        switch line.kind {
        case .context: line.text.hasPrefix("\\") ? "" : " "
        case .add: "+"
        case .delete: "-"
        case .hunk: ""
        }
      text += mark + line.text + "\n"
    }
    return text
  }
}
