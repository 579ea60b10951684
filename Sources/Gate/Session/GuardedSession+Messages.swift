internal import GateCore
internal import JSONText
internal import MCPWire
internal import Policy
internal import System

extension GuardedSession {
  /// Takes all messages that were read together.
  ///
  /// What they change is passed in, so that it is checked once for all of them that nobody else changes it: for each
  /// that would take as long as a good part of the message.
  static func takeAll(
    _ framer: inout LineFramer, from sender: Side, _ core: inout SessionCore, _ gate: inout GateState,
    into output: inout SessionOutput
  ) {
    // What was read together came at the same time, and is counted together.
    let now = Loop.shared.now
    var start = now
    while let frame = framer.next() {
      start = take(frame, of: framer, from: sender, at: now, since: start, &core, &gate, into: &output)
    }
  }

  /// Takes a message that came at `now` and waited until `start`, and answers when it was done with.
  @discardableResult
  static func take(
    _ frame: LineFramer.Frame, of framer: LineFramer, from sender: Side, at now: Moment, since start: Moment,
    _ core: inout SessionCore, _ gate: inout GateState, into output: inout SessionOutput
  ) -> Moment {
    switch (frame, sender) {
    case (.line(let range), .client):
      core.fromClient(framer.bytes.span.extracting(range), at: now, gate: &gate, into: &output)
    case (.line(let range), .server):
      core.fromServer(framer.bytes.span.extracting(range), at: now, gate: &gate, into: &output)
    case (.oversized, _):
      core.oversized(
        from: sender, head: framer.oversizedHead.span, tail: framer.oversizedTail.span, at: now, gate: &gate,
        into: &output)
    }
    // How long it took is told with what was judged.
    guard gate.stream.needsStamp else { return start }
    let end = Clock.now()
    gate.stream.stamp(took: max(1, end.microseconds(since: start)))
    return end
  }
}
