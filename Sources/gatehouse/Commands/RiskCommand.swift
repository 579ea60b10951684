import ConsoleCore
import JSONText
import Policy
import Risk
import Store
import System

extension Gatehouse {
  static let risk = Command(
    ["risk"], operands: "NAME | -", count: 1...1,
    summary: "What a tool does to the world, how sure that is, and by which words.",
    details: """
      NAME is SERVER/TOOL or the name of a tool that is known from a session or from `gatehouse servers scan`; any other
      name is judged by itself alone. `-` reads the definitions from standard input: a tools/list result, the JSON-RPC
      answer around it, an array of tools, or one tool.

      Nothing is asked of any server, and the same words give the same answer. A word's weight, of 100, says how much it
      speaks for its category. What a server claims of its tool can make it worse and never better; where the two do not
      agree, that is told.

      With --json an array: [{"server", "name", "known", "category", "severity", "confidence" (percent), "evidence"
      [{"field", "found", "category", "weight"}], "annotations", "disagreement", "recommended" {"summary", "rule"}}]; what
      is not there is left out. Exit 1 where standard input is no such list, or holds what is no tool.
      """,
    options: [.init("--json", "print JSON")]
  ) { arguments throws(Failure) in
    let word = arguments.operands[0]
    let found = word == "-" ? try definitionsOfInput() : (try known(word), [])
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginArray()
      for tool in found.0 { tool.write(&writer) }
      writer.endArray()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
    } else if found.0.isEmpty, found.1.isEmpty {
      StandardOutput.write("no tool is in the list\n")
    } else {
      say(found.0.map(\.text).joined(separator: "\n"))
    }
    for mistake in found.1 { StandardError.write("gatehouse: \(TerminalText.safe(mistake))\n") }
    return found.1.isEmpty ? 0 : 1
  }

  // MARK: A name

  /// The tools of this name; where none is known, one that has nothing but the name.
  private static func known(_ word: String) throws(Failure) -> [JudgedTool] {
    let tools = try knownDefinitions()
    let bare = ExactText(word)
    var found = tools.filter { $0.definition.name == bare }
    if found.isEmpty, let slash = word.firstIndex(of: "/") {
      let server = ExactText(String(word[..<slash]))
      let name = ExactText(String(word[word.index(after: slash)...]))
      found = tools.filter { $0.server == server && $0.definition.name == name }
      if found.isEmpty, let listed = tools.first(where: { $0.server == server }) {
        let names = tools.filter { $0.server == server }.map(\.definition.name.string)
        let hint = Suggestion.nearest(to: name.string, among: names).map { "did you mean `\(server)/\($0)`?" }
        throw Failure(
          "`\(listed.server ?? server)` lists no tool `\(name)`",
          help: hint ?? "see `gatehouse tools --server \(server)`; `gatehouse risk \(name)` judges the name alone")
      }
      if found.isEmpty { return [try alone(name)] }
    }
    return found.isEmpty ? [try alone(bare)] : found
  }

  private static func alone(_ name: ExactText) throws(Failure) -> JudgedTool {
    let node = JSONNode(.object([JSONMember(key: "name", value: JSONNode(.string(name)))]))
    guard let definition = Risk.ToolDefinition(node) else {
      throw .usage("the name of a tool has 1 to \(Risk.ToolDefinition.Limits.nameBytes) bytes")
    }
    return JudgedTool(server: nil, definition: definition, isKnown: false)
  }

  /// Every tool of the catalogue, by server.
  static func knownDefinitions() throws(Failure) -> [JudgedTool] {
    let path = try environmentPaths().database
    guard SafeFile.exists(path) else { return [] }
    let catalogue = try openCatalogue()
    do {
      return try catalogue.entries().flatMap { entry in
        entry.definitions.compactMap { text in
          (try? JSONNode.read(text)).flatMap(Risk.ToolDefinition.init).map {
            JudgedTool(server: entry.server, definition: $0, isKnown: true)
          }
        }
      }
    } catch {
      throw Failure("\(error)")
    }
  }

  // MARK: A list

  /// The tools of standard input, and what in it is none.
  private static func definitionsOfInput() throws(Failure) -> ([JudgedTool], [String]) {
    let text = try readText("-")
    let node: JSONNode
    do throws(JSONError) {
      node = try JSONNode.read(text)
    } catch {
      let place = TextPlace(of: error.offset, in: text)
      throw Failure(
        "(standard input):\(place.line):\(place.column): \(TerminalText.safe("\(error)"))",
        help: "a tools/list result is wanted: {\"tools\": [...]}")
    }
    let result = node["result"] ?? node
    guard let elements = node.elements ?? result["tools"]?.elements ?? (node["name"] == nil ? nil : [node]) else {
      let problem =
        node["error"] == nil ? "it is no list of tools" : "it is an error of a server, not a list of tools"
      throw Failure(
        "(standard input): \(problem)",
        help: "a tools/list result is wanted: {\"tools\": [...]}, the answer around it, or the array alone")
    }
    var tools: [JudgedTool] = []
    var mistakes: [String] = []
    for (index, element) in elements.enumerated() {
      if let definition = Risk.ToolDefinition(element) {
        tools.append(JudgedTool(server: nil, definition: definition, isKnown: true))
      } else if mistakes.count < 20 {
        let place = TextPlace(of: element.range.lowerBound, in: text)
        mistakes.append(
          "(standard input):\(place.line):\(place.column): tool \(index + 1) has no name that can be used")
      }
    }
    return (tools, mistakes)
  }
}

/// A tool and what its definition tells.
struct JudgedTool {
  var server: ExactText?
  var definition: Risk.ToolDefinition
  /// Its definition is there, not the name alone.
  var isKnown: Bool

  var assessment: Assessment { RiskClassifier.assess(definition) }

  func write(_ writer: inout JSONWriter) {
    let assessment = assessment
    writer.beginObject()
    writer.member("server", ifPresent: server?.string)
    writer.member("name", definition.name.string)
    writer.member("known", isKnown)
    assessment.writeMembers(&writer)
    definition.annotations.write(&writer)
    writer.member("disagreement", ifPresent: Disagreement(definition, assessment)?.words)
    writer.key("recommended")
    writer.beginObject()
    let rule = RecommendedRule(for: assessment.category)
    writer.member("summary", rule.summary)
    writer.key("rule")
    writer.node(rule.node)
    writer.endObject()
    writer.endObject()
  }

  /// For a terminal; whoever prints it makes it safe.
  var text: String {
    let profile = ToolProfile(definition, server: server?.string ?? "")
    let assessment = profile.assessment
    let name = TerminalText.safe((server.map { "\($0)/" } ?? "") + definition.name.string, limit: 200)
    var lines = ["\(name): \(assessment.category.rawValue), \(assessment.severity.rawValue), \(assessment.confidence)%"]
    if !isKnown { lines.append("  no server is known that lists it; judged by the name alone") }
    lines.append("  \(profile.does)")
    for evidence in assessment.evidence {
      let weight = evidence.weight > 0 ? " \(evidence.weight)" : ""
      lines.append(
        "  \(evidence.field) has \"\(TerminalText.safe(evidence.found, limit: 120))\": \(evidence.category.rawValue)\(weight)"
      )
    }
    if !profile.claims.isEmpty { lines.append("  the server claims: \(profile.claims.joined(separator: ", "))") }
    if let disagreement = profile.disagreement { lines.append("  disagreement: \(disagreement)") }
    lines.append("  recommended: \(profile.recommendation.rule.summary)")
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Assessment {
  /// Writes its members into an object that is begun.
  func writeMembers(_ writer: inout JSONWriter) {
    writer.member("category", category.rawValue)
    writer.member("severity", severity.rawValue)
    writer.member("confidence", confidence)
    writer.key("evidence")
    writer.beginArray()
    for evidence in evidence {
      writer.beginObject()
      writer.member("field", evidence.field)
      writer.member("found", evidence.found)
      writer.member("category", evidence.category.rawValue)
      writer.member("weight", evidence.weight)
      writer.endObject()
    }
    writer.endArray()
  }

  /// The strongest signs in a few words, for a table.
  var reason: String {
    evidence.prefix(2).map { "\($0.field) \"\(TerminalText.safe($0.found, limit: 40))\"" }.joined(separator: ", ")
  }
}

extension Risk.ToolDefinition.Annotations {
  /// Writes what the server claims; nothing where it claims nothing.
  fileprivate func write(_ writer: inout JSONWriter) {
    let hints: [(StaticString, Bool?)] = [
      ("readOnlyHint", readOnlyHint), ("destructiveHint", destructiveHint), ("idempotentHint", idempotentHint),
      ("openWorldHint", openWorldHint),
    ]
    guard hints.contains(where: { $0.1 != nil }) else { return }
    writer.key("annotations")
    writer.beginObject()
    for (name, hint) in hints {
      if let hint { writer.member(name, hint) }
    }
    writer.endObject()
  }
}
