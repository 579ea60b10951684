import HTTPWire

/// Whatever pieces its bytes come in, a connection is read as the same requests, or as the same answer.
///
/// The first byte says how long the pieces are.
func checkHTTP(_ input: [UInt8]) throws(Complaint) {
  guard let first = input.first else { return }
  let bytes = Array(input.dropFirst())
  let whole = try readHTTP(bytes, pieces: bytes.count)
  try demand(try readHTTP(bytes, pieces: Int(first & 0x0F) + 1) == whole, "pieces are read as something else")
  for case .head(let head) in whole {
    _ = HTTPGuard().refusal(of: head)
    _ = head.contentRefusal
    _ = head.accepted
    _ = head.bearer
  }
  try checkRepeats(bytes, whole)
  let answer = try readAnswer(bytes, pieces: bytes.count)
  try demand(
    try readAnswer(bytes, pieces: Int(first & 0x0F) + 1) == answer, "pieces are read as something else of an answer")
}

/// What was read to its end is read as the same behind itself, and with a byte of it changed as it is alone.
private func checkRepeats(_ bytes: [UInt8], _ whole: [HTTPRequestReader.Event]) throws(Complaint) {
  guard case .body? = whole.last else { return }
  var reader = newReader()
  reader.feed(bytes.span)
  _ = events(of: &reader)
  guard reader.isIdle else { return }
  reader.feed(bytes.span)
  try demand(events(of: &reader) == whole, "what comes again is read as something else")
  var changed = bytes
  let place = bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % bytes.count
  changed[place] = changed[place] == 0x31 ? 0x32 : 0x31
  var fresh = newReader()
  fresh.feed(changed.span)
  guard reader.isIdle else { return }
  reader.feed(changed.span)
  try demand(events(of: &reader) == events(of: &fresh), "what differs in a byte is read as what came before")
}

private func newReader() -> HTTPRequestReader {
  var limits = HTTPLimits()
  limits.body = 300
  return HTTPRequestReader(limits)
}

private func events(of reader: inout HTTPRequestReader) -> [HTTPRequestReader.Event] {
  var events: [HTTPRequestReader.Event] = []
  while let event = reader.next() { events.append(event) }
  return events
}

/// What is read of an answer, whatever pieces its body came in.
private struct Answer: Equatable {
  var head: HTTPAnswerHead?
  var body: [UInt8] = []
  var failure: HTTPAnswerReader.Failure?
  var isWhole = false
}

private func readAnswer(_ bytes: [UInt8], pieces: Int) throws(Complaint) -> Answer {
  var reader = HTTPAnswerReader()
  var answer = Answer()
  func take(_ event: HTTPAnswerReader.Event) throws(Complaint) {
    try demand(answer.failure == nil && !answer.isWhole, "something comes behind the end of an answer")
    switch event {
    case .head(let head):
      try demand(answer.head == nil, "an answer has two heads")
      answer.head = head
    case .body(let part):
      try demand(answer.head != nil && !part.isEmpty, "a body has no head, or no bytes")
      answer.body += part
    case .end: answer.isWhole = true
    case .failed(let failure): answer.failure = failure
    }
  }
  var start = 0
  while start < bytes.count {
    let end = min(bytes.count, start + max(1, pieces))
    let piece = Array(bytes[start..<end])
    reader.feed(piece.span)
    start = end
    while let event = reader.next() { try take(event) }
  }
  if let event = reader.ended() { try take(event) }
  try demand(answer.body.count <= bytes.count, "a body is longer than what came")
  return answer
}

private func readHTTP(_ bytes: [UInt8], pieces: Int) throws(Complaint) -> [HTTPRequestReader.Event] {
  var limits = HTTPLimits()
  limits.body = 300
  var reader = HTTPRequestReader(limits)
  var events: [HTTPRequestReader.Event] = []
  var start = 0
  while start < bytes.count {
    let end = min(bytes.count, start + max(1, pieces))
    let piece = Array(bytes[start..<end])
    reader.feed(piece.span)
    start = end
    while let event = reader.next() {
      if case .body(let body) = event { try demand(body.count <= limits.body, "a body is over the limit") }
      events.append(event)
    }
  }
  try demand(reader.unread <= bytes.count, "more is left than came")
  return events
}
