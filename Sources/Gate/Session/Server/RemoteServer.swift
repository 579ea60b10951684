internal import GateCore
internal import HTTPWire
internal import JSONText
internal import Policy
internal import System

/// A server that is reached over HTTP: moves bytes, and leaves the protocol to `RemoteConversation`.
@LoopActor
final class RemoteServer: ServerEnd {
  private let target: RemoteTarget
  private var conversation: RemoteConversation
  private var client: HTTPClient?
  private var transfers: [Int: any HTTPExchange] = [:]
  private var events: ServerEvents?
  private var errors: ErrorsRelay?
  private var isPerforming = false
  private var alarm: LoopTimer?
  private var alarmDue: Moment?
  private var wasFull = false
  private(set) var hasEnded = false
  private(set) var endedByItself = false
  private(set) var lastWords: String?
  /// What the client last said of who it is, where that is for the server: a line of a request's head.
  private var authorization: [[UInt8]] = [] {
    didSet { if authorization != oldValue { lastHeaders = nil } }
  }
  /// What the last request was sent with, which nearly every other one is too.
  private var lastHeaders: (own: [RemoteRequest.Header], all: HTTPClient.Headers)?
  /// The last answer's beginning, which nearly every other one is the same as.
  private var lastHead: (read: HTTPAnswerHead, told: RemoteHead)?

  init(_ target: RemoteTarget) {
    self.target = target
    conversation = RemoteConversation(
      hasCredentials: !target.headers.isEmpty, passesChallenges: target.passesAuthorization)
  }

  var pid: Int32? { nil }

  func start(_ events: ServerEvents, errors: ErrorsRelay?) throws(SystemError) {
    guard let client = HTTPClient(target.url, target.options) else {
      throw SystemError("load", "libcurl", code: 2, help: "install the package libcurl4")
    }
    self.client = client
    self.events = events
    self.errors = errors
  }

  // MARK: To the server

  var passesAuthorization: Bool { target.passesAuthorization }

  func use(authorization value: [UInt8]?) {
    guard target.passesAuthorization else { return }
    authorization = value.map { [Array("Authorization: ".utf8) + $0] } ?? []
  }

  func write(_ lines: inout [UInt8]) {
    guard !hasEnded, !lines.isEmpty else { return lines.removeAll(keepingCapacity: true) }
    let now = Clock.now()
    var start = 0
    while start < lines.count {
      let end = lines.span.firstLineFeed(from: start)
      if end > start { conversation.take(Array(lines[start..<end]), at: now) }
      start = end + 1
    }
    lines.removeAll(keepingCapacity: true)
    perform()
    let isFull = backlog >= OutQueue.standardHighWater
    if isFull != wasFull {
      wasFull = isFull
      events?.pressureChanged()
    }
  }

  var backlog: Int { conversation.queuedBytes }
  var unread: Int? { hasEnded ? nil : conversation.queuedBytes }
  /// There is nothing to close: each request is whole.
  func closeInputWhenEmpty() {}

  // MARK: From the server

  var isPaused = false {
    didSet {
      guard isPaused != oldValue else { return }
      for transfer in transfers.values { transfer.isPaused = isPaused }
    }
  }

  func endWhenEmpty() {}

  /// Does what the conversation wants, in its order, also where that brings more.
  private func perform() {
    guard !isPerforming else { return }
    isPerforming = true
    while case let actions = conversation.takeActions(), !actions.isEmpty {
      for action in actions { perform(action) }
    }
    isPerforming = false
    setAlarm()
    if wasFull, backlog < OutQueue.standardHighWater / 2 {
      wasFull = false
      events?.pressureChanged()
    }
  }

  private func perform(_ action: RemoteAction) {
    switch action {
    case .send(let request): send(request)
    case .cancel(let exchange): transfers.removeValue(forKey: exchange)?.cancel()
    case .deliver(let line): events?.received(line.span)
    case .fail(let id, let failure): events?.lost(id, shown(failure))
    case .end(let reason): end(reason)
    }
  }

  private func send(_ request: RemoteRequest) {
    let wanted = HTTPClient.Request(
      method: Self.method(request.method), headers: headers(request.headers), body: request.body)
    let transfer = client?.start(wanted, self, request.exchange)
    transfer?.isPaused = isPaused
    transfers[request.exchange] = transfer
  }

  private static func method(_ method: RemoteRequest.Method) -> HTTPClient.Method {
    switch method {
    case .get: .get
    case .post: .post
    case .delete: .delete
    }
  }

  /// A request's own headers, with those of the registry and who the client is.
  private func headers(_ own: [RemoteRequest.Header]) -> HTTPClient.Headers {
    if let lastHeaders, lastHeaders.own == own { return lastHeaders.all }
    let lines = own.map { Array($0.name.utf8) + [0x3A, 0x20] + $0.value }
    let all = HTTPClient.Headers(lines + target.headers + authorization)
    lastHeaders = (own, all)
    return all
  }

  private func tell(_ body: (inout RemoteConversation, Moment) -> Void) {
    body(&conversation, Clock.now())
    perform()
  }

  private func told(_ head: HTTPAnswerHead) -> RemoteHead {
    if let lastHead, lastHead.read == head { return lastHead.told }
    let told = RemoteHead(head)
    lastHead = (head, told)
    return told
  }

  private static func failure(_ failure: HTTPFailure) -> RemoteFailure {
    RemoteFailure("the server \(failure.words)", mayHaveHappened: failure.hasSent, isOutage: true)
  }

  /// Says which server it is about: a person with several has to find the one.
  private func shown(_ failure: RemoteFailure) -> RemoteFailure {
    var failure = failure
    if failure.text.hasPrefix("the server ") {
      failure.text = "the server `\(target.host)` " + failure.text.dropFirst("the server ".count)
    }
    return failure
  }

  /// In place: read off a property, the whole conversation would be copied for it.
  private static func wakeUp(of conversation: inout RemoteConversation) -> Moment? { conversation.wakeUp }

  private func setAlarm() {
    guard let due = Self.wakeUp(of: &conversation), !hasEnded else {
      alarm?.cancel()
      alarm = nil
      return
    }
    if alarm != nil, let alarmDue, alarmDue <= due { return }
    alarm?.cancel()
    alarmDue = due
    // It holds this until it goes off or is cancelled: a weak reference would make every use slower for good.
    alarm = Loop.shared.after(microseconds: due.microseconds(since: Clock.now())) { [self] in
      alarm = nil
      tell { $0.timePassed(at: $1) }
    }
  }

  // MARK: The end

  func tearDown() {
    conversation.close(at: Clock.now())
    perform()
  }

  func terminate() { tearDown() }

  func kill() {
    conversation.kill()
    perform()
  }

  func close() {
    alarm?.cancel()
    for transfer in transfers.values { transfer.cancel() }
    transfers = [:]
    client?.close()
    client = nil
  }

  func trim() {}

  private func end(_ reason: String?) {
    guard !hasEnded else { return }
    hasEnded = true
    endedByItself = reason != nil
    lastWords = reason ?? "the connection to the server was closed"
    if let reason { errors?.say(shown(RemoteFailure(reason, mayHaveHappened: false)).text) }
    close()
    let events = events
    self.events = nil
    // Not from inside whatever has led to it.
    Loop.shared.atEndOfTurn { events?.exited(.code(reason == nil ? 0 : 1)) }
  }
}

// MARK: What comes of requests
extension RemoteServer: HTTPExchangeOwner {
  func began(_ exchange: Int, _ head: HTTPAnswerHead) {
    let head = told(head)
    tell { $0.began(exchange, head, at: $1) }
  }

  func received(_ exchange: Int, _ bytes: Span<UInt8>) {
    conversation.received(exchange, bytes, at: Clock.now())
    perform()
  }

  func finished(_ exchange: Int, _ failure: HTTPFailure?) {
    transfers[exchange] = nil
    tell { $0.finished(exchange, failure.map { Self.failure($0) }, at: $1) }
  }
}
