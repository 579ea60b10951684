package import System

/// Looks at everything that Gatehouse depends on, and says what is wrong and how to mend it; changes nothing.
package struct Examination {
  let paths: Paths
  let build: String
  let environment: [String: String]
  private(set) package var findings: [Finding] = []

  package init(_ paths: Paths, build: String, environment: [String: String]) {
    self.paths = paths
    self.build = build
    self.environment = environment
  }

  /// Looks at everything once.
  package static func run(_ paths: Paths, build: String, environment: [String: String]) -> [Finding] {
    var examination = Examination(paths, build: build, environment: environment)
    let files = examination.lookAtFiles()
    let gate = examination.lookAtGate(files)
    examination.lookAtRecord(gate)
    examination.lookAtServers(files.registry, gate)
    examination.lookAtPins(gate)
    examination.lookAtClients()
    return examination.findings
  }

  mutating func good(_ section: Finding.Section, _ subject: String, _ text: String) {
    findings.append(Finding(section, .good, subject, text))
  }

  mutating func hint(_ section: Finding.Section, _ subject: String, _ text: String, remedy: String? = nil) {
    findings.append(Finding(section, .hint, subject, text, remedy: remedy))
  }

  mutating func wrong(_ section: Finding.Section, _ subject: String, _ text: String, remedy: String? = nil) {
    findings.append(Finding(section, .wrong, subject, text, remedy: remedy))
  }
}

/// A number of things in words: `1 rule`, `2 rules`.
func counted(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }

/// A name as one word of a shell's: others may have chosen it, and a remedy is pasted.
func word(_ name: String) -> String {
  let isPlain = name.utf8.allSatisfy { byte in
    switch byte {
    case 0x2B...0x3A, 0x40...0x5A, 0x5F, 0x61...0x7A, 0x80...0xFF: true
    default: false
    }
  }
  guard !isPlain || name.isEmpty else { return name }
  return "'" + name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
