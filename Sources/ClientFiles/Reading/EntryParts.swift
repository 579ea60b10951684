internal import JSONText

/// What one entry says, in the words of its client, before anything is made of it.
struct EntryParts: Hashable, Sendable {
  /// The member that holds all the others: Zed once kept the command in an object of its own.
  var inner: ExactText?
  /// The member that says what is started, or where the server is.
  var key: ExactText
  /// The program and its arguments; empty for a server that is not started.
  var words: [String] = []
  var url: String?
  var type: String?
  /// As they are written; what is no string is kept as it is.
  var variables: [JSONMember] = []
  var folder: JSONNode?
}

/// Why an entry says nothing that can be used.
struct EntryProblem: Error {
  var message: String
  init(_ message: String) { self.message = message }
}

extension EntryParts {
  /// Kinds of entries that are parts of their client.
  private static let own: Set<String> = ["builtin", "platform", "frontend", "inline_python", "sdk"]

  /// Whether an entry is no server's, but of something that its client does itself.
  static func isOwn(_ entry: JSONNode) -> Bool { entry["type"]?.string.map(own.contains) ?? false }

  init(_ entry: JSONNode, _ dialect: ClientDialect) throws(EntryProblem) {
    guard entry.members != nil else {
      throw EntryProblem("its entry is \(entry.kindInWords), not an object")
    }
    let type = entry["type"]?.string
    if let type, Self.own.contains(type) {
      throw EntryProblem("it is a part of its client (`type` is `\(type)`), not a server of its own")
    }
    for key in dialect.addresses + ["url", "serverUrl", "httpUrl"] {
      guard let url = entry[key]?.string else { continue }
      self.init(key: key, url: url, type: type, variables: try Self.variables(entry[dialect.variables], dialect))
      return
    }
    var whole = entry
    var key = dialect.program
    var inner: ExactText?
    if let object = entry["command"], object.members != nil { (whole, key, inner) = (object, "path", "command") }
    var words: [String] = []
    if dialect.arguments == nil, let list = whole[key]?.elements {
      words = try Self.words(list, key)
    } else if let program = whole[key]?.string {
      words = [program]
    }
    guard let program = words.first, !program.isEmpty else { throw EntryProblem("it names no command") }
    if let list = whole[dialect.arguments ?? "args"], !list.isNull {
      guard let elements = list.elements else {
        throw EntryProblem("`args` is \(list.kindInWords), not an array")
      }
      words += try Self.words(elements, "args")
    }
    guard words.allSatisfy({ !$0.utf8.contains(0) }) else {
      throw EntryProblem("its command holds the character NUL")
    }
    self.init(
      inner: inner, key: key, words: words, type: type,
      variables: try Self.variables(whole[inner == nil ? dialect.variables : "env"], dialect), folder: entry["cwd"])
  }

  private static func words(_ elements: [JSONNode], _ key: ExactText) throws(EntryProblem) -> [String] {
    var words: [String] = []
    for element in elements {
      switch element.content {
      case .string(let text): words.append(text.string)
      default: throw EntryProblem("`\(key)` holds \(element.kindInWords)")
      }
    }
    return words
  }

  private static func variables(_ node: JSONNode?, _ dialect: ClientDialect) throws(EntryProblem) -> [JSONMember] {
    guard let node, !node.isNull else { return [] }
    guard let members = node.members else {
      throw EntryProblem("`\(dialect.variables)` is \(node.kindInWords), not an object")
    }
    for member in members {
      let name = member.key.string
      guard !name.isEmpty, !name.utf8.contains(0x3D), !name.utf8.contains(0) else {
        throw EntryProblem("`\(dialect.variables)` has a name that no variable can have")
      }
      guard let text = text(of: member.value) else {
        if member.value.isNull { continue }
        throw EntryProblem("the variable `\(name)` is \(member.value.kindInWords)")
      }
      guard !text.utf8.contains(0) else { throw EntryProblem("the variable `\(name)` holds the character NUL") }
    }
    return members
  }

  /// A variable's value as a client passes it on: some take numbers and truth values as they are written.
  static func text(of value: JSONNode) -> String? {
    switch value.content {
    case .string(let text): text.string
    case .number(let number): number.text
    case .bool(let flag): flag ? "true" : "false"
    case .null, .array, .object: nil
    }
  }
}
