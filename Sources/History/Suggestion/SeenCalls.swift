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
    /// The most that one credential made within any minute, hour and day.
    package fileprivate(set) var peaks = Peaks()
    /// In how many hours, and on how many days, it was called; no more than `enoughWindows` are counted.
    private(set) var hours: Set<Int64> = []
    private(set) var days: Set<Int64> = []
    package fileprivate(set) var clients: Set<ExactText> = []
    var arguments = SeenArguments()
    fileprivate var recent: [ExactText: Recent] = [:]
    fileprivate var lane: Int?

    /// Takes the time of a call that one credential made; each lane is a gate with counts of its own.
    fileprivate mutating func count(_ time: Int64, by grant: ExactText, in lane: Int) {
      if lane != self.lane {
        self.lane = lane
        recent.removeAll()
      }
      peaks.rise(to: recent[grant, default: Recent()].add(time))
      if hours.count < SeenCalls.enoughWindows { hours.insert(time / Recent.hour) }
      if days.count < SeenCalls.enoughWindows { days.insert(time / Recent.day) }
    }
  }

  /// The most calls within any window of a length.
  package struct Peaks: Hashable, Sendable {
    package var minute = 0
    package var hour = 0
    package var day = 0

    fileprivate mutating func rise(to other: Peaks) {
      (minute, hour, day) = (max(minute, other.minute), max(hour, other.hour), max(day, other.day))
    }
  }

  /// In so many hours or days something must have been called before they bind others.
  static let enoughWindows = 4

  /// The times of the calls of the last day.
  fileprivate struct Recent: Sendable {
    private var times: [Int64] = []
    /// Where the last minute, hour and day begin.
    private var minuteStart = 0
    private var hourStart = 0
    private var dayStart = 0

    static let hour: Int64 = 3_600_000_000
    static let day: Int64 = 86_400_000_000

    /// Answers how many there are in each.
    mutating func add(_ time: Int64) -> Peaks {
      // Where the clock was set back, what it told before is no time of these windows.
      while let last = times.last, last > time { times.removeLast() }
      times.append(time)
      advance(&minuteStart, to: time, 60_000_000)
      advance(&hourStart, to: time, Self.hour)
      advance(&dayStart, to: time, Self.day)
      let peaks = Peaks(minute: times.count - minuteStart, hour: times.count - hourStart, day: times.count - dayStart)
      if dayStart > 1_024, dayStart * 2 > times.count {
        times.removeFirst(dayStart)
        (minuteStart, hourStart, dayStart) = (minuteStart - dayStart, hourStart - dayStart, 0)
      }
      return peaks
    }

    private func advance(_ start: inout Int, to time: Int64, _ length: Int64) {
      start = min(start, times.count - 1)
      while time.subtractingReportingOverflow(times[start]).partialValue >= length { start += 1 }
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
      uses[place].count(time, by: source.grant, in: lane)
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
