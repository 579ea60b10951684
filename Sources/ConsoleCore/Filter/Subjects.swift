internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// A decision of the stream.
struct LiveSubject: FilterSubject {
  let record: DecisionRing.Record
  let ring: DecisionRing

  var verdict: Verdict? { record.verdict }
  var severity: Severity? { record.severity }
  var category: Category? { record.category }

  var shown: [String] {
    fields.map { ring.text($0) }
      + [record.verdict.rawValue, record.severity?.rawValue ?? "", record.category?.rawValue ?? ""]
  }

  /// The texts of a row that a word is looked for in.
  var fields: [UInt32] {
    [record.client, record.server, record.tool, record.rule, record.reason, record.method, record.session]
  }

  static func textNumber(of field: Filter.Field, in record: DecisionRing.Record) -> UInt32? {
    switch field {
    case .agent: record.client
    case .session: record.session
    case .server: record.server
    case .tool: record.tool
    case .rule: record.rule
    case .decision, .risk, .cat, .source, .lat, .age, .n, .arg, .text: nil
    }
  }

  func text(of field: Filter.Field) -> String? { Self.textNumber(of: field, in: record).map { ring.text($0) } }

  func number(of field: Filter.Field) -> Int64? {
    switch field {
    case .lat: record.took
    case .n: Int64(clamping: record.sequence)
    default: nil
    }
  }
}

/// Filters many decisions: what it found out about a text once it does not look up again.
struct LiveMatcher {
  let filter: Filter
  /// For each condition and text: 0 unknown, 1 does not fit, 2 fits.
  private var known: [[UInt8]]

  init(filter: Filter) {
    self.filter = filter
    known = Array(repeating: [], count: filter.slots)
  }

  mutating func matches(_ record: DecisionRing.Record, in ring: DecisionRing) -> Bool {
    let root = filter.root
    return root.holds { leaf in
      switch leaf.test {
      case .word(let pattern):
        let slot = leaf.slot
        return fits(pattern, slot, record.tool, ring) || fits(pattern, slot, record.server, ring)
          || fits(pattern, slot, record.client, ring) || fits(pattern, slot, record.rule, ring)
          || fits(pattern, slot, record.reason, ring) || fits(pattern, slot, record.method, ring)
          || fits(pattern, slot, record.session, ring) || pattern.holds(record.verdict.rawValue)
          || pattern.holds(record.severity?.rawValue ?? "") || pattern.holds(record.category?.rawValue ?? "")
      case .field(.decision, let comparison, .decision(let verdict)):
        return (record.verdict == verdict) != (comparison == .notEqual)
      case .field(let field, let comparison, .text(let pattern)) where field != .text:
        guard let number = LiveSubject.textNumber(of: field, in: record) else { return false }
        return fits(pattern, leaf.slot, number, ring) != (comparison == .notEqual)
      case .field:
        return Filter.holds(leaf.test, LiveSubject(record: record, ring: ring)) { $0.holds($1) }
      }
    }
  }

  private mutating func fits(_ pattern: Pattern, _ slot: Int, _ number: UInt32, _ ring: DecisionRing) -> Bool {
    let index = Int(number)
    if index >= known[slot].count {
      let room = max(index + 1, ring.textCount)
      known[slot].append(contentsOf: repeatElement(0, count: room - known[slot].count))
    }
    if known[slot][index] == 0 { known[slot][index] = pattern.holds(ring.text(number)) ? 2 : 1 }
    return known[slot][index] == 2
  }
}

/// A row of the policy pane.
struct ToolSubject: FilterSubject {
  let tool: Catalogue.Tool
  let server: String

  var verdict: Verdict? { tool.standing.verdict }
  var severity: Severity? { tool.info.assessment.severity }
  var category: Category? { tool.info.assessment.category }

  var shown: [String] {
    [
      tool.info.name.string, server, tool.standing.summary, tool.info.assessment.severity.rawValue,
      tool.info.assessment.category.rawValue, tool.standing.sourceInWords, tool.info.title ?? "",
    ]
  }

  func text(of field: Filter.Field) -> String? {
    switch field {
    case .server: server
    case .tool: tool.info.name.string
    case .rule: tool.standing.rule
    case .source: tool.standing.sourceInWords
    default: nil
    }
  }

  func number(of field: Filter.Field) -> Int64? { field == .n ? Int64(tool.calls) : nil }
}

extension Standing {
  /// Where the decision comes from, in words that fit a column.
  package var sourceInWords: String {
    switch source {
    case .explicit: "explicit"
    case .pattern("all_tools"): "all_tools"
    case .pattern(let pattern): "pattern \(pattern)"
    case .serverDefault: "server default"
    case .globalDefault: "global default"
    case .hidden(let pattern): "hide \(pattern)"
    case .noPolicy: "no policy"
    }
  }
}
