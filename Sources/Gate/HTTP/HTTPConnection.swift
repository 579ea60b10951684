internal import HTTPWire
internal import JSONText
internal import Policy
internal import System

/// One connection of an HTTP client: moves bytes, and leaves every judgement to `HTTPConversation` and the front.
@LoopActor
final class HTTPConnection {
  private let front: HTTPFront
  private var talk: HTTPConversation
  private var socket: StreamSocket?
  private var alarm: LoopTimer?
  private var alarmDue: Int64 = 0
  private var isTaking = false
  /// Whether the present request is answered, and the next one waits for the client to read.
  private var isDraining = false
  private var isOver = false
  /// What `front` has been told that is kept here of a body.
  private var held = 0

  /// What the present request is for, and its head; nil between requests.
  private var route: HTTPFront.Route?
  private var head: HTTPHead?
  /// The number of the present request.
  private(set) var exchange = 0
  /// What the last request was for, as long as heads say the same.
  private var known: HTTPFront.Known?
  /// Whose session that was, where it was one of the older era's; it may be over since.
  var knownClient: HTTPClientEnd?
  /// What is wrong with the host and the origin of such heads.
  private var stranger: HTTPRefusal?
  /// What lets a page read answers to such heads.
  private var originFields: [HTTPField] = []
  /// Which kinds of answer such heads ask for.
  private(set) var accepted = HTTPHead.Accepted(json: true, events: true)
  /// The process at the other end, until it is known as a client; nil where it cannot be seen.
  var peer: ProcessIdentity?
  /// Who answers it later, and is told if the client goes away before.
  ///
  /// Here and below nothing is weak: that would make every use of the object slower for good. Each holds the other until
  /// the request is answered, or the connection ends.
  var owner: HTTPClientEnd?
  private var isEvents = false
  /// Where it comes from.
  let origin: UInt64
  /// At which address of this machine it came, where that may be any.
  private let here: [UInt8]?
  /// Whose its last request was that was let in; nil before the first.
  private(set) var grant: ExactText?
  /// When it began, or had its last request.
  private(set) var lastUse = Loop.shared.now
  /// Whether no request is being answered; what is not read of an answer holds no place.
  var isIdle: Bool { isDraining || !Self.look(&talk).isAnswering }
  /// Written at once with what follows in the same turn.
  private var pending: [UInt8] = []

  /// How many steps are taken in one turn: each request is a head and a body.
  private static let mostAtOnce = 32
  /// A client that reads its events so slowly loses the stream, and may come back for the rest.
  private static let mostUnread = 1 << 20
  /// How long a client may take nothing at all of what it was sent.
  private static let readersPatience: Int64 = 30_000_000

  init(_ socket: consuming Descriptor, origin: UInt64, here: [UInt8]?, front: HTTPFront) throws(SystemError) {
    self.front = front
    self.origin = origin
    self.here = here
    talk = HTTPConversation(at: Clock.now().microseconds)
    TCPSocket.sendAtOnce(socket.number)
    // It holds this connection until it is over.
    let stream = try StreamSocket(
      socket, highWater: 256 << 10, received: { [self] in received($0) }, ended: { [self] in close() })
    stream.pressureChanged = { [self] isFull in pressureChanged(isFull) }
    self.socket = stream
    setAlarm()
  }

  /// How many bytes the client has yet to read.
  var unread: Int { socket?.count ?? 0 }

  // MARK: Requests

  private func received(_ bytes: Span<UInt8>) {
    talk.feed(bytes, at: Loop.shared.now.microseconds)
    take()
    guard !isOver else { return }
    tellHeld()
    guard held > HTTPFront.smallBody, front.heldBytes > HTTPFront.mostHeld else { return }
    let words = "the gate holds as many requests that are not whole as it may; try again in a moment"
    refuse(HTTPRefusal(.unavailable, words), closes: true)
  }

  private func tellHeld() {
    let now = isOver ? 0 : Self.look(&talk).held
    front.heldBytes += now - held
    held = now
  }

  /// Takes all requests that can be answered now.
  private func take() {
    guard !isTaking, !isOver else { return }
    isTaking = true
    let now = Loop.shared.now.microseconds
    var left = Self.mostAtOnce
    while !isOver, left > 0, let event = talk.next(at: now) {
      take(event)
      left -= 1
    }
    isTaking = false
    guard !isOver else { return }
    // Others come between, and no more is read than is taken.
    if left == 0 { Loop.shared.atEndOfTurn { [self] in take() } }
    let look = Self.look(&talk)
    socket?.isPaused = look.isFull || left == 0 && look.hasMuch
    setAlarm()
  }

  /// In place: asked off the property, the whole conversation would be copied for it.
  private static func look(_ talk: inout HTTPConversation) -> Look {
    Look(
      isFull: talk.isFull, held: talk.heldBytes, hasMore: talk.hasMore, hasMuch: talk.hasMuch,
      isRepeated: talk.isRepeated, isAnswering: talk.isAnswering)
  }

  private struct Look {
    let isFull: Bool
    let held: Int
    let hasMore: Bool
    let hasMuch: Bool
    let isRepeated: Bool
    let isAnswering: Bool
  }

  /// A request of its client's was let in.
  func isAdmitted(_ grant: ExactText) {
    self.grant = grant
    talk.isKnown = true
  }

  private func take(_ event: HTTPConversation.Event) {
    switch event {
    case .head(let head):
      self.head = head
      if !Self.look(&talk).isRepeated {
        forgetKnown()
        stranger = front.refusal(of: head, here: here)
        originFields = origin(head)
        accepted = head.accepted
      }
      let route = self.route(head)
      self.route = route
      if case .refused(let refusal, let fields) = route, head.body != .none {
        return refuse(refusal, fields: fields, closes: true)
      }
      if head.expectsContinue { write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
    case .request(let head, let body):
      guard let route else { return close() }
      exchange = front.nextExchange()
      lastUse = Loop.shared.now
      front.take(route, head, body, self)
    case .refused(let refusal):
      front.refused()
      refuse(refusal, closes: true)
    case .timeUp: close()
    }
  }

  private func route(_ head: HTTPHead) -> HTTPFront.Route {
    if let known, let route = front.route(again: known) { return route }
    forgetKnown()
    if let stranger { return .refused(stranger, []) }
    let route = front.route(head)
    if head.method == .post { known = front.known(route) }
    return route
  }

  private func forgetKnown() {
    known = nil
    knownClient = nil
  }

  // MARK: Answers

  /// Answers the present request as a whole.
  func answer(
    _ status: HTTPStatus, _ body: [UInt8] = [], type: StaticString = "application/json", fields: [HTTPField] = []
  ) {
    guard let head, !isOver else { return }
    pending.appendHead(
      status, type: body.isEmpty ? nil : type, length: body.count, fields: fields + originFields,
      closes: head.closes)
    if head.method != .head { pending.append(contentsOf: body) }
    finishRequest()
  }

  /// Answers the present request with a refusal.
  func refuse(_ refusal: HTTPRefusal, code: Int = -32600, fields: [HTTPField] = [], closes: Bool = false) {
    guard !isOver else { return }
    let ends = closes || (head?.closes ?? true)
    pending.appendRefusal(refusal, code: code, fields: fields + (head == nil ? [] : originFields), closes: ends)
    if closes {
      flush()
      end()
    } else {
      finishRequest()
    }
  }

  /// Begins a stream of events as the answer.
  func begin(fields: [HTTPField]) {
    guard let head, !isOver, !isEvents else { return }
    isEvents = true
    // Nothing is due while it lasts, which may be days.
    alarm?.cancel()
    alarm = nil
    let fields =
      [HTTPField("Cache-Control", "no-cache, no-transform"), HTTPField("X-Accel-Buffering", "no")] + fields
      + originFields
    pending.appendHead(
      .ok, type: "text/event-stream", length: nil, fields: fields, closes: head.closes, isOld: head.isOld)
  }

  /// Sends an event; `flush` follows.
  func event(_ message: [UInt8], id: String?) {
    guard isEvents, !isOver else { return }
    guard unread < Self.mostUnread else { return close() }
    append { $0.appendEvent(message.span, id: id) }
  }

  func comment() {
    guard isEvents, !isOver, unread == 0 else { return }
    append { $0.appendComment() }
  }

  /// Ends the stream of events.
  func finish() {
    guard isEvents, let head, !isOver else { return }
    if head.isOld { return end() }
    pending.appendLastChunk()
    finishRequest()
  }

  func flush() {
    guard !pending.isEmpty else { return }
    socket?.write(&pending)
  }

  private func append(_ body: (inout [UInt8]) -> Void) {
    guard let head, !head.isOld else { return body(&pending) }
    var bytes: [UInt8] = []
    body(&bytes)
    pending.appendChunk(bytes.span)
  }

  private func write(_ bytes: [UInt8]) {
    var bytes = bytes
    socket?.write(&bytes)
  }

  private func finishRequest() {
    flush()
    owner = nil
    isEvents = false
    guard let head, !head.closes, !front.isClosing else { return end() }
    self.head = nil
    route = nil
    // A client that asks and does not read fills no memory.
    if socket?.isFull ?? false { return isDraining = true }
    goOn()
  }

  /// The next request's turn has come.
  private func goOn() {
    talk.answered(at: Loop.shared.now.microseconds)
    guard Self.look(&talk).hasMore else { return setAlarm() }
    // Not from inside the session that is writing the answer: the next request may be for it, too.
    Loop.shared.atEndOfTurn { [self] in take() }
  }

  /// Lets a page that may use this server read the answer, and no other one.
  private func origin(_ head: HTTPHead) -> [HTTPField] {
    guard stranger == nil, let origin = head.all("origin").first else { return [] }
    return [
      HTTPField("Access-Control-Allow-Origin", origin), HTTPField("Vary", "Origin"),
      HTTPField("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate"),
    ]
  }

  // MARK: Time

  private func setAlarm() {
    // An alarm that goes off too early does no harm, and most are never needed.
    guard let deadline = talk.deadline, alarm == nil || deadline < alarmDue else { return }
    alarm?.cancel()
    alarmDue = deadline
    let wait = deadline - Clock.now().microseconds
    alarm = Loop.shared.after(microseconds: max(0, wait)) { [self] in timePassed() }
  }

  private func timePassed() {
    alarm = nil
    guard !isOver else { return }
    if let event = talk.timePassed(at: Clock.now().microseconds) { take(event) }
    if !isOver { setAlarm() }
  }

  /// A client that takes nothing of what it is sent does not hold it for ever.
  private func pressureChanged(_ isFull: Bool) {
    owner?.pressureChanged()
    if isFull { return watchReader(unlessMoreThan: socket?.sent ?? 0) }
    guard isDraining, !isOver else { return }
    isDraining = false
    goOn()
  }

  private func watchReader(unlessMoreThan last: Int) {
    Loop.shared.after(microseconds: Self.readersPatience) { [self] in
      guard !isOver, let socket, socket.isFull else { return }
      if socket.sent > last { watchReader(unlessMoreThan: socket.sent) } else { close() }
    }
  }

  // MARK: The end

  /// The client gets what was written, and then the connection ends.
  func end() {
    guard !isOver else { return }
    flush()
    leave()
    socket?.leave(patience: Self.readersPatience)
    socket = nil
  }

  /// The connection ends now.
  func close() {
    guard !isOver else { return }
    leave()
    socket?.close()
    socket = nil
  }

  private func leave() {
    isOver = true
    talk.end()
    tellHeld()
    alarm?.cancel()
    alarm = nil
    forgetKnown()
    front.left(self)
    let owner = owner
    self.owner = nil
    owner?.closed(exchange)
  }
}
