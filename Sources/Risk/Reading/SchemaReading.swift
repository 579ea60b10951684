import JSONText

/// What the input schema says: a choice of actions, statements and commands to be run, files to be written.
struct SchemaReading: Sendable {
  private static let choices = 64
  private static let referenceDepth = 3

  /// What all parameters' names speak of.
  private(set) var topics: Topics = []
  /// Takes text that an interpreter of statements runs: `sql`, `cypher`.
  private(set) var statement: String?
  /// Takes text that a shell or an interpreter runs: `command`, `script`.
  private(set) var command: String?
  /// Takes a question in words or in some language.
  private(set) var takesQuery = false
  /// What the description of the query speaks of.
  private(set) var queryTopics: Topics = []
  /// The parameter by which the caller chooses an action.
  private(set) var selector: String?
  /// There is a choice, and each of its actions reads.
  private(set) var choosesReadsOnly = false
  /// Takes an HTTP method and where to send it.
  private(set) var request: String?
  private(set) var findings: [Finding] = []
  /// All words of the parameters' names, in their order.
  private(set) var words: [Word] = []
  /// A parameter that can only be the name of a file: what is kept is kept there.
  private(set) var namedFile: String?
  /// The parameters' own names, which no action is called by.
  private var own: Set<ExactText> = []

  init(_ tool: ToolDefinition) {
    let schema = tool.node["inputSchema"]
    var method: String?
    var hasTarget = false
    own = Set((schema?["properties"]?.members ?? []).prefix(ToolDefinition.Limits.parameters).map(\.key))
    for member in (schema?["properties"]?.members ?? []).prefix(ToolDefinition.Limits.parameters) {
      let name = member.key.string
      let parts = NameReading(name)
      let words = parts.parts.compactMap(\.word)
      for entry in parts.entries { topics.formUnion(entry.topics) }
      self.words += words
      if namedFile == nil, words.contains(where: Self.fileNames.contains) || words == ["file", "path"] {
        namedFile = name
      }
      readPurpose(name, words, schema: member.value)
      let values = Self.choices(of: member.value, root: schema)
      if words.contains("method") && values.contains(where: { $0 == "POST" || $0 == "DELETE" || $0 == "PUT" }) {
        method = name
      } else if let last = parts.entries.last, last.topics.contains(.selector) || words.contains("type") {
        readChoice(name, values, description: member.value["description"]?.string, isSelector: !words.contains("type"))
      }
      if let last = words.last, Self.targets.contains(last) { hasTarget = true }
    }
    if hasTarget { request = method }
  }

  // MARK: Single parameters

  private static let targets: Set<Word> = ["url", "uri", "endpoint", "path"]
  private static let outputs: Set<Word> = [
    "output", "out", "save", "dest", "destination", "export", "download", "write", "target",
  ]
  private static let files: Set<Word> = [
    "path", "file", "filename", "filepath", "dir", "directory", "folder", "to", "as",
  ]
  private static let statements: Set<Word> = ["sql", "statement", "statements", "cypher", "gremlin", "mutation", "ddl"]
  private static let commands: Set<Word> = ["command", "cmd", "script", "shell", "argv", "commands", "js", "python"]
  private static let fileNames: Set<Word> = ["filepath", "filename", "outfile"]
  private static let labels: Set<Word> = ["id", "ids", "name", "names", "type", "hash", "title"]
  private static let rehearsals: Set<Word> = ["overwrite", "upsert"]
  private static let confirmations: Set<Word> = ["confirm", "confirmed", "confirmation"]
  private static let effects: Set<Word> = [
    "create", "delete", "remove", "save", "write", "initiate", "send", "publish", "insert", "overwrite", "push",
    "commit", "submit", "notify", "execute", "install", "deploy", "restart", "purge", "replace", "upload", "fix",
    "repair", "apply", "autofix", "prune", "reset", "archive", "subscribe", "unsubscribe", "mark", "persist",
  ]
  private static let contents: Set<Word> = ["body", "content", "contents", "payload", "patch", "message"]

  private mutating func readPurpose(_ name: String, _ words: [Word], schema: JSONNode) {
    guard let last = words.last, let first = words.first else { return }
    let isText = schema["type"]?.string == nil || schema["type"]?.string == "string"
    if words.contains(where: Self.statements.contains), statement == nil { statement = name }
    // `script_id` only tells which one.
    if isText, words.contains(where: Self.commands.contains), !Self.labels.contains(last), command == nil {
      command = name
    }
    if isText, words == ["code"] || words.contains("code") && words.contains("source"), command == nil {
      command = name
    }
    if last == "query" || last == "queries" {
      takesQuery = true
      let description = ToolDefinition.cut(schema["description"]?.string ?? "", to: 512)
      queryTopics.formUnion(DescriptionReading(description).topics)
    }
    if schema["type"]?.string == "boolean", Self.effects.contains(first) { add(name, .write, Weights.effectSwitch) }
    if words.contains(where: Self.outputs.contains), Self.files.contains(last), isText,
      !(first == "target" || first == "destination") || last != "path" || words.count > 1
    {
      add(name, .write, Weights.outputFile)
    }
    if words.starts(with: ["dry", "run"]) || last == "dryrun" || Self.confirmations.contains(first) {
      // What only reads needs no rehearsal, and asks for no word that it is meant.
      add(name, .write, Weights.effectSwitch)
    } else if Self.rehearsals.contains(last) || words.starts(with: ["if", "exists"]) {
      add(name, .write, Weights.rehearsal)
    }
    if words.count == 1, Self.contents.contains(last), isText { add(name, .write, Weights.content) }
  }

  private mutating func add(_ found: String, _ category: Category, _ strength: Int) {
    findings.append(Finding(field: .inputSchema, found: found, category: category, strength: strength))
  }

  // MARK: Choices

  /// A tool with a choice of actions is as bad as the worst of them.
  ///
  /// `type` is a choice of actions only where its values say so.
  private mutating func readChoice(_ name: String, _ values: [String], description: String?, isSelector: Bool) {
    var reads = 0
    if isSelector { selector = name }
    for value in values.prefix(Self.choices) {
      let reading = NameReading(value)
      guard let verb = reading.verb, isSelector || verb.weight == .clear && verb.category != .read else { continue }
      if verb.category == .read { reads += 1 }
      let isClear = verb.weight == .clear && !reading.isFused
      add(
        "\(name): \(ToolDefinition.cut(value, to: 40))", verb.category,
        isClear ? Weights.choiceClear : Weights.choiceVague)
    }
    if isSelector, reads > 1, reads == values.count { choosesReadsOnly = true }
    guard values.isEmpty, isSelector, let description else { return }
    // No list of values: the words of the description that look like names of actions.
    let text = Array(description.utf8.prefix(2048))
    for token in Tokenizer.words(of: text, limit: 256) {
      let isQuoted = token.range.lowerBound > 0 && Self.quotes.contains(text[token.range.lowerBound - 1])
      guard isQuoted || token.isIdentifier else { continue }
      let word = String(decoding: text[token.range], as: UTF8.self)
      guard !own.contains(ExactText(word)), let verb = NameReading(word).verb, verb.weight == .clear else { continue }
      add("\(name): \(ToolDefinition.cut(word, to: 40))", verb.category, Weights.choiceWords)
    }
  }

  private static let quotes: Set<UInt8> = [0x22, 0x27, 0x60]

  /// The strings that a schema allows, by `enum`, `const`, alternatives of these, and references inside the document.
  private static func choices(of schema: JSONNode, root: JSONNode?, depth: Int = 0) -> [String] {
    guard depth <= referenceDepth else { return [] }
    var values = (schema["enum"]?.elements ?? []).prefix(choices).compactMap(\.string)
    if let constant = schema["const"]?.string { values.append(constant) }
    for key in ["anyOf", "oneOf"] as [ExactText] {
      for alternative in (schema[key]?.elements ?? []).prefix(16) {
        values += choices(of: alternative, root: root, depth: depth + 1)
      }
    }
    if let reference = schema["$ref"]?.string, let target = resolve(reference, in: root) {
      values += choices(of: target, root: root, depth: depth + 1)
    }
    if let items = schema["items"] { values += choices(of: items, root: root, depth: depth + 1) }
    return Array(values.prefix(choices))
  }

  /// Follows `#/$defs/Name`, the only kind of reference that a tool list can be expected to hold.
  private static func resolve(_ reference: String, in root: JSONNode?) -> JSONNode? {
    let steps = reference.split(separator: "/", maxSplits: 4)
    guard steps.first == "#", (2...4).contains(steps.count) else { return nil }
    return steps.dropFirst().reduce(root) { node, step in node?[ExactText(String(step))] }
  }
}
