import JSONText

extension Counters {
  /// What came of counting a call.
  enum Outcome: Sendable {
    case reserved(Reservation?)
    /// The first limit that is reached, and when all of them would let a call pass (nil: never).
    case reached(CompiledLimit, wait: Int64?)
    /// Too many counts are alive; the limit is the one that needs another.
    case full(CompiledLimit)
    /// What the call costs cannot be told.
    case unpaid(CompiledLimit, why: String)
  }

  /// Counts a call in all limits of some rules, or in none of them.
  mutating func reserve(
    _ first: CompiledRule?, _ second: CompiledRule?, _ third: CompiledRule?, for call: Call, tool: ExactText?,
    at now: Moment, isRevocable: Bool, arguments: () -> JSONNode?
  ) -> Outcome {
    switch reserve(first, second, third, for: call, tool: tool, at: now) {
    case nil: .reserved(nil)
    case .reached(let limit, let wait): .reached(limit, wait: wait)
    case .full(let limit): .full(limit)
    }
  }
}

extension CompiledLimit {
  func isExpired(at now: Moment) -> Bool { false }
}
