import JSONText
import Policy
import SeededChance
import Testing

/// Calls that were seen, counted by limits that are not in force.
struct LimitReplayTests {
  static func call(_ tool: ExactText, _ session: ExactText = "s1", grant: ExactText = "local") -> Call {
    Call(server: "git", target: .tool(tool), grant: grant, session: session)
  }

  static func at(_ seconds: Double) -> Moment {
    Moment(microseconds: 1_795_000_000_000_000 + Int64(seconds * 1_000_000))
  }

  /// Without conditions a replay says what the judge says, call by call.
  @Test(arguments: UInt64(1)...40)
  func agreesWithTheJudge(seed: UInt64) throws {
    var chance = Chance(seed)
    func limits() -> String {
      let all = (0..<chance.below(3)).map { index -> String in
        let align = chance.pick(["sliding", "calendar"])
        let counter = chance.happens(oneIn: 3) ? #""counter": "c\#(align)","# : ""
        let window = chance.pick(["\"second\"", "\"minute\"", "7", "90"])
        let scope = chance.pick(["grant", "session", "server", "global"])
        return #"{\#(counter) "window": \#(window), "max": \#(index + 1 + chance.below(4)), "scope": "\#(scope)", "#
          + #""align": "\#(align)"}"#
      }
      return "{\"limits\": [\(all.joined(separator: ", "))]}"
    }
    let text = """
      {"version": "1", "default": "allow", "all_tools": \(limits()), "tools": {"push": \(limits()), "p*": \(limits())},
       "servers": {"git": {"all_tools": \(limits()), "tools": {"pull": \(limits())}}}}
      """
    guard let document = try? policy(text) else { return }
    let engine = PolicyEngine(document)
    var counters = Counters()
    var replay = LimitReplay(engine, at: Self.at(0))
    var time = 0.0
    for _ in 0..<300 {
      time += chance.pick([0, 0.1, 0.5, 1, 3, 20])
      let call = Self.call(
        chance.pick(["push", "pull", "plus", "log"]), chance.pick(["s1", "s2"]), grant: chance.pick(["local", "other"]))
      let decision = engine.judge(call, counters: &counters, at: Self.at(time)).decision
      #expect(replay.meet(call, at: Self.at(time)) == (decision.verdict == .limit ? decision.rule : nil), "\(text)")
    }
  }

  @Test func whatFailsIsGivenBackWhenItIsOver() throws {
    let text = #"{"version": "1", "tools": {"a": {"limits": [{"window": "hour", "max": 1, "count": "succeeded"}]}}}"#
    var replay = LimitReplay(PolicyEngine(try policy(text)), at: Self.at(0))
    #expect(replay.meet(Self.call("a"), at: Self.at(0), failedAt: Self.at(5)) == nil)
    #expect(replay.meet(Self.call("a"), at: Self.at(4)) == "/tools/a/limits/0")
    #expect(replay.meet(Self.call("a"), at: Self.at(5)) == nil)
    #expect(replay.meet(Self.call("a"), at: Self.at(6)) == "/tools/a/limits/0")
  }

  @Test func onlyLimitsOfCallsThatAreInForceCount() throws {
    let text = """
      {"version": "1", "tools": {
        "cost": {"limits": [{"window": "hour", "max": 1, "cost": "args.n"}]},
        "over": {"limits": [{"window": "hour", "max": 1, "expires": "2020-01-01T00:00:00Z"}]},
        "denied": {"action": "deny", "require": [{"conditions": [{"path": "args.x", "op": "exists", "value": true}]}],
          "limits": [{"window": "hour", "max": 1}]}}}
      """
    var replay = LimitReplay(PolicyEngine(try policy(text)), at: Self.at(0))
    for tool in ["cost", "over"] as [ExactText] {
      for second in 0..<3 { #expect(replay.meet(Self.call(tool), at: Self.at(Double(second))) == nil) }
      #expect(replay.counts(of: Self.call(tool)).isEmpty)
    }
    #expect(replay.meet(Self.call("denied"), at: Self.at(4)) == nil)
    #expect(replay.meet(Self.call("denied"), at: Self.at(5)) == "/tools/denied/limits/0")
    var nothing = LimitReplay(.denyEverything, at: Self.at(0))
    #expect(nothing.meet(Self.call("a"), at: Self.at(0)) == nil)
  }

  @Test func whoCountsTheSameIsKnown() throws {
    let text = """
      {"version": "1", "tools": {
        "a": {"limits": [{"counter": "c", "window": "hour", "max": 1}]},
        "b": {"limits": [{"counter": "c", "window": 3600, "max": 1}]},
        "d": {"limits": [{"counter": "c", "window": "day", "max": 1}]},
        "p*": {"limits": [{"window": "hour", "max": 1}]}}}
      """
    var replay = LimitReplay(PolicyEngine(try policy(text)), at: Self.at(0))
    let counts = ["a", "b", "d", "p1", "p2"].map { replay.counts(of: Self.call($0)) }
    #expect(counts[0] == counts[1])
    #expect(counts[0].isDisjoint(with: counts[2]))
    #expect(counts[3].isDisjoint(with: counts[4]))
    #expect(replay.rules(for: Self.call("p1")) == ["/tools/p*"])
    #expect(replay.rules(for: Self.call("x")) == [])
  }
}
