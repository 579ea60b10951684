import JSONText

extension PolicyDraft {
  /// What was done, done again or undone: one step as a person sees it.
  package struct HistoryStep: Hashable, Sendable {
    package var title: String
    /// When it was made, if that was told.
    package var time: Moment?
  }

  /// How many steps there are, done and undone.
  package var stepCount: Int { steps.count }

  /// A step, counted from 0 for the first; it is done if its number is less than `position`.
  package func step(_ index: Int) -> HistoryStep? {
    guard steps.indices.contains(index) else { return nil }
    return HistoryStep(title: steps[index].title, time: steps[index].time)
  }

  /// After how many steps the text was what the file has; nil where no step leads there any longer.
  package var savedStep: Int? { lostSteps.isEmpty ? savedPosition : nil }
}
