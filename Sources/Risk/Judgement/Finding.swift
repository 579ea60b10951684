/// One sign, and how strongly it speaks for its category.
struct Finding: Hashable, Sendable {
  enum Field: String, Sendable {
    case name, title, description, inputSchema, annotations
  }

  var field: Field
  var found: String
  var category: Category
  /// 0 to 100.
  var strength: Int
}

/// All signs of one tool and what they add up to.
struct Findings: Sendable {
  private(set) var all: [Finding] = []

  /// Adds a sign; the same words in the same place count once.
  mutating func add(_ field: Finding.Field, _ found: String, _ category: Category, _ strength: Int) {
    let known = all.firstIndex { $0.field == field && $0.found == found && $0.category == category }
    if let known {
      all[known].strength = max(all[known].strength, strength)
    } else {
      all.append(Finding(field: field, found: found, category: category, strength: strength))
    }
  }

  /// Independent signs: each takes its part of the doubt that the others left.
  func strength(of category: Category) -> Int {
    100
      - all.reduce(100) { doubt, finding in
        finding.category == category ? doubt * (100 - finding.strength) / 100 : doubt
      }
  }
}

extension Findings {
  /// The strongest single sign of a category; 0 where there is none.
  func strongest(of category: Category) -> Int {
    all.reduce(0) { $1.category == category ? max($0, $1.strength) : $0 }
  }

  /// Counts the signs of one category for another: running a query that can only read is reading.
  mutating func excuse(_ category: Category, as other: Category, where isExcused: (Finding) -> Bool = { _ in true }) {
    let excused = all.filter { $0.category == category && isExcused($0) }
    all.removeAll { $0.category == category && isExcused($0) }
    for finding in excused { add(finding.field, finding.found, other, finding.strength) }
  }
}
