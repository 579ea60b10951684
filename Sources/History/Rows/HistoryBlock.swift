package import ControlWire

/// Some thousand decisions of one segment, column by column, in the order in which they were made.
package struct HistoryBlock: Hashable, Sendable {
  /// Numbers of texts of the segment.
  package var sources: [UInt32] = []
  package var shapes: [UInt32] = []
  package var reasons: [UInt32] = []
  /// Microseconds since 1970.
  package var times: [Int64] = []
  package var sequences: [UInt64] = []
  /// How long judging took, in microseconds.
  package var took: [UInt32] = []
  /// Where the line begins in the segment.
  package var offsets: [UInt32] = []
  /// What the line tells of the arguments: bits of `HistoryArguments`.
  package var arguments: [UInt8] = []

  /// How calls ended, as far as that is known.
  package var ends = Ends()

  /// What is known of calls after they were decided about.
  package struct Ends: Hashable, Sendable {
    /// Numbers of `HistoryEnd`.
    package var outcomes: [UInt8] = []
    /// What became of a question to a person: numbers of `HistoryAnswer`.
    package var answers: [UInt8] = []
    /// From forwarding to the answer, in microseconds.
    package var took: [Int64] = []
    /// The answer's size.
    package var bytes: [Int64] = []

    package init() {}
  }

  /// So many rows a block has at most.
  package static let mostRows = 4_096

  package init() {}

  package var count: Int { times.count }

  /// The row of the decision with a number; nil where it is not here.
  package func row(of sequence: UInt64) -> Int? {
    var low = 0
    var high = sequences.count
    while low < high {
      let middle = low + (high - low) / 2
      if sequences[middle] < sequence { low = middle + 1 } else { high = middle }
    }
    return low < sequences.count && sequences[low] == sequence ? low : nil
  }

  mutating func append(
    source: UInt32, shape: UInt32, reason: UInt32, time: Int64, sequence: UInt64, took: UInt32, offset: UInt32,
    arguments: HistoryArguments
  ) {
    sources.append(source)
    shapes.append(shape)
    reasons.append(reason)
    times.append(time)
    sequences.append(sequence)
    self.took.append(took)
    offsets.append(offset)
    self.arguments.append(arguments.rawValue)
    ends.outcomes.append(0)
    ends.answers.append(0)
    ends.took.append(0)
    ends.bytes.append(0)
  }

  package mutating func note(_ result: ResultEvent, at row: Int) {
    ends.outcomes[row] = HistoryEnd(result.outcome).rawValue
    ends.took[row] = max(0, result.took)
    ends.bytes[row] = Int64(clamping: max(0, result.bytes))
  }

  package mutating func note(_ answer: HistoryAnswer, at row: Int) { ends.answers[row] = answer.rawValue }

  /// Whether every number of a text is one of these texts'.
  package func fits(_ texts: HistoryTexts) -> Bool {
    let (source, shape, reason) = (texts.sources.count, texts.shapes.count, texts.reasons.count)
    for row in 0..<count
    where Int(sources[row]) >= source || Int(shapes[row]) >= shape || Int(reasons[row]) >= reason { return false }
    return true
  }
}

/// How a call ended that was let through.
package enum HistoryEnd: UInt8, CaseIterable, Hashable, Sendable {
  /// It was not let through, or has not ended.
  case none
  case ok, error, toolError, cancelled, lost

  init(_ outcome: ResultEvent.Outcome) {
    self =
      switch outcome {
      case .ok: .ok
      case .error: .error
      case .toolError: .toolError
      case .cancelled: .cancelled
      case .lost: .lost
      }
  }

  package var outcome: ResultEvent.Outcome? {
    switch self {
    case .none: nil
    case .ok: .ok
    case .error: .error
    case .toolError: .toolError
    case .cancelled: .cancelled
    case .lost: .lost
    }
  }
}

/// What became of a question to a person.
package enum HistoryAnswer: UInt8, CaseIterable, Hashable, Sendable {
  /// Nobody was asked, or nothing became of it yet.
  case none
  case approved, denied, expired, withdrawn

  package init?(_ state: ApprovalEvent.State) {
    switch state {
    case .approved, .used: self = .approved
    case .denied: self = .denied
    case .expired: self = .expired
    case .withdrawn: self = .withdrawn
    case .pending, .revoked: return nil
    }
  }

  package var word: String? {
    switch self {
    case .none: nil
    case .approved: "approved"
    case .denied: "denied"
    case .expired: "expired"
    case .withdrawn: "withdrawn"
    }
  }
}

/// What a decision's line tells of the call's arguments.
package struct HistoryArguments: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Their digest: there were some.
  package static let digest = HistoryArguments(rawValue: 1)
  /// The arguments themselves.
  package static let text = HistoryArguments(rawValue: 2)
  /// In which something was replaced by a word.
  package static let masked = HistoryArguments(rawValue: 4)
}
