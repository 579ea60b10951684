import JSONText
import Policy
import Testing

/// P11: names that a careless server takes for others.
struct LookalikeTests {
  private func engine(_ policy: String) throws -> PolicyEngine {
    PolicyEngine(try PolicyDocument.read(Array(policy.utf8)))
  }

  private func decision(_ engine: PolicyEngine, _ tool: String) -> Decision {
    var counters = Counters()
    let call = Call(server: "s", target: .tool(ExactText(tool)), session: "1")
    let now = Moment(microseconds: 0)
    let judged = engine.judge(call, counters: &counters, at: now).decision
    #expect(engine.explain(call, arguments: nil, at: now).decision == judged)
    return judged
  }

  @Test(
    "P11: a denied name is denied in other dress where everything else is allowed",
    arguments: [
      "Forbidden", "FORBIDDEN", " forbidden", "forbidden ", "forbidden\n", "\u{A0}forbidden", "\u{FF46}orbidden",
      "for\u{200B}bidden", "forbidde\u{1D427}", "\u{FEFF}forbidden", "for\u{AD}bidden", "FORBIDDEN\u{3000}",
    ])
  func denied(name: String) throws {
    let policy = try engine(#"{"version":"1","default":"allow","tools":{"forbidden":{"action":"deny"}}}"#)
    #expect(decision(policy, name).verdict == .deny, "\(name.debugDescription)")
    #expect(decision(policy, name).rule == "/tools/forbidden")
    #expect(policy.standing(server: "s", tool: ExactText(name)).verdict == .deny)
  }

  private func verdict(_ policy: String, _ target: Call.Target) throws -> String {
    let engine = try engine(policy)
    var counters = Counters()
    let call = Call(server: "s", target: target, session: "1")
    let judged = engine.judge(call, counters: &counters, at: Moment(microseconds: 0)).decision
    #expect(engine.explain(call, arguments: nil, at: Moment(microseconds: 0)).decision == judged)
    return "\(judged.verdict.rawValue) \(judged.rule)"
  }

  @Test(
    "P11 P17: a resource of an allowed folder is not somewhere else to who tidies addresses up",
    arguments: [
      ("file:///srv/a", true), ("file:///srv/a/../b", true), ("file:///srv/./a", true), ("file:///srv/a%20b", true),
      ("file:///srv/a//b", true), ("file:///srv/a#x", true), ("file:///srv/", true), ("file:///srv/..a/...", true),
      ("file:///srv/../etc/shadow", false), ("file:///srv/a/../../etc/shadow", false), ("file:///srv/..", false),
      ("file:///srv/%2e%2e/etc/shadow", false), ("file:///srv/.%2E/etc/shadow", false), ("file:///srv/..%2fetc", false),
      ("file:///srv/%252e%252e/etc", false), ("file:///srv/..\\etc", false), ("file:///srv/%2e%2e%5cetc", false),
    ]) func foldersOfResources(uri: String, passes: Bool) throws
  {
    let policy = #"{"version":"1","default":"deny","resources":{"file:///srv/*":{}}}"#
    #expect(try verdict(policy, .resource(uri: ExactText(uri))).hasPrefix("allow") == passes)
    // Just this one was written down.
    var key: [UInt8] = []
    JSONWriter.append(NamePattern.key(for: ExactText(uri)).string, to: &key)
    let named = #"{"version":"1","default":"deny","resources":{\#(String(decoding: key, as: UTF8.self)):{}}}"#
    #expect(try verdict(named, .resource(uri: ExactText(uri))).hasPrefix("allow"))
  }

  @Test(
    "P11 P17: a denied resource is denied under its other spellings where everything else is allowed",
    arguments: [
      "file:///etc/shadow", "FILE:///etc/shadow", "file:///etc//shadow", "file:///etc/%73hadow",
      "file:///etc/x/../shadow",
      "file://localhost/etc/shadow", "file://LocalHost/etc/shadow", "file:/etc/shadow", "file:///etc/shadow?x",
      "file:///etc/shadow#x", " file:///etc/shadow", "file:///etc/./shadow", "file:\\\\\\etc\\shadow",
      "file:///../etc/shadow", "db://secret/x", "DB://secret/x", "db://SECRET/x", "db://secret/%78", "db://secret/../x",
      "file://%6cocalhost/etc/shadow", "db://%73ecret/x", "http://inside/x", "http://inside:80/x", "HTTP://INSIDE:80/x",
      "http://%69nside:80/x", "http://me@inside/x", "http://me:word@inside:80/x", "http://a@b@inside/x",
      "http://a%2Fb@inside/x", "http://inside./x", "http://inside.:80/x", "HTTP://me@INSIDE/x", "db://me@secret/x",
      "http:inside/x", "http:/inside/x", "http:///inside/x", "http:\\/\\inside/x", "http://good\\@inside/x",
      "http://good\\@in%73ide/x", "http://inside\\@good/x", "http://in\tside/x", "ht\ntp://inside/\rx",
      "file:///etc/sha\tdow",
    ]) func deniedResources(uri: String) throws
  {
    let rules = ["file:///etc/shadow", "db://Secret/*", "http://inside/*"].map { #""\#($0)":{"action":"deny"}"# }
      .joined(separator: ",")
    let policy = #"{"version":"1","default":"allow","resources":{\#(rules)}}"#
    #expect(try verdict(policy, .resource(uri: ExactText(uri))).hasPrefix("deny /resources/"))
    // What asks a person, or is limited, is not evaded either.
    let asking = policy.replacing(#"{"action":"deny"}"#, with: #"{"action":"require_approval"}"#)
    #expect(!(try verdict(asking, .resource(uri: ExactText(uri))).hasPrefix("allow")))
  }

  @Test(
    "P17: addresses that only look odd are their own",
    arguments: [
      "note://Inbox/1", "mirror://room/x", "file:///etc/Shadow", "file:///etc/shadows", "db://other/../secret/x",
      "urn:a:b", "plain", "a/../b", "file:///c:/x", "http://x/?q=file:///etc/shadow", "", "%", "%2", "%00", "..", "/..",
      "x:", "http://inside:8080/x", "https://inside:80/x", "db://secret:80/x", "http://inside@other/x",
      "http://other/@inside/x", "http://other?@inside/x", "http://other#@inside/x", "db:/secret/x", "db:secret/x",
      "http://inside..example/x", "http://in.side/x", "http:///", "http:", "http://@", "http://.", "http://:80", "@",
      "a@b",
      "db://", "db://.", "db://@/", "db://inside./x", "mailto:me@inside", "http://me@:80/x", "http://./x",
    ]) func otherResources(uri: String) throws
  {
    let denied = ["file:///etc/shadow", "db://secret/*", "http://inside/*"].map { #""\#($0)":{"action":"deny"}"# }
    let rules = (denied + [#""note://Inbox/*":{}"#]).joined(separator: ",")
    let policy = #"{"version":"1","default":"allow","resources":{\#(rules)}}"#
    #expect(try verdict(policy, .resource(uri: ExactText(uri))).hasPrefix("allow"))
    let all = #"{"version":"1","default":"deny","resources":{"*":{}}}"#
    #expect(try verdict(all, .resource(uri: ExactText(uri))).hasPrefix("allow"))
  }

  @Test func P17_aNameBeforeAHostIsWhatARuleSaysOfIt() throws {
    let named = #""http://me@host/*":{}"#
    let alone = #"{"version":"1","default":"deny","resources":{\#(named)}}"#
    #expect(try verdict(alone, .resource(uri: "http://me@host/x")).hasPrefix("allow"))
    #expect(try verdict(alone, .resource(uri: "http://host/x")).hasPrefix("deny"))
    #expect(try verdict(alone, .resource(uri: "http://you@host/x")).hasPrefix("deny"))
    let both = #"{"version":"1","default":"deny","resources":{\#(named),"http://host/*":{"action":"deny"}}}"#
    #expect(try verdict(both, .resource(uri: "http://me@host/x")) == "deny /resources/http:~1~1host~1*")
  }

  @Test(arguments: ["Bad", "bad ", "\u{FF42}ad", "b\u{200B}ad"]) func P17_aDeniedPromptIsDeniedInOtherDress(
    name: String
  ) throws {
    let policy = #"{"version":"1","default":"allow","prompts":{"bad":{"action":"deny"},"Bad one":{}}}"#
    #expect(try verdict(policy, .prompt(ExactText(name))) == "deny /prompts/bad")
    #expect(try verdict(policy, .prompt("bad one")).hasPrefix("allow"))
    #expect(try verdict(#"{"version":"1","default":"allow"}"#, .prompt(ExactText(name))).hasPrefix("allow"))
  }

  @Test(
    "P11: a name that only resembles another one is its own",
    arguments: ["forbidde", "forbiddenn", "for-bidden", "f\u{43E}rbidden", "forbidd\u{E9}n", "for bidden", ""])
  func others(name: String) throws {
    let policy = try engine(#"{"version":"1","default":"allow","tools":{"forbidden":{"action":"deny"}}}"#)
    #expect(decision(policy, name).verdict == .allow)
  }

  @Test("P11: an allowed name allows no other spelling")
  func allowed() throws {
    let policy = try engine(#"{"version":"1","tools":{"get":{}}}"#)
    for name in ["Get", "get ", "\u{FF47}et"] { #expect(decision(policy, name).rule == "(default)") }
    #expect(decision(policy, "get").verdict == .allow)
  }

  @Test("P11: who is hidden is hidden in other dress, in lists too")
  func hidden() throws {
    for hide in ["drop_all", "Drop_All", "drop_*", "DROP_*"] {
      let policy = try engine(#"{"version":"1","default":"allow","hide":["\#(hide)"]}"#)
      for name in ["drop_all", "DROP_ALL", "Drop_all "] {
        #expect(decision(policy, name).verdict == .hide, "\(hide) \(name)")
        #expect(policy.isHidden(server: "s", tool: ExactText(name)))
        #expect(policy.standing(server: "s", tool: ExactText(name)).verdict == .hide)
      }
      #expect(!policy.isHidden(server: "s", tool: "dropall"))
    }
  }

  @Test("P11: a rule for exactly this name stands above what it could be taken for")
  func exact() throws {
    let policy = try engine(
      """
      {"version":"1","default":"allow","hide":["List"],"tools":{"get":{"action":"deny"},"Get":{},"list":{}},
       "servers":{"t":{"tools":{"GET":{}}}}}
      """)
    #expect(decision(policy, "Get").verdict == .allow)
    #expect(decision(policy, "list").verdict == .allow)
    #expect(!policy.isHidden(server: "s", tool: "list"))
    #expect(decision(policy, "get").verdict == .deny)
    // Which one a third spelling means nobody knows.
    #expect(decision(policy, "gEt").verdict == .deny)
    #expect(decision(policy, "LIST").verdict == .hide)
  }

  @Test("P11: of globs the most specific one counts, folded as they are written")
  func globs() throws {
    let policy = try engine(
      #"{"version":"1","tools":{"*":{},"list_*":{"action":"deny"},"list_my_*":{},"Delete*":{"action":"deny"},"Read*":{}}}"#
    )
    #expect(decision(policy, "List_all").rule == "/tools/list_*")
    #expect(decision(policy, "LIST_MY_own").verdict == .allow)
    #expect(decision(policy, "delete_draft").rule == "/tools/Delete*")
    #expect(decision(policy, "read_file").verdict == .allow)
    let closed = try engine(#"{"version":"1","tools":{"*":{"action":"deny"},"Read*":{}}}"#)
    #expect(decision(closed, "ReadFile").verdict == .allow)
    #expect(decision(closed, "readFile").verdict == .deny)
  }

  @Test("P11: a server's own rule stands above one for all, and what has expired denies nothing")
  func levels() throws {
    let policy = try engine(
      """
      {"version":"1","default":"allow","tools":{"push":{"action":"deny"},"pull":{"action":"deny","expires":"1969-01-01T00:00:00Z"}},
       "servers":{"s":{"tools":{"push":{}}}}}
      """)
    #expect(decision(policy, "Push").verdict == .allow)
    #expect(decision(policy, "Pull").verdict == .allow)
  }

  @Test("P11: the explanation says what the name could be taken for")
  func explained() throws {
    let policy = try engine(
      #"{"version":"1","default":"allow","hide":["gone"],"tools":{"forbidden":{"action":"deny"}}}"#)
    func last(_ tool: String) -> Explanation.Step? {
      let call = Call(server: "s", target: .tool(ExactText(tool)), session: "1")
      return policy.explain(call, arguments: nil, at: Moment(microseconds: 0)).steps.last
    }
    let denied = last("Forbidden")
    #expect(denied?.outcome == .denies)
    #expect(denied?.rule == "/tools/forbidden")
    #expect(
      denied?.text
        == "no rule names it exactly, and its name could be taken for that of a tool which the policy denies")
    #expect(last("GONE")?.text == "the name could be taken for one that `gone` hides")
  }

  @Test("P11: what only observes denies nothing, and says that it would have")
  func observed() throws {
    let policy = try engine(
      #"{"version":"1","mode":"observe","default":"allow","hide":["gone"],"tools":{"forbidden":{"action":"deny"}}}"#)
    #expect(decision(policy, "Forbidden").verdict == .deny)
    #expect(decision(policy, "Forbidden").letsThrough)
    #expect(!policy.isHidden(server: "s", tool: "GONE"))
  }

  @Test("P11: a name of any length and content is folded")
  func hostile() throws {
    let policy = try engine(#"{"version":"1","default":"allow","tools":{"forbidden":{"action":"deny"}}}"#)
    // One character that unfolds into eighteen.
    let long = String(repeating: "\u{FDFA}", count: 500)
    #expect(decision(policy, long).verdict == .allow)
    #expect(decision(policy, "forbidden" + String(repeating: "\u{200B}", count: 1000)).verdict == .deny)
    #expect(NameFolding.folded("\u{FF21}\u{2460} ") == "a1")
    #expect(NameFolding.folded("F\u{130}LE\u{131}\u{144}") == "filei\u{144}")
  }
}
