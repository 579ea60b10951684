import JSONText

extension SuiteRun {
  /// The report as JUnit's XML, which build servers read.
  ///
  /// What XML 1.0 cannot hold at all (most control characters) is written as U+FFFD.
  package func junit(suite file: String) -> [UInt8] {
    var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let name = XML.escaped(file)
    let counts = "tests=\"\(outcomes.count)\" failures=\"\(failed)\" errors=\"0\""
    xml += "<testsuites \(counts)>\n<testsuite name=\"\(name)\" \(counts) skipped=\"0\" time=\"0\">\n"
    for outcome in outcomes {
      let tested = outcome.tested
      xml += "<testcase classname=\"\(XML.escaped(tested.call.inWords))\" name=\"\(XML.escaped(tested.name))\""
      xml += " file=\"\(name)\" line=\"\(tested.place.line)\" time=\"0\""
      guard !outcome.passed else {
        xml += "/>\n"
        continue
      }
      let message = XML.escaped(outcome.differences.joined(separator: "; "))
      xml += ">\n<failure type=\"\(outcome.decision.verdict.rawValue)\" message=\"\(message)\">"
      var lines = ["\(file):\(tested.place.line):\(tested.place.column)"] + outcome.differences
      lines.append("decided: \(outcome.decision.verdict.rawValue) by \(outcome.decision.rule)")
      for step in outcome.explanation?.steps ?? [] {
        lines.append("\(step.outcome.rawValue) \(step.subject.rawValue) \(step.rule): \(step.text)")
      }
      xml += XML.escaped(lines.joined(separator: "\n"), isAttribute: false)
      xml += "</failure>\n</testcase>\n"
    }
    xml += "</testsuite>\n</testsuites>\n"
    return Array(xml.utf8)
  }
}

/// Text for XML 1.0.
enum XML {
  /// Escapes everything that means something in XML, and replaces what must not be in it.
  static func escaped(_ text: String, isAttribute: Bool = true) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x26: out.append(contentsOf: "&amp;".unicodeScalars)
      case 0x3C: out.append(contentsOf: "&lt;".unicodeScalars)
      case 0x3E: out.append(contentsOf: "&gt;".unicodeScalars)
      case 0x22: out.append(contentsOf: "&quot;".unicodeScalars)
      case 0x0A where !isAttribute: out.append(scalar)
      // A reader makes a space of a raw tab or line end in an attribute, and a line feed of a raw return anywhere.
      case 0x09, 0x0A, 0x0D: out.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
      case 0..<0x20, 0x7F...0x9F, 0xFFFE, 0xFFFF: out.append("\u{FFFD}")
      case let value where value & 0xFFFE == 0xFFFE: out.append("\u{FFFD}")
      default: out.append(scalar)
      }
    }
    return String(out)
  }
}
