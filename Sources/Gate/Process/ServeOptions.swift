package import Store
package import System

/// How a gate is to be run.
package struct ServeOptions: Sendable {
  package var paths: Paths
  package var build: String
  /// How the gate is to run, as it was read at its start.
  package var configuration = GateConfiguration()
  /// Where it listens for HTTP clients, beside what the configuration says.
  package var http = HTTPOptions()
  /// Started by a client of the gate, detached from its terminal.
  package var isBackground: Bool
  /// Inside the process of its one client, whose death leaves nobody who could end what the server started.
  package var isPrivate = false
  /// Tools are denied until somebody accepts them, whatever the configuration says.
  package var hasStrictPins = false
  /// After how many seconds without sessions and clients it ends by itself; nil for never.
  package var idleExit: Int?

  /// How long the record is left alone before it is tidied, in microseconds; a day at most, for meanwhile others may write.
  package var tidyPauses: ClosedRange<Int64> = 3_600_000_000...86_400_000_000

  /// What a gate that was started by itself waits.
  package static let standardIdleExit = 600

  package init(paths: Paths, build: String, isBackground: Bool, idleExit: Int?) {
    self.paths = paths
    self.build = build
    self.isBackground = isBackground
    self.idleExit = idleExit ?? (isBackground ? Self.standardIdleExit : nil)
  }
}
