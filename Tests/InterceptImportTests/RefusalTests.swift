import InterceptImport
import Policy
import Testing

/// What a person reads whose policy cannot be carried over: one file a reason, and beside it what is said.
struct RefusalTests {
  @Test(arguments: try Fixture.all("refused")) func whatHasNoEqualIsNamed(_ fixture: Fixture) {
    do throws(InterceptImport.Rejection) {
      let (text, _) = try InterceptImport.policy(fromYAML: fixture.yaml)
      Issue.record("it was accepted: \(String(decoding: text, as: UTF8.self))")
    } catch {
      #expect(error.problems.map { "\($0)\n" }.joined() == fixture.lines)
      #expect(error.problems.allSatisfy { $0.weight == .error })
    }
  }

  @Test func everyFileBelongsToAPolicy() throws {
    let files = try Fixture.files("refused")
    let policies = files.filter { $0.hasSuffix(".yaml") }
    #expect(policies.count > 60)
    #expect(files == (policies + policies.map { $0.dropLast(4) + "txt" }).sorted())
  }

  /// A list of mistakes has an end.
  @Test func moreMistakesThanAPersonReadsAreNotToldOneByOne() {
    for line in ["  - *x\n", "  - {name: n}\n"] {
      let yaml = "version: \"1\"\ntools:\n t:\n  rules:\n" + String(repeating: line, count: 5000)
      let problems = told(Array(yaml.utf8))
      #expect(problems.count == 1001)
      #expect(problems.last?.hasSuffix("error: and more from here on") == true)
    }
  }
}
