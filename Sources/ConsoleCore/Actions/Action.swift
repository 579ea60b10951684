/// Everything that a key can do, by the name that `:` and the help know it under.
package enum Action: String, CaseIterable, Hashable, Sendable {
  // Decisions
  case allow, deny, limit, hide, inherit
  case ask
  case cycle
  case serverDefault = "server-default"
  // Marks
  case mark, range
  case clearMarks = "clear-marks"
  // The edit
  case undo, redo, save, changes
  case edit
  case keepMine = "keep-mine"
  case takeTheirs = "take-theirs"
  // The list
  case filter
  case nextMatch = "next-match"
  case previousMatch = "previous-match"
  case sort
  case reverse
  case flat
  case collapseAll = "collapse-all"
  case expandAll = "expand-all"
  case jump
  case callsOfTool = "calls"
  // Live
  case pause
  case nextDenied = "next-denied"
  case previousDenied = "previous-denied"
  case clearView = "clear-view"
  // Moving
  case down, up, first, last
  case pageDown = "page-down"
  case pageUp = "page-up"
  case halfDown = "half-down"
  case halfUp = "half-up"
  case left, right, open, back
  // Panes
  case policy, rule, approvals, live, servers
  case nextPane = "next-pane"
  case previousPane = "previous-pane"
  case zoom, unzoom
  // The program
  case messages
  case command, help, log, copy, rescan, redraw, suspend, quit
  case palette, mouse
  case theme
  // Servers
  case importServers = "import"
  case wrapClients = "wrap-clients"
  case addServer = "add-server"
  case removeServer = "unregister"
  case toggleServer = "toggle-server"
  case scan
  case putBack = "put-back"
  case recommendAll = "recommend-all"
  case nextFilter = "next-filter"
  // Rules
  case conditions
  case editRule = "edit-rule"
  // The changes pane
  case merge, part, restore, discard
  case drop = "drop-change"
  case toolPage = "tool"
  case recommend
  case ruleFromCall = "rule-from-call"
  // Approvals
  case approve
  case approveSession = "approve-session"
  case approveIdentical = "approve-identical"
  case denyCall = "deny-call"
  case denyBecause = "deny-because"
  case moreTime = "more-time"
  case showRequest = "request"
  case revoke
  case lockdown
  case pins
  case record
  case numbers
  case suggest
  case effectPeriod = "effect-period"

  package var name: String { rawValue }

  /// What it does, in a few words.
  package var summary: String {
    switch self {
    case .allow: "allow the tool, or every marked one"
    case .deny: "deny it"
    case .limit: "limit how often it is called"
    case .hide: "hide it: not listed, denied when called"
    case .inherit: "remove its own rule, so that patterns and defaults decide"
    case .ask: "ask a person about every call"
    case .cycle: "next decision: allow, limit, ask, deny, inherit"
    case .serverDefault: "the server's default: deny, ask, allow, none"
    case .mark: "mark or unmark; on a server all its tools"
    case .range: "begin a range of marks, or end it"
    case .clearMarks: "clear all marks"
    case .undo: "undo the last edit"
    case .redo: "do it again"
    case .save: "save the policy file"
    case .changes: "what is changed and not saved"
    case .edit: "open the policy file in $EDITOR"
    case .keepMine: "save over what changed on the disk"
    case .takeTheirs: "drop the unsaved edits for what is on the disk"
    case .filter: "show only rows that fit an expression"
    case .nextMatch: "next row that the filter found"
    case .previousMatch: "previous row that the filter found"
    case .sort: "next order: risk, decision, calls, changed, listed, name"
    case .reverse: "turn the order around"
    case .flat: "tree or flat list"
    case .collapseAll: "close all servers"
    case .expandAll: "open all servers"
    case .jump: "from a decision to its tool, from a tool to its line in the file"
    case .callsOfTool: "show the live decisions of this tool"
    case .pause: "pause or follow the stream"
    case .nextDenied: "next decision that is not allow"
    case .previousDenied: "previous decision that is not allow"
    case .clearView: "clear the view; nothing is forgotten"
    case .down: "down"
    case .up: "up"
    case .first: "to the first row"
    case .last: "to the last row; in Live, follow"
    case .pageDown: "a page down"
    case .pageUp: "a page up"
    case .halfDown: "half a page down"
    case .halfUp: "half a page up"
    case .left: "close the server"
    case .right: "open the server"
    case .open: "details, or open what is under the cursor"
    case .back: "leave, clear the filter, clear the marks, in that order"
    case .policy: "pane 1: servers and tools"
    case .rule: "pane 2: the tool under the cursor"
    case .approvals: "pane 3: calls that wait for a person"
    case .live: "pane 4: decisions as they happen"
    case .servers: "pane 5: servers"
    case .nextPane: "next pane"
    case .previousPane: "previous pane"
    case .zoom: "give the pane the whole screen"
    case .unzoom: "back to all panes"
    case .messages: "what the server wrote to its standard error"
    case .command: "type a command"
    case .help: "this list"
    case .log: "messages so far"
    case .copy: "copy the name under the cursor"
    case .rescan: "let the gate read policy, registry and catalogue again"
    case .redraw: "draw the screen again"
    case .suspend: "back to the shell; fg returns"
    case .nextFilter: "next filter that has a name; :filter save NAME gives one"
    case .quit: "leave a popup; at the top, quit"
    case .palette: "find any action or command by a few of its letters"
    case .mouse: "let the mouse scroll and select, or leave it to the terminal"
    case .theme: "choose how the console looks"
    case .importServers: "add servers that your MCP clients are configured with"
    case .wrapClients: "route servers of your MCP clients through the gate, by their own files"
    case .addServer: "add a server by its command"
    case .removeServer: "take the server out of servers.json"
    case .toggleServer: "disable the server, or enable it again"
    case .scan: "start the server and ask for its tools"
    case .putBack: "take the last change of servers.json back"
    case .recommendAll: "give every tool without a rule the one recommended for its kind"
    case .conditions: "what a rule asks of arguments and caller, and what it tells"
    case .editRule: "open the JSON of the rule in $EDITOR"
    case .merge: "choose for each conflict with the file on the disk"
    case .drop: "take back the change under the cursor alone; elsewhere, undo"
    case .part: "show what the change under the cursor writes"
    case .restore: "take in unsaved edits that were left behind"
    case .discard: "drop unsaved edits that were left behind"
    case .toolPage: "all that is known of the tool, and what its rule should be"
    case .recommend: "give the tool, or every marked one, the rule that its kind starts with"
    case .ruleFromCall: "make a rule from the call under the cursor; shown before it is written"
    case .approve: "let the call that waits pass, once"
    case .approveSession: "let it pass, and every call of this tool in its session"
    case .approveIdentical: "let it pass, and identical calls for some minutes"
    case .denyCall: "deny the call that waits"
    case .denyBecause: "deny it and tell the agent why"
    case .moreTime: "five minutes more to decide"
    case .showRequest: "all of the request, nothing cut"
    case .revoke: "take a standing approval back"
    case .lockdown: "deny everything now, whatever the policy says; asks for the word LOCK; again, to lift it"
    case .pins: "tools that are not as they were accepted: the old, the new, accept or reject"
    case .record: "pane 7: what was decided, as the record has it; there already, read it again"
    case .suggest: "the least policy that lets pass what was called, to be taken line by line"
    case .effectPeriod: "how far back the effect of unsaved edits is told: 1 hour, 1, 7, 30 days, all"
    case .numbers: "calls, refusals and latencies of each tool in place of the decisions, or back"
    }
  }
}

extension Action {
  /// Why it cannot be done now; nil if it can.
  package func refusal(in state: ConsoleState) -> String? {
    switch self {
    case .deny where state.focus == .approvals: return state.refusal(ofDeciding: .denyCall)
    case .allow, .deny, .limit, .hide, .inherit, .ask, .cycle, .serverDefault, .undo, .redo, .recommend:
      if state.options.isReadOnly { return "this console is read-only" }
      return state.policy.refusal
    case .save:
      if state.options.isReadOnly { return "this console is read-only" }
      if state.policy.saving == .writing { return "the file is being written" }
      return nil
    case .keepMine, .takeTheirs:
      if state.options.isReadOnly { return "this console is read-only" }
      if state.policy.saving == .writing { return "the file is being written" }
      return state.policy.isContested ? nil : "the file on the disk is the one you are editing"
    case .rescan, .messages, .pins: return state.gate.isUp ? nil : "no gate is connected"
    case .jump where state.focus == .live:
      return state.live.current == nil ? "there is no decision under the cursor" : nil
    case .jump where state.focus == .history: return state.historyRefusal(of: self)
    case .addServer, .wrapClients: return state.options.isReadOnly ? "this console is read-only" : nil
    case .suggest:
      if state.options.isReadOnly { return "this console is read-only" }
      return state.policy.draft == nil ? state.policy.refusal ?? "there is no policy yet" : state.policy.refusal
    case .removeServer, .toggleServer, .scan:
      if state.options.isReadOnly { return "this console is read-only" }
      return state.currentServer == nil ? "there is no server under the cursor" : nil
    case .putBack:
      if state.options.isReadOnly { return "this console is read-only" }
      return state.registry.lastChange == nil ? "this console has not changed servers.json" : nil
    case .recommendAll:
      if state.options.isReadOnly { return "this console is read-only" }
      return state.policy.refusal ?? (state.catalogue.tools.isEmpty ? "no tool is known yet" : nil)
    case .conditions: return state.policy.draft == nil ? state.policy.refusal ?? "there is no policy yet" : nil
    case .editRule:
      if state.options.isReadOnly { return "this console is read-only" }
      return state.policy.draft == nil ? state.policy.refusal ?? "there is no policy yet" : state.policy.refusal
    case .merge:
      if state.options.isReadOnly { return "this console is read-only" }
      if state.policy.saving == .writing { return "the file is being written" }
      if case .conflict = state.policy.disk { return nil }
      return "nothing is in conflict"
    case .drop:
      if state.options.isReadOnly { return "this console is read-only" }
      return state.policy.refusal
    case .restore, .discard:
      if state.left.isEmpty { return "no edits were left behind" }
      return state.policy.saving == .writing ? "the file is being written" : nil
    case .ruleFromCall where state.focus == .live:
      if state.options.isReadOnly { return "this console is read-only" }
      return state.live.currentCall != nil ? nil : "there is no decision under the cursor"
    case .ruleFromCall where state.focus == .approvals: return state.refusal(ofApprovals: self)
    case .approve, .approveSession, .approveIdentical, .denyCall, .denyBecause, .moreTime, .showRequest, .revoke,
      .lockdown:
      return state.refusal(ofApprovals: self)
    default: return nil
    }
  }
}
