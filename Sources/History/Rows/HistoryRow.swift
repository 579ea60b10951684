package import ControlWire
package import Policy

/// One decision of the record, with how its call ended.
package struct HistoryRow: Hashable, Sendable {
  package var sequence: UInt64
  package var time: Moment
  package var event: DecisionEvent
  package var end: HistoryEnd
  package var answer: HistoryAnswer
  /// From forwarding to the answer, in microseconds; 0 where there is none.
  package var endTook: Int64
  /// The answer's size.
  package var bytes: Int64
  /// Where the decision's line stands.
  package var place: HistoryReplay.RecordPlace
  package var arguments: HistoryArguments

  package init(_ texts: HistoryTexts, _ block: HistoryBlock, _ row: Int, lane: Int = 0, segment: Int = 0) {
    sequence = block.sequences[row]
    time = Moment(microseconds: block.times[row])
    event = texts.event(of: block, row)
    end = HistoryEnd(rawValue: block.ends.outcomes[row]) ?? .none
    answer = HistoryAnswer(rawValue: block.ends.answers[row]) ?? .none
    endTook = block.ends.took[row]
    bytes = block.ends.bytes[row]
    place = HistoryReplay.RecordPlace(lane: lane, segment: segment, offset: Int(block.offsets[row]))
    arguments = HistoryArguments(rawValue: block.arguments[row])
  }
}

extension HistoryTexts {
  /// The decision of a row, but for its digest and when a limit would let the next one pass, which rows have not.
  package func event(of block: HistoryBlock, _ row: Int) -> DecisionEvent {
    let source = sources[Int(block.sources[row])]
    let shape = shapes[Int(block.shapes[row])]
    let reason = Int(block.reasons[row])
    return DecisionEvent(
      session: source.session, client: source.client, grant: source.grant, server: source.server, method: shape.method,
      tool: shape.tool, category: shape.category, severity: shape.severity,
      decision: Decision(
        shape.verdict, rule: shape.rule, reason: reason == 0 ? nil : reasons[reason], isEnforced: shape.isEnforced),
      revision: shape.revision, took: Int64(block.took[row]), argumentsDigest: nil)
  }
}
