package import JSONText

/// What a person can ask the policy to be changed to, for one place.
package enum PolicyEdit: Hashable, Sendable {
  /// Sets what holds for a tool; server nil means the top-level `tools`.
  ///
  /// The tool is an exact name; it is escaped where it is written as a key.
  case setRule(server: ExactText?, tool: ExactText, RuleSetting)
  /// Sets the `default` of a server, or of all; nil removes it.
  case setDefault(server: ExactText?, DefaultSetting?)
  /// Several edits as one undoable step.
  case batch([PolicyEdit], title: String)
}

/// What can be set for a tool.
package enum RuleSetting: Hashable, Sendable {
  /// Lets it through; limits and reason of a rule that denied so far stay, those limits of one that allows already go.
  case allow
  /// Denies it; all other members of the rule stay.
  case deny
  /// Lets so many calls through; the window is a word or a number of seconds.
  case limit(max: Int, window: String, scope: String)
  /// Takes it out of the list of tools.
  case hide
  /// Removes the tool's own rule, and its own entry in `hide`.
  case inherit
}

/// Why an edit cannot be made.
package struct PolicyEditError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Lower case, user's text in backticks, no full stop.
  package var message: String
  /// What to do instead.
  package var help: String?

  package init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }

  package var description: String { help.map { "\(message): \($0)" } ?? message }
}
