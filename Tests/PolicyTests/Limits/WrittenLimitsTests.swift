import JSONText
import Policy
import Testing

/// What an editor of limits reads out of a policy.
struct WrittenLimitsTests {
  static let text = """
    {
      "version": "1",
      "all_tools": {"limits": [{"counter": "sum", "window": "day", "max": 5}]},
      "tools": {
        "a": {"rate_limit": "10/minute", "reason": "Slow down.", "limits": [{"window": 6e1, "max": 1e3, "count": "succeeded"}]},
        "b": {"action": "deny"},
        "c*": {
          "limits": [{"max": 0, "window": "hour", "scope": "session", "counter": "sum", "cost": "args[\\"x\\"]",
            "align": "calendar", "expires": "2030-01-01T00:00:00+01:00"}]
        }
      },
      "servers": {"s": {"prompts": {"p": {"rate_limit": {"max": 1.5, "window": 90}}}}}
    }
    """

  @Test func limitsAreReadInTheOrderOfTheText() throws {
    let document = try policy(Self.text)
    let rule = try #require(document.limits(at: RuleAddress(.tools, "a")))
    var counted = LimitTerms(max: "1000", window: "60")
    counted.count = "succeeded"
    #expect(rule.limits == [LimitTerms(max: "10", window: "minute"), counted])
    #expect(rule.pointers == ["/tools/a/rate_limit", "/tools/a/limits/0"])
    #expect(rule.action == .allow)
    #expect(rule.line == 5)
    #expect(
      rule.denials == [
        "rate limit of 10 per minute reached: Slow down", "rate limit of 1000 per minute reached: Slow down",
      ])
    #expect(rule.text.first == 0x7B && rule.text.last == 0x7D)
  }

  @Test func everyMemberIsRead() throws {
    let rule = try #require(try policy(Self.text).limits(at: RuleAddress(.tools, "c*")))
    var terms = LimitTerms(max: "0", window: "hour")
    terms.scope = "session"
    terms.counter = "sum"
    terms.cost = "args[\"x\"]"
    terms.align = "calendar"
    terms.expires = "2030-01-01T00:00:00+01:00"
    #expect(rule.limits == [terms])
    #expect(rule.denials == ["the limit is 0 per hour"])
  }

  @Test func otherSectionsAndWhatIsNotThere() throws {
    let document = try policy(Self.text)
    let prompt = document.limits(at: RuleAddress(server: "s", .prompts, "p"))
    #expect(prompt?.limits == [LimitTerms(max: "1.5", window: "90")])
    #expect(document.limits(at: RuleAddress(.tools, "b"))?.action == .deny)
    #expect(document.limits(at: .allTools())?.limits.first?.counter == "sum")
    for place in [RuleAddress(.tools, "x"), .allTools(server: "s"), RuleAddress(server: "t", .tools, "a")] {
      #expect(document.limits(at: place) == nil)
    }
  }

  @Test func limitsWithANameAreFound() throws {
    let found = try policy(Self.text).namedLimits
    #expect(found.map(\.pointer) == ["/all_tools/limits/0", "/tools/c*/limits/0"])
    #expect(found.map(\.windowSeconds) == [86_400, 3600])
    #expect(found.map(\.scope) == [.grant, .session])
    #expect(found.allSatisfy { $0.counter == "sum" })
  }

  @Test func anEditThatIsRefusedTellsWhereTheMistakeIs() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    do {
      try draft.apply(.change(RuleAddress(.tools, "c*"), .addLimit(LimitTerms(max: "-1", window: "day"))))
      Issue.record("it was taken")
    } catch {
      #expect(error.problems.filter { $0.weight == .error }.map(\.pointer) == ["/tools/c*/limits/1/max"])
    }
    do {
      try draft.apply(.change(RuleAddress(.tools, "none"), .removeLimit(0)))
      Issue.record("it was taken")
    } catch {
      #expect(error.problems.isEmpty)
    }
  }
}
