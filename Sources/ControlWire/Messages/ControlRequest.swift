package import JSONText

/// One line that a client of the control socket sends.
package enum ControlRequest: Hashable, Sendable {
  case hello(version: Int, build: String?)
  /// Events from now on; `since` asks for those after that position first, as far as the gate still has them.
  case subscribe(since: UInt64?, budget: Int?, id: Int?)
  case snapshot(id: Int?)
  case status(id: Int?)
  /// Read the policy, the registry and the catalogue again, now.
  case reload(id: Int?)
  /// Ends the gate, for a newer build to take its place.
  case stop(id: Int?)
  /// Comes with three descriptors (the client's standard input, output and error): guard a server for their owner.
  case attach(Attachment)

  /// The most bytes a request line may have: an environment is the largest thing in one.
  package static let longestLine = 4 << 20
}

/// What to start for an attached client.
package struct Attachment: Hashable, Sendable {
  package enum Server: Hashable, Sendable {
    case registered(ExactText)
    /// A command that is not registered, under a name for policy and stream.
    case command([String], name: ExactText)
  }

  package var server: Server
  package var directory: String
  package var environment: [String: String]

  package init(server: Server, directory: String, environment: [String: String]) {
    self.server = server
    self.directory = directory
    self.environment = environment
  }
}

extension Attachment: CustomStringConvertible {
  /// Tells the sizes only: commands and environments hold secrets.
  package var description: String { "<attachment with \(environment.count) environment variables>" }
}
