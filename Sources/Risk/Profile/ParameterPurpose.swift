internal import JSONText

/// What an argument is for, where its name and type leave no doubt.
package enum ParameterPurpose: String, CaseIterable, Hashable, Sendable {
  /// A file or folder.
  case path
  /// An address that is gone to.
  case url
  /// The name of a machine.
  case host
  /// Text that a shell or an interpreter runs.
  case command
  /// Text that a database runs.
  case statement
  /// A sum of money.
  case amount
  /// Who gets what is sent.
  case recipient
  /// What is done is chosen by it.
  case act

  /// Nil where there is a doubt.
  init?(name: String, type: String, schema: JSONNode, choices: [String]) {
    let parts = Tokenizer.parts(of: Array(name.utf8.prefix(256))).compactMap(\.word)
    guard let last = parts.last, let first = parts.first else { return nil }
    let isText = type == "anything" || type.contains("string")
    let isNumber = type.contains("number") || type.contains("integer")
    if choices.isEmpty, isText, let format = schema["format"]?.string, ["uri", "url", "iri"].contains(format) {
      self = .url
    } else if !choices.isEmpty, Self.acts.contains(last) {
      self = .act
    } else if isText, choices.isEmpty, parts.contains(where: Self.statements.contains) {
      self = .statement
    } else if isText, choices.isEmpty, Self.commands.contains(last), !Self.notCommands.contains(first) {
      self = .command
    } else if isText, choices.isEmpty, Self.urls.contains(last) || last == "link" && parts.count == 1 {
      self = .url
    } else if isText, choices.isEmpty, Self.hosts.contains(last) {
      self = .host
    } else if isText, choices.isEmpty, Self.isPath(parts, first, last) {
      self = .path
    } else if isNumber || isText, Self.amounts.contains(last) {
      self = .amount
    } else if isText, Self.recipients.contains(last) || parts == ["to"] {
      self = .recipient
    } else {
      return nil
    }
  }

  private static func isPath(_ parts: [Word], _ first: Word, _ last: Word) -> Bool {
    guard Self.paths.contains(last) || parts.contains("filepath") else { return false }
    return !parts.contains(where: Self.notPaths.contains)
  }

  private static let paths: Set<Word> = [
    "path", "paths", "file", "files", "filename", "filepath", "dir", "directory", "directories", "folder", "folders",
    "cwd", "workdir", "filepaths",
  ]
  /// Paths into something that is no file system.
  private static let notPaths: Set<Word> = [
    "json", "url", "api", "key", "object", "xml", "http", "route", "css", "uri", "s3", "profile", "id",
  ]
  private static let urls: Set<Word> = ["url", "urls", "uri", "uris", "href", "webhook", "endpoint"]
  private static let hosts: Set<Word> = ["host", "hostname", "hosts", "domain", "server"]
  private static let commands: Set<Word> = [
    "command", "commands", "cmd", "script", "shell", "argv", "code", "expression", "snippet",
  ]
  private static let notCommands: Set<Word> = [
    "country", "currency", "language", "status", "zip", "postal", "error", "region", "exit", "promo", "area", "access",
    "source", "service",
  ]
  private static let statements: Set<Word> = ["sql", "cypher", "gremlin", "statement", "statements", "sparql", "ddl"]
  private static let amounts: Set<Word> = ["amount", "price", "total", "budget", "sum", "quantity", "bid"]
  private static let recipients: Set<Word> = [
    "recipient", "recipients", "cc", "bcc", "channel", "addressee", "email", "emails", "chat", "phone",
  ]
  private static let acts: Set<Word> = [
    "action", "actions", "operation", "op", "method", "verb", "command", "act", "mode", "task",
  ]

  /// In words, for a list of parameters.
  package var words: String {
    switch self {
    case .path: "a file or folder"
    case .url: "an address that it goes to"
    case .host: "a machine that it talks to"
    case .command: "text that is run"
    case .statement: "a statement that a database runs"
    case .amount: "a sum"
    case .recipient: "who gets it"
    case .act: "what it does"
    }
  }
}
