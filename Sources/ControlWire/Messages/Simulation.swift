package import JSONText
package import Policy

/// What a policy would have said to the calls that a gate remembers, against what the one in force says to them.
package struct Simulation: Hashable, Sendable {
  /// So many calls that would be judged in another way.
  package struct Change: Hashable, Sendable {
    package var from: Verdict
    package var to: Verdict
    package var calls: Int

    package init(from: Verdict, to: Verdict, calls: Int) {
      self.from = from
      self.to = to
      self.calls = calls
    }
  }

  /// The same for one tool, or what else was called.
  package struct ToolChange: Hashable, Sendable {
    package var server: ExactText
    package var tool: ExactText
    package var change: Change

    package init(server: ExactText, tool: ExactText, change: Change) {
      self.server = server
      self.tool = tool
      self.change = change
    }
  }

  /// The revision of the policy that was tried.
  package var revision: String
  /// So many calls were judged again.
  package var calls: Int
  /// And so many could not be, for their arguments are not known any more, and one of the policies looks at them.
  package var unknown: Int
  /// When the first of the calls was made.
  package var since: Moment?
  package var changes: [Change]
  /// By tool, those with the most calls first; at most `mostTools`.
  package var tools: [ToolChange]
  /// So many changed calls are of tools that are not among them.
  package var otherCalls: Int
  /// Calls that wait for a person, by what would become of them; those that would still wait are among them.
  package var pending: [Change]

  package static let mostTools = 32

  package init(
    revision: String, calls: Int = 0, unknown: Int = 0, since: Moment? = nil, changes: [Change] = [],
    tools: [ToolChange] = [], otherCalls: Int = 0, pending: [Change] = []
  ) {
    self.revision = revision
    self.calls = calls
    self.unknown = unknown
    self.since = since
    self.changes = changes
    self.tools = tools
    self.otherCalls = otherCalls
    self.pending = pending
  }
}
