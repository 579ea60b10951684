import ConsoleCore
import Glibc
import JSONText
import Policy
import Risk
import System

extension Gatehouse {
  static let policySuggest = Command(
    ["policy", "suggest"],
    summary: "The recommended rule of each known tool, as a diff against the policy in force.",
    details: """
      Read: allow. Write: 30 a minute. Execute: 10 a minute, with arguments that match the schema. Destructive and
      Financial: a person is asked. Each tool gets the rule under its server's name. A tool that has a rule of its own, or
      is hidden, keeps it and is told of; with --all it gets the recommended one too, which may let more pass.

      Each change is told in words, then the texts' difference follows. Nothing is written unless --write is given and the
      question after the diff is answered with `yes` at the terminal.

      With --from-log it is the least policy that lets pass what the record says was let through: each tool that was called
      gets its own rule, with a limit of some times the peak and, where arguments are recorded (`record.arguments`) and were
      alike, conditions on them; what destroys or pays asks a person; the default denies, and an observing policy enforces.
      Rules that let more pass are named, and go with --prune. Then it is told what the recorded calls would have met.

      With --json: {"policy" {"file", "revision"}, "tools" [{"server", "name", "category", "severity", "confidence",
      "decision", "recommended", "state" ("new", "kept", "same")}], "changes" [{"pointer", "subject", "from", "to",
      "text"}], "diff", "text"}; "text" is the whole suggested policy. With --from-log "rules" [{"pointer", "server", "name",
      "summary", "state", "reasons", "rule"}], "refused", "looser" and "effect" (as `simulate` has it) stand for "tools".
      """,
    options: [
      .init("--from-log", "from what was called, as the record tells"),
      .init("--since", "TIME", "with --from-log: only what was called from then on, as 7d"),
      .init("--prune", "with --from-log: remove rules that let more pass than was called"),
      .init("--server", "NAME", "for the tools of this server only"),
      .init("--all", "also for tools that have a rule of their own"),
      .init("--policy", "FILE", "start from this policy, not from the one in use"),
      .init("--write", "ask whether to write it, at the terminal"),
      .init("--json", "print JSON"),
    ]
  ) { arguments throws(Failure) in
    guard !(arguments.has("--json") && arguments.has("--write")) else {
      throw .usage("`--json` and `--write` exclude each other")
    }
    if arguments.has("--from-log") { return try suggestFromLog(arguments) }
    guard !arguments.has("--since"), !arguments.has("--prune") else {
      throw .usage("`--since` and `--prune` go with `--from-log`")
    }
    let tools = try toolsToSuggest(for: arguments.value("--server").map { ExactText($0) })
    let (path, inForce) = try policyInUse(arguments.value("--policy"))
    let base: PolicyDocument
    if let inForce { base = inForce } else { base = try starter() }
    var suggestion = Suggested(base, tools, replacingOwn: arguments.has("--all"), at: Clock.now())
    do throws(PolicyEditError) {
      try suggestion.apply()
    } catch {
      throw Failure("the rules cannot be written into \(path): \(error)")
    }
    let old = inForce?.text ?? []
    let patch = unified(DiffLine.unified(old, suggestion.document.text), inForce == nil ? "/dev/null" : path, path)
    if arguments.has("--json") {
      suggestion.write(path: path, inForce: inForce, patch: patch)
      return 0
    }
    suggestion.tell()
    guard suggestion.document.text != old else {
      StandardOutput.write("nothing to change\n")
      return 0
    }
    printDiff(patch)
    guard arguments.has("--write") else { return 0 }
    return try writeIfWanted(suggestion.document.text, over: inForce?.text, to: path)
  }

  private static func toolsToSuggest(for server: ExactText?) throws(Failure) -> [JudgedTool] {
    var tools = try knownDefinitions()
    if let server {
      let servers = Set(tools.compactMap(\.server))
      tools = tools.filter { $0.server == server }
      guard !tools.isEmpty else {
        let hint = Suggestion.nearest(to: server.string, among: servers.map(\.string)).map { "did you mean `\($0)`?" }
        throw Failure(
          "no tool of a server `\(server)` is known", help: hint ?? "ask it:  gatehouse servers scan \(server)")
      }
    }
    guard !tools.isEmpty else {
      throw Failure("no tool is known", help: "ask the registered servers:  gatehouse servers scan")
    }
    return tools
  }

  static func starter() throws(Failure) -> PolicyDocument {
    do throws(PolicyRejection) {
      return try PolicyDocument.read(PolicyStarter.emptyText)
    } catch {
      throw Failure(error, of: "the first policy")
    }
  }

  /// Writes where a person at a terminal says `yes` to what was shown, and the file is still what was shown.
  static func writeIfWanted(_ text: [UInt8], over old: [UInt8]?, to path: String) throws(Failure) -> Int32 {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw Failure(
        "`--write` asks a person, and there is no terminal; nothing is written",
        help: "leave it out and hand the diff to `patch`, or take \"text\" of `--json`")
    }
    StandardOutput.write("Write this to \(TerminalText.safe(path))? Type yes: ")
    guard readLine() == "yes" else {
      StandardOutput.write("nothing is written\n")
      return 1
    }
    let now: [UInt8]? = SafeFile.exists(path) ? try readText(path) : nil
    guard now == old else { throw Failure("\(path): not written, something else changed it meanwhile") }
    try replaceFile(path, with: text)
    say("written to \(path)\n")
    return 0
  }
}

/// A policy that gets the recommended rules.
private struct Suggested {
  enum State: String { case new, kept, same }

  private let base: PolicyDocument
  private let now: Moment
  private var rows: [(tool: JudgedTool, assessment: Assessment, standing: Standing, state: State)] = []
  private(set) var document: PolicyDocument

  init(_ base: PolicyDocument, _ tools: [JudgedTool], replacingOwn: Bool, at now: Moment) {
    self.base = base
    self.now = now
    document = base
    let engine = PolicyEngine(base)
    var seen: Set<[ExactText]> = []
    for tool in tools {
      guard let server = tool.server, seen.insert([server, tool.definition.name]).inserted else { continue }
      let standing = engine.standing(server: server, tool: tool.definition.name, at: now)
      let assessment = tool.assessment
      let isSame = standing.isJust(RecommendedRule(for: assessment.category))
      let isOwn = standing.isOwn
      rows.append((tool, assessment, standing, isSame ? .same : isOwn && !replacingOwn ? .kept : .new))
    }
  }

  mutating func apply() throws(PolicyEditError) {
    var edits: [PolicyEdit] = []
    for row in rows where row.state == .new {
      guard let server = row.tool.server else { continue }
      let name = row.tool.definition.name
      edits += RecommendedRule(for: row.assessment.category).edits(server: server, tool: name)
    }
    guard !edits.isEmpty else { return }
    var draft = PolicyDraft(base: base)
    try draft.apply(.batch([.layOut] + edits, title: "recommended rules"))
    document = draft.current
  }

  func tell() {
    for change in PolicyDiff(base, document).changes {
      StandardOutput.write(TerminalText.safe(change.sentence) + "\n")
    }
    for row in rows where row.state == .kept {
      let rule = RecommendedRule(for: row.assessment.category)
      Gatehouse.say(
        "kept: \(row.tool.server ?? "")/\(row.tool.definition.name): \(row.standing.summary); "
          + "recommended: \(rule.summary) (\(row.assessment.category.rawValue))\n")
    }
    let same = rows.count { $0.state == .same }
    if same > 0 { StandardOutput.write("\(counted(same, "tool")) with the recommended rule already\n") }
  }

  func write(path: String, inForce: PolicyDocument?, patch: String) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("policy")
    writer.beginObject()
    writer.member("file", path)
    writer.member("revision", ifPresent: inForce?.revision)
    writer.endObject()
    writer.key("tools")
    writer.beginArray()
    for row in rows {
      writer.beginObject()
      writer.member("server", ifPresent: row.tool.server?.string)
      writer.member("name", row.tool.definition.name.string)
      writer.member("category", row.assessment.category.rawValue)
      writer.member("severity", row.assessment.severity.rawValue)
      writer.member("confidence", row.assessment.confidence)
      writer.member("decision", row.standing.summary)
      writer.member("recommended", RecommendedRule(for: row.assessment.category).summary)
      writer.member("state", row.state.rawValue)
      writer.endObject()
    }
    writer.endArray()
    PolicyDiff(base, document).writeChanges(&writer)
    writer.member("diff", patch)
    writer.member("text", String(decoding: document.text, as: UTF8.self))
    writer.endObject()
    StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
  }
}

extension Standing {
  /// A rule with the tool's exact name holds, or an entry of `hide`.
  var isOwn: Bool {
    switch source {
    case .explicit, .hidden: true
    case .pattern, .serverDefault, .globalDefault, .noPolicy: false
    }
  }

  /// Its own rule says this and nothing else.
  fileprivate func isJust(_ rule: RecommendedRule) -> Bool {
    guard case .explicit = source, expires == nil else { return false }
    switch rule {
    case .allow: return verdict == .allow && limits.isEmpty && conditions.isEmpty
    case .requireApproval: return verdict == .ask && limits.isEmpty && conditions.isEmpty
    case .limit(let most, let matchesSchema):
      let kinds = conditions.map(\.kind)
      guard verdict == .limit, limits.count == 1, let limit = limits.first else { return false }
      return limit.max == Amount(most) && limit.windowSeconds == 60 && kinds == (matchesSchema ? ["match_schema"] : [])
    }
  }
}
