import JSONText

extension SuiteRun {
  /// Writes every case that failed, with what was expected, what came, and why; then what no case is about, and the sum.
  package func write(to report: inout ReportText, suite file: String, places: PolicyPlaces) {
    for outcome in outcomes where !outcome.passed {
      let tested = outcome.tested
      report.line("FAIL  \(tested.name)  (\(file):\(tested.place.line):\(tested.place.column))")
      var what = "\(tested.call.inWords) at \(outcome.time.rfc3339)"
      if tested.times > 1 { what += ", call \(outcome.call) of \(tested.times)" }
      report.line(what, indent: 2)
      for difference in outcome.differences { report.line(difference, indent: 2) }
      var decided = "decided: \(outcome.decision.verdict.rawValue) by \(outcome.decision.rule)"
      if let line = places.line(of: outcome.decision.rule) { decided += ", line \(line)" }
      if let reason = outcome.decision.reason { decided += ": \(reason)" }
      report.line(decided, indent: 2)
      if let explanation = outcome.explanation {
        explanation.writeSteps(to: &report, indent: 4, places: places)
      }
      report.line()
    }
    if !idleRules.isEmpty {
      report.line(
        idleRules.count == 1 ? "1 rule decided about no case:" : "\(idleRules.count) rules decided about no case:")
      let shown = idleRules.prefix(Self.mostIdleRules)
      report.table(
        shown.map { rule in ([rule, places.line(of: rule).map { "line \($0)" } ?? ""], []) }, indent: 2)
      if shown.count < idleRules.count { report.line("and \(idleRules.count - shown.count) more", indent: 2) }
      report.line()
    }
    report.line("\(passed) passed, \(failed) failed")
  }

  /// Longer lists are for programs.
  private static let mostIdleRules = 20
}

extension SuiteRun.Outcome {
  /// When the call was made that `decision` is about.
  package var time: Moment { tested.moment(call - 1) }
}
