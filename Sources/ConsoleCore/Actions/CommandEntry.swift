/// A command that takes words: what help, palette and completion know of it.
///
/// An action without words is a command too, by its own name.
package struct CommandEntry: Hashable, Sendable {
  /// What can stand in one place behind the name.
  enum Argument: Hashable, Sendable {
    case tool, server, order, theme, window, path, condition, text
    /// A rule's place, or a tool.
    case rule
    case words([String])
  }

  package var name: String
  /// What may follow, as people write it down: capitals stand for something of one's own.
  package var arguments: String
  package var summary: String
  package var examples: [String]
  /// What completion offers behind the name, word by word; the last one again and again.
  var offers: [Argument]

  package var usage: String { arguments.isEmpty ? name : "\(name) \(arguments)" }

  init(
    _ name: String, _ arguments: String, _ summary: String, _ examples: [String] = [], offers: [Argument] = []
  ) {
    self.name = name
    self.arguments = arguments
    self.summary = summary
    self.examples = examples
    self.offers = offers
  }

  package static func named(_ name: String) -> CommandEntry? { all.first { $0.name == name } }

  private static let condition = "TOOL [N] PATH OPERATOR VALUE [and ...] [say TEXT] [until TIME]"
  private static let trigger = "TOOL [N] always|PATH OPERATOR VALUE [and ...] [say TEXT] [until TIME]"

  /// All of them, in the order of the help.
  package static let all: [CommandEntry] = [
    CommandEntry(
      "allow", "TOOL...", "allow tools; a rule's place stands for a tool too",
      ["allow git/git_status git_log", "allow git/*", "allow /servers/git/tools/git_*"], offers: [.rule]),
    CommandEntry("deny", "TOOL...", "deny tools", ["deny git/git_push"], offers: [.rule]),
    CommandEntry("ask", "TOOL...", "ask a person about every call", ["ask bank/pay"], offers: [.rule]),
    CommandEntry(
      "hide", "TOOL...", "take tools from the list; calls are denied", ["hide git/git_reset"], offers: [.tool]),
    CommandEntry(
      "inherit", "TOOL...", "remove the tools' own rules, so that patterns and defaults decide", ["inherit git/*"],
      offers: [.rule]),
    CommandEntry(
      "limit", "TOOL 10/minute [SCOPE] [counter NAME] [cost PATH] [align calendar] [count succeeded] [until TIME]",
      "limit how often tools are called; a number before the limit tells which of several",
      [
        "limit git/push 10/minute session", "limit 100/day global git/*", "limit bank/pay 2000/day cost args.amount",
        "limit git/push 2 5/hour",
      ], offers: [.rule, .window, .words(LimitEditor.scopes)]),
    CommandEntry(
      "limits", "PLACE", "open the limits of a rule, whatever it is about",
      ["limits /resources/file:~1~1*", "limits /all_tools"], offers: [.rule]),
    CommandEntry(
      "add-limit", "TOOL 10/minute [SCOPE] ...", "add another limit", ["add-limit git/push 100/day"],
      offers: [.rule, .window, .words(LimitEditor.scopes)]),
    CommandEntry(
      "require", condition, "a condition that every call must meet; a number changes that entry",
      [
        #"require git/push args.branch neq "main" say "use a pull request""#,
        "require fs/read_file args.path within /srv,/tmp", "require bank/pay 1 args.amount <= 500",
      ], offers: [.rule, .condition]),
    CommandEntry(
      "deny-if", trigger, "deny calls that meet a condition",
      ["deny-if bank/pay args.amount > 500 and args.currency = EUR", "deny-if web/fetch args.url host-in *.internal"],
      offers: [.rule, .condition]),
    CommandEntry(
      "approve-if", trigger, "ask a person about calls that meet a condition",
      ["approve-if bank/pay args.amount > 100 say \"more than usual\""], offers: [.rule, .condition]),
    CommandEntry(
      "allow-if", "TOOL [N] PATH OPERATOR VALUE [and ...] [until TIME]",
      "ask nobody about calls that meet a condition", ["allow-if bank/pay args.to in alice,bob"],
      offers: [.rule, .condition]),
    CommandEntry(
      "drop", "TOOL require|deny-if|approve-if|allow-if|limit N",
      "take away an entry or a limit by its number, or: reason, until, match-schema, approval",
      ["drop git/push require 1", "drop git/push reason"],
      offers: [
        .rule,
        .words([
          "allow-if", "approval", "approve-if", "deny-if", "limit", "match-schema", "reason", "require", "until",
        ]),
      ]),
    CommandEntry(
      "reason", "TOOL TEXT|none", "what the agent is told where the rule denies",
      ["reason git/push use a pull request"],
      offers: [.rule, .text]),
    CommandEntry(
      "until", "TOOL TIME|none", "when the rule ends", ["until git/push 2026-12-31T00:00:00Z"], offers: [.rule, .text]),
    CommandEntry(
      "match-schema", "TOOL on|off", "whether arguments must satisfy the tool's own schema",
      ["match-schema git/push on"],
      offers: [.rule, .words(["off", "on"])]),
    CommandEntry(
      "approval", "TOOL [hold SECONDS] [timeout SECONDS] [remember SECONDS] [on-no-approver wait|deny]",
      "how long a person is waited for", ["approval bank/pay hold 45 on-no-approver deny"],
      offers: [.rule, .words(["hold", "on-no-approver", "remember", "timeout"])]),
    CommandEntry(
      "rename", "RULE NAME", "give a rule another name or pattern", ["rename /tools/git_* git_log*"],
      offers: [.rule, .text]),
    CommandEntry(
      "all", "allow|ask|deny|hide|inherit|limit 10/minute [FILTER]",
      "decide about every tool that the filter shows, or that this one finds; it asks first",
      ["all deny risk>=high", "all limit 10/minute server:git !risk:low"],
      offers: [.words(["allow", "ask", "deny", "hide", "inherit", "limit"]), .text]),
    CommandEntry(
      "default", "[SERVER] allow|ask|deny|none", "what holds where no rule does; it asks first",
      ["default deny", "default git ask"], offers: [.server, .words(["allow", "ask", "deny", "none"])]),
    CommandEntry(
      "hide-name", "PATTERN [SERVER]", "hide all tools of such a name", ["hide-name drop_*"], offers: [.text, .server]),
    CommandEntry(
      "unhide-name", "PATTERN [SERVER]", "take a pattern from what is hidden", ["unhide-name drop_*"],
      offers: [.text, .server]),
    CommandEntry(
      "mode", "enforce|observe", "observe decides and tells, but lets everything through", ["mode observe"],
      offers: [.words(["enforce", "observe"])]),
    CommandEntry("describe", "TEXT|none", "the policy's own description", ["describe for the shop"], offers: [.text]),
    CommandEntry(
      "forget-server", "SERVER", "remove all that the policy says of one server", ["forget-server git"],
      offers: [.server]),
    CommandEntry(
      "filter", "FILTER|NAME|save NAME|drop NAME",
      "show only rows that fit, by an expression or its name; save gives the one in force a name, drop forgets a name",
      ["filter deny risk>=high", "filter save risky", "filter risky"], offers: [.text]),
    CommandEntry("mark", "FILTER", "mark every tool that fits", ["mark is:ungoverned risk>=high"], offers: [.text]),
    CommandEntry("unmark", "FILTER", "take the marks of tools that fit", ["unmark cat:read"], offers: [.text]),
    CommandEntry("go", "TOOL", "go to a tool by a part of its name", ["go push"], offers: [.tool]),
    CommandEntry("sort", "ORDER", "the order of the list", ["sort calls"], offers: [.order]),
    CommandEntry("theme", "NAME", "how the console looks", ["theme nord"], offers: [.theme]),
    CommandEntry(
      "starter", "careful|observe|empty", "write a first policy file", ["starter careful"],
      offers: [.words(["careful", "empty", "observe"])]),
    CommandEntry("mouse", "on|off", "take the mouse, or leave it to the terminal", offers: [.words(["off", "on"])]),
    CommandEntry(
      "approve", "[session|MINUTES]",
      "let the call under the cursor pass: once, its tool for the session, or identical calls for some minutes",
      ["approve session", "approve 10"], offers: [.words(["session"])]),
    CommandEntry(
      "deny-call", "[TEXT]", "deny the call that waits under the cursor, and tell the agent why",
      ["deny-call ask me tomorrow"], offers: [.text]),
    CommandEntry(
      "lockdown", "on|off", "deny everything now, whatever the policy says, or let the policy decide again",
      ["lockdown on"], offers: [.words(["off", "on"])]),
    CommandEntry(
      "since", "TIME|all", "how far back the effect of unsaved edits is told", ["since 3d", "since all"],
      offers: [.words(["1d", "1h", "30d", "7d", "all"])]),
    CommandEntry("w", "", "save the policy file"),
    CommandEntry("wq", "", "save, then quit"),
    CommandEntry("q", "", "quit; it asks where something is unsaved"),
    CommandEntry("q!", "", "quit and drop what is unsaved"),
    CommandEntry(
      "conditions", "[TOOL]", "edit what a rule asks of arguments and caller",
      ["conditions git/push", "conditions /servers/git/all_tools"], offers: [.rule]),
  ]
}
