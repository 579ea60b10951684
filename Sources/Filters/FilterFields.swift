internal import Policy
package import Risk

extension Filter {
  /// What a row is compared by.
  package enum Field: String, CaseIterable, Hashable, Sendable {
    case agent, session, server, tool, rule, decision, risk, cat, source, lat, age, n
    /// One of some properties, see `Flag`.
    case flag = "is"
    case arg, text

    /// Whether rows of a pane have it.
    package func exists(in subject: Subject) -> Bool {
      switch self {
      case .server, .text, .n, .age, .decision: true
      case .flag: subject != .approvals
      case .tool, .rule, .risk, .cat: subject != .servers
      case .source: subject == .policy
      case .agent, .session: subject == .live || subject == .approvals
      case .lat: subject == .live
      case .arg: false
      }
    }

    /// What kind of value it is compared with.
    package enum Kind: Hashable, Sendable { case text, decision, severity, category, span, count, flag }

    package var kind: Kind {
      switch self {
      case .agent, .session, .server, .tool, .rule, .source, .arg, .text: .text
      case .decision: .decision
      case .risk: .severity
      case .cat: .category
      case .lat, .age: .span
      case .n: .count
      case .flag: .flag
      }
    }
  }

  /// A property that a row has or has not: `is:changed`.
  package enum Flag: String, CaseIterable, Hashable, Sendable {
    /// Only a default governs the tool.
    case ungoverned
    /// The server says something else of the tool than before.
    case changed
    /// The server did not have the tool before.
    case new
    case marked
    /// An unsaved edit changes what is said of it.
    case edited
    /// The decision depends on the arguments or the caller.
    case conditional
    /// Decided, but not enforced: the policy only observes.
    case observed
    case running, idle, failed
    /// The name could be taken for another tool's.
    case lookalike

    package func exists(in subject: Subject) -> Bool {
      switch self {
      case .ungoverned, .changed, .new, .edited: subject != .live && subject != .approvals
      case .marked, .conditional, .lookalike: subject == .policy
      case .observed: subject == .live
      case .running, .idle, .failed: subject == .servers
      }
    }
  }
}

extension Severity {
  /// Its place in their order.
  package var position: Int {
    switch self {
    case .low: 0
    case .medium: 1
    case .high: 2
    case .critical: 3
    }
  }
}
