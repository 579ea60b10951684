extension Explanation {
  /// Writes the decision on one line, the reason on the next, then every step that led to it.
  package func write(of call: Call, to report: inout ReportText, places: PolicyPlaces?) {
    var headline = "\(decision.verdict.rawValue)  \(call.inWords)  by \(decision.rule)"
    if let line = places?.line(of: decision.rule) { headline += ", line \(line)" }
    if !decision.isEnforced { headline += "  (not enforced: the policy only observes)" }
    report.line(headline)
    if let reason = decision.reason { report.line(reason, indent: 2) }
    guard !steps.isEmpty else { return }
    report.line()
    writeSteps(to: &report, indent: 2, places: places)
  }

  /// Writes the steps alone.
  package func writeSteps(to report: inout ReportText, indent: Int, places: PolicyPlaces?) {
    report.table(
      steps.map { step in
        let line = places?.line(of: step.rule).map { "line \($0)" } ?? ""
        let conditions = report.aligned(step.conditions.map(\.cells))
        return ([step.outcome.rawValue, step.subject.rawValue, step.rule, line, step.text], conditions)
      }, indent: indent)
  }
}

extension ConditionReport {
  /// `args.n lte 5`, `fails`, `found 7`.
  fileprivate var cells: [String] {
    let found = found.map { "found \($0)" }
    return ["\(path) \(op) \(value)", outcome.rawValue, found ?? (outcome == .missing ? "" : "nothing found")]
  }
}
