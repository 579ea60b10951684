import ConsoleCore
import JSONSchema
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let policyExplain = Command(
    ["policy", "explain"], operands: "SERVER TOOL [ARGS]", count: 2...3,
    summary: "What the policy says to one call, by which rule, and why.",
    details: """
      ARGS is a file with the call's arguments, `-` for standard input, or the JSON object itself. Nothing is called and
      nothing is counted: limits are told, but how much of them is used up only the gate knows.

      The first line is the verdict and its rule, the second what the agent is told. Then every step in its order: what
      became of it, what was looked at, where it stands in the policy, and why; below it the conditions with what they found.

      With --json: {"server", "kind", "name", "policy" {"file", "revision"}, "time", "known", "verdict", "enforced", "rule",
      "line", "reason", "retry_after_ms", "steps" [{"outcome", "subject", "rule", "line", "text", "conditions" [{"pointer",
      "path", "op", "value", "outcome", "found"}]}], "notes" [...]}; "value" and "found" are JSON texts; what is not there
      is left out. Exit 0 whatever the verdict, 1 if the policy is refused or ARGS is no JSON object.
      """,
    options: [
      .init("--policy", "FILE", "this policy instead of the one in use"),
      .init("--grant", "NAME", "the caller's client credential (local)"),
      .init("--client", "NAME", "the name by which the client introduces itself"),
      .init("--session", "ID", "the caller's session"),
      .init("--at", "TIME", "judge as at this time, as 2026-11-21T12:00:00Z (now)"),
      .init("--schema", "FILE", "the tool's input schema, for `match_schema` (as the server listed it)"),
      .init("--resource", "the second word is the URI of a resource"),
      .init("--prompt", "the second word is the name of a prompt"),
      .init("--request", "the second word is the method of a request that the server makes"),
      .init("--json", "print JSON"),
    ]
  ) { arguments throws(Failure) in
    let (kind, call) = try arguments.call()
    let time = try arguments.time("--at") ?? Clock.now()
    let given = arguments.operands.dropFirst(2).first
    guard given != "-" || arguments.value("--schema") != "-" else {
      throw .usage("standard input can be read only once", help: "give ARGS or --schema as a file")
    }
    guard given == nil || kind != .resource else { throw .usage("a resource takes no arguments") }
    let object: JSONNode? = if let given { try readObject(given) } else { nil }
    let policy = try policyInUse(arguments.value("--policy"))
    let knowledge = Knowledge(of: call)
    let schema: ToolSchema
    if let file = arguments.value("--schema") { schema = try readSchema(file) } else { schema = knowledge.schema }
    let engine = policy.document.map { PolicyEngine($0) } ?? .denyEverything
    let pin = pin(of: call.target, on: call.server, beside: policy.path)
    let explanation = engine.explain(call, pin: pin, arguments: object, inputSchema: schema, at: time)
    let places = policy.document.map { PolicyPlaces($0) }
    var notes = knowledge.notes
    if policy.document == nil { notes.insert("there is no policy file \(policy.path)", at: 0) }
    if explanation.steps.contains(where: { $0.subject == .limit && $0.outcome == .passes }) {
      notes.append("no call is counted yet here; what the limits still allow, only the gate knows")
    }
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("server", call.server.string)
      writer.member("kind", kind.rawValue)
      writer.member("name", arguments.operands[1])
      writer.key("policy")
      writer.beginObject()
      writer.member("file", policy.path)
      writer.member("revision", ifPresent: policy.document?.revision)
      writer.endObject()
      writer.member("time", time.rfc3339)
      if kind == .tool { writer.member("known", knowledge.isKnown) }
      explanation.decision.writeMembers(to: &writer, places: places)
      explanation.writeSteps(to: &writer, places: places)
      writer.key("notes")
      writer.beginArray()
      for note in notes { writer.string(note) }
      writer.endArray()
      writer.endObject()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
      return 0
    }
    var report = ReportText.forTerminal
    explanation.write(of: call, to: &report, places: places)
    if !notes.isEmpty { report.line() }
    for note in notes { report.line("note: \(note)", indent: 2) }
    StandardOutput.write(report.text)
    return 0
  }

  /// The policy of a file, or the one in use, which may be absent; one that is refused ends the command.
  static func policyInUse(_ file: String?) throws(Failure) -> (path: String, document: PolicyDocument?) {
    let path: String
    if let file { path = file } else { path = try environmentPaths().policy }
    if file == nil, !SafeFile.exists(path) { return (path, nil) }
    let text = try readText(path)
    do throws(PolicyRejection) {
      return (path, try PolicyDocument.read(text))
    } catch {
      throw Failure(error, of: path)
    }
  }

  /// A JSON object: the text itself where it looks like one, otherwise a file.
  private static func readObject(_ word: String) throws(Failure) -> JSONNode {
    let isText = word.utf8.first { $0 != 0x20 } == 0x7B
    let name = isText ? "ARGS" : word == "-" ? "standard input" : word
    let node = try readJSON(isText ? Array(word.utf8) : try readText(word), name)
    guard node.members != nil else {
      throw Failure("\(name): the arguments of a call are a JSON object, not \(node.kindInWords)")
    }
    return node
  }

  private static func readSchema(_ file: String) throws(Failure) -> ToolSchema {
    let node = try readJSON(try readText(file), file)
    do throws(JSONSchema.Mistake) {
      return .known(try JSONSchema(node))
    } catch {
      throw Failure("\(file): this schema cannot be used: \(TerminalText.safe("\(error)"))")
    }
  }

  private static func readJSON(_ text: [UInt8], _ name: String) throws(Failure) -> JSONNode {
    do throws(JSONError) {
      return try JSONNode.read(text)
    } catch {
      let place = TextPlace(of: error.offset, in: text)
      throw Failure("\(name):\(place.line):\(place.column): \(TerminalText.safe("\(error)"))")
    }
  }
}

extension Failure {
  /// Everything that is wrong with a file, a line each.
  init(_ rejection: PolicyRejection, of path: String) {
    self.init(
      rejection.problems.map { TerminalText.safe("\(path):\($0)") }.joined(separator: "\n")
        + "\n\(path): refused, \(counted(rejection.problems.count { $0.weight == .error }, "error"))")
  }
}

extension ReportText {
  /// What people read on a terminal.
  static var forTerminal: ReportText {
    ReportText(safe: { TerminalText.safe($0, limit: $1) }, width: { TerminalText.width($0) })
  }
}

/// What is known of a tool without asking its server.
private struct Knowledge {
  /// Whether the server is known to have the tool.
  var isKnown = false
  var schema = ToolSchema.unknown
  var notes: [String] = []

  init(of call: Call) {
    let registry = (try? Gatehouse.readRegistry()) ?? .empty
    let entries = Self.catalogue()
    let servers: [ExactText] = registry.servers.map(\.name) + entries.map(\.server).filter { registry[$0] == nil }
    guard servers.contains(call.server) else {
      let hint = Self.hint(call.server, among: servers)
      notes = ["no server `\(call.server)` is registered\(hint ?? "")"]
      return
    }
    guard case .tool(let name) = call.target else { return }
    guard let entry = entries.first(where: { $0.server == call.server }), !entry.definitions.isEmpty else {
      notes = ["the tools of `\(call.server)` are not known; ask it: gatehouse servers scan \(call.server)"]
      return
    }
    let tools = entry.definitions.compactMap { try? JSONNode.read($0) }
    let declared = tools.filter { $0["name"]?.text == name }
    guard let tool = declared.first else {
      let hint = Self.hint(name, among: tools.compactMap { $0["name"]?.text })
      notes = ["`\(call.server)` lists no tool `\(name)`\(hint ?? "")"]
      return
    }
    isKnown = true
    // As the gate takes them.
    guard declared.allSatisfy({ $0["inputSchema"]?.compact == tool["inputSchema"]?.compact }) else {
      schema = .unusable("the server declared the tool twice, with different schemas")
      return
    }
    guard let text = tool["inputSchema"] else {
      schema = .unusable("the server declared none")
      return
    }
    do throws(JSONSchema.Mistake) {
      schema = .known(try JSONSchema(text))
    } catch {
      schema = .unusable("\(error)")
    }
  }

  /// The tools that servers listed; nothing is made where there is none yet.
  private static func catalogue() -> [Store.Catalogue.Entry] {
    guard let path = try? Gatehouse.environmentPaths().database, SafeFile.exists(path) else { return [] }
    return (try? Gatehouse.openCatalogue().entries()) ?? []
  }

  private static func hint(_ name: ExactText, among known: [ExactText]) -> String? {
    Suggestion.nearest(to: name.string, among: known.map(\.string)).map { "; did you mean `\($0)`?" }
  }
}

private enum CallKind: String, CaseIterable {
  case tool, resource, prompt, request
}

extension Arguments {
  /// The call that the first two words and the options are about.
  fileprivate func call() throws(Failure) -> (CallKind, Call) {
    let kinds = CallKind.allCases.filter { has("--\($0.rawValue)") }
    guard kinds.count <= 1 else {
      throw .usage("`--\(kinds[0].rawValue)` and `--\(kinds[1].rawValue)` exclude each other")
    }
    let (kind, name) = (kinds.first ?? .tool, ExactText(operands[1]))
    let target: Call.Target =
      switch kind {
      case .tool: .tool(name)
      case .resource: .resource(uri: name)
      case .prompt: .prompt(name)
      case .request: .serverRequest(method: name)
      }
    return (
      kind,
      Call(
        server: ExactText(operands[0]), target: target, grant: ExactText(value("--grant") ?? "local"),
        session: ExactText(value("--session") ?? "explain"), client: ExactText(value("--client") ?? ""))
    )
  }

  fileprivate func time(_ name: String) throws(Failure) -> Moment? {
    guard let text = value(name) else { return nil }
    guard let moment = Moment(rfc3339: text) else {
      throw .usage("`\(text)` is not a time", help: "write it as 2026-11-21T12:00:00Z")
    }
    return moment
  }
}
