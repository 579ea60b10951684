package import JSONText

/// What a person can ask the policy to be changed to, for one place.
///
/// Together they reach everything that a policy can say. What a policy must not say is refused in the reader's own words.
package enum PolicyEdit: Hashable, Sendable {
  /// Sets what holds for a tool; server nil means the top-level `tools`.
  ///
  /// The tool is an exact name; it is escaped where it is written as a key.
  case setRule(server: ExactText?, tool: ExactText, RuleSetting)
  /// Sets the `default` of a server, or of all; nil removes it.
  case setDefault(server: ExactText?, DefaultSetting?)
  /// Changes one part of a rule.
  case change(RuleAddress, RuleChange)
  /// Adds an entry to `hide`, as it is written there.
  case hide(server: ExactText?, pattern: ExactText)
  /// Removes an entry of `hide`, as it is written there.
  case unhide(server: ExactText?, pattern: ExactText)
  /// Sets the `mode`; nil removes it.
  case setMode(PolicyMode?)
  /// Sets the `description`; nil removes it.
  case setDescription(String?)
  /// Removes all that the policy says of one server.
  case removeServer(ExactText)
  /// Gives a policy that stands on one line the usual lines, so that what else changes can be read; none that has lines.
  case layOut
  /// Several edits as one undoable step.
  case batch([PolicyEdit], title: String)
}

/// What can be set for a tool.
package enum RuleSetting: Hashable, Sendable {
  /// Lets it through; limits and reason of a rule that did not so far stay, those limits of one that allows already go.
  case allow
  /// Denies it; all other members of the rule stay.
  case deny
  /// Asks a person each time; all other members of the rule stay.
  case requireApproval
  /// Lets so many calls through; the window is a word or a number of seconds.
  case limit(max: Int, window: String, scope: String)
  /// Takes it out of the list of tools.
  case hide
  /// Removes the tool's own rule, and its own entry in `hide`.
  case inherit
}

/// What a policy does with its decisions.
package enum PolicyMode: String, CaseIterable, Hashable, Sendable { case enforce, observe }

/// Why an edit cannot be made.
package struct PolicyEditError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Lower case, user's text in backticks, no full stop.
  package var message: String
  /// What to do instead.
  package var help: String?
  /// Where the file was changed underneath the edits, and both cannot be had.
  package var conflicts: [PolicyMerge.Conflict] = []
  /// Everything that is wrong with the text that the edit would make, where that is why.
  package var problems: [PolicyProblem] = []

  package init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }

  package var description: String { help.map { "\(message): \($0)" } ?? message }
}
