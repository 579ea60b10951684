import JSONSchema
package import JSONText

/// A file of cases, each of which says what a policy must decide about a call.
package struct PolicySuite: Sendable {
  /// One call, made once or several times, and what is expected of it.
  package struct Case: Sendable {
    /// What the user calls it, or what it calls.
    package var name: String
    package var place: TextPlace
    package var call: Call
    package var arguments: JSONNode?
    /// When the first call is made.
    package var start: Moment
    /// How often the call is made; each time must come out as expected.
    package var times: Int
    /// How many microseconds lie between two calls.
    package var pause: Int64
    /// Whether it starts with nothing counted.
    package var isFresh: Bool
    package var expected: Expectation

    /// When the call is made for the nth time, from 0.
    package func moment(_ repetition: Int) -> Moment {
      let (sum, overflow) = pause.multipliedReportingOverflow(by: Int64(repetition))
      return start.advanced(byMicroseconds: overflow ? .max : sum)
    }
  }

  /// What must be decided; nil is anything.
  package struct Expectation: Hashable, Sendable {
    package var verdict: Verdict
    package var rule: ExactText?
    /// A part of the reason.
    package var reason: ExactText?
    package var retryAfterMilliseconds: Int64?
  }

  /// The policy's file as it is written, relative to the suite's folder.
  package var policy: String?
  package var cases: [Case]
  /// The input schemas of tools, by server and tool.
  var schemas: [ExactText: [ExactText: JSONSchema]]

  /// A longer text is refused unread.
  package static let longest = 16 << 20
  /// `at` and `every` reach no further: a hundred years.
  static let mostSeconds = 3_153_600_000
  /// All cases of a suite together make at most so many calls.
  package static let mostCalls = 1_000_000
  /// The time that a suite begins at where it says none: the same on every run.
  package static let defaultStart = Moment(microseconds: 1_767_225_600_000_000)
}

extension Call {
  /// What people read: `git/push`, `git resource file:///x`.
  package var inWords: String {
    switch target {
    case .tool(let name): "\(server)/\(name)"
    case .resource(let uri): "\(server) resource \(uri)"
    case .prompt(let name): "\(server) prompt \(name)"
    case .serverRequest(let method): "\(server) request \(method)"
    case .other(let method): "\(server) method \(method)"
    }
  }
}
