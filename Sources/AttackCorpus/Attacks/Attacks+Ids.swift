extension AttackCorpus {
  static var ids: [Attack] {
    var shelf = Shelf(.ids)
    shelf.add("id-null", "P12", "calls with the id null", call("allowed", id: "null"))
    shelf.add("id-true", "P12", "calls with the id true", call("allowed", id: "true"))
    shelf.add("id-fraction", "P12", "calls with a fraction for an id", call("allowed", id: "1.5"))
    shelf.add("id-exponent", "P12", "calls with an exponent in the id", call("allowed", id: "1e3"))
    shelf.add("id-object", "P12", "calls with an object for an id", call("allowed", id: #"{"a":1}"#))
    shelf.add("id-array", "P12", "calls with an array for an id", call("allowed", id: "[1]"))
    shelf.add("id-null-forbidden", "P12", "calls a forbidden tool with the id null", call("forbidden", id: "null"))
    shelf.add("id-twice", "P12", "uses one id for two calls at a time", slowly(#""@@1""#) + "\n" + call("allowed"))
    shelf.add(
      "id-twice-number", "P12", "uses one number for two calls at a time",
      slowly("71001") + "\n" + call("allowed", id: "71001"))
    shelf.add(
      "id-twice-escaped", "P12", "uses one id in two spellings for two calls at a time",
      slowly(#""@@/1""#) + "\n" + call("allowed", id: #""@@\/1""#))
    shelf.add(
      "id-huge-forbidden", "P12", "hides a call behind an id of a thousand digits",
      call("forbidden", id: "1" + String(repeating: "0", count: 1_000)))
    shelf.add(
      "id-long-forbidden", "P12", "hides a call behind an id of 100,000 characters",
      call("forbidden", id: "\"" + String(repeating: "x", count: 100_000) + "\""))
    return shelf.attacks
  }

  /// A call that is answered only after the next message has come.
  private static func slowly(_ id: String) -> String { call("allowed", #"{"play":"slow"}"#, id: id) }

  static var notifications: [Attack] {
    var shelf = Shelf(.notifications)
    func without(_ method: String, _ params: String) -> String {
      #"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params)}"#
    }
    shelf.add(
      "notification-allowed", "P12", "calls an allowed tool without id", without("tools/call", #"{"name":"allowed"}"#))
    shelf.add(
      "notification-forbidden", "P12", "calls a forbidden tool without id",
      without("tools/call", #"{"name":"forbidden"}"#))
    shelf.add(
      "notification-limited", "P12", "calls a limited tool without id again and again",
      [String](repeating: without("tools/call", #"{"name":"limited_@@"}"#), count: 3).joined(separator: "\n"))
    shelf.add(
      "notification-prompt", "P12 P17", "gets a prompt without id",
      without("prompts/get", #"{"name":"allowed_prompt"}"#))
    shelf.add(
      "notification-resource", "P12 P17", "reads a resource without id",
      without("resources/read", #"{"uri":"file:///srv/allowed.txt"}"#))
    shelf.add("notification-unknown", "P12 P17", "acts by an unknown method without id", without("vendor/act", "{}"))
    shelf.add(
      "notification-escaped", "P11 P12", "calls without id by an escaped method",
      without("tools\\u002fcall", #"{"name":"forbidden"}"#))
    return shelf.attacks
  }

  static var limits: [Attack] {
    var shelf = Shelf(.limits)
    func lines(_ lines: [String]) -> String { lines.joined(separator: "\n") }
    func limited(_ number: Int, _ arguments: String = "{}") -> String {
      call("limited_@@", arguments, id: #""@@\#(number)""#)
    }
    shelf.add("limit-twice", "P59", "calls a limited tool twice", lines([limited(1), limited(2)]))
    shelf.add("limit-at-once", "P59", "calls a limited tool ten times at once", lines((1...10).map { limited($0) }))
    shelf.add(
      "limit-escaped", "P11 P59", "calls a limited tool again by an escaped name",
      lines([limited(1), call("\\u006cimited_@@", id: #""@@2""#)]))
    shelf.add(
      "limit-other-arguments", "P59", "calls a limited tool again with other arguments",
      lines([limited(1, #"{"a":1}"#), limited(2, #"{"a":2}"#)]))
    shelf.add(
      "limit-cancelled", "P25 P59", "cancels a call and makes it again",
      lines([
        limited(1, #"{"play":"slow"}"#),
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"@@1"}}"#, limited(2),
      ]))
    shelf.add(
      "limit-continued", "P37 P59", "claims that a second call goes on with a first one",
      lines([
        stateless(1), stateless(2, #""requestState":"made up","inputResponses":{"a":{"action":"accept"}}"#),
      ])
    ) { $0.era = .stateless }
    shelf.add(
      "limit-continued-empty", "P37 P59", "claims it without a state",
      lines([stateless(1), stateless(2, #""inputResponses":{}"#)])
    ) { $0.era = .stateless }
    shelf.add(
      "limit-continued-often", "P37 P59", "goes on with one call twice",
      lines([
        stateless(1, #""arguments":{"play":"@@"}"#),
        stateless(2, #""arguments":{"play":"@@"},"requestState":"s","inputResponses":{}"#),
        stateless(3, #""arguments":{"play":"@@"},"requestState":"s","inputResponses":{}"#),
        stateless(4, #""arguments":{"play":"@@"},"requestState":"s","inputResponses":{}"#),
      ])
    ) {
      $0.era = .stateless
      // The first call, and one step for each time that the server asked.
      $0.callsWithinLimit = 2
      $0.server = .call(#"{"jsonrpc":"2.0","id":$ID,"result":{"resultType":"input_required","requestState":"s"}}"#)
    }
    shelf.add(
      "limit-continued-elsewhere", "P37 P59", "goes on with a call by other arguments",
      lines([
        stateless(1, #""arguments":{"play":"@@"}"#),
        stateless(2, #""arguments":{"play":"none","other":1},"requestState":"s","inputResponses":{}"#),
      ])
    ) {
      $0.era = .stateless
      $0.server = .call(#"{"jsonrpc":"2.0","id":$ID,"result":{"resultType":"input_required","requestState":"s"}}"#)
    }
    return shelf.attacks
  }

  private static func stateless(_ number: Int, _ more: String = "") -> String {
    statelessRequest("tools/call", #""name":"limited_@@""# + (more.isEmpty ? "" : "," + more), id: #""@@\#(number)""#)
  }

  static func statelessRequest(_ method: String, _ params: String, id: String = #""@@1""#) -> String {
    let comma = params.isEmpty ? "" : ","
    return #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)\#(comma)\#(statelessMeta)}}"#
  }

  /// `_meta` of a request of the stateless version.
  package static let statelessMeta = """
    "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":\
    {"name":"selftest","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}
    """

  static var others: [Attack] {
    var shelf = Shelf(.others)
    shelf.add(
      "prompt-other", "P17", "gets a prompt that no rule names", request("prompts/get", #"{"name":"forbidden_prompt"}"#)
    )
    shelf.add(
      "prompt-two", "P7 P17", "gives two names of prompts",
      request("prompts/get", #"{"name":"allowed_prompt","name":"forbidden_prompt"}"#))
    shelf.add(
      "task-forbidden", "P17 P31", "makes a forbidden call a task",
      call(params: #"{"name":"forbidden","arguments":{},"task":{"ttl":60000}}"#))
    shelf.add(
      "task-path", "P17 P31", "makes a call with a forbidden argument a task",
      call(params: #"{"name":"allowed_path","arguments":{"path":"/etc/shadow"},"task":{"ttl":60000}}"#))
    shelf.add(
      "stateless-forbidden", "P32", "calls a forbidden tool in the stateless version",
      statelessRequest("tools/call", #""name":"forbidden","arguments":{}"#)
    ) { $0.era = .stateless }
    shelf.add(
      "stateless-meta-twice", "P7 P32", "gives `_meta` twice in the stateless version",
      statelessRequest("tools/call", #""name":"allowed","arguments":{},"_meta":{},"name":"forbidden""#)
    ) { $0.era = .stateless }
    shelf.add(
      "stateless-in-legacy", "P32 P35", "calls a forbidden tool as a stateless client in a session with a handshake",
      statelessRequest("tools/call", #""name":"forbidden","arguments":{}"#))
    return shelf.attacks
  }
}
