import ConsoleCore
import InterceptImport
import Policy
import System

extension Gatehouse {
  static let policyImport = Command(
    ["policy", "import"], operands: "intercept POLICY.yaml", count: 2...2,
    summary: "Turn a policy of another program into a policy.json that gives the same verdicts.",
    details: """
      Reads the YAML of PolicyLayer Intercept from a file, or from standard input for `-`, and prints the policy.json.
      What has no equal is refused by name, all of it at once, and nothing is written. Warnings say where the new
      policy is stricter than the old one, which it is only for odd calls, or more open than it looks.

      Not carried over, since they decide nothing: comments, and the name of a rule that has an `on_deny`.
      Numbers are compared exactly, while Intercept rounds them to 53 bits first.
      """,
    options: [
      .init("--output", "FILE", "write to a new FILE that only you may read, not to standard output"),
      .init("--force", "replace FILE if it is there"),
      .init("--strict", "take warnings for errors"),
    ]
  ) { arguments throws(Failure) in
    guard let format = arguments.operands.first, let name = arguments.operands.last, format == "intercept" else {
      throw .usage("`\(arguments.operands.first ?? "")` is no format that is read here", help: "there is: intercept")
    }
    let output = arguments.value("--output")
    guard output != nil || !arguments.has("--force") else { throw .usage("`--force` needs an `--output`") }
    let yaml = try readText(name)
    let text: [UInt8]
    do throws(InterceptImport.Rejection) {
      let imported = try InterceptImport.policy(fromYAML: yaml)
      text = imported.text
      tell(name, imported.notes)
      if arguments.has("--strict"), !imported.notes.isEmpty {
        StandardError.write("\(name): refused, \(counted(imported.notes.count, "warning"))\n")
        return 1
      }
    } catch {
      tell(name, error.problems)
      StandardError.write("\(name): refused, \(counted(error.problems.count, "error"))\n")
      return 1
    }
    guard let output else {
      StandardOutput.write(String(decoding: text, as: UTF8.self))
      return 0
    }
    if !arguments.has("--force"), exists(output) {
      throw Failure("\(output) is there already", help: "write another name, or `--force` to replace it")
    }
    try replaceFile(output, with: text)
    return 0
  }

  private static func tell(_ name: String, _ problems: [PolicyProblem]) {
    for problem in problems { StandardError.write("\(name):\(TerminalText.safe("\(problem)"))\n") }
  }

  private static func exists(_ path: String) -> Bool {
    do {
      _ = try SafeFile.read(path, limit: 0)
      return true
    } catch {
      return !error.isAbsence
    }
  }
}
