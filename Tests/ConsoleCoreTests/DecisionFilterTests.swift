import ConsoleCore
import ControlWire
import Filters
import JSONText
import Policy
import Risk
import Testing

struct DecisionFilterTests {
  private static let event = DecisionEvent(
    session: "s-1", client: "claude", grant: "local", server: "github", method: "tools/call", tool: "push_files",
    category: .write, severity: .high,
    decision: Decision(.deny, rule: "/servers/github/tools/push_files", reason: "use a pull request"),
    revision: "abc", took: 12, argumentsDigest: nil)

  @Test(arguments: [
    ("deny", true), ("allow", false), ("decision:deny server:git*", true), ("!tool:get_*", true),
    ("risk>=med cat:write", true), ("risk:crit", false), ("\"pull request\"", true), ("agent:cursor | n>6", true),
    ("lat>5ms", false), ("lat<1ms n=7 session:s-1", true), ("rule:/servers/*", true), ("tool!=push_files", false),
  ])
  func choosesDecisions(_ text: String, _ fits: Bool) throws {
    let filter = try #require(try Filter(text, for: .live))
    #expect(filter.matches(Self.event, sequence: 7) == fits, "\(text)")
  }
}
