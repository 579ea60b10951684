internal import JSONText
internal import MCPWire
internal import Policy

/// The requests of one session that wait for a person: nothing of them has gone to the other side.
struct Holding: Sendable {
  /// Where a request waits.
  struct Place: Sendable {
    /// The session's own name for it.
    var number: UInt64
    var approval: UInt64
    var target: Call.Target
    var words: Question.Words
    /// Then it is answered, decided or not.
    var until: Moment
  }

  struct Held: Sendable {
    enum Way: Sendable {
      case client(RequestsInFlight.Request)
      /// A server's request, by its id in one spelling and as it was written.
      case server(ServerRequests.Request, key: ExactText, id: ExactText)
      /// What a server asks for in the answer to a client's request.
      case answer(SessionCore.HeldAnswer)
      /// What a task asks for in a notification.
      case notice(SessionCore.HeldNotice)
    }

    var way: Way
    var place: Place
    /// How the caller wants to be told of progress; nil where it does not.
    var token: ExactText?
    var reports: UInt64 = 0
    var nextReport = Moment(microseconds: .max)
    /// How many times the client was told to ask again before, in a way that it does by itself.
    var round = 0
    /// Of a request that names several resources, those that may pass already, with their decisions' numbers.
    var approved: [ExactText: UInt64] = [:]
    /// The task that a server's request says it belongs to.
    var relatedTask: ExactText?

    /// The task on whose way it is.
    var task: ExactText? {
      switch way {
      case .client(let request): request.method == .tasksUpdate ? request.subject : nil
      case .server: relatedTask
      case .answer(let answer): answer.question?.task
      case .notice(let notice): notice.question.task
      }
    }

    /// What a task asks for.
    var question: TaskQuestions.Question? {
      switch way {
      case .client, .server: nil
      case .answer(let answer): answer.question
      case .notice(let notice): notice.question
      }
    }

    var reservation: Reservation? {
      switch way {
      case .client(let request): request.reservation
      case .server(let request, _, _): request.reservation
      case .answer(let answer): answer.reservation
      case .notice(let notice): notice.reservation
      }
    }
  }

  /// How long a caller goes without being told that it waits: the protocol's clients want to hear every 15 s.
  static let reportPause: Int64 = 10_000_000
  /// So many tokens are remembered of requests whose progress we have told before their server did.
  private static let mostReported = 1_000

  private var held: [UInt64: Held] = [:]
  private var byClientKey: [ExactText: UInt64] = [:]
  private var byServerKey: [ExactText: UInt64] = [:]
  private var last: UInt64 = 0
  private(set) var wakeUp: Moment?
  /// How often a client was told to ask again that does so now.
  var round = 0
  /// The last progress that a client was told of a request, by its token.
  private var reported: [ExactText: UInt64] = [:]

  var isEmpty: Bool { held.isEmpty }
  /// All, the oldest first.
  var numbers: [UInt64] { held.keys.sorted() }
  subscript(_ number: UInt64) -> Held? { held[number] }

  /// The one that waits for a decision about what a task asks for.
  func number(of question: TaskQuestions.Question) -> UInt64? { held.first { $0.value.question == question }?.key }

  /// All on the way of a task, the oldest first.
  func numbers(ofTask task: ExactText) -> [UInt64] { held.filter { $0.value.task == task }.keys.sorted() }

  /// A name for the next one.
  mutating func nextNumber() -> UInt64 {
    last += 1
    return last
  }

  func contains(client key: ExactText) -> Bool { !byClientKey.isEmpty && byClientKey[key] != nil }
  func contains(server key: ExactText) -> Bool { !byServerKey.isEmpty && byServerKey[key] != nil }
  func number(client key: ExactText) -> UInt64? { byClientKey.isEmpty ? nil : byClientKey[key] }
  func number(server key: ExactText) -> UInt64? { byServerKey.isEmpty ? nil : byServerKey[key] }

  /// The one that waits for an approval.
  func number(of approval: UInt64) -> UInt64? { held.first { $0.value.place.approval == approval }?.key }

  mutating func insert(_ new: Held) {
    held[new.place.number] = new
    switch new.way {
    case .client(let request): byClientKey[request.key] = new.place.number
    case .server(_, let key, _): byServerKey[key] = new.place.number
    case .answer(let answer): byClientKey[answer.request.key] = new.place.number
    case .notice: break
    }
    look()
  }

  mutating func remove(_ number: UInt64) -> Held? {
    guard let removed = held.removeValue(forKey: number) else { return nil }
    switch removed.way {
    case .client(let request): byClientKey[request.key] = nil
    case .server(_, let key, _): byServerKey[key] = nil
    case .answer(let answer): byClientKey[answer.request.key] = nil
    case .notice: break
    }
    look()
    return removed
  }

  /// Changes what a request holds of limits, under another policy.
  mutating func hold(_ reservation: Reservation?, for number: UInt64) {
    guard var changed = held[number] else { return }
    switch changed.way {
    case .client(var request):
      request.reservation = reservation
      changed.way = .client(request)
    case .server(var request, let key, let id):
      request.reservation = reservation
      changed.way = .server(request, key: key, id: id)
    case .answer(var answer):
      answer.reservation = reservation
      changed.way = .answer(answer)
    case .notice(var notice):
      notice.reservation = reservation
      changed.way = .notice(notice)
    }
    held[number] = changed
  }

  /// Writes down which of a request's resources may pass already.
  mutating func keep(approved: [ExactText: UInt64], for number: UInt64) { held[number]?.approved = approved }

  /// Changes until when a request is held, under another policy.
  mutating func hold(until: Moment, for number: UInt64) {
    held[number]?.place.until = until
    look()
  }

  /// The client is told of progress; gives how often that makes.
  mutating func report(_ number: UInt64, at now: Moment) -> UInt64 {
    guard var reporting = held[number], let token = reporting.token else { return 0 }
    reporting.reports += 1
    reporting.nextReport = now.advanced(byMicroseconds: Self.reportPause)
    held[number] = reporting
    if reported.count < Self.mostReported || reported[token] != nil { reported[token] = reporting.reports }
    look()
    return reporting.reports
  }

  var hasReported: Bool { !reported.isEmpty }

  /// What the client was told last of a token that its server tells of now.
  func lastReport(of token: ExactText) -> UInt64? { reported[token] }

  /// The server's own progress has gone further than ours.
  mutating func forgetReports(of token: ExactText) { reported[token] = nil }

  private mutating func look() {
    wakeUp = held.values.lazy.map { min($0.place.until, $0.nextReport) }.min()
  }
}

extension Question.Words {
  init(_ message: WireMessage, _ line: Span<UInt8>) {
    self.init(line: Array(copying: line), message: message)
  }
}

extension [UInt8] {
  /// A copy of a line.
  init(copying line: Span<UInt8>) {
    self.init()
    append(line, 0..<line.count)
  }
}
