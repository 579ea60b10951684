package import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// A decision as the stream tells it, for programs that keep none.
struct DecisionSubject: FilterSubject {
  let event: DecisionEvent
  let sequence: UInt64
  let age: Int64

  var verdict: Verdict? { event.decision.verdict }
  var severity: Severity? { event.severity }
  var category: Category? { event.category }

  func shows(_ test: (String) -> Bool) -> Bool {
    test(event.client.string) || test(event.server.string) || test(event.tool?.string ?? "")
      || test(event.decision.rule) || test(event.decision.reason ?? "") || test(event.method.string)
      || test(event.session.string) || test(event.decision.verdict.rawValue)
      || test(event.severity?.rawValue ?? "") || test(event.category?.rawValue ?? "")
  }

  func text(of field: Filter.Field) -> String? {
    switch field {
    case .agent: event.client.string
    case .session: event.session.string
    case .server: event.server.string
    case .tool: event.tool?.string ?? ""
    case .rule: event.decision.rule
    case .decision, .risk, .cat, .source, .lat, .age, .n, .flag, .arg, .text: nil
    }
  }

  func number(of field: Filter.Field) -> Int64? {
    switch field {
    case .lat: event.took
    case .n: Int64(clamping: sequence)
    case .age: max(0, age)
    default: nil
    }
  }

  func has(_ flag: Filter.Flag) -> Bool { flag == .observed && !event.decision.isEnforced }
}

extension Filter {
  /// Whether a decision of the stream fits, for a filter of `Subject.live`; `age` is in microseconds.
  package func matches(_ event: DecisionEvent, sequence: UInt64, age: Int64 = 0) -> Bool {
    matches(DecisionSubject(event: event, sequence: sequence, age: age))
  }
}
