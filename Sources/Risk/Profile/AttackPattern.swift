internal import JSONText

/// A way in which tools of some kind are misused, by the name that the field has for it.
package enum AttackPattern: String, CaseIterable, Hashable, Sendable {
  case toolPoisoning = "tool poisoning"
  case rugPull = "rug pull"
  case indirectPromptInjection = "indirect prompt injection"
  case commandInjection = "command injection"
  case sqlInjection = "SQL injection"
  case pathTraversal = "path traversal"
  case requestForgery = "SSRF"
  case dataExfiltration = "data exfiltration"
  case disclosure = "sensitive information disclosure"
  case privilegeEscalation = "privilege escalation"
  case lateralMovement = "lateral movement"
  case confusedDeputy = "confused deputy"
  case denialOfWallet = "denial of wallet"
  case dataDestruction = "data destruction"
  case memoryPoisoning = "memory poisoning"
  case excessiveAgency = "excessive agency"

  /// One that a tool invites, and why it does.
  package struct Sign: Hashable, Sendable {
    package var pattern: AttackPattern
    /// What it looks like with this tool; one sentence, with words of the tool's in backticks.
    package var here: String
    /// Which part of a policy answers it.
    package var answer: String

    package init(_ pattern: AttackPattern, here: String, answer: String) {
      self.pattern = pattern
      self.here = here
      self.answer = answer
    }
  }
}

/// Where a server's code comes from.
package enum ToolOrigin: Hashable, Sendable {
  case unknown
  /// A package that the server's command names, and whether it names one version of it.
  case package(name: String, isPinned: Bool)
  /// Somebody else's machine.
  case remote
}

/// Decides which attacks a tool invites; each from a sign in its definition, none because of its category alone.
struct AttackReading {
  private(set) var signs: [AttackPattern.Sign] = []

  private let category: Category
  private let reaches: Set<Reach>
  private let rows: [ParameterOutline.Row]

  init(
    _ tool: ToolDefinition, _ assessment: Assessment, _ reaches: Set<Reach>, _ parameters: ParameterOutline,
    origin: ToolOrigin
  ) {
    category = assessment.category
    self.reaches = reaches
    rows = parameters.rows
    readWords(tool)
    readOrigin(origin)
    readInput(SchemaReading(tool))
    readFlow()
    readPower(tool, SchemaReading(tool))
  }

  private mutating func add(_ pattern: AttackPattern, _ here: String, answer: String) {
    guard !signs.contains(where: { $0.pattern == pattern }) else { return }
    signs.append(AttackPattern.Sign(pattern, here: here, answer: answer))
  }

  private func first(_ purpose: ParameterPurpose) -> ParameterOutline.Row? { rows.first { $0.purpose == purpose } }

  private func quoted(_ text: String) -> String { "`\(ToolDefinition.cut(text, to: 80))`" }

  private var changes: Bool { category != .read }

  // MARK: The definition itself

  private mutating func readWords(_ tool: ToolDefinition) {
    if let found = Poison.phrase(in: tool.description) {
      add(
        .toolPoisoning,
        "its description does not describe, it gives the agent orders: it says \(quoted(found))",
        answer: "hide the tool, or deny it until someone has read the description")
    } else if Poison.hasHiddenCharacters(tool.description)
      || rows.contains(where: { Poison.hasHiddenCharacters($0.description) })
    {
      add(
        .toolPoisoning, "its description holds characters that nobody sees and the agent reads all the same",
        answer: "hide the tool, or deny it until someone has read the description")
    } else if let row = rows.first(where: { Poison.phrase(in: $0.description) != nil }),
      let found = Poison.phrase(in: row.description)
    {
      add(
        .toolPoisoning, "the description of \(quoted(row.name)) gives the agent orders: it says \(quoted(found))",
        answer: "hide the tool, or deny it until someone has read the description")
    }
  }

  private mutating func readOrigin(_ origin: ToolOrigin) {
    switch origin {
    case .unknown, .package(_, isPinned: true): break
    case .package(let name, isPinned: false):
      add(
        .rugPull,
        "the server's command names no version of \(quoted(name)): its next start may bring another tool under this name",
        answer: "name a version in the server's command, and let `default` be deny, so that what is new stays shut")
    case .remote:
      add(
        .rugPull, "the server runs elsewhere, and its owner may change what this tool does between two calls",
        answer: "let `default` be deny, and a limit keep the damage of one hour small")
    }
  }

  // MARK: What is put in

  private mutating func readInput(_ schema: SchemaReading) {
    if let row = first(.command) {
      add(
        .commandInjection,
        "\(quoted(row.name)) is run as it comes; a page that the agent has read can say what stands in it",
        answer: "require with regex on \(quoted(row.path)), or require_approval")
    } else if let name = schema.command {
      add(
        .commandInjection,
        "\(quoted(name)) is run as it comes; a page that the agent has read can say what stands in it",
        answer: "require with regex on \(quoted("args." + name)), or require_approval")
    }
    if let row = first(.statement) ?? (reaches.contains(.database) ? rows.first { $0.name == "query" } : nil) {
      add(
        .sqlInjection,
        "\(quoted(row.name)) is a whole statement: a `DROP` fits in where a `SELECT` was meant",
        answer: "deny_if with regex on \(quoted(row.path)), and an account of the database that may only read")
    }
    if let row = first(.path) {
      add(
        .pathTraversal, "a value like `../../.ssh/id_ed25519` in \(quoted(row.name)) leaves the folder that was meant",
        answer: "require with within on \(quoted(row.path))")
    }
    if let row = first(.url) ?? first(.host) {
      add(
        .requestForgery,
        "\(quoted(row.name)) may name a machine that only this host can see, such as `169.254.169.254` or `localhost`",
        answer: "require with host_in on \(quoted(row.path))")
    }
  }

  // MARK: What flows through it

  private mutating func readFlow() {
    let outside = Reach.allCases.filter { reaches.contains($0) && $0.isWrittenByOthers }
    if let first = outside.first, category == .read || category == .execute {
      add(
        .indirectPromptInjection,
        "what it returns from \(first.words) was written by others, and may be meant as orders to the agent",
        answer: "require_approval on the tools that could carry such orders out: those that send, pay or delete")
    }
    if let row = first(.url), changes || reaches.contains(.network) {
      add(
        .dataExfiltration,
        "what the agent knows can leave as a part of \(quoted(row.name)), even when the tool only reads",
        answer: "require with host_in on \(quoted(row.path))")
    } else if reaches.contains(.messages), changes {
      let target = first(.recipient)
      let whom = target.map { "to whomever \(quoted($0.name)) names" } ?? "to others"
      add(
        .dataExfiltration, "what the agent has read can be sent \(whom)",
        answer: target.map { "require with in or ends_with on \(quoted($0.path)), or require_approval" }
          ?? "require_approval")
    }
    if category == .read, reaches.contains(.secrets) || reaches.contains(.people) {
      let what = reaches.contains(.secrets) ? Reach.secrets : .people
      add(
        .disclosure, "it answers with \(what.words), and then the agent and its provider have them",
        answer: "a limit, conditions on which may be asked for, or require_approval")
    }
    if reaches.contains(.memory), changes {
      add(
        .memoryPoisoning, "what is kept today is believed tomorrow, whoever made the agent write it",
        answer: "require_approval for writing, allow for reading")
    }
  }

  // MARK: What it may do

  private mutating func readPower(_ tool: ToolDefinition, _ schema: SchemaReading) {
    if reaches.contains(.access), changes {
      add(
        .privilegeEscalation, "it changes who may do what, the agent's own rights perhaps among them",
        answer: "require_approval")
    }
    let runs = reaches.contains(.shell) && category == .execute
    if runs || (category == .execute && !reaches.isDisjoint(with: [.cloud, .network]) && first(.host) != nil) {
      add(
        .lateralMovement, "from the machine where it runs, others can be reached that trust that machine",
        answer: "require_approval, or require with host_in or regex on what names the machine")
    }
    let lent: Set<Reach> = [.cloud, .code, .messages, .money, .access, .database, .people]
    if changes, let what = Reach.allCases.first(where: { lent.contains($0) && reaches.contains($0) }) {
      add(
        .confusedDeputy,
        "it acts on \(what.words) with the server's own credentials, not with the rights of whoever put the idea into the agent's head",
        answer: "conditions on call.grant or call.client, and the server's account with as few rights as will do")
    }
    if category == .financial {
      let sum = first(.amount)
      add(
        .denialOfWallet,
        "a loop of calls, or one call with a wrong \(sum.map { quoted($0.name) } ?? "sum"), spends real money",
        answer: sum.map { "limits with cost \(quoted($0.path)), and require_approval" } ?? "limits and require_approval"
      )
    } else if reaches.contains(.cloud), category == .write || category == .execute {
      add(
        .denialOfWallet, "each call may start something that is billed by the hour until somebody ends it",
        answer: "limits for each grant and day")
    }
    if category == .destructive {
      add(
        .dataDestruction, "one wrong call removes what may not come back",
        answer: "require_approval; deny where nobody should do this through an agent")
    }
    if let act = first(.act), act.choices.count > 1, changes {
      add(
        .excessiveAgency,
        "one name stands for \(act.choices.count) acts, and \(quoted(act.name)) chooses among them",
        answer: "require with in on \(quoted(act.path)): list the acts that are needed")
    } else if let request = schema.request {
      add(
        .excessiveAgency,
        "it can make any request that the server's credentials allow; \(quoted(request)) decides which",
        answer: "require with in on \(quoted("args." + request)), or require_approval")
    }
  }
}

/// Signs that a description speaks to the agent behind the person's back.
enum Poison {
  private static let phrases = [
    "ignore previous", "ignore all previous", "ignore any previous", "disregard previous", "disregard all",
    "do not tell", "don't tell", "do not mention", "don't mention", "do not inform", "without telling",
    "do not ask the user", "never tell", "hide this from", "keep this secret", "system prompt",
    "before using any other tool", "before any other tool", "instead of any other", "<important>", "<system>",
    "<secret>", "<instructions>", "you must always", "always call this", "always use this tool first",
    "side note to the", "for the assistant only", "not visible to the user",
  ]

  /// The first phrase of the kind, as it is written there.
  static func phrase(in text: String) -> String? {
    let bytes = Array(text.utf8.prefix(ToolDefinition.Limits.descriptionBytes))
    let small = bytes.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 == 0x0A || $0 == 0x09 ? 0x20 : $0 }
    for phrase in phrases {
      guard let start = find(Array(phrase.utf8), in: small) else { continue }
      return String(decoding: bytes[start..<min(bytes.count, start + phrase.utf8.count)], as: UTF8.self)
    }
    return nil
  }

  private static func find(_ needle: [UInt8], in text: [UInt8]) -> Int? {
    guard let first = needle.first, text.count >= needle.count else { return nil }
    for start in 0...(text.count - needle.count) where text[start] == first {
      if text[start..<start + needle.count].elementsEqual(needle) { return start }
    }
    return nil
  }

  /// Characters without a picture that carry text: tags, zero-width ones, turns of the direction of writing.
  static func hasHiddenCharacters(_ text: String) -> Bool {
    text.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F, 0x7F...0x9F: true
      case 0x200B, 0x200E...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x206F, 0xFEFF: true
      case 0xE0000...0xE007F, 0xE0100...0xE01EF: true
      default: false
      }
    }
  }
}
