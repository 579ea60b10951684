internal import ControlWire
package import MCPWire
package import Policy

// MARK: Lines over the limit
extension SessionCore {
  /// A line was longer than the limit and is gone; `head` and `tail` are what was kept of its ends.
  ///
  /// Whoever waits for it is told, as far as its id stands in either.
  package mutating func oversized(
    from sender: Side, head: Span<UInt8>, tail: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    switch (state, sender) {
    case (.ended, _), (.draining, .client): return
    case (.open, .client): oversizedFromClient(head, tail, at: now, gate: &gate, into: &output)
    case (.open, .server), (.draining, .server): oversizedFromServer(head, tail, at: now, gate: &gate, into: &output)
    }
  }

  private static let tooLong = WireRefusal(
    .invalidRequest, "the message is longer than \(WireLimits.line) bytes")

  private mutating func oversizedFromClient(
    _ head: Span<UInt8>, _ tail: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    let remains = MessageRemains(of: head)
    recordMalformed(Self.tooLong, method: remains.method, at: now, gate: &gate, into: &output)
    if remains.hasAnswer, !remains.hasMethod {
      answerIsLost(
        id: Self.id(remains, head, tail), Self.tooLong, bytes: WireLimits.line, at: now, gate: &gate, into: &output)
    } else if let id = Self.id(remains, head, tail) {
      output.toClient.append(Self.tooLong, id: id)
    } else {
      output.toClient.append(Self.tooLong)
    }
  }

  private mutating func oversizedFromServer(
    _ head: Span<UInt8>, _ tail: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    let remains = MessageRemains(of: head)
    let id = Self.id(remains, head, tail)
    guard !remains.hasMethod else {
      if let id { output.toServer.append(Self.tooLong, id: id) } else { tally.droppedNotifications += 1 }
      return
    }
    let number = id.flatMap { WireID.ours(0..<$0.count, $0.span) }
    guard let number, let request = takeAnswered(number) else {
      tally.strayAnswers += 1
      return
    }
    endSubscription(number, request, .error, at: now, gate: &gate, into: &output)
    fail(
      request, "the server's answer is longer than \(WireLimits.line) bytes", bytes: WireLimits.line, at: now,
      gate: &gate, into: &output)
  }

  /// The id of a message of which only the ends are left, as it is written.
  private static func id(_ remains: MessageRemains, _ head: Span<UInt8>, _ tail: Span<UInt8>) -> [UInt8]? {
    var id: [UInt8] = []
    if let range = remains.id {
      id.append(head, range)
    } else if let range = MessageRemains.lastID(in: tail) {
      id.append(tail, range)
    }
    return id.isEmpty ? nil : id
  }
}
