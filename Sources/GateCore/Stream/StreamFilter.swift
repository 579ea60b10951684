internal import ControlWire
internal import Filters
internal import Policy

/// Which decisions one subscriber wants to hear of, and of which results with them.
///
/// A decision's line is read only where none was before it that differs from it in nothing but numbers and times: what a
/// filter said to that one is remembered. How much is read is for the caller to bound, who knows the time.
struct StreamFilter: Sendable {
  enum Outcome { case fits, fitsNot, unjudged }

  /// So many answers are remembered, and so many bytes of what they are about.
  private static let mostAnswers = 4_096
  private static let mostBytes = 1 << 20
  private static let mostCalls = 16_384

  private let filter: Filter
  private var answers: [(key: [UInt8], answer: Filter.Answer)] = []
  private var places: [Int: Int] = [:]
  private var bytes = 0
  /// Decisions that fit, so that their results are told too.
  private var calls: Set<UInt64> = []
  /// Of decisions before this number it is not known any more whether they fit.
  private var forgotten: UInt64 = 0

  init(_ filter: Filter) { self.filter = filter }

  /// Judges an event by its line, without its end; only decisions and results are ever kept back.
  mutating func judge(_ entry: StreamEntry, _ line: Span<UInt8>, at now: Moment, mayRead: () -> Bool) -> Outcome {
    switch entry.kind {
    case .approval, .aside, .other: return .fits
    case .result:
      // It is sent once too often rather than once too seldom.
      return calls.remove(entry.decision) != nil || entry.decision < forgotten ? .fits : .fitsNot
    case .decision:
      let parts = DecisionLine(line)
      guard let answer = answer(line, parts, mayRead) else { return .unjudged }
      let age = now.microseconds(since: entry.time)
      guard answer.holds(took: Int64(parts?.took ?? 0), sequence: entry.sequence, age: age) else { return .fitsNot }
      if calls.count >= Self.mostCalls {
        calls.removeAll(keepingCapacity: true)
        forgotten = entry.sequence
      }
      calls.insert(entry.sequence)
      return .fits
    }
  }

  /// Nil where nothing is known and nothing may be read.
  private mutating func answer(_ line: Span<UInt8>, _ parts: DecisionLine?, _ mayRead: () -> Bool) -> Filter.Answer? {
    // What tells decisions apart stands between the time and the numbers behind the reason.
    let key = parts.map { $0.time.upperBound..<($0.reason ?? $0.rule).upperBound }
    let hash = key.map { Self.hash(line, $0) }
    if let key, let hash, let place = places[hash], Self.equals(answers[place].key, line, key) {
      return answers[place].answer
    }
    guard mayRead() else { return nil }
    let text = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
    guard case .decision(let event)? = (try? GateMessage.read(text))??.event else { return .fits }
    var answer = filter.answer(event)
    if parts == nil, case .depends = answer {
      // Such a line is remembered by nobody, and its numbers are known here alone.
      answer = answer.holds(took: event.took, sequence: 0, age: 0) ? .fits : .fitsNot
    }
    if let key, let hash { remember(answer, Array(text[key]), hash) }
    return answer
  }

  private mutating func remember(_ answer: Filter.Answer, _ key: [UInt8], _ hash: Int) {
    if answers.count >= Self.mostAnswers || bytes + key.count > Self.mostBytes {
      answers.removeAll(keepingCapacity: true)
      places.removeAll(keepingCapacity: true)
      bytes = 0
    }
    guard places[hash] == nil, key.count <= Self.mostBytes else { return }
    places[hash] = answers.count
    bytes += key.count
    answers.append((key, answer))
  }

  private static func hash(_ line: Span<UInt8>, _ range: Range<Int>) -> Int {
    unsafe line.withUnsafeBytes { bytes in
      var hasher = Hasher()
      unsafe hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]))
      return hasher.finalize()
    }
  }

  private static func equals(_ key: [UInt8], _ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard key.count == range.count else { return false }
    for offset in key.indices where key[offset] != line[range.lowerBound + offset] { return false }
    return true
  }
}
