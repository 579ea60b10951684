import JSONText
import Policy
import System

extension Gatehouse {
  static let policyValidate = Command(
    ["policy", "validate"], operands: "[FILE]", count: 0...1,
    summary: "Check a policy file; every error with line, column and remedy.",
    details: "Without FILE it is the policy in use; `-` reads standard input. Exit 1 if the gate would refuse it.",
    options: [
      .init("--json", "print the findings as JSON"),
      .init("--strict", "take warnings for errors"),
    ]
  ) { arguments throws(Failure) in
    let name: String
    if let operand = arguments.operands.first { name = operand } else { name = try environmentPaths().policy }
    let text = try readText(name)
    var problems: [PolicyProblem]
    var revision: String?
    do throws(PolicyRejection) {
      let document = try PolicyDocument.read(text)
      revision = document.revision
      problems = document.warnings
    } catch {
      problems = error.problems
    }
    let isGood = revision != nil && (!arguments.has("--strict") || problems.isEmpty)
    if arguments.has("--json") {
      StandardOutput.write(json(name, revision, problems, isGood))
    } else {
      for problem in problems { StandardError.write("\(name):\(problem)\n") }
      let errors = problems.count { $0.weight == .error }
      if isGood, let revision {
        StandardOutput.write("\(name): good, revision \(revision)\(counted(problems.count, "warning", before: ", "))\n")
      } else {
        let found = errors > 0 ? counted(errors, "error") : counted(problems.count, "warning")
        StandardError.write("\(name): refused, \(found)\n")
      }
    }
    return isGood ? 0 : 1
  }

  private static func json(_ name: String, _ revision: String?, _ problems: [PolicyProblem], _ isGood: Bool) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("file", name)
    writer.member("valid", isGood)
    writer.member("revision", ifPresent: revision)
    writer.key("problems")
    writer.beginArray()
    for problem in problems {
      writer.beginObject()
      writer.member("weight", problem.weight.rawValue)
      writer.member("line", problem.place.line)
      writer.member("column", problem.place.column)
      writer.member("pointer", problem.pointer)
      writer.member("message", problem.message)
      writer.member("help", ifPresent: problem.help)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}

/// `3 errors`, `1 error`; with `before`, nothing where there is none.
func counted(_ count: Int, _ noun: String, before: String? = nil) -> String {
  if count == 0, before != nil { return "" }
  return "\(before ?? "")\(count) \(noun)\(count == 1 ? "" : "s")"
}
