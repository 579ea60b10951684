import JSONText
import Policy
import System

extension Gatehouse {
  static let policyTest = Command(
    ["policy", "test"], operands: "TESTS", count: 1...1,
    summary: "Run cases with expected verdicts against a policy; exit 1 if one fails.",
    details: """
      TESTS is a JSON file; `-` reads standard input:
        {"policy": "policy.json",              the policy, relative to TESTS (else the one in use; --policy wins)
         "now": "2026-11-21T12:00:00Z",        when the cases begin (2026-01-01T00:00:00Z)
         "tools": {"git": {"push": SCHEMA}},   input schemas, for `match_schema`
         "cases": [
           {"name": "ten pushes a minute", "server": "git", "tool": "push", "arguments": {"branch": "main"},
            "times": 10, "every": 1, "expect": "allow"},
           {"server": "git", "tool": "push", "expect": {"verdict": "limit", "rule": "/tools/push/limits/0"}}]}
      A case has a server, one of "tool", "resource" (a URI), "prompt" and "request" (a server's method), and what is
      expected: a verdict (allow, deny, limit, ask, hide), or an object with "verdict" and any of "rule", "reason" (a part
      of it) and "retry_after_ms". It may have "name", "arguments", "grant", "client", "session", "at" (a time, or seconds
      after "now"), "times" and "every" (seconds between), and "fresh": true to begin with nothing counted. Cases run in
      their order and share their counts; a case without "at" follows at once; nobody answers where a person is asked.

      With --json: {"file", "policy" {"file", "revision"}, "passed", "failed", "cases" [{"name", "line", "column",
      "passed", "calls", "call", "time", "decision", "differences", "steps"}], "idle_rules"}; a decision and steps are
      those of `gatehouse policy explain --json`.
      """,
    options: [
      .init("--policy", "FILE", "test this policy"),
      .init("--junit", "FILE", "write a report as JUnit XML too"),
      .init("--json", "print the report as JSON"),
    ]
  ) { arguments throws(Failure) in
    let file = arguments.operands[0]
    let name = file == "-" ? "(standard input)" : file
    let suite: PolicySuite
    let text = try readText(file)
    do throws(PolicyRejection) {
      suite = try PolicySuite.read(text)
    } catch {
      throw Failure(error, of: name)
    }
    guard !suite.cases.isEmpty else { throw Failure("\(name): there is no case in it") }
    let policy = try policyInUse(arguments.value("--policy") ?? suite.policyPath(from: file))
    guard let document = policy.document else {
      throw Failure("there is no policy file \(policy.path)", help: "name one with --policy FILE")
    }
    let run = SuiteRun(suite, under: document)
    if let path = arguments.value("--junit") {
      do {
        try SafeFile.replace(path, with: run.junit(suite: name))
      } catch {
        throw Failure("\(error)")
      }
    }
    let places = PolicyPlaces(document)
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("file", name)
      writer.key("policy")
      writer.beginObject()
      writer.member("file", policy.path)
      writer.member("revision", document.revision)
      writer.endObject()
      run.writeMembers(to: &writer, places: places)
      writer.endObject()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
    } else {
      var report = ReportText.forTerminal
      run.write(to: &report, suite: name, places: places)
      StandardOutput.write(report.text)
    }
    return run.failed == 0 ? 0 : 1
  }
}

extension PolicySuite {
  /// The policy that the suite names, as a path for this process.
  fileprivate func policyPath(from file: String) -> String? {
    guard let policy, !policy.hasPrefix("/"), file != "-" else { return policy }
    return SafeFile.folder(of: file) + "/" + policy
  }
}
