internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy
internal import Risk

/// A decision of the stream.
struct LiveSubject: FilterSubject {
  let record: DecisionRing.Record
  let ring: DecisionRing
  /// The moment that ages are counted from.
  let now: Moment

  var verdict: Verdict? { record.verdict }
  var severity: Severity? { record.severity }
  var category: Category? { record.category }

  func shows(_ test: (String) -> Bool) -> Bool {
    for number in Self.shown(record) where test(ring.text(number)) { return true }
    return record.showsWord(test)
  }

  /// The texts of a row that a word is looked for in.
  static func shown(_ record: DecisionRing.Record) -> [UInt32] {
    [record.tool, record.server, record.client, record.rule, record.reason, record.method, record.session]
  }

  static func textNumber(of field: Filter.Field, in record: DecisionRing.Record) -> UInt32? {
    switch field {
    case .agent: record.client
    case .session: record.session
    case .server: record.server
    case .tool: record.tool
    case .rule: record.rule
    case .decision, .risk, .cat, .source, .lat, .age, .n, .flag, .arg, .text: nil
    }
  }

  func text(of field: Filter.Field) -> String? { Self.textNumber(of: field, in: record).map { ring.text($0) } }

  func number(of field: Filter.Field) -> Int64? {
    switch field {
    case .lat: record.took
    case .n: Int64(clamping: record.sequence)
    case .age: max(0, now.microseconds(since: record.time))
    default: nil
    }
  }

  func has(_ flag: Filter.Flag) -> Bool { flag == .observed && !record.isEnforced }
}

extension DecisionRing.Record {
  /// Whether one of the words that stand for what is no text is such.
  fileprivate func showsWord(_ test: (String) -> Bool) -> Bool {
    test(facts.verdict.rawValue) || test(facts.severity?.rawValue ?? "") || test(facts.category?.rawValue ?? "")
  }
}

/// Filters many decisions: what it found out about a text once it does not look up again.
struct LiveMatcher: Hashable, Sendable {
  let filter: Filter
  let now: Moment
  /// For each of the ring's facts: what was found out about all rows that have them.
  private var answers: [Filter.Answer?] = []
  /// How many of these there are.
  private(set) var judged = 0
  /// The numbers that the ring had when all that was found out.
  private var generation = 0
  /// For each condition and text: 0 unknown, 1 does not fit, 2 fits.
  private var known: [[UInt8]]

  init(filter: Filter, now: Moment) {
    self.filter = filter
    self.now = now
    known = Array(repeating: [], count: filter.slots)
  }

  /// Whether a row of the ring fits; what is no decision always does.
  mutating func matches(_ serial: UInt64, in ring: DecisionRing) -> Bool {
    if generation != ring.generation {
      generation = ring.generation
      answers = []
      known = Array(repeating: [], count: filter.slots)
    }
    let number = ring.factNumber(of: serial)
    if number >= answers.count { answers.append(contentsOf: repeatElement(nil, count: ring.factCount - answers.count)) }
    switch answers[number] ?? judge(number, in: ring) {
    case .fits: return true
    case .fitsNot: return false
    case .depends(let node):
      let row = ring.numbers(of: serial)
      return Filter.Answer.depends(node).holds(
        took: row.took, sequence: row.sequence, age: now.microseconds(since: row.time))
    }
  }

  private mutating func judge(_ number: Int, in ring: DecisionRing) -> Filter.Answer {
    let record = DecisionRing.Record(facts: ring.facts(number), time: now)
    let answer: Filter.Answer =
      record.kind.isAboutCall ? filter.answer { holds($0, record, in: ring) } : .fits
    answers[number] = answer
    judged += 1
    return answer
  }

  private mutating func holds(
    _ leaf: Filter.Leaf, _ record: DecisionRing.Record, in ring: DecisionRing
  ) -> Bool {
    switch leaf.test {
    case .word(let pattern), .field(.text, _, .text(let pattern)):
      let slot = leaf.slot
      let holds =
        fits(pattern, slot, record.tool, ring) || fits(pattern, slot, record.server, ring)
        || fits(pattern, slot, record.client, ring) || fits(pattern, slot, record.rule, ring)
        || fits(pattern, slot, record.reason, ring) || fits(pattern, slot, record.method, ring)
        || fits(pattern, slot, record.session, ring) || record.showsWord { pattern.holds($0) }
      if case .field(_, .notEqual, _) = leaf.test { return !holds }
      return holds
    case .field(let field, let comparison, .text(let pattern)):
      guard let number = LiveSubject.textNumber(of: field, in: record) else { return comparison == .notEqual }
      return fits(pattern, leaf.slot, number, ring) != (comparison == .notEqual)
    case .field: return Filter.holds(leaf.test, LiveSubject(record: record, ring: ring, now: now))
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
  let catalogue: Catalogue
  let marks: Set<ToolName>
  let now: Moment
  /// The tool's place in the catalogue.
  var tool = 0

  var verdict: Verdict? { catalogue.tools[tool].standing.verdict }
  var severity: Severity? { catalogue.tools[tool].info.assessment.severity }
  var category: Category? { catalogue.tools[tool].info.assessment.category }

  private var server: Int { catalogue.tools[tool].server }

  func shows(_ test: (String) -> Bool) -> Bool {
    test(catalogue.tools[tool].info.name.string) || test(catalogue.servers[server].info.name.string)
      || test(catalogue.tools[tool].standing.summary)
      || test(catalogue.tools[tool].info.assessment.severity.rawValue)
      || test(catalogue.tools[tool].info.assessment.category.rawValue)
      || test(catalogue.tools[tool].standing.sourceInWords) || test(catalogue.tools[tool].info.title ?? "")
  }

  func text(of field: Filter.Field) -> String? {
    switch field {
    case .server: catalogue.servers[server].info.name.string
    case .tool: catalogue.tools[tool].info.name.string
    case .rule: catalogue.tools[tool].standing.rule
    case .source: catalogue.tools[tool].standing.sourceInWords
    default: nil
    }
  }

  func number(of field: Filter.Field) -> Int64? {
    switch field {
    case .n: Int64(catalogue.tools[tool].calls)
    case .age: catalogue.servers[server].info.scanned.map { max(0, now.microseconds(since: $0)) }
    default: nil
    }
  }

  func has(_ flag: Filter.Flag) -> Bool {
    switch flag {
    case .ungoverned: catalogue.tools[tool].standing.isUngoverned
    case .changed: catalogue.tools[tool].news == .changed
    case .new: catalogue.tools[tool].news == .new
    case .marked: marks.contains(catalogue.name(of: tool))
    case .edited: catalogue.tools[tool].mark != .none
    case .conditional: !catalogue.tools[tool].standing.conditions.isEmpty
    case .lookalike: catalogue.tools[tool].looksLike != nil
    case .observed, .running, .idle, .failed: false
    }
  }
}

/// A row of the servers pane.
struct ServerSubject: FilterSubject {
  let catalogue: Catalogue
  let now: Moment
  /// The server's place in the catalogue.
  var server = 0

  private var entry: Catalogue.Server { catalogue.servers[server] }

  /// What its tools get that no rule names.
  var verdict: Verdict? { entry.fallback.verdict }
  var severity: Severity? { nil }
  var category: Category? { nil }

  func shows(_ test: (String) -> Bool) -> Bool {
    test(entry.info.name.string) || test(entry.info.state.rawValue) || test(entry.info.program)
      || test(entry.info.transport) || test(entry.info.lastError ?? "") || test(entry.info.lastLine ?? "")
  }

  func text(of field: Filter.Field) -> String? { field == .server ? entry.info.name.string : nil }

  func number(of field: Filter.Field) -> Int64? {
    switch field {
    case .n: Int64(entry.tools.count)
    case .age: entry.info.scanned.map { max(0, now.microseconds(since: $0)) }
    default: nil
    }
  }

  func has(_ flag: Filter.Flag) -> Bool {
    switch flag {
    case .ungoverned: entry.ungoverned > 0
    case .changed: catalogue.tools[entry.tools].contains { $0.news == .changed }
    case .new: catalogue.tools[entry.tools].contains { $0.news == .new }
    case .edited: entry.changed > 0
    case .running: entry.info.state == .running
    case .idle: entry.info.state == .idle
    case .failed: entry.info.state == .failed
    case .marked, .conditional, .observed, .lookalike: false
    }
  }
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

  /// No rule speaks of the tool: only a default governs it.
  package var isUngoverned: Bool {
    switch source {
    case .serverDefault, .globalDefault, .noPolicy: true
    case .explicit, .pattern, .hidden: false
    }
  }
}
