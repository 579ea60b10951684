package import ControlWire
package import Policy

/// What became of the policy file while this console ran: what was written to it, and what the gate made of it.
package struct ChangeLedger: Hashable, Sendable {
  /// What the gate made of a revision.
  package enum Answer: Hashable, Sendable {
    /// It has not said anything yet.
    case awaited
    /// It runs; the time is from the save's beginning to the gate's word.
    case loaded(microseconds: Int64)
    case rejected(String)
    case silent
    case noGate
  }

  /// One text that the file had.
  package struct Revision: Hashable, Sendable {
    package var time: Moment
    package var revision: String
    /// Written by this console, and by no other program.
    package var isOwn: Bool
    /// What it changed, in words.
    package var changes: [String]
    /// More changes than are kept.
    package var untold: Int
    /// Nil for what others wrote.
    package var answer: Answer?
  }

  /// What the gate once said of its policy.
  package struct Load: Hashable, Sendable {
    package var time: Moment
    package var event: PolicyEvent
  }

  package private(set) var revisions: [Revision] = []
  package private(set) var loads: [Load] = []
  /// How many older entries are no longer kept.
  package private(set) var droppedRevisions = 0
  package private(set) var droppedLoads = 0

  private static let most = 200
  private static let mostChanges = 100

  mutating func add(_ revision: String, _ changes: [PolicyChange], isOwn: Bool, answer: Answer?, at time: Moment) {
    if revisions.count >= Self.most {
      revisions.removeFirst()
      droppedRevisions += 1
    }
    let told = changes.prefix(Self.mostChanges).map(\.sentence)
    revisions.append(
      Revision(
        time: time, revision: revision, isOwn: isOwn, changes: told, untold: changes.count - told.count, answer: answer)
    )
  }

  /// The answer to the last revision that this console wrote.
  mutating func answer(_ answer: Answer) {
    guard let index = revisions.lastIndex(where: \.isOwn) else { return }
    revisions[index].answer = answer
  }

  /// Notes what the gate said, unless it says the same again.
  mutating func add(_ event: PolicyEvent, at time: Moment) {
    guard loads.last?.event != event else { return }
    if loads.count >= Self.most {
      loads.removeFirst()
      droppedLoads += 1
    }
    loads.append(Load(time: time, event: event))
  }
}
