import ConsoleCore
import ControlWire
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let policyValidate = Command(
    ["policy", "validate"], operands: "[FILE]", count: 0...1,
    summary: "Check a policy file; every error with line, column and remedy.",
    details: """
      Without FILE it is the policy in use; `-` reads standard input. Exit 1 if the gate would refuse it.

      Warnings are about what has no effect, what has expired, servers and tools that nobody has (as far as their tools are
      known), and, for another file than the policy in use, about everything in which it is looser than that.

      With --json: {"file", "valid", "revision", "against", "problems" [{"weight", "line", "column", "pointer", "message",
      "help"}]}; what is not there is left out.
      """,
    options: [
      .init("--against", "FILE", "tell what is looser than in this policy (instead of the one in use)"),
      .init("--strict", "take warnings for errors"),
      .init("--json", "print the findings as JSON"),
    ]
  ) { arguments throws(Failure) in
    let inUse = try environmentPaths().policy
    let name = arguments.operands.first ?? inUse
    let other = arguments.value("--against")
    guard name != "-" || other != "-" else { throw .usage("standard input can be read only once") }
    let text = try readText(name)
    let before = try policyBefore(other, inUse)
    var problems: [PolicyProblem]
    var revision: String?
    do throws(PolicyRejection) {
      let document = try PolicyDocument.read(text)
      revision = document.revision
      problems =
        document.warnings
        + document.findings(at: Clock.now(), servers: knownServers(), inForce: before?.document)
    } catch {
      problems = error.problems
    }
    if arguments.has("--strict") {
      for index in problems.indices { problems[index].weight = .error }
    }
    let errors = problems.count { $0.weight == .error }
    let isGood = errors == 0
    if arguments.has("--json") {
      StandardOutput.write(json(name, revision, before?.path, problems))
      return isGood ? 0 : 1
    }
    for problem in problems { StandardError.write(TerminalText.safe("\(name):\(problem)", limit: 65_536) + "\n") }
    let shown = TerminalText.safe(name)
    if isGood, let revision {
      StandardOutput.write("\(shown): good, revision \(revision)\(counted(problems.count, "warning", before: ", "))\n")
    } else {
      let warnings = counted(problems.count - errors, "warning", before: ", ")
      StandardError.write("\(shown): refused, \(counted(errors, "error"))\(warnings)\n")
    }
    return isGood ? 0 : 1
  }

  /// What a policy is compared with: a given file, which must be right, or the policy in use, if it is there and right.
  private static func policyBefore(
    _ file: String?, _ inUse: String
  ) throws(Failure) -> (path: String, document: PolicyDocument)? {
    if let file {
      let text = try readText(file)
      do throws(PolicyRejection) {
        return (file, try PolicyDocument.read(text))
      } catch {
        throw Failure(error, of: file)
      }
    }
    guard let text = try? readText(inUse), let document = try? PolicyDocument.read(text) else { return nil }
    return (inUse, document)
  }

  /// The servers that are registered or were met, with their tools where they listed them; nothing is made where there is
  /// no catalogue yet.
  private static func knownServers() -> [KnownServer] {
    var entries: [Store.Catalogue.Entry] = []
    if let path = try? environmentPaths().database, SafeFile.exists(path) {
      entries = (try? openCatalogue().entries()) ?? []
    }
    let registered = ((try? readRegistry()) ?? .empty).servers.map(\.name)
    let met = Dictionary(entries.map { ($0.server, $0) }, uniquingKeysWith: { first, _ in first })
    let names = Set(registered)
    return (registered + entries.map(\.server).filter { !names.contains($0) }).map { name in
      KnownServer(name: name, tools: met[name].flatMap(toolNames))
    }
  }

  /// Nil where it is not certain that these are all.
  private static func toolNames(_ entry: Store.Catalogue.Entry) -> [ExactText]? {
    guard entry.definitions.count < Store.Catalogue.mostTools, entry.failure == nil || !entry.definitions.isEmpty else {
      return nil
    }
    return entry.definitions.compactMap { (try? JSONNode.read($0))?["name"]?.text }
  }

  private static func json(
    _ name: String, _ revision: String?, _ before: String?, _ problems: [PolicyProblem]
  ) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("file", name)
    writer.member("valid", problems.allSatisfy { $0.weight == .warning })
    writer.member("revision", ifPresent: revision)
    writer.member("against", ifPresent: before)
    writer.member("problems", problems)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}

/// `3 errors`, `1 error`; with `before`, nothing where there is none.
func counted(_ count: Int, _ noun: String, before: String? = nil) -> String {
  if count == 0, before != nil { return "" }
  return "\(before ?? "")\(count) \(noun)\(count == 1 ? "" : "s")"
}
