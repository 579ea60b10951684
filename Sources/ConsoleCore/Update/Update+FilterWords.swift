internal import ControlWire
package import Filters
internal import JSONText
internal import Policy

extension ConsoleState {
  /// The tools that a filter lets through, folded servers included; all without one.
  func tools(that filter: Filter?) -> [Int] {
    guard let filter else { return Array(catalogue.tools.indices) }
    var subject = ToolSubject(catalogue: catalogue, marks: marked, now: now)
    return catalogue.tools.indices.filter { tool in
      subject.tool = tool
      return filter.matches(subject)
    }
  }

  /// How many tools a filter lets through.
  package func count(_ filter: Filter?) -> Int { tools(that: filter).count }

  /// How the filter that is being typed can go on; nil where the cursor is not at its end, or nothing fits.
  func completion(of filter: FilterField) -> FilterCompletion? {
    guard filter.field.cursor == filter.field.scalars.count else { return nil }
    return FilterCompletion(filter.field.scalars, for: filter.pane.filterSubject) { seen($0, in: filter.pane) }
  }

  private static let mostRecent: UInt64 = 2000

  /// The values of a field that the pane's rows have, as far as they can be typed.
  private func seen(_ field: Filter.Field, in pane: Pane) -> [String] {
    var known: Set<String> = []
    var values: [String] = []
    func see(_ text: String) {
      guard !text.isEmpty, known.insert(text).inserted, safe(text) == text else { return }
      values.append(text)
    }
    if pane == .live {
      let ring = live.ring
      let first = ring.endSerial > Self.mostRecent ? max(ring.firstSerial, ring.endSerial - Self.mostRecent) : 0
      for serial in (max(first, ring.firstSerial)..<max(first, ring.endSerial)).reversed() {
        guard let record = ring[serial], record.kind == .decision else { continue }
        if let number = LiveSubject.textNumber(of: field, in: record) { see(ring.text(number)) }
      }
    }
    if pane == .history {
      for row in history.page?.rows ?? [] { see(row.text(of: field)) }
    }
    if pane == .approvals {
      for request in approvals.open {
        see(ApprovalSubject(event: request.event, age: 0).text(of: field) ?? "")
      }
    }
    switch field {
    case .server: for server in catalogue.servers { see(server.info.name.string) }
    case .tool: for tool in catalogue.tools { see(tool.info.name.string) }
    case .rule where pane != .live && pane != .approvals && pane != .history:
      for tool in catalogue.tools { see(tool.standing.rule) }
    case .source: for tool in catalogue.tools { see(tool.standing.sourceInWords) }
    case .agent: for session in sessions.values { see(session.client.string) }
    default: break
    }
    return values
  }
}

extension Pane {
  /// What a filter of the pane is about.
  var filterSubject: Filter.Subject {
    switch self {
    case .live, .history: .live
    case .servers: .servers
    case .approvals: .approvals
    case .policy, .rule, .changes: .policy
    }
  }
}
