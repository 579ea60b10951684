/// What a tool does to the world, by the worst that a documented call can do.
package enum Category: String, CaseIterable, Hashable, Sendable, Comparable {
  case read = "Read"
  case write = "Write"
  case execute = "Execute"
  case destructive = "Destructive"
  case financial = "Financial"

  package static func < (left: Category, right: Category) -> Bool { left.rank < right.rank }
  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

package enum Severity: String, CaseIterable, Hashable, Sendable, Comparable {
  case low = "Low"
  case medium = "Medium"
  case high = "High"
  case critical = "Critical"

  package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A tool's badge, and what it was given for.
package struct Assessment: Hashable, Sendable {
  package struct Evidence: Hashable, Sendable {
    /// Where it was found: `name`, `description`, `inputSchema`, `annotations`.
    package var field: String
    /// The word, phrase or key that was found.
    package var found: String
    package var category: Category
    /// How much it speaks for that category, of 100; 0 where that is not known.
    package var weight: Int

    package init(field: String, found: String, category: Category, weight: Int = 0) {
      self.field = field
      self.found = found
      self.category = category
      self.weight = weight
    }
  }

  package var category: Category
  package var severity: Severity
  /// 0 to 100 percent.
  package var confidence: Int
  /// The strongest first.
  package var evidence: [Evidence]

  package init(category: Category, severity: Severity, confidence: Int, evidence: [Evidence]) {
    self.category = category
    self.severity = severity
    self.confidence = confidence
    self.evidence = evidence
  }
}
