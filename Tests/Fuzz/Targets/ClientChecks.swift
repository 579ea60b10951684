import ClientFiles
import HTTPWire
import JSONText

/// What cannot be read says where; what can goes through the gate entry by entry, and comes back byte for byte.
///
/// The input's first line names the client, the others are its file.
func checkClients(_ input: [UInt8]) throws(Complaint) {
  let parts = lines(input, 2)
  guard parts.count == 2, let kind = ClientKind(rawValue: String(decoding: parts[0], as: UTF8.self)) else { return }
  let text = parts[1]
  let place = ClientPlace(kind, "/f")
  let file = ClientFile(text, at: place, home: "/h")
  if let problem = file.problem {
    try demand(!problem.isEmpty && file.listed.isEmpty, "a file that cannot be read has servers")
    let end = TextPlace(of: text.count, in: text)
    if let place = file.problemPlace { try demand(place.line <= end.line, "a problem stands outside of the text") }
    return
  }
  try demand(file.listed.count == file.servers.count, "two readings of one file differ")
  for server in file.servers {
    guard case .url(let url, let headers)? = server.start else { continue }
    let authority = url.utf8.drop { $0 != 0x2F }.dropFirst(2).prefix { ![0x2F, 0x3F, 0x23].contains($0) }
    try demand(!authority.isEmpty && !authority.contains(0x40), "an address is taken that names no host, or a user")
    for header in headers {
      try demand(
        GivenHeader.isName(header.name) && !GivenHeader.isOurs(header.name), "a header is taken that is not the user's")
      guard case .text(let value) = header.value else { continue }
      try demand(GivenHeader.isValue(value.utf8), "a header's value is no line of text")
    }
  }
  _ = ImportPlan([file], registered: [], homes: ClientHomes(home: "/h"))
  _ = MaskedText.of(text, place, file.listed.map(\.address))
  let gate = EntryWrap.Gate(program: "/g/gatehouse", variables: [.init("GATEHOUSE_HOME", "/g")])
  for server in file.listed.prefix(4) where server.problem == nil && !server.isGuarded {
    let done: (text: [UInt8], record: WrapRecord)
    do throws(EditRefusal) {
      let wrap = try EntryWrap(server, of: kind, home: "/h")
      done = try WrapRecord.wrap(text, server, at: place, wrap, name: "n", gate: gate)
    } catch {
      try demand(!error.message.isEmpty, "a refusal says nothing")
      // It is what a check of our own says that should never have anything to find.
      try demand(
        !["its entry could not be put back", "another part of the file would change, too"].contains(error.message),
        "\(error.message): \(server.name)")
      continue
    }
    let again = ClientFile(done.text, at: place, home: "/h")
    try demand(again.listed.first { $0.address == server.address }?.guarded == "n", "an entry does not start the gate")
    try demand(done.record.unwrap(done.text)?.text == text, "an entry is not put back as it was")
    let kept = WrapRecord.read(WrapRecord.text(of: [done.record])).first
    try demand(kept?.unwrap(done.text)?.text == text, "what was kept does not lead back")
  }
}
