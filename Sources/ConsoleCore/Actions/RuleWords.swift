package import JSONText
package import Policy

/// A change of one part of a rule, typed in words: `require git/push args.branch neq "main"`.
package struct RuleWords: Hashable, Sendable {
  package enum Target: Hashable, Sendable {
    /// Tools by `server/tool`, by a name, or with stars; each gets its own rule changed.
    case tools(String)
    /// A rule by its JSON pointer, which may be one of a pattern, of all tools, of a resource.
    case rule(RuleAddress)
  }

  package enum Part: Hashable, Sendable {
    case action(RuleAction)
    case addEntry(RuleList, EntryTerms)
    case changeEntry(RuleList, Int, EntryTerms)
    case removeEntry(RuleList, Int)
    /// Changes the only limit, or adds the first.
    case limit(LimitTerms)
    case addLimit(LimitTerms)
    case changeLimit(Int, LimitTerms)
    case removeLimit(Int)
    case reason(String?)
    case expires(String?)
    case matchSchema(Bool?)
    /// Seconds by their key; nil for all of them as usual.
    case approval([String: Int]?, ApprovalTerms.Absence?)
    case remove
    case rename(ExactText)
  }

  package var target: Target
  package var part: Part
  /// What is to be said of it, as it was typed.
  package var words: String

  /// What a word names; nothing but a pointer begins with a slash.
  static func target(_ word: CommandWords.Word) throws(CommandError) -> Target {
    let name = word.plain
    guard name.hasPrefix("/") else { return .tools(name) }
    return .rule(try address(name))
  }

  /// Reads a rule's JSON pointer, as pane 2 and `show` tell it.
  static func address(_ pointer: String) throws(CommandError) -> RuleAddress {
    let usage =
      "write it as pane 2 shows it: /servers/SERVER/tools/NAME, /tools/NAME, /all_tools, /resources/URI, "
      + "/prompts/NAME, /server_requests/METHOD; ~1 stands for a slash inside, ~0 for ~"
    var steps = pointer.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
      .map { unescaped(String(String.UnicodeScalarView($0))) }
    var server: ExactText?
    if steps.first == "servers", steps.count > 2 {
      server = ExactText(steps[1])
      steps.removeFirst(2)
    }
    guard let first = steps.first, let section = RuleAddress.Section(rawValue: first),
      steps.count == (section == .allTools ? 1 : 2)
    else { throw CommandError("`\(pointer)` is no rule's place; \(usage)") }
    return RuleAddress(server: server, section, ExactText(section == .allTools ? "" : steps[1]))
  }

  private static func unescaped(_ token: String) -> String {
    var out = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in token.unicodeScalars {
      if isEscaped {
        switch scalar {
        case "0": out.append("~")
        case "1": out.append("/")
        default: out.append(contentsOf: ["~", scalar])
        }
        isEscaped = false
      } else if scalar == "~" {
        isEscaped = true
      } else {
        out.append(scalar)
      }
    }
    if isEscaped { out.append("~") }
    return String(out)
  }
}
