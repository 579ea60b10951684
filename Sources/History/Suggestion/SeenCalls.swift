package import JSONText
package import Policy
package import Risk

/// What was called and let through, as far as a policy can be made from it.
package struct SeenCalls: Sendable {
  /// The calls of one tool, resource, prompt or other request.
  package struct Use: Sendable {
    package let server: ExactText
    package let target: Call.Target
    /// As the gate judged the tool's risk: the last time, or the first time that it was one that always asks.
    package fileprivate(set) var category: Category?
    /// Calls that were let through, at once or by a person.
    package fileprivate(set) var ran = 0
    /// Calls that were not.
    package fileprivate(set) var refused = 0
    /// Of those let through how many a person had approved.
    package fileprivate(set) var approved = 0
    /// The most that one credential made within any minute.
    package fileprivate(set) var peak = 0
    package fileprivate(set) var clients: Set<ExactText> = []
    var arguments = SeenArguments()
    fileprivate var recent: [ExactText: Recent] = [:]
  }

  /// The times of the calls of the last minute.
  fileprivate struct Recent: Sendable {
    var times: [Int64] = []
    var start = 0

    /// Answers how many there are.
    mutating func add(_ time: Int64) -> Int {
      while start < times.count, times[start] <= time - 60_000_000 { start += 1 }
      if start > 1_024, start * 2 > times.count {
        times.removeFirst(start)
        start = 0
      }
      times.append(time)
      return times.count - start
    }
  }

  /// More clients are not named.
  static let mostClients = 4

  private struct Key: Hashable {
    var server: ExactText
    var target: Call.Target
  }

  private var uses: [Use] = []
  private var places: [Key: Int] = [:]
  /// When the first and the last of the calls were made.
  package private(set) var first: Moment?
  package private(set) var last: Moment?

  package init() {}

  /// By server and name.
  package var all: [Use] {
    uses.sorted { ($0.server, $0.target.word) < ($1.server, $1.target.word) }
  }

  /// Takes rows of a block in the order in which they were decided.
  package mutating func add(
    _ block: HistoryBlock, _ rows: some Sequence<Int>, of texts: HistoryTexts, lane: Int, segment: Int,
    arguments: (HistoryReplay.RecordPlace) -> HistoryReplay.Arguments
  ) {
    for row in rows {
      let source = texts.sources[Int(block.sources[row])]
      let shape = texts.shapes[Int(block.shapes[row])]
      // Others are no calls, or were stopped by something else than rules.
      guard let call = Call(source, shape, isWithRules: false) else { continue }
      let place = place(call, shape)
      let end = HistoryEnd(rawValue: block.ends.outcomes[row]) ?? .none
      let answer = HistoryAnswer(rawValue: block.ends.answers[row]) ?? .none
      guard end != .none || shape.verdict == .allow || !shape.isEnforced || answer == .approved else {
        uses[place].refused += 1
        continue
      }
      let time = block.times[row]
      if first.map({ time < $0.microseconds }) ?? true { first = Moment(microseconds: time) }
      if last.map({ time > $0.microseconds }) ?? true { last = Moment(microseconds: time) }
      uses[place].ran += 1
      if answer == .approved { uses[place].approved += 1 }
      uses[place].peak = max(uses[place].peak, uses[place].recent[source.grant, default: Recent()].add(time))
      if uses[place].clients.count < Self.mostClients { uses[place].clients.insert(source.client) }
      guard case .tool = call.target else { continue }
      let flags = HistoryArguments(rawValue: block.arguments[row])
      if flags.contains(.text), !flags.contains(.masked) {
        let known = arguments(
          HistoryReplay.RecordPlace(lane: lane, segment: segment, offset: Int(block.offsets[row])))
        if case .known(let node) = known { uses[place].arguments.add(node) }
      } else if !flags.contains(.digest) {
        uses[place].arguments.add(JSONNode(.object([])))
      }
    }
  }

  private mutating func place(_ call: Call, _ shape: HistoryShape) -> Int {
    let key = Key(server: call.server, target: call.target)
    if let known = places[key] {
      if let category = shape.category, uses[known].category?.alwaysAsks != true { uses[known].category = category }
      return known
    }
    places[key] = uses.count
    uses.append(Use(server: call.server, target: call.target, category: shape.category))
    return uses.count - 1
  }
}
