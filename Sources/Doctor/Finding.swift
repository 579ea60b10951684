/// What the doctor says of one thing that it looked at.
package struct Finding: Hashable, Sendable {
  package enum Verdict: String, CaseIterable, Hashable, Sendable {
    case good
    /// Nothing is broken; the user may want to know, or to do something.
    case hint
    case wrong
  }

  /// What belongs together, in the order in which it is told.
  package enum Section: String, CaseIterable, Hashable, Sendable {
    case files, gate, record, servers, pins, clients
  }

  package var section: Section
  package var verdict: Verdict
  /// One word, or the name of a server or client: text that others may have written.
  package var subject: String
  /// Lower case, without a full stop; may hold what others wrote.
  package var text: String
  /// A command, or what else to do.
  package var remedy: String?

  package init(
    _ section: Section, _ verdict: Verdict, _ subject: String, _ text: String, remedy: String? = nil
  ) {
    self.section = section
    self.verdict = verdict
    self.subject = subject
    self.text = text
    self.remedy = remedy
  }
}
