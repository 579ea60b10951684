package import ControlWire
package import Policy

/// What the console knows of the gate.
package struct GateLink: Hashable, Sendable {
  package enum Connection: Hashable, Sendable {
    /// Nothing was heard yet.
    case starting
    /// The socket is open; the gate has not answered yet.
    case greeting
    case up
    case lost(reason: String, since: Moment, retryAt: Moment?)
  }

  package var connection = Connection.starting
  /// The last greeting; kept when the gate is lost.
  package var hello: Hello?
  /// What the gate last said about its policy.
  package var policy: PolicyEvent?
  /// How the record fails; nil while it can be written.
  package var record: RecordEvent?
  /// Where the gate reads its policy.
  package var policyPath: String?
  /// The last position of the stream that was seen; 0 if none.
  package var sequence: UInt64 = 0
  /// A snapshot was asked for and has not come yet.
  package var awaitsSnapshot = false
  /// While it did not come, something changed again.
  package var needsSnapshot = false

  package var isUp: Bool { connection == .up }
}
