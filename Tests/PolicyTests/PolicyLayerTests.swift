import JSONText
import Policy
import Testing

/// The policy that PolicyLayer publishes for one tool, to the letter.
struct PolicyLayerTests {
  static let text = """
    {"version":"1","default":"deny","tools":{"build_and_push_image_to_ecr":{"limits":[{"counter":\
    "build_and_push_image_to_ecr_rate","window":"minute","max":10,"scope":"grant"}]}}}
    """

  @Test func tenPassTheEleventhWaits() throws {
    let engine = try engine(Self.text)
    var counters = Counters()
    let push = call("build_and_push_image_to_ecr", on: "ecs")
    for index in 0..<10 {
      let decision = engine.decide(push, counters: &counters, at: Moment(seconds: index))
      #expect(decision == Decision(.allow, rule: "/tools/build_and_push_image_to_ecr"))
    }
    let refused = engine.decide(push, counters: &counters, at: Moment(seconds: 12))
    #expect(
      refused
        == Decision(
          .limit, rule: "/tools/build_and_push_image_to_ecr/limits/0", reason: "rate limit of 10 per minute reached",
          retryAfter: 48 * second))
    #expect(engine.decide(push, counters: &counters, at: Moment(seconds: 60)).verdict == .allow)
    #expect(engine.decide(push, counters: &counters, at: Moment(seconds: 60)).verdict == .limit)
  }

  @Test func everythingElseIsDenied() throws {
    let engine = try engine(Self.text)
    var counters = Counters()
    let now = Moment(seconds: 0)
    #expect(
      engine.decide(call("delete_cluster", on: "ecs"), counters: &counters, at: now)
        == Decision(.deny, rule: "(default)", reason: "no rule allows this tool"))
    let targets: [(Call.Target, String)] = [
      (.resource(uri: "file:///etc/passwd"), "no rule allows this resource"),
      (.prompt("review"), "no rule allows this prompt"),
      (.serverRequest(method: "sampling/createMessage"), "no rule allows this server request"),
      (.other(method: "tasks/get"), "no rule allows this method"),
    ]
    for (target, reason) in targets {
      let call = Call(server: "ecs", target: target, session: "s1")
      #expect(
        engine.decide(call, counters: &counters, at: now) == Decision(.deny, rule: "(default)", reason: reason))
    }
  }

  @Test func standsAsItIsWritten() throws {
    let document = try policy(Self.text)
    #expect(document.text == Array(Self.text.utf8))
    #expect(document.warnings.isEmpty)
    #expect(document.revision.utf8.count == 12)
    let standing = PolicyEngine(document).standing(server: "ecs", tool: "build_and_push_image_to_ecr")
    #expect(standing.verdict == .limit)
    #expect(standing.summary == "10/minute")
    #expect(standing.rule == "/tools/build_and_push_image_to_ecr")
    #expect(standing.source == .explicit)
    #expect(standing.line == 1)
  }

  @Test func withoutAPolicyNothingPasses() {
    var counters = Counters()
    let decision = PolicyEngine.denyEverything.decide(call("read"), counters: &counters, at: Moment(seconds: 0))
    #expect(
      decision
        == Decision(
          .deny, rule: "(no policy)", reason: "the policy file is absent or unreadable, so everything is denied"))
    #expect(decision.letsThrough == false)
    #expect(PolicyEngine.denyEverything.standing(server: "git", tool: "read").source == .noPolicy)
  }
}
