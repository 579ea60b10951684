import HTTPWire

/// Whatever pieces its bytes come in, a connection is read as the same requests.
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
