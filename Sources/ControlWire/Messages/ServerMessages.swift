package import JSONText
package import Policy

/// One line that a server wrote and that was no message of the protocol; its secrets are hidden, its text is hostile.
package struct ServerMessage: Hashable, Sendable {
  package enum Source: String, CaseIterable, Hashable, Sendable {
    case stderr
    /// Standard output, where nothing but messages belongs.
    case noise
  }

  /// Its place among the lines of all servers.
  package var number: UInt64
  package var time: Moment
  package var session: ExactText
  package var source: Source
  package var text: String
  /// It was longer.
  package var isCut: Bool

  package init(
    number: UInt64, time: Moment, session: ExactText, source: Source, text: String, isCut: Bool = false
  ) {
    self.number = number
    self.time = time
    self.session = session
    self.source = source
    self.text = text
    self.isCut = isCut
  }
}

/// The last lines of one server, the newest last.
package struct ServerMessages: Hashable, Sendable {
  package var server: ExactText
  /// How many more there are that were asked for and are not given.
  package var missed: Int
  package var messages: [ServerMessage]

  package init(server: ExactText, missed: Int, messages: [ServerMessage]) {
    self.server = server
    self.missed = missed
    self.messages = messages
  }
}
