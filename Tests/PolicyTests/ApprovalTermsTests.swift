import Policy
import Testing

/// Whose terms hold where a person is asked.
struct ApprovalTermsTests {
  /// The timeout for the tool `x` of the server `git`.
  static func timeout(_ members: String) throws -> Int? {
    var counters = Counters()
    return try engine(#"{"version":"1","# + members + "}").judge(call("x"), counters: &counters, at: Moment(seconds: 0))
      .approval?.timeout
  }

  static let ask = #""action":"require_approval""#

  @Test(arguments: [
    (#""tools":{"x":{\#(ask)}}"#, 600),
    (#""tools":{"x":{\#(ask),"approval":{"timeout":1}}},"all_tools":{"approval":{"timeout":3}}"#, 1),
    (#""tools":{"x":{\#(ask)}},"all_tools":{"approval":{"timeout":3}}"#, 3),
    (#""tools":{"x":{"approval":{"timeout":1}}},"all_tools":{\#(ask),"approval":{"timeout":3}}"#, 3),
    (#""tools":{"x":{"approval":{"timeout":1}}},"all_tools":{\#(ask)}"#, 1),
    (#""default":"require_approval""#, 600),
    (#""default":"require_approval","all_tools":{"approval":{"timeout":3}}"#, 3),
    (
      #""default":"require_approval","all_tools":{"approval":{"timeout":3}},"servers":{"git":{"all_tools":{"approval":{"timeout":2}}}}"#,
      2
    ),
  ])
  func holds(_ members: String, _ timeout: Int) throws {
    #expect(try Self.timeout(members) == timeout)
  }
}
