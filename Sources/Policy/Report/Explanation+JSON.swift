package import JSONText

extension Explanation {
  /// Writes `"steps": [...]` into the object that is open.
  package func writeSteps(to writer: inout JSONWriter, places: PolicyPlaces?) {
    writer.key("steps")
    writer.beginArray()
    for step in steps {
      writer.beginObject()
      writer.member("outcome", step.outcome.rawValue)
      writer.member("subject", step.subject.rawValue)
      writer.member("rule", step.rule)
      writer.member("line", ifPresent: places?.line(of: step.rule))
      writer.member("text", step.text)
      writer.key("conditions")
      writer.beginArray()
      for condition in step.conditions { condition.write(to: &writer) }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
  }
}

extension ConditionReport {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("pointer", pointer)
    writer.member("path", path)
    writer.member("op", op)
    writer.member("value", value)
    writer.member("outcome", outcome.rawValue)
    writer.member("found", ifPresent: found)
    writer.endObject()
  }
}

extension Decision {
  /// Writes what was decided into the object that is open.
  package func writeMembers(to writer: inout JSONWriter, places: PolicyPlaces?) {
    writer.member("verdict", verdict.rawValue)
    writer.member("enforced", isEnforced)
    writer.member("rule", rule)
    writer.member("line", ifPresent: places?.line(of: rule))
    writer.member("reason", ifPresent: reason)
    writer.member("retry_after_ms", ifPresent: waitMilliseconds)
  }
}

extension Decision {
  /// How long to wait, rounded up: who waits that long finds room.
  var waitMilliseconds: Int64? { retryAfter.map { $0 / 1000 + ($0 % 1000 > 0 ? 1 : 0) } }
}
