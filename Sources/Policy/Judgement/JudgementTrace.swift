import JSONText

/// Hears of every step of a judgement; what judges calls hears nothing and costs nothing.
protocol JudgementTrace {
  static var isOn: Bool { get }
  mutating func note(_ step: @autoclosure () -> Explanation.Step)
}

struct NoTrace: JudgementTrace {
  static let isOn = false
  /// An empty value has no address, and the thread sanitizer looks at the address of everything that is passed `inout`.
  private var placeholder: UInt8 = 0

  mutating func note(_ step: @autoclosure () -> Explanation.Step) {}
}

/// Keeps the steps, for a person.
struct StepList: JudgementTrace {
  static let isOn = true
  private(set) var steps: [Explanation.Step] = []
  mutating func note(_ step: @autoclosure () -> Explanation.Step) { steps.append(step()) }
}
