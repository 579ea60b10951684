import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let grants: [Command] = [grantsAdd, grantsList, grantsRevoke, grantsRotate]

  private static let grantsAdd = Command(
    ["grants", "add"], operands: "LABEL", count: 1...1,
    summary: "Let a client in over HTTP: prints its token once.",
    details:
      "LABEL is what limits, conditions, the stream and approvals call the client. Only the token's digest is kept.\n"
      + "From the first grant on nobody is let in over HTTP without a token.",
    options: [
      .init("--server", "NAME", "only for this server; may be given several times"),
      .init("--expires", "TIME", "until when: 30d, 12h, 90m, or as 2026-12-31T00:00:00Z"),
    ]
  ) { arguments throws(Failure) in
    let label = ExactText(arguments.operands[0])
    let now = Clock.now()
    let (token, digest) = GrantFile.makeToken()
    let names = arguments.values("--server").map { ExactText($0) }
    let registry = try readRegistry()
    for name in names where registry[name] == nil {
      throw Failure("no server `\(name.string)` is registered", help: "gatehouse servers list")
    }
    var grant = GrantBook.Grant(label: label, digest: digest, servers: names.isEmpty ? nil : names, created: now)
    grant.expires = try arguments.value("--expires").map { text throws(Failure) in try moment(text, from: now) }
    guard !grant.isExpired(at: now) else {
      throw .usage("`--expires` is in the past, and the token would open nothing")
    }
    try changeGrants { book throws(GrantError) in try book.add(grant) }
    StandardOutput.write(token + "\n")
    StandardError.write(
      "granted \(label.string); the token is shown only now, and is sent as `Authorization: Bearer TOKEN`\n")
    return 0
  }

  private static let grantsList = Command(
    ["grants", "list"], summary: "Who is let in over HTTP.", options: [.init("--json", "print JSON")]
  ) { arguments throws(Failure) in
    let path = try environmentPaths().grants
    let book: GrantBook?
    do throws(GrantError) {
      book = try GrantFile.read(path)
    } catch {
      throw Failure("\(error)")
    }
    let now = Clock.now()
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginArray()
      for grant in book?.grants ?? [] {
        writer.beginObject()
        writer.member("label", grant.label.string)
        if let servers = grant.servers {
          writer.key("servers")
          writer.beginArray()
          for server in servers { writer.string(server.string) }
          writer.endArray()
        }
        writer.member("created", grant.created.rfc3339)
        writer.member("expires", ifPresent: grant.expires?.rfc3339)
        if grant.isExpired(at: now) { writer.member("expired", true) }
        writer.endObject()
      }
      writer.endArray()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
      return 0
    }
    guard let book else {
      StandardOutput.write("there are no grants: where the gate listens, programs of this machine need none\n")
      return 0
    }
    var table = Table(header: ["LABEL", "SERVERS", "CREATED", "EXPIRES"])
    for grant in book.grants {
      let servers = grant.servers?.map(\.string).joined(separator: ", ") ?? "all"
      let expires = grant.expires.map { $0.rfc3339 + (grant.isExpired(at: now) ? " (past)" : "") } ?? "never"
      table.add([grant.label.string, servers, grant.created.rfc3339, expires])
    }
    StandardOutput.write(table.text)
    return 0
  }

  private static let grantsRevoke = Command(
    ["grants", "revoke"], operands: "LABEL", count: 1...1,
    summary: "Let a client in no longer; its sessions end at once.",
    details: """
      With the last grant gone nobody is let in over HTTP; remove grants.json to need no token again
      (a gate that other machines reach always needs one).
      """
  ) { arguments throws(Failure) in
    let label = ExactText(arguments.operands[0])
    try changeGrants { book throws(GrantError) in try book.revoke(label) }
    say("revoked \(label.string)\n")
    return 0
  }

  private static let grantsRotate = Command(
    ["grants", "rotate"], operands: "LABEL", count: 1...1,
    summary: "Give a client another token, which is printed once; sessions under the old one end."
  ) { arguments throws(Failure) in
    let label = ExactText(arguments.operands[0])
    let (token, digest) = GrantFile.makeToken()
    try changeGrants { book throws(GrantError) in try book.rotate(label, to: digest, at: Clock.now()) }
    StandardOutput.write(token + "\n")
    StandardError.write("\(label.string) has a new token, shown only now\n")
    return 0
  }

  private static func changeGrants(
    _ change: (inout GrantBook) throws(GrantError) -> Void
  ) throws(Failure) {
    let path = try environmentPaths().grants
    do throws(GrantError) {
      try GrantFile.change(path, change)
    } catch {
      throw Failure("\(error)")
    }
  }

  /// A moment, or how long from now.
  private static func moment(_ text: String, from now: Moment) throws(Failure) -> Moment {
    if let moment = Moment(rfc3339: text) { return moment }
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), 1...1_000_000 ~= count,
      count * unit <= 36_500 * 86_400
    else {
      throw .usage("`--expires` takes a time as 30d, 12h, 90m or 2026-12-31T00:00:00Z, not `\(text)`")
    }
    return now.advanced(byMicroseconds: count * unit * 1_000_000)
  }
}
