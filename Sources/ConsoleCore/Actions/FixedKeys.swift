/// Keys that are the same whatever `keys.conf` says: those of a popup, which are about what stands in it.
package struct FixedKeys: Hashable, Sendable {
  /// The popup by the name of its case in `Overlay`; nil for all of them.
  package var overlay: String?
  /// Where the help says that they work.
  package var place: String
  package var keys: String
  package var summary: String

  private init(_ overlay: String?, _ place: String, _ keys: String, _ summary: String) {
    self.overlay = overlay
    self.place = place
    self.keys = keys
    self.summary = summary
  }

  package static let all: [FixedKeys] = [
    FixedKeys(nil, "popups", "Esc ctrl-c", "leave without deciding anything"),
    FixedKeys("help", "help", "Enter", "do the row; letters search, Up and Down move"),
    FixedKeys("palette", "palette", "Enter", "do the row; letters search, Up and Down move"),
    FixedKeys("command", ": line", "Tab Up", "complete, recall; Enter runs it"),
    FixedKeys("filter", "/ line", "Tab", "take what is offered; Enter keeps the filter"),
    FixedKeys("confirm", "questions", "y n", "yes, no; s saves first where you quit"),
    FixedKeys("limit", "limits", "Tab a d u", "next field, add, delete, undo; arrows and digits change, Enter keeps"),
    FixedKeys("rule", "rule editor", "?", "the editor's own help; Enter edits a cell, ctrl-s keeps all"),
    FixedKeys("text", "editor's text", "e y", "edit it again; put it there though the rule has changed"),
    FixedKeys("merge", "merge", "m t Space", "mine, theirs, the other one; Enter takes the result"),
    FixedKeys("left", "left edits", "r d", "restore, drop"),
    FixedKeys("part", "one change", "j k", "scroll"),
    FixedKeys(
      "tool", "tool page", "j k", "scroll; recommend, undo, redo and save have the keys that they have in pane 1"),
    FixedKeys("decision", "decision", "j k J w", "the next, the one before, the rule that decided, a new rule"),
    FixedKeys("log", "log", "j k", "scroll"),
    FixedKeys("messages", "messages", "j k G", "scroll, follow"),
    FixedKeys("themes", "themes", "j k", "try one; Enter keeps it"),
    FixedKeys("imports", "import", "Space a r", "choose, all, rename; Enter adds"),
    FixedKeys("addServer", "add a server", "Tab", "the other field; Enter adds"),
    FixedKeys("server", "one server", "o", "its messages; Enter goes to its tools"),
    FixedKeys("added", "added", "y", "copy the client's lines"),
    FixedKeys(
      "newRule", "new rule", "Space Enter", "let it be any, type a value; Left and Right choose how, ctrl-s writes"),
    FixedKeys("request", "one request", "j k", "scroll; a s i d e t have the keys that they have in pane 3"),
    FixedKeys("bulk", "several calls", "y", "decide about all of them; of risky ones their number is typed"),
    FixedKeys("reply", "say why", "Enter", "decide with these words; Esc leaves it waiting"),
    FixedKeys(
      "pins", "pins", "n p a x A", "next, the one before, accept, reject, accept all of the server; y says yes"),
    FixedKeys("past", "one decision of the record", "j k J", "the next, the one before, the rule that decided"),
    FixedKeys(
      "suggest", "a policy from the record", "Space a",
      "take or leave, the usual ones; Enter shows what they change, y into the draft"),
    FixedKeys("wrap", "clients and the gate", "Space a", "choose, all; Enter shows what would change, y changes it"),
  ]
}
