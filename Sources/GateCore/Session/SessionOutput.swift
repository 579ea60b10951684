package import JSONText

/// What a session wants done after a message, beside what it tells the stream: the gate's loop writes it out, empties it and uses its memory again.
package struct SessionOutput: Sendable {
  /// Whole lines for the server's standard input.
  package var toServer: [UInt8] = []
  /// Whole lines for the client's standard output.
  package var toClient: [UInt8] = []
  /// Beginnings of lines that the server wrote and that are no messages, for a log; hostile text.
  package var noise: [[UInt8]] = []
  /// All tools of the server, each as it declared it, once the last page of a list was seen.
  package var listedTools: [JSONNode]?

  /// How many lines of noise are kept until the output is emptied, and how much of each.
  package static let noiseLines = 64
  package static let noiseLength = 512

  /// What of both was judged, for the case that it cannot be recorded.
  var passing = Passing()

  package init() {}

  package var isEmpty: Bool {
    toServer.isEmpty && toClient.isEmpty && noise.isEmpty && listedTools == nil
  }

  /// Empties all and keeps the memory.
  package mutating func reset() {
    toServer.removeAll(keepingCapacity: toServer.capacity <= Self.keptCapacity)
    toClient.removeAll(keepingCapacity: toClient.capacity <= Self.keptCapacity)
    passing.reset()
    noise.removeAll()
    listedTools = nil
  }

  private static let keptCapacity = 1 << 22

  /// Whether large messages have taken more memory than most sessions need.
  package var isLarge: Bool { toServer.capacity > 1 << 18 || toClient.capacity > 1 << 18 }

  /// Gives the memory back that large messages took, if nothing is in it.
  package mutating func trim() {
    if toServer.isEmpty { toServer = [] }
    if toClient.isEmpty { toClient = [] }
  }

  mutating func appendNoise(_ line: Span<UInt8>) {
    guard noise.count < Self.noiseLines else { return }
    var excerpt: [UInt8] = []
    for index in 0..<min(line.count, Self.noiseLength) { excerpt.append(line[index]) }
    noise.append(excerpt)
  }
}
