import JSONText

/// Where a condition looks: `call.client`, `args.items[*].path`, `args["odd.key"]`.
struct ConditionPath: Hashable, Sendable {
  /// As it is written.
  let text: ExactText

  /// Reads a path.
  ///
  /// Throws: `ConditionMistake` for what is no path.
  init(_ text: ExactText) throws(ConditionMistake) {
    throw ConditionMistake("no path is understood yet")
  }
}

/// What is wrong with a part of a condition.
struct ConditionMistake: Error, Hashable, Sendable {
  /// Lower case, user's text in backticks, no full stop.
  var message: String
  /// What to write instead.
  var help: String?
  /// The bytes in the text that it is about, where they are known.
  var range: Range<Int>?

  init(_ message: String, help: String? = nil, range: Range<Int>? = nil) {
    self.message = message
    self.help = help
    self.range = range
  }
}
