internal import System

/// Answers questions on a thread, one at a time; of several that wait only the last is answered.
@LoopActor
final class LastQuestion<Question: Sendable, Answer: Sendable> {
  private let answer: @Sendable (Question, @escaping @Sendable () -> Bool) -> Answer
  /// The number of the last question.
  private let last = Locked(0)
  private var asked = 0
  private var isBusy = false
  private var waiting: (question: Question, number: Int, finish: @LoopActor @Sendable (Answer) -> Void)?

  /// `answer` is told by what it is given whether anybody still waits for it.
  init(_ answer: @escaping @Sendable (Question, @escaping @Sendable () -> Bool) -> Answer) { self.answer = answer }

  /// What a question that another one has followed is answered with, if at all, is of no use.
  func ask(_ question: Question, then finish: @escaping @LoopActor @Sendable (Answer) -> Void) {
    asked += 1
    let number = asked
    last.withLock { $0 = number }
    guard !isBusy else {
      waiting = (question, number, finish)
      return
    }
    begin(question, number, finish)
  }

  private func begin(
    _ question: Question, _ number: Int, _ finish: @escaping @LoopActor @Sendable (Answer) -> Void
  ) {
    isBusy = true
    let (answer, last) = (answer, last)
    Aside.run {
      answer(question) { last.withLock { $0 } == number }
    } then: { [weak self] outcome in
      finish(outcome)
      guard let self else { return }
      self.isBusy = false
      guard let next = self.waiting else { return }
      self.waiting = nil
      self.begin(next.question, next.number, next.finish)
    }
  }
}
