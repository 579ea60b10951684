import JSONText
import Policy
import SeededChance
import Testing

struct NameTests {
  /// Tries every way to spend a star: slow, and plainly right.
  static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return (name.startIndex...name.endIndex).contains { matches(pattern.dropFirst(), name[$0...]) }
    }
    let rest = first == "\\" ? pattern.dropFirst() : pattern
    guard let literal = rest.first, let character = name.first, literal == character else { return false }
    return matches(rest.dropFirst(), name.dropFirst())
  }

  @Test(arguments: UInt64(1)...10)
  func globsMatchLikeTheReference(seed: UInt64) throws {
    var chance = Chance(seed)
    var matched = 0
    for _ in 0..<3_000 {
      let pattern = (0..<chance.below(7)).map { _ in chance.pick(["a", "b", "é", "*", "*", "\\*", "\\\\"]) }.joined()
      let name = (0..<chance.below(8)).map { _ in chance.pick(["a", "b", "é", "*", "\\"]) }.joined()
      guard let parsed = try? NamePattern(ExactText(pattern)) else {
        #expect(pattern.isEmpty)
        continue
      }
      let found =
        switch parsed {
        case .exact(let exact): exact == ExactText(name)
        case .glob(let glob): glob.matches(ExactText(name))
        }
      #expect(found == Self.matches(Array(pattern)[...], Array(name)[...]), "\(pattern) and \(name)")
      if found { matched += 1 }
    }
    #expect(matched > 100)
  }

  @Test(arguments: UInt64(1)...5)
  func globsOverlapWhereSomeNameMatchesBoth(seed: UInt64) throws {
    var chance = Chance(seed)
    // All names of up to 9 letters of two: enough for two patterns of at most 4 letters each.
    var names = [""]
    for length in 1...9 {
      names += (0..<1 << length).map { bits in
        String((0..<length).map { bits >> $0 & 1 == 0 ? "a" : "b" as Character })
      }
    }
    for _ in 0..<40 {
      let patterns = (0..<2).map { _ in
        let letters = (0..<chance.below(5)).map { _ in chance.pick(["a", "b", "*"]) } + ["*"]
        return letters.shuffled(using: &chance).joined()
      }
      let globs = try patterns.compactMap { pattern -> Glob? in
        guard case .glob(let glob) = try NamePattern(ExactText(pattern)) else { return nil }
        return glob
      }
      let both = names.contains { name in globs.allSatisfy { $0.matches(ExactText(name)) } }
      #expect(globs[0].overlaps(globs[1]) == both, "\(patterns)")
    }
  }

  @Test(arguments: UInt64(1)...30)
  func everyTieIsRefused(seed: UInt64) throws {
    var chance = Chance(seed)
    let keys = Set(
      (0..<12).map { _ in
        (["*"] + (0..<chance.below(4)).map { _ in chance.pick(["a", "b", "*"]) }).shuffled(using: &chance).joined()
      }
    ).sorted()
    let globs = try keys.map { key -> Glob in
      guard case .glob(let glob) = try NamePattern(ExactText(key)) else { throw CancellationError() }
      return glob
    }
    let expected = keys.indices.filter { later in
      (0..<later).contains { globs[$0].literals == globs[later].literals && globs[$0].overlaps(globs[later]) }
    }
    do {
      _ = try policy(#"{"version":"1","tools":{"# + keys.map { "\"\($0)\":{}" }.joined(separator: ",") + "}}")
      #expect(expected.isEmpty)
    } catch let rejection as PolicyRejection {
      #expect(rejection.problems.map(\.pointer) == expected.map { "/tools/\(keys[$0])" })
    }
  }

  @Test func exactNamesHaveOneKey() throws {
    for name in ["push", "a*b", "\\", "*", "\\*", "é", "e\u{301}"] {
      let key = NamePattern.key(for: ExactText(name))
      #expect(try NamePattern(key) == .exact(ExactText(name)))
    }
    #expect(NamePattern.key(for: "a*b\\") == "a\\*b\\\\")
  }

  @Test func theMostSpecificRuleHolds() throws {
    let engine = try engine(
      #"""
      {"version": "1", "default": "deny", "hide": ["drop_*", "secret"],
       "tools": {"*": {"action": "deny"}, "get_*": {}, "get_secret_*": {"action": "deny", "reason": "Secret."},
                 "get_secret_name": {}, "a\\*": {"rate_limit": "1/day"}, "é": {}},
       "servers": {
         "git": {"default": "allow", "hide": ["hid"], "tools": {"get_*": {"action": "deny"}, "push": {}}},
         "open": {"default": "allow"}}}
      """#)
    let cases: [(String, String, Verdict, String, Standing.Source)] = [
      ("x", "get_secret_name", .allow, "/tools/get_secret_name", .explicit),
      ("x", "get_secret_key", .deny, "/tools/get_secret_*", .pattern("get_secret_*")),
      ("x", "get_key", .allow, "/tools/get_*", .pattern("get_*")),
      ("x", "GET_key", .deny, "/tools/*", .pattern("*")),
      ("x", "a*", .limit, "/tools/a\\*", .explicit),
      ("x", "ab", .deny, "/tools/*", .pattern("*")),
      ("x", "é", .allow, "/tools/é", .explicit),
      ("x", "e\u{301}", .deny, "/tools/*", .pattern("*")),
      ("x", "drop_table", .hide, "(hidden)", .hidden("drop_*")),
      ("git", "secret", .hide, "(hidden)", .hidden("secret")),
      ("git", "hid", .hide, "(hidden)", .hidden("hid")),
      ("x", "hid", .deny, "/tools/*", .pattern("*")),
      ("git", "get_secret_name", .deny, "/servers/git/tools/get_*", .pattern("get_*")),
      ("git", "push", .allow, "/servers/git/tools/push", .explicit),
      ("git", "other", .deny, "/tools/*", .pattern("*")),
    ]
    var counters = Counters()
    for (server, tool, verdict, rule, source) in cases {
      let standing = engine.standing(server: ExactText(server), tool: ExactText(tool))
      #expect(standing.verdict == verdict, "\(server)/\(tool)")
      #expect(standing.rule == rule, "\(server)/\(tool)")
      #expect(standing.source == source, "\(server)/\(tool)")
      let decision = engine.decide(call(tool, on: server), counters: &counters, at: Moment(seconds: 0))
      #expect(decision.verdict == (verdict == .limit ? .allow : verdict), "\(server)/\(tool)")
      #expect(decision.rule == rule, "\(server)/\(tool)")
      #expect(engine.isHidden(server: ExactText(server), tool: ExactText(tool)) == (verdict == .hide))
    }
  }
}
