package import JSONText

extension SuiteRun {
  /// Writes the members of a report for programs into the object that is open.
  package func writeMembers(to writer: inout JSONWriter, places: PolicyPlaces) {
    writer.member("passed", passed)
    writer.member("failed", failed)
    writer.key("cases")
    writer.beginArray()
    for outcome in outcomes {
      writer.beginObject()
      outcome.writeMembers(to: &writer, places: places)
      writer.endObject()
    }
    writer.endArray()
    writer.key("idle_rules")
    writer.beginArray()
    for rule in idleRules { writer.string(rule) }
    writer.endArray()
  }
}

extension SuiteRun.Outcome {
  fileprivate func writeMembers(to writer: inout JSONWriter, places: PolicyPlaces) {
    writer.member("name", tested.name)
    writer.member("line", tested.place.line)
    writer.member("column", tested.place.column)
    writer.member("passed", passed)
    writer.member("calls", tested.times)
    writer.member("call", call)
    writer.member("time", time.rfc3339)
    writer.key("decision")
    writer.beginObject()
    decision.writeMembers(to: &writer, places: places)
    writer.endObject()
    writer.key("differences")
    writer.beginArray()
    for difference in differences { writer.string(difference) }
    writer.endArray()
    explanation?.writeSteps(to: &writer, places: places)
  }
}
