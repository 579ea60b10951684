internal import GateCore
internal import JSONText
internal import MCPWire
internal import Policy
internal import System

extension GuardedSession {
  /// Takes all messages that were read together: those in `bytes`, after what was fed before.
  ///
  /// What they change is passed in, so that it is checked once for all of them that nobody else changes it: for each
  /// that would take as long as a good part of the message.
  static func takeAll(
    _ bytes: Span<UInt8>, _ framer: inout LineFramer, from sender: Side, _ core: inout SessionCore,
    _ gate: inout GateState, into output: inout SessionOutput
  ) {
    // What was read together came at the same time, and is counted together.
    let now = Loop.shared.now
    var start = now
    var place = 0
    while let line = framer.wholeLine(in: bytes, from: &place) {
      start = take(bytes.extracting(line), from: sender, at: now, since: start, &core, &gate, into: &output)
    }
    if place < bytes.count { framer.feed(bytes.extracting(place...)) }
    while let frame = framer.next() {
      start = take(frame, of: framer, from: sender, at: now, since: start, &core, &gate, into: &output)
    }
  }

  /// Takes what a framer found, as `take`.
  @discardableResult
  static func take(
    _ frame: LineFramer.Frame, of framer: LineFramer, from sender: Side, at now: Moment, since start: Moment,
    _ core: inout SessionCore, _ gate: inout GateState, into output: inout SessionOutput
  ) -> Moment {
    switch frame {
    case .line(let range):
      let line = framer.bytes.span.extracting(range)
      return take(line, from: sender, at: now, since: start, &core, &gate, into: &output)
    case .oversized:
      core.oversized(
        from: sender, head: framer.oversizedHead.span, tail: framer.oversizedTail.span, at: now, gate: &gate,
        into: &output)
      return stamp(&gate, since: start)
    }
  }

  /// Takes a message that came at `now` and waited until `start`, and answers when it was done with.
  @inline(__always)
  private static func take(
    _ line: Span<UInt8>, from sender: Side, at now: Moment, since start: Moment,
    _ core: inout SessionCore, _ gate: inout GateState, into output: inout SessionOutput
  ) -> Moment {
    switch sender {
    case .client: core.fromClient(line, at: now, gate: &gate, into: &output)
    case .server: core.fromServer(line, at: now, gate: &gate, into: &output)
    }
    return stamp(&gate, since: start)
  }

  @inline(__always)
  private static func stamp(_ gate: inout GateState, since start: Moment) -> Moment {
    // How long it took is told with what was judged.
    guard gate.stream.needsStamp else { return start }
    let end = Clock.now()
    gate.stream.stamp(took: max(1, end.microseconds(since: start)))
    return end
  }
}
