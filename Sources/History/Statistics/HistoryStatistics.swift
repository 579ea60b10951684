package import JSONText
package import Policy

/// Numbers of what was decided, by who called, what was called, and by which rule.
package struct HistoryStatistics: Sendable {
  /// The numbers of some decisions.
  package struct Counts: Hashable, Sendable {
    /// By verdict, in the order of `Verdict.allCases`.
    package var verdicts = [Int](repeating: 0, count: Verdict.allCases.count)
    /// Of those how many were let through by a policy that only observes.
    package var observed = 0
    /// Calls that failed: an error, a result that says so, a lost server.
    package var failed = 0
    /// What the answers of calls took.
    package var latency = LatencyHistogram()
    package var bytes: Int64 = 0

    package init() {}

    package var calls: Int { verdicts.reduce(0, +) }
    /// All that were not allowed at once.
    package var refused: Int { calls - count(.allow) - count(.ask) }
    package func count(_ verdict: Verdict) -> Int { verdicts[verdict.place] }

    fileprivate mutating func add(_ verdict: Int, isObserved: Bool, _ end: HistoryEnd, _ took: Int64, _ size: Int64) {
      verdicts[verdict] += 1
      if isObserved { observed += 1 }
      switch end {
      case .none: return
      case .ok, .cancelled: break
      case .error, .toolError, .lost: failed += 1
      }
      latency.add(took)
      bytes = bytes.addingReportingOverflow(size).partialValue
    }
  }

  package enum Dimension: String, CaseIterable, Hashable, Sendable { case client, server, tool, rule }

  package struct Line: Hashable, Sendable {
    /// Set for a tool.
    package var server: ExactText?
    package var name: ExactText
    package var counts: Counts
  }

  package private(set) var total = Counts()
  /// How long judging took.
  package private(set) var judging = LatencyHistogram()
  /// When the first and the last decision were made.
  package private(set) var first: Moment?
  package private(set) var last: Moment?
  private var lines: [Dimension: [Key: Int]] = [:]
  private var counts: [Dimension: [Line]] = [:]
  private var minutes: [Int64: Int] = [:]

  private struct Key: Hashable {
    var server: ExactText?
    var name: ExactText
  }

  package init() {}

  /// Those with the most calls first.
  package func lines(_ dimension: Dimension) -> [Line] {
    (counts[dimension] ?? []).sorted { left, right in
      left.counts.calls == right.counts.calls
        ? (left.server ?? "", left.name) < (right.server ?? "", right.name)
        : left.counts.calls > right.counts.calls
    }
  }

  /// The minute with the most decisions, the earliest of several.
  package var busiest: (minute: Moment, calls: Int)? {
    let best = minutes.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return best.map { (Moment(microseconds: $0.key * 60_000_000), $0.value) }
  }

  /// Counts rows of a block; `segment` keeps what is known of its texts.
  package mutating func add(_ block: HistoryBlock, _ rows: some Sequence<Int>, _ segment: inout ForTexts) {
    for row in rows {
      let time = block.times[row]
      if first.map({ time < $0.microseconds }) ?? true { first = Moment(microseconds: time) }
      if last.map({ time > $0.microseconds }) ?? true { last = Moment(microseconds: time) }
      minutes[time.flooredQuotient(by: 60_000_000), default: 0] += 1
      judging.add(Int64(block.took[row]))
      let (source, shape) = (Int(block.sources[row]), Int(block.shapes[row]))
      let places = places(source, shape, &segment)
      let (verdict, isObserved) = segment.verdicts[shape]
      let end = HistoryEnd(rawValue: block.ends.outcomes[row]) ?? .none
      let (took, size) = (block.ends.took[row], block.ends.bytes[row])
      total.add(verdict, isObserved: isObserved, end, took, size)
      counts[.client]?[places.client].counts.add(verdict, isObserved: isObserved, end, took, size)
      counts[.server]?[places.server].counts.add(verdict, isObserved: isObserved, end, took, size)
      counts[.tool]?[places.tool].counts.add(verdict, isObserved: isObserved, end, took, size)
      counts[.rule]?[places.rule].counts.add(verdict, isObserved: isObserved, end, took, size)
    }
  }

  private mutating func places(_ source: Int, _ shape: Int, _ segment: inout ForTexts) -> Places {
    if let known = segment.places[UInt64(source) << 32 | UInt64(shape)] { return known }
    let (who, what) = (segment.texts.sources[source], segment.texts.shapes[shape])
    let places = Places(
      client: place(.client, nil, who.client), server: place(.server, nil, who.server),
      tool: place(.tool, who.server, what.target), rule: place(.rule, nil, ExactText(what.rule)))
    segment.places[UInt64(source) << 32 | UInt64(shape)] = places
    return places
  }

  private mutating func place(_ dimension: Dimension, _ server: ExactText?, _ name: ExactText) -> Int {
    let key = Key(server: server, name: name)
    if let known = lines[dimension]?[key] { return known }
    let place = counts[dimension]?.count ?? 0
    lines[dimension, default: [:]][key] = place
    counts[dimension, default: []].append(Line(server: server, name: name, counts: Counts()))
    return place
  }

  fileprivate struct Places {
    var client: Int
    var server: Int
    var tool: Int
    var rule: Int
  }

  /// The texts of a segment, with what was found out about them.
  package struct ForTexts {
    fileprivate let texts: HistoryTexts
    fileprivate let verdicts: [(verdict: Int, isObserved: Bool)]
    fileprivate var places: [UInt64: Places] = [:]

    package init(_ texts: HistoryTexts) {
      self.texts = texts
      verdicts = texts.shapes.map { ($0.verdict.place, !$0.isEnforced) }
    }
  }
}

extension Int64 {
  func flooredQuotient(by divisor: Int64) -> Int64 {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }
}

extension Verdict {
  /// Its place in counts by verdict, the order of `allCases`.
  package var place: Int {
    switch self {
    case .allow: 0
    case .deny: 1
    case .limit: 2
    case .ask: 3
    case .hide: 4
    }
  }
}
