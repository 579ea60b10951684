package import ControlWire
package import JSONText

/// What a session wants done after a message: the gate's loop writes it out, empties it and uses its memory again.
package struct SessionOutput: Sendable {
  /// Whole lines for the server's standard input.
  package var toServer: [UInt8] = []
  /// Whole lines for the client's standard output.
  package var toClient: [UInt8] = []
  /// Events of the stream, numbered, in order.
  package var events: [GateMessage] = []
  /// Beginnings of lines that the server wrote and that are no messages, for a log; hostile text.
  package var noise: [[UInt8]] = []
  /// All tools of the server, each as it declared it, once the last page of a list was seen.
  package var listedTools: [JSONNode]?

  /// How many of the events were stamped; many messages may pass before the output is emptied.
  private var stamped = 0

  /// How many lines of noise are kept until the output is emptied, and how much of each.
  package static let noiseLines = 64
  package static let noiseLength = 512

  package init() {}

  package var isEmpty: Bool {
    toServer.isEmpty && toClient.isEmpty && events.isEmpty && noise.isEmpty && listedTools == nil
  }

  /// Empties all and keeps the memory.
  package mutating func reset() {
    toServer.removeAll(keepingCapacity: toServer.capacity <= Self.keptCapacity)
    toClient.removeAll(keepingCapacity: toClient.capacity <= Self.keptCapacity)
    events.removeAll(keepingCapacity: true)
    stamped = 0
    noise.removeAll()
    listedTools = nil
  }

  private static let keptCapacity = 1 << 18

  /// Writes down how long the message took, in the decisions that were made on it.
  ///
  /// The core knows no clock; who has one measures around the call and tells it here.
  /// Those of messages before, which were stamped then, stay as they are.
  package mutating func stamp(took microseconds: Int64) {
    for index in min(stamped, events.count)..<events.count {
      guard case .decision(var decision) = events[index].event else { continue }
      decision.took = microseconds
      events[index].event = .decision(decision)
    }
    stamped = events.count
  }

  mutating func appendNoise(_ line: Span<UInt8>) {
    guard noise.count < Self.noiseLines else { return }
    var excerpt: [UInt8] = []
    for index in 0..<min(line.count, Self.noiseLength) { excerpt.append(line[index]) }
    noise.append(excerpt)
  }
}
