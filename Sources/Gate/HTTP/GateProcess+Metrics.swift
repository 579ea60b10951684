internal import ControlWire
internal import GateCore
internal import Policy
internal import Store

// MARK: Counts for Prometheus
extension GateProcess {
  /// What the gate counts, in Prometheus' text.
  func metrics(_ front: HTTPFront) -> [UInt8] {
    var text = ""
    func family(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: String)]) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
      for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
    }
    func one(_ name: String, _ type: String, _ help: String, _ value: Int) {
      family(name, type, help, [("", "\(value)")])
    }
    family(
      "gatehouse_decisions_total", "counter", "Decisions by verdict.",
      zip(Verdict.allCases, state.counts).map { ("{verdict=\"\($0.rawValue)\"}", "\($1)") })
    let latency = state.latency
    text += "# HELP gatehouse_call_seconds From the decision to the server's answer.\n"
    text += "# TYPE gatehouse_call_seconds histogram\n"
    for (bound, count) in latency.cumulative {
      text += "gatehouse_call_seconds_bucket{le=\"\(bound)\"} \(count)\n"
    }
    text += "gatehouse_call_seconds_sum \(latency.seconds)\ngatehouse_call_seconds_count \(latency.count)\n"
    one("gatehouse_pending", "gauge", "Calls that wait for a person.", state.approvals.pendingCount)
    one("gatehouse_sessions", "gauge", "Sessions, over HTTP and otherwise.", sessionCount)
    one("gatehouse_http_sessions", "gauge", "Sessions over HTTP.", front.sessionCount)
    one("gatehouse_http_connections", "gauge", "Connections of HTTP clients.", front.connections.count)
    one("gatehouse_http_refused_total", "counter", "HTTP requests that could not be read.", front.refusals)
    one("gatehouse_watchers", "gauge", "Clients of the control socket.", connectionCount)
    one(
      "gatehouse_record_dropped_total", "counter", "Lines that could not be recorded.",
      Int(clamping: status.record?.lost ?? 0))
    return Array(text.utf8)
  }
}
