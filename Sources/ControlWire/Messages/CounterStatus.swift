/// Where a gate keeps the counts of limits.
package struct CounterStatus: Hashable, Sendable {
  /// The folder; nil where they are kept in memory alone, and end with the gate.
  package var path: String?
  /// How many counts there were when the gate started.
  package var restored: Int
  /// What is wrong, in words.
  package var problem: String?

  package init(path: String?, restored: Int, problem: String?) {
    self.path = path
    self.restored = restored
    self.problem = problem
  }
}
