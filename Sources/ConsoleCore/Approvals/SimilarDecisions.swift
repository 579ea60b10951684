internal import ControlWire
package import JSONText
package import Policy

/// Asks how often people approved and denied calls of one tool in the last days.
package struct SimilarQuestion: Hashable, Sendable {
  package var server: ExactText
  package var method: ExactText
  package var tool: ExactText?
  /// When it is asked.
  package var now: Moment

  /// So many days are looked at.
  package static let days = 7

  package init(server: ExactText, method: ExactText, tool: ExactText?, now: Moment) {
    self.server = server
    self.method = method
    self.tool = tool
    self.now = now
  }

  package var since: Moment { now.advanced(byMicroseconds: -Int64(Self.days) * 86_400_000_000) }

  fileprivate func isAbout(_ event: ApprovalEvent) -> Bool {
    server == event.server && method == event.method && tool == event.tool
  }
}

/// What the record tells of them.
package struct SimilarAnswer: Hashable, Sendable {
  package var question: SimilarQuestion
  package var approved: Int
  package var denied: Int
  /// Why the record does not tell.
  package var problem: String?

  package init(_ question: SimilarQuestion, approved: Int = 0, denied: Int = 0, problem: String? = nil) {
    self.question = question
    self.approved = approved
    self.denied = denied
    self.problem = problem
  }
}

/// What the record told of similar calls, the last ones.
package struct SimilarDecisions: Hashable, Sendable {
  private var answers: [SimilarAnswer] = []
  /// The question that is not answered yet.
  private(set) var asked: SimilarQuestion?

  private static let most = 64

  fileprivate func answer(_ event: ApprovalEvent) -> SimilarAnswer? {
    answers.last { $0.question.isAbout(event) }
  }

  fileprivate func isAsked(_ event: ApprovalEvent) -> Bool { asked?.isAbout(event) ?? false }

  fileprivate mutating func ask(_ question: SimilarQuestion) { asked = question }

  /// Nothing where something else was asked since.
  mutating func take(_ answer: SimilarAnswer) {
    guard asked == answer.question else { return }
    asked = nil
    answers.append(answer)
    if answers.count > Self.most { answers.removeFirst() }
  }
}

extension ConsoleState {
  /// Asks the record about calls like the one that is looked at.
  mutating func wantSimilar() -> [ConsoleEffect] {
    guard !options.isPlain, focus == .approvals, let row = aimedRow, let request = approvals.shown(in: row),
      similar.answer(request.event) == nil, !similar.isAsked(request.event)
    else { return [] }
    let event = request.event
    let question = SimilarQuestion(server: event.server, method: event.method, tool: event.tool, now: now)
    similar.ask(question)
    return [.readSimilar(question)]
  }

  /// How people decided about calls of the same tool, in one line: what comes later takes the place of what stands there.
  func similarLine(_ event: ApprovalEvent, columns: Int) -> Line {
    let label = TextSpan("similar: ", .dim)
    let known = similar.answer(event)
    if known == nil, similar.isAsked(event) { return Line(label, TextSpan("looking into the record", .dim)) }
    let fromRecord = known.flatMap { $0.problem == nil ? $0 : nil }
    // What was decided after the record was read is known here.
    let here = approvals.similar(to: event, after: fromRecord?.question.now)
    let (approved, denied) = ((fromRecord?.approved ?? 0) + here.approved, (fromRecord?.denied ?? 0) + here.denied)
    let span = fromRecord == nil ? "here" : "in \(SimilarQuestion.days) days"
    guard approved + denied > 0 else {
      return Line(label, TextSpan("nobody decided about it \(fromRecord == nil ? "here yet" : span)"))
    }
    let counts = "\(Format.count(approved)) approved, \(Format.count(denied)) denied"
    var words = ["\(counts) \(span)", fromRecord == nil ? counts : "\(counts) in \(SimilarQuestion.days) d"]
    if let last = here.last {
      let time = Format.clock(last.time, secondsFromGMT: options.secondsFromGMT)
      words.insert("\(words[0]), last at \(time) \(outcome(of: last.event))", at: 0)
    }
    // The longest that fits.
    let room = columns - 9
    return Line(label, TextSpan(words.first { TerminalText.width($0, options.glyphs) <= room } ?? counts))
  }
}
