internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy

/// One way to go on from what is typed.
struct Completion: Hashable, Sendable {
  /// The line when it is taken.
  var line: String
  /// The word that it is about; a peer may have written it.
  var word: String
}

extension ConsoleState {
  /// So many are offered at most.
  static let mostCompletions = 200

  /// Ways to go on from a command line, the last word of which is being typed.
  func completions(of line: String) -> [Completion] {
    let words = CommandWords(line)
    guard !words.isOpen || line.last == "\"" else { return [] }
    let isNew = line.isEmpty || line.last == " "
    let last = isNew ? "" : words.words.last?.text ?? ""
    let start = isNew ? line.unicodeScalars.count : words.words.last?.start ?? 0
    let head = String(String.UnicodeScalarView(line.unicodeScalars.prefix(start)))
    let before = Array(words.words.prefix(isNew ? words.words.count : max(0, words.words.count - 1)))
    let found: [String] =
      before.isEmpty
      ? Command.verbs.filter { $0.hasPrefix(last) } : offers(behind: before, typed: last)
    return found.prefix(Self.mostCompletions).filter { $0 != last }.map { Completion(line: head + $0, word: $0) }
  }

  /// Words that can stand behind these.
  private func offers(behind words: [CommandWords.Word], typed: String) -> [String] {
    guard let verb = words.first?.text, let entry = CommandEntry.named(verb), !entry.offers.isEmpty else { return [] }
    // A limit may stand before its tools or behind them, a default with or without a server.
    if verb == "limit", words.count == 1 { return tools(typed) + plain([.window], typed) }
    if verb == "default", words.count == 1 { return plain([.words(Self.defaults)], typed) + servers(typed) }
    if verb == "default" { return words.count == 2 ? plain([.words(Self.defaults)], typed) : [] }
    let argument = entry.offers[min(words.count - 1, entry.offers.count - 1)]
    let isList = argument == .tool || argument == .rule
    if words.count > entry.offers.count, !isList, argument != .condition { return [] }
    switch argument {
    case .tool, .rule: return tools(typed)
    case .server: return servers(typed)
    case .condition: return conditionWords(words, typed)
    default: return plain([argument], typed)
    }
  }

  private static let defaults = ["allow", "ask", "deny", "none"]

  private func plain(_ arguments: [CommandEntry.Argument], _ typed: String) -> [String] {
    let words = arguments.flatMap { argument -> [String] in
      switch argument {
      case .words(let words): words
      case .order: PolicyList.Order.allCases.map(\.rawValue)
      case .theme: options.themes
      case .window: LimitEditor.windows.map { "10/\($0)" }
      default: []
      }
    }
    return words.filter { $0.hasPrefix(typed) }
  }

  /// Tools as `server/tool`, also where a part of the tool's own name is typed.
  private func tools(_ typed: String) -> [String] {
    let pattern = Pattern(typed, .part)
    var begun: [String] = []
    var others: [String] = []
    for index in catalogue.tools.indices {
      let name = catalogue.name(of: index)
      let full = Self.word("\(name.server.string)/\(name.tool.string)")
      if full.hasPrefix(typed) {
        begun.append(full)
      } else if pattern.holds(full) {
        others.append(full)
      }
      if begun.count >= Self.mostCompletions { break }
    }
    return begun + others
  }

  private func servers(_ typed: String) -> [String] {
    catalogue.servers.map { Self.word($0.info.name.string) }.filter { $0.hasPrefix(typed) }
  }

  /// A name as one word of a command.
  private static func word(_ name: String) -> String {
    let isPlain = name.unicodeScalars.allSatisfy { scalar in
      !" \t\"[]{}".unicodeScalars.contains(scalar) && scalar.value >= 0x20
    }
    return isPlain && !name.isEmpty ? name : quoted(name)
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: JSONNode(.string(ExactText(text))).compact, as: UTF8.self)
  }

  // MARK: Conditions

  private func conditionWords(_ words: [CommandWords.Word], _ typed: String) -> [String] {
    // What is behind the tool, and the entry's number if there is one.
    var rest = Array(words.dropFirst(2).map(\.text))
    if let first = rest.first, Int(first) != nil { rest.removeFirst() }
    let sinceAnd = rest.lastIndex(of: "and").map { rest.count - $0 - 1 } ?? rest.count
    let joins = ["and", "say", "until"]
    let found: [String] =
      switch sinceAnd {
      case 0: paths(of: words[1].plain) + (rest.isEmpty ? ["always"] : [])
      case 1: ConditionOperator.allCases.map(\.rawValue) + ["=", "!=", "<", "<=", ">", ">="]
      case 2: []
      default: rest.suffix(sinceAnd).contains("say") ? ["until"] : joins
      }
    return found.filter { $0.hasPrefix(typed) }
  }

  /// Paths into a tool's arguments, as far as its parameters are known, and the caller's.
  private func paths(of tool: String) -> [String] {
    let names = find(tool).first.flatMap { catalogue.index(of: $0) }.map { catalogue.tools[$0].info.parameters } ?? []
    let arguments = names.prefix(Self.mostCompletions).map { name in
      let isPlain =
        !name.isEmpty
        && name.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x24: true
          default: false
          }
        }
      return isPlain ? "args.\(name)" : "args[\(Self.quoted(name))]"
    }
    return arguments + ["call.client", "call.grant", "call.server", "call.session", "call.tool"]
  }
}
