package import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// A decision as the stream tells it, for programs that keep none.
private struct DecisionSubject: FilterSubject {
  let event: DecisionEvent
  let sequence: UInt64

  var verdict: Verdict? { event.decision.verdict }
  var severity: Severity? { event.severity }
  var category: Category? { event.category }

  var shown: [String] {
    [
      event.client.string, event.server.string, event.tool?.string ?? "", event.decision.rule,
      event.decision.reason ?? "", event.method.string, event.session.string, event.decision.verdict.rawValue,
      event.severity?.rawValue ?? "", event.category?.rawValue ?? "",
    ]
  }

  func text(of field: Filter.Field) -> String? {
    switch field {
    case .agent: event.client.string
    case .session: event.session.string
    case .server: event.server.string
    case .tool: event.tool?.string ?? ""
    case .rule: event.decision.rule
    case .decision, .risk, .cat, .source, .lat, .age, .n, .arg, .text: nil
    }
  }

  func number(of field: Filter.Field) -> Int64? {
    switch field {
    case .lat: event.took
    case .n: Int64(clamping: sequence)
    default: nil
    }
  }
}

extension Filter {
  /// Whether a decision of the stream fits, for a filter of `Subject.live`.
  package func matches(_ event: DecisionEvent, sequence: UInt64) -> Bool {
    matches(DecisionSubject(event: event, sequence: sequence))
  }
}
