/// What is decided at start and stays.
package struct ConsoleOptions: Hashable, Sendable {
  /// Where the policy file is, for people.
  package var policyPath: String
  /// This program's build, compared with the gate's.
  package var build: String
  /// No edit is made and nothing is saved.
  package var isReadOnly = false
  /// ASCII where the terminal or the locale cannot show more.
  package var glyphs = GlyphSet.unicode
  /// What to add to a moment to get the wall clock's time of day.
  package var secondsFromGMT = 0
  /// Names that `:theme` offers.
  package var themes: [String] = []
  package var theme = ""
  /// How many decisions are kept.
  package var ringCapacity = 100_000
  /// So many of them are looked at in one go when a filter is set: a few milliseconds.
  package var searchedAtOnce = 16_384
  /// Allow decisions a second that are asked of the gate; it counts the others.
  package var streamBudget = 200
  /// Rows that one notch of the mouse wheel scrolls.
  package var wheelRows = 3
  /// Lines of text instead of a screen: nothing is said of keys.
  package var isPlain = false
  /// What each key does.
  package var keys = KeyBindings.standard
  /// Calls that wait may be decided here.
  package var mayDecide = true
  /// What happens when a call waits for a person.
  package var alerts = AlertOptions()

  package init(policyPath: String = "policy.json", build: String = "dev") {
    self.policyPath = policyPath
    self.build = build
  }
}

/// How a person is called to a call that waits; beside the line that every screen has.
package struct AlertOptions: Hashable, Sendable {
  /// A sequence that terminals make a notice of the desktop from.
  package enum Notice: String, CaseIterable, Hashable, Sendable { case off, osc9, osc777 }

  /// Ring, at most once in ten seconds.
  package var bell = true
  /// Tell the number in the window's title.
  package var title = true
  package var notice = Notice.off
  /// Go to the approvals pane by itself, after ten seconds without a key and with nothing open.
  package var opens = false

  package init() {}
}

/// The characters that the console draws with.
package enum GlyphSet: String, CaseIterable, Hashable, Sendable { case unicode, ascii }
