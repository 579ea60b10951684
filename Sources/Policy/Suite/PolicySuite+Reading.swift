import JSONSchema
import JSONText

extension PolicySuite {
  /// Reads a suite as strictly as a policy.
  ///
  /// Throws: `PolicyRejection` with everything that is wrong.
  package static func read(_ text: [UInt8]) throws(PolicyRejection) -> PolicySuite {
    let start = TextPlace(line: 1, column: 1)
    guard text.count <= longest else {
      throw PolicyRejection(at: start, "a suite has at most \(longest) bytes, not \(text.count)")
    }
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONNode.read(text)
    } catch {
      throw PolicyRejection(at: TextPlace(of: error.offset, in: text), "\(error)")
    }
    var reader = PolicyReader(text)
    var (suite, offsets) = reader.suite(root)
    let problems = reader.problems()
    guard problems.isEmpty else { throw PolicyRejection(problems: problems) }
    for (index, place) in reader.lines.places(of: offsets, in: text).enumerated() { suite.cases[index].place = place }
    return suite
  }
}

extension PolicyRejection {
  fileprivate init(at place: TextPlace, _ message: String) {
    self.init(problems: [PolicyProblem(weight: .error, place: place, pointer: "", message: message)])
  }
}

/// Where the reading of a suite's cases stands.
private struct SuiteClock {
  /// What `at` counts from.
  var base = PolicySuite.defaultStart
  /// When the last case ended.
  var now = PolicySuite.defaultStart
  var calls = 0
}

extension PolicyReader {
  /// A whole suite, and where its cases begin.
  fileprivate mutating func suite(_ root: JSONNode) -> (PolicySuite, offsets: [Int]) {
    var suite = PolicySuite(policy: nil, cases: [], schemas: [:])
    var clock = SuiteClock()
    var cases: JSONMember?
    suiteMembers(of: root, "a suite") { (reader, key: SuiteKey, member) in
      switch key {
      case .policy: suite.policy = reader.string(member.value, "`policy`")?.string
      case .now: clock.base = reader.suiteTime(member.value, "`now`") ?? clock.base
      case .tools: suite.schemas = reader.schemas(member.value)
      case .cases: cases = member
      }
    }
    guard root.members != nil else { return (suite, []) }
    // Behind the others: the cases are dated from `now`, wherever it stands.
    guard let cases else {
      error(
        at: root.range.lowerBound, "`cases` is missing",
        help: #"write `"cases": [{"server": "git", "tool": "push", "expect": "deny"}]`"#)
      return (suite, [])
    }
    clock.now = clock.base
    var offsets: [Int] = []
    inside("cases") { reader in
      reader.elements(of: cases.value, "`cases`") { reader, _, element in
        guard let one = reader.suiteCase(element, &clock) else { return }
        suite.cases.append(one)
        offsets.append(element.range.lowerBound)
      }
    }
    return (suite, offsets)
  }

  /// Walks over the members of an object whose keys are all known.
  private mutating func suiteMembers<Key: PolicyKey>(
    of node: JSONNode, _ name: String, _ body: (inout PolicyReader, Key, JSONMember) -> Void
  ) {
    let known = Key.allCases.map(\.rawValue)
    entries(of: node, name) { reader, member in
      if let key = Key(exact: member.key) { return body(&reader, key, member) }
      let near = Suggestion.nearest(to: member.key.string, among: known)
      reader.error(
        at: member.keyRange.lowerBound, "unknown key `\(member.key)`",
        help: near.map { "did you mean `\($0)`?" } ?? "known here: " + known.map { "`\($0)`" }.joined(separator: ", "))
    }
  }

  // MARK: Parts

  private mutating func schemas(_ node: JSONNode) -> [ExactText: [ExactText: JSONSchema]] {
    var found: [ExactText: [ExactText: JSONSchema]] = [:]
    entries(of: node, "`tools`") { reader, server in
      reader.entries(of: server.value, "the tools of a server") { reader, tool in
        do throws(JSONSchema.Mistake) {
          found[server.key, default: [:]][tool.key] = try JSONSchema(tool.value)
        } catch {
          reader.error(at: tool.value.range.lowerBound, "this schema cannot be used: \(error)")
        }
      }
    }
    return found
  }

  private mutating func suiteCase(_ node: JSONNode, _ clock: inout SuiteClock) -> PolicySuite.Case? {
    var has: [CaseKey: JSONMember] = [:]
    var values: [CaseKey: ExactText] = [:]
    var start: Moment?
    var times = 1
    var pause: Int64 = 0
    var isFresh = false
    var expected: PolicySuite.Expectation?
    suiteMembers(of: node, "a case") { (reader, key: CaseKey, member) in
      has[key] = member
      let value = member.value
      switch key {
      case .name, .server, .tool, .resource, .prompt, .request, .grant, .client, .session:
        values[key] = reader.string(value, "`\(key.rawValue)`")
      case .arguments:
        if value.members == nil {
          reader.error(at: value.range.lowerBound, "`arguments` must be an object, not \(value.kindInWords)")
        }
      case .at: start = reader.suiteMoment(value, clock.base)
      case .times: times = reader.suiteWhole(value, "`times`", 1...PolicySuite.mostCalls) ?? 1
      case .every: pause = reader.suiteSeconds(value, "`every`") ?? 0
      case .fresh:
        if let flag = value.bool {
          isFresh = flag
        } else {
          reader.error(at: value.range.lowerBound, "`fresh` must be a boolean, not \(value.kindInWords)")
        }
      case .expect: expected = reader.expectation(value)
      }
    }
    guard node.members != nil else { return nil }
    for key in [CaseKey.server, .expect] where has[key] == nil {
      error(at: node.range.lowerBound, "`\(key.rawValue)` is missing")
    }
    let target = target(node, has, values)
    if let start, start < clock.now, !isFresh, let member = has[.at] {
      inside("at") { reader in
        reader.error(
          at: member.value.range.lowerBound, "this is before the end of the case before (\(clock.now.rfc3339))",
          help: "put the cases in the order of their times, or write `\"fresh\": true` to begin with nothing counted")
      }
    }
    count(times, node, &clock)
    guard let server = values[.server], let target, let expected else { return nil }
    let call = Call(
      server: server, target: target, grant: values[.grant] ?? "local", session: values[.session] ?? "test",
      client: values[.client] ?? "")
    let found = PolicySuite.Case(
      name: values[.name]?.string ?? call.inWords, place: TextPlace(line: 1, column: 1), call: call,
      arguments: has[.arguments]?.value, start: start ?? clock.now, times: times, pause: pause, isFresh: isFresh,
      expected: expected)
    clock.now = found.moment(times - 1)
    return found
  }

  private mutating func target(
    _ node: JSONNode, _ has: [CaseKey: JSONMember], _ values: [CaseKey: ExactText]
  ) -> Call.Target? {
    let given = CaseKey.targets.filter { has[$0] != nil }
    guard let key = given.first, given.count == 1 else {
      error(
        at: node.range.lowerBound, given.isEmpty ? "the case calls nothing" : "the case calls more than one thing",
        help: "write one of `tool`, `resource`, `prompt` and `request`")
      return nil
    }
    if key == .resource, let member = has[.arguments] {
      error(at: member.keyRange.lowerBound, "a resource takes no arguments", help: "take `arguments` out")
    }
    guard let name = values[key] else { return nil }
    return switch key {
    case .resource: .resource(uri: name)
    case .prompt: .prompt(name)
    case .request: .serverRequest(method: name)
    default: .tool(name)
    }
  }

  private mutating func count(_ times: Int, _ node: JSONNode, _ clock: inout SuiteClock) {
    let (before, most) = (clock.calls, PolicySuite.mostCalls)
    clock.calls = min(before + times, most + 1)
    if before <= most, clock.calls > most {
      error(at: node.range.lowerBound, "the cases up to here make more than \(most) calls")
    }
  }

  private mutating func expectation(_ node: JSONNode) -> PolicySuite.Expectation? {
    if node.text != nil {
      return word(node, "`expect`", as: Verdict.self).map { PolicySuite.Expectation(verdict: $0) }
    }
    guard node.members != nil else {
      error(
        at: node.range.lowerBound, "`expect` must be an object or a string, not \(node.kindInWords)",
        help: #"write `"deny"` or `{"verdict": "deny", "rule": "/tools/x"}`"#)
      return nil
    }
    var hasVerdict = false
    var verdict: Verdict?
    var expected = PolicySuite.Expectation(verdict: .allow)
    suiteMembers(of: node, "`expect`") { (reader, key: ExpectationKey, member) in
      let value = member.value
      switch key {
      case .verdict:
        hasVerdict = true
        verdict = reader.word(value, "`verdict`", as: Verdict.self)
      case .rule: expected.rule = reader.string(value, "`rule`")
      case .reason: expected.reason = reader.string(value, "`reason`")
      case .retryAfter:
        expected.retryAfterMilliseconds = reader.suiteWhole(value, "`retry_after_ms`", 0...WholeNumber.greatest)
          .map { Int64($0) }
      }
    }
    if !hasVerdict { error(at: node.range.lowerBound, "`verdict` is missing") }
    guard let verdict else { return nil }
    expected.verdict = verdict
    return expected
  }

  // MARK: Times and numbers

  /// A time, or seconds after `now`.
  private mutating func suiteMoment(_ node: JSONNode, _ base: Moment) -> Moment? {
    guard case .number = node.content else { return suiteTime(node, "`at`") }
    return suiteSeconds(node, "`at`").map { base.advanced(byMicroseconds: $0) }
  }

  private mutating func suiteTime(_ node: JSONNode, _ name: String) -> Moment? {
    let help = "write it in UTC, as `2026-11-21T12:00:00Z`"
    guard let text = node.text else {
      error(at: node.range.lowerBound, "\(name) must be a time, not \(node.kindInWords)", help: help)
      return nil
    }
    guard let moment = Moment(rfc3339: text.string) else {
      error(at: node.range.lowerBound, "`\(text)` is not a time", help: help)
      return nil
    }
    return moment
  }

  /// Seconds as microseconds.
  private mutating func suiteSeconds(_ node: JSONNode, _ name: String) -> Int64? {
    guard case .number(let number) = node.content else {
      error(at: node.range.lowerBound, "\(name) must be a number of seconds, not \(node.kindInWords)")
      return nil
    }
    let isPlain = number.text.utf8.allSatisfy { $0 | 0x20 != 0x65 }
    let microseconds = isPlain ? WholeNumber.read(JSONNumber(text: number.text + "e6")) : nil
    guard let microseconds, microseconds <= PolicySuite.mostSeconds * 1_000_000 else {
      error(
        at: node.range.lowerBound,
        "\(name) must be from 0 to \(PolicySuite.mostSeconds) seconds, not `\(number.text)`",
        help: "write at most six digits behind the point, and no exponent")
      return nil
    }
    return Int64(microseconds)
  }

  private mutating func suiteWhole(_ node: JSONNode, _ name: String, _ range: ClosedRange<Int>) -> Int? {
    guard case .number(let number) = node.content else {
      error(at: node.range.lowerBound, "\(name) must be a number, not \(node.kindInWords)")
      return nil
    }
    guard let value = WholeNumber.read(number), range.contains(value) else {
      error(
        at: node.range.lowerBound,
        "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not `\(number.text)`")
      return nil
    }
    return value
  }
}
