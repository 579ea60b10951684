package import Filters
package import JSONText
package import Policy

/// Something in front of the panes that takes the keys.
package enum Overlay: Hashable, Sendable {
  case help(HelpList)
  case command(CommandField)
  case filter(FilterField)
  case confirm(Confirmation)
  case limit(LimitEditor)
  /// One decision of the stream, by serial number.
  case decision(UInt64, top: Int)
  /// What the console said so far, the newest last.
  case log(top: Int)
  /// What a server wrote to its standard error.
  case messages(MessagesView)
  case themes(ThemePicker)
  case palette(Palette)
  /// Servers of clients' files, to choose from.
  case imports(ImportList)
  case addServer(ServerForm)
  case server(ServerDetails)
  case added(ServersAdded)
  /// The conditions and other parts of one rule.
  case rule(RuleEditor)
  /// A rule's text that came back from an editor and cannot be taken.
  case text(TextProblems)
  /// The choice between two changes of one place.
  case merge(MergeView)
  /// Lines about one change.
  case part(ChangePart)
  /// Unsaved edits that were left behind.
  case left(LeftView)
  /// All that is known of one tool.
  case tool(ToolPage)
  /// A rule that is made from a call.
  case newRule(NewRule)
  /// All of one call that waits.
  case request(RequestPopup)
  /// Several calls that are to be decided at once.
  case bulk(BulkDecision)
  /// Words that a decision needs, in the bottom line.
  case reply(ReplyField)
  /// What is not as it was accepted.
  case pins(PinsPopup)
  /// One decision of the record.
  case past(PastDecision)
  /// Servers of clients that are to go through the gate.
  case wrap(WrapView)
  /// A policy from the record, to be taken line by line.
  case suggest(SuggestView)
}

extension Overlay {
  /// Whether its arrow keys only move: in editors they change what is written, which a wheel must not.
  var scrolls: Bool {
    switch self {
    case .help, .palette, .decision, .log, .messages, .themes, .imports, .server, .tool, .text, .part, .request, .pins,
      .past, .wrap, .suggest:
      true
    case .command, .filter, .confirm, .limit, .addServer, .added, .rule, .merge, .left, .newRule, .bulk, .reply: false
    }
  }
}

/// A line of text that is being typed.
package struct TextField: Hashable, Sendable {
  /// The text, at most 1,000 scalars.
  package var scalars: [Unicode.Scalar] = []
  /// Where the next character goes.
  package var cursor = 0

  package init(_ text: String = "") {
    scalars = Array(text.unicodeScalars.prefix(1000))
    cursor = scalars.count
  }

  package var text: String { String(String.UnicodeScalarView(scalars)) }

  /// Takes a key that edits; false if it does something else.
  mutating func take(_ key: Key) -> Bool {
    switch (key.code, key.modifiers) {
    case (.scalar(let scalar), []):
      guard scalars.count < 1000 else { return true }
      scalars.insert(scalar, at: cursor)
      cursor += 1
    case (.backspace, _):
      guard cursor > 0 else { return !scalars.isEmpty }
      cursor -= 1
      scalars.remove(at: cursor)
    case (.delete, _):
      if cursor < scalars.count { scalars.remove(at: cursor) }
    case (.left, _), (.scalar("b"), .control): cursor = max(0, cursor - 1)
    case (.right, _), (.scalar("f"), .control): cursor = min(scalars.count, cursor + 1)
    case (.home, _), (.scalar("a"), .control): cursor = 0
    case (.end, _), (.scalar("e"), .control): cursor = scalars.count
    case (.scalar("u"), .control):
      scalars.removeFirst(cursor)
      cursor = 0
    case (.scalar("k"), .control): scalars.removeLast(scalars.count - cursor)
    case (.scalar("w"), .control):
      while cursor > 0, scalars[cursor - 1] == " " { removeBefore() }
      while cursor > 0, scalars[cursor - 1] != " " { removeBefore() }
    default: return false
    }
    return true
  }

  private mutating func removeBefore() {
    cursor -= 1
    scalars.remove(at: cursor)
  }

  /// Takes pasted text; line ends become spaces.
  mutating func paste(_ text: String) {
    for scalar in text.unicodeScalars.prefix(1000 - min(1000, scalars.count)) {
      scalars.insert(scalar == "\n" || scalar == "\r" || scalar == "\t" ? " " : scalar, at: cursor)
      cursor += 1
    }
  }
}

/// The help: all actions, those that fit what is typed, one of them under the cursor.
package struct HelpList: Hashable, Sendable {
  package var field = TextField()
  package var list = ListCursor()
}

/// The command line.
package struct CommandField: Hashable, Sendable {
  package var field = TextField()
  /// Which command of the history is shown; nil for a new one.
  package var recalled: Int?
  /// What was typed before the history was asked.
  package var draft = ""
  /// What is wrong with the line that was run.
  package var error: String?
  /// Tab goes through the ways to go on from here.
  package var cycle: Cycle?

  package struct Cycle: Hashable, Sendable {
    package var base: String
    package var index: Int
  }
}

/// The filter line of a pane.
package struct FilterField: Hashable, Sendable {
  package var field: TextField
  package var pane: Pane
  /// What is wrong with the text; the last valid filter stays in force meanwhile.
  package var error: FilterError?
  /// The filter that Esc puts back.
  package var before: Filter?
}

/// A question that only `y` says yes to.
package struct Confirmation: Hashable, Sendable {
  package enum Question: Hashable, Sendable {
    case edit(PolicyEdit, said: String, isRisky: Bool)
    case create(Starter)
    case quit
    case keepMine
    case takeTheirs
    case removeServer(ExactText)
    case liftLockdown
  }

  package var question: Question
  /// What would happen, in numbers.
  package var lines: [String]
}

/// A text that a first policy file may have.
package enum Starter: String, CaseIterable, Hashable, Sendable {
  case careful, observe, empty
}
