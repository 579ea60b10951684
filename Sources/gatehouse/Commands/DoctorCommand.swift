import ConsoleCore
import Doctor
import JSONText
import System

extension Gatehouse {
  static let doctor = Command(
    ["doctor"], summary: "Look at every file, the gate, record, servers and clients: what is wrong, and what mends it.",
    details: """
      It changes nothing and starts no server. Exit 1 if something is wrong; hints are no fault.

      With --json: [{"section", "verdict": "good"|"hint"|"wrong", "subject", "text", "remedy"}].
      """,
    options: [
      .init("--quiet", "only what is wrong, and hints"),
      .init("--json", "print JSON"),
      .init("--policy", "FILE", "the policy; else $GATEHOUSE_POLICY, else policy.json in the configuration folder"),
      .init("--socket", "PATH", "the gate's control socket"),
    ]
  ) { arguments throws(Failure) in
    var findings = Examination.run(
      try paths(arguments), build: Build.version, environment: ThisProcess.environment)
    let faults = findings.count { $0.verdict == .wrong }
    let hints = findings.count { $0.verdict == .hint }
    if arguments.has("--quiet") { findings.removeAll { $0.verdict == .good } }
    if arguments.has("--json") {
      StandardOutput.write(String(decoding: json(findings), as: UTF8.self) + "\n")
    } else {
      let end =
        faults == 0
        ? "nothing is wrong" + (hints == 0 ? "" : "; \(counted(hints, "hint"))")
        : "\(counted(faults, "thing")) \(faults == 1 ? "is" : "are") wrong; \(counted(hints, "hint"))"
      say(words(findings) + end + "\n")
    }
    return faults == 0 ? 0 : 1
  }

  private static func words(_ findings: [Finding]) -> String {
    let width = 12
    var lines: [String] = []
    for section in Finding.Section.allCases {
      let own = findings.filter { $0.section == section }
      guard !own.isEmpty else { continue }
      lines.append(section.rawValue)
      for finding in own {
        let subject = TerminalText.safe(finding.subject, limit: 64)
        let blanks = String(repeating: " ", count: max(1, width - TerminalText.width(subject)))
        let verdict = finding.verdict.rawValue + String(repeating: " ", count: 7 - finding.verdict.rawValue.count)
        lines.append("  \(verdict)\(subject)\(blanks)\(TerminalText.safe(finding.text, limit: 2_000))")
        if let remedy = finding.remedy {
          lines.append(String(repeating: " ", count: 9 + width) + "-> " + TerminalText.safe(remedy, limit: 2_000))
        }
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func json(_ findings: [Finding]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginArray()
    for finding in findings {
      writer.beginObject()
      writer.member("section", finding.section.rawValue)
      writer.member("verdict", finding.verdict.rawValue)
      writer.member("subject", finding.subject)
      writer.member("text", finding.text)
      writer.member("remedy", ifPresent: finding.remedy)
      writer.endObject()
    }
    writer.endArray()
    return writer.bytes
  }
}
