import JSONText
import Policy

/// A file of pins that can be read is written so that it is read the same, whatever happens to its pins meanwhile.
func checkLock(_ input: [UInt8]) throws(Complaint) {
  let lock: PinLock
  do throws(PinMistake) {
    lock = try PinLock.read(input)
  } catch {
    let end = TextPlace(of: input.count, in: input)
    try demand(!error.message.isEmpty && error.place.line <= end.line, "a mistake says nothing, or stands outside")
    return
  }
  try check(lock, "what is read")
  var book = PinBook(lock)
  let now = Moment(microseconds: 1_763_000_000_000_000)
  for (server, pins) in lock.servers.sorted(by: { $0.key < $1.key }).prefix(3) {
    guard let definition = try? JSONNode.read(Array(#"{"name":"d"}"#.utf8)) else { return }
    for name in (pins.tools ?? [:]).keys.sorted().prefix(4) + ["new"] {
      let told = PinBook.Told(name: name, digest: ContentDigest(of: definition.compact), definition: definition)
      _ = book.hear([told], of: server, in: PinListing(session: "s", list: 1), at: now)
      guard let row = book.row(server, name) else { continue }
      if (try? book.reject(server, name, digest: row.digest, by: "me", at: now)) != nil {
        guard case .denies = book.verdict(server, name, told: .definition(row.digest)) else {
          throw Complaint(text: "what was rejected passes")
        }
      }
      guard row.state != .twice, (try? book.accept(server, name, digest: row.digest, by: "me", at: now)) != nil else {
        continue
      }
      let passes = book.verdict(server, name, told: .definition(row.digest)) == .passes
      try demand(passes || pins.instructions?.rejected != nil, "what was accepted does not pass")
    }
    _ = book.hear(instructions: "be kind", of: server, at: now)
    if let row = book.row(server, nil), (try? book.reject(server, nil, digest: row.digest, by: "me", at: now)) != nil {
      guard case .denies = book.verdict(server, "new", told: .nothing) else {
        throw Complaint(text: "a tool passes under rejected instructions")
      }
    }
  }
  try check(book.lock, "what became of it")
}

private func check(_ lock: PinLock, _ what: String) throws(Complaint) {
  let text = lock.text
  let again: PinLock
  do throws(PinMistake) {
    again = try PinLock.read(text)
  } catch {
    throw Complaint(text: "\(what) cannot be read again: \(error)")
  }
  try demand(again.text == text, "\(what) is written in two ways")
}
