import ControlWire
import JSONText
import Policy
import Risk
import System

extension Gatehouse {
  static let tools = Command(
    ["tools"], summary: "Every tool that is known, with its risk and the rule in force.",
    details: """
      Tools are known from sessions and from `gatehouse servers scan`. SURE is how sure the category is, BECAUSE the two
      strongest signs. Below the table stands where a server claims another thing of a tool than the tool's words say.

      With --json an array: [{"server", "name", "title", "description", "category", "severity", "confidence" (percent),
      "evidence" [{"field", "found", "category", "weight"}], "parameters", "required_parameters", "disagreement",
      "recommended", "verdict", "decision", "rule", "reason"}].
      """,
    options: [
      .init("--server", "NAME", "of this server only"),
      .init("--category", "WORD", "only Read, Write, Execute, Destructive or Financial"),
      .init("--severity", "WORD", "only Low, Medium, High or Critical"),
      .init("--risk", "WORD", "the same"),
      .init("--json", "print JSON, with descriptions, parameters and evidence"),
      .init("--policy", "FILE", "judge by this policy, not by the one in use"),
    ]
  ) { arguments throws(Failure) in
    var servers = try inventory()
    if let name = arguments.value("--server").map({ ExactText($0) }) {
      servers = servers.filter { $0.name == name }
      guard !servers.isEmpty else {
        throw Failure("no server `\(name.string)` is known", help: "see `gatehouse servers list`")
      }
    }
    let category: Category? = try arguments.word("--category")
    let severity: Severity? = try arguments.word(arguments.has("--severity") ? "--severity" : "--risk")
    let claims = try claimsOfServers()
    let engine = try engine(arguments.value("--policy"))
    let now = Clock.now()
    var found: [(server: Snapshot.Server, tool: Snapshot.Tool, standing: Standing)] = []
    for server in servers {
      for tool in server.tools {
        guard category == nil || tool.assessment.category == category,
          severity == nil || tool.assessment.severity == severity
        else { continue }
        found.append((server, tool, engine.standing(server: server.name, tool: tool.name, at: now)))
      }
    }
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginArray()
      for (server, tool, standing) in found {
        writer.beginObject()
        writer.member("server", server.name.string)
        tool.writeMembers(&writer)
        writer.member("disagreement", ifPresent: claims[[server.name, tool.name]])
        writer.member("recommended", RecommendedRule(for: tool.assessment.category).summary)
        writer.member("verdict", standing.verdict.rawValue)
        writer.member("decision", standing.summary)
        writer.member("rule", standing.rule)
        writer.member("reason", ifPresent: standing.reason)
        writer.endObject()
      }
      writer.endArray()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
      return 0
    }
    guard !found.isEmpty else {
      StandardOutput.write("no tool is known\n  ask the registered servers:  gatehouse servers scan\n")
      return 0
    }
    var table = Table(header: ["SERVER", "TOOL", "CATEGORY", "SEVERITY", "SURE", "DECISION", "RULE", "BECAUSE"])
    for (server, tool, standing) in found {
      table.add([
        server.name.string, tool.name.string, tool.assessment.category.rawValue, tool.assessment.severity.rawValue,
        "\(tool.assessment.confidence)%", standing.summary, standing.rule, tool.assessment.reason,
      ])
    }
    StandardOutput.write(table.text)
    for (server, tool, _) in found {
      if let words = claims[[server.name, tool.name]] { say("\(server.name)/\(tool.name): \(words)\n") }
    }
    return 0
  }

  /// Where servers claim another thing of a tool than its words say, by server and tool.
  private static func claimsOfServers() throws(Failure) -> [[ExactText]: String] {
    var claims: [[ExactText]: String] = [:]
    for tool in try knownDefinitions() {
      guard let server = tool.server else { continue }
      claims[[server, tool.definition.name]] = Disagreement(tool.definition, tool.assessment)?.words
    }
    return claims
  }
}

extension Arguments {
  /// One of an enum's words, in any case.
  func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String) throws(Failure) -> Word? {
    guard let text = value(name) else { return nil }
    guard let word = Word.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
      let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw .usage("`\(text)` is no value of `\(name)`", help: "there are: \(words)")
    }
    return word
  }
}
