package import Filters
internal import JSONText
internal import Policy
internal import Risk

/// Judges the rows of blocks by a filter of `Filter.Subject.live`, to the same effect as the filter itself.
///
/// Each condition on a text is judged once for each text of a segment; a row then is a matter of a few bits.
package struct RowFilter: Sendable {
  private let filter: Filter
  private let now: Int64
  private let conditions: [Condition]
  /// Those whose answer is the opposite of what was found.
  private let negated: UInt64
  private let hasNumbers: Bool
  /// A filter with more conditions is judged row by row.
  private static let mostConditions = 64

  fileprivate enum Looks: Sendable {
    /// In all texts that a row shows.
    case everywhere
    case inSource
    case inShape
    case atNumber(Filter.Field, Filter.Comparison, Int64)
  }

  fileprivate struct Condition: Sendable {
    var test: Filter.Leaf.Test
    var looks: Looks
    var bit: UInt64
  }

  /// `now` is from when ages count, in microseconds since 1970.
  package init(_ filter: Filter, now: Int64) {
    self.filter = filter
    self.now = now
    var conditions: [Condition] = []
    var negated: UInt64 = 0
    filter.root.eachLeaf { leaf in
      guard leaf.slot < Self.mostConditions else { return }
      let bit = UInt64(1) << UInt64(leaf.slot)
      conditions.append(Condition(test: leaf.test, looks: Self.looks(leaf.test), bit: bit))
      if case .field(.text, .notEqual, .text) = leaf.test { negated |= bit }
    }
    self.conditions = conditions
    self.negated = negated
    hasNumbers = conditions.contains { if case .atNumber = $0.looks { true } else { false } }
  }

  private static func looks(_ test: Filter.Leaf.Test) -> Looks {
    switch test {
    case .word, .field(.text, _, _): .everywhere
    case .field(let field, let comparison, .number(let number)): .atNumber(field, comparison, number)
    case .field(let field, _, _):
      switch field {
      case .agent, .session, .server: .inSource
      case .tool, .rule, .decision, .risk, .cat, .source, .lat, .age, .n, .flag, .arg, .text: .inShape
      }
    }
  }

  /// The filter with what it says to the texts of one segment; answers are kept as they are found.
  package struct ForTexts {
    private let rows: RowFilter
    private let texts: HistoryTexts
    private var sources: [UInt64] = []
    private var shapes: [UInt64] = []
    private var reasons: [UInt64] = []
    private var answers: [UInt64: Bool] = [:]
    private var last: (bits: UInt64, answer: Bool)?

    fileprivate init(_ rows: RowFilter, _ texts: HistoryTexts) {
      self.rows = rows
      self.texts = texts
      guard rows.filter.slots <= RowFilter.mostConditions else { return }
      sources = texts.sources.map { source in rows.bits { $0.holds(source) } }
      shapes = texts.shapes.map { shape in rows.bits { $0.holds(shape) } }
      reasons = texts.reasons.map { reason in rows.bits { $0.holds(reason) } }
    }

    /// Whether no row of the segment can fit, whatever its numbers are.
    package var fitsNone: Bool {
      guard rows.filter.slots <= RowFilter.mostConditions, !rows.hasNumbers else {
        return false
      }
      let all = sources.reduce(0, |)
      // Without a negation more that is found never makes a row fit less.
      guard rows.filter.root.isMonotone else { return false }
      return !rows.holds(shapes.reduce(all, |) | reasons.reduce(0, |))
    }

    /// Calls `found` with the row of each decision that fits, in their order, until it answers false.
    package mutating func rows(
      of block: HistoryBlock, in range: Range<Int>, backwards: Bool = false, _ found: (Int) -> Bool
    ) {
      var row = backwards ? range.upperBound - 1 : range.lowerBound
      while range.contains(row) {
        if fits(block, row), !found(row) { return }
        row += backwards ? -1 : 1
      }
    }

    package mutating func fits(_ block: HistoryBlock, _ row: Int) -> Bool {
      guard rows.filter.slots <= RowFilter.mostConditions else { return rows.holdsSlowly(texts, block, row) }
      var bits =
        sources[Int(block.sources[row])] | shapes[Int(block.shapes[row])] | reasons[Int(block.reasons[row])]
      if rows.hasNumbers { bits |= rows.numberBits(block, row) }
      if let last, last.bits == bits { return last.answer }
      let answer = answers[bits] ?? rows.holds(bits ^ rows.negated)
      answers[bits] = answer
      last = (bits, answer)
      return answer
    }
  }

  package func callAsFunction(_ texts: HistoryTexts) -> ForTexts { ForTexts(self, texts) }

  // MARK: Conditions

  private func bits(_ holds: (Condition) -> Bool) -> UInt64 {
    conditions.reduce(0) { $0 | (holds($1) ? $1.bit : 0) }
  }

  /// `bits` are those whose conditions hold.
  private func holds(_ bits: UInt64) -> Bool {
    filter.root.holds { bits & (UInt64(1) << UInt64($0.slot)) != 0 }
  }

  private func numberBits(_ block: HistoryBlock, _ row: Int) -> UInt64 {
    var bits: UInt64 = 0
    for condition in conditions {
      guard case .atNumber(let field, let comparison, let wanted) = condition.looks else { continue }
      let holds =
        switch field {
        case .lat: comparison.holds(Int64(block.took[row]), wanted)
        case .n: comparison.holds(Int64(clamping: block.sequences[row]), wanted)
        case .age: comparison.holds(max(0, now &- block.times[row]), wanted)
        default: comparison == .notEqual
        }
      if holds { bits |= condition.bit }
    }
    return bits
  }

  private func holdsSlowly(_ texts: HistoryTexts, _ block: HistoryBlock, _ row: Int) -> Bool {
    filter.matches(
      texts.event(of: block, row), sequence: block.sequences[row], age: max(0, now &- block.times[row]))
  }
}

extension RowFilter.Condition {
  fileprivate func holds(_ source: HistorySource) -> Bool {
    switch looks {
    case .everywhere: return found(in: [source.client.string, source.server.string, source.session.string])
    case .inSource:
      guard case .field(let field, let comparison, .text(let pattern)) = test else { return false }
      let text =
        switch field {
        case .agent: source.client
        case .session: source.session
        default: source.server
        }
      return pattern.holds(text.string) != (comparison == .notEqual)
    case .inShape, .atNumber: return false
    }
  }

  fileprivate func holds(_ shape: HistoryShape) -> Bool {
    switch looks {
    case .everywhere:
      return found(in: [
        shape.tool?.string ?? "", shape.rule, shape.method.string, shape.verdict.rawValue,
        shape.severity?.rawValue ?? "", shape.category?.rawValue ?? "",
      ])
    case .inShape: return Filter.holds(test, ShapeSubject(shape: shape))
    case .inSource, .atNumber: return false
    }
  }

  fileprivate func holds(_ reason: String) -> Bool {
    guard case .everywhere = looks else { return false }
    return found(in: [reason])
  }

  private func found(in texts: [String]) -> Bool {
    switch test {
    case .word(let pattern), .field(.text, _, .text(let pattern)): texts.contains { pattern.holds($0) }
    case .field: false
    }
  }
}

/// What a filter asks about a shape alone.
private struct ShapeSubject: FilterSubject {
  let shape: HistoryShape

  var verdict: Verdict? { shape.verdict }
  var severity: Severity? { shape.severity }
  var category: Category? { shape.category }
  func shows(_ test: (String) -> Bool) -> Bool { false }
  func number(of field: Filter.Field) -> Int64? { nil }
  func has(_ flag: Filter.Flag) -> Bool { flag == .observed && !shape.isEnforced }

  func text(of field: Filter.Field) -> String? {
    switch field {
    case .tool: shape.tool?.string ?? ""
    case .rule: shape.rule
    default: nil
    }
  }
}

extension Filter.Node {
  fileprivate func eachLeaf(_ body: (Filter.Leaf) -> Void) {
    switch self {
    case .any(let nodes), .all(let nodes): for node in nodes { node.eachLeaf(body) }
    case .not(let node): node.eachLeaf(body)
    case .leaf(let leaf): body(leaf)
    }
  }

  /// Whether nothing in it is negated.
  fileprivate var isMonotone: Bool {
    switch self {
    case .any(let nodes), .all(let nodes): nodes.allSatisfy(\.isMonotone)
    case .not: false
    case .leaf(let leaf): if case .field(.text, .notEqual, _) = leaf.test { false } else { true }
    }
  }
}
