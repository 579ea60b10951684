package import Policy
package import Risk

/// An expression that says which rows are shown, such as `deny server:git* !tool:get_* risk>=med`.
package struct Filter: Hashable, Sendable {
  /// The pane whose rows it is for: they have different fields.
  package enum Subject: CaseIterable, Hashable, Sendable { case policy, live, servers, approvals }

  package enum Comparison: String, CaseIterable, Hashable, Sendable {
    case matches = ":"
    case regex = "~"
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// What a field is compared with.
  package enum Value: Hashable, Sendable {
    case text(Pattern)
    case decision(Verdict)
    case severity(Severity)
    case category(Category)
    case flag(Flag)
    /// Microseconds, or a plain number for `n`.
    case number(Int64)
  }

  /// One condition; `slot` numbers it, so that answers about a text can be remembered.
  package struct Leaf: Hashable, Sendable {
    package enum Test: Hashable, Sendable {
      case word(Pattern)
      case field(Field, Comparison, Value)
    }

    package var test: Test
    package var slot: Int
  }

  package indirect enum Node: Hashable, Sendable {
    case any([Node])
    case all([Node])
    case not(Node)
    case leaf(Leaf)

    @inlinable package func holds(_ test: (Leaf) -> Bool) -> Bool {
      switch self {
      case .any(let nodes): nodes.contains { $0.holds(test) }
      case .all(let nodes): nodes.allSatisfy { $0.holds(test) }
      case .not(let node): !node.holds(test)
      case .leaf(let leaf): test(leaf)
      }
    }

    /// Whether one of the conditions is such.
    package func contains(_ test: (Leaf.Test) -> Bool) -> Bool {
      switch self {
      case .any(let nodes), .all(let nodes): nodes.contains { $0.contains(test) }
      case .not(let node): node.contains(test)
      case .leaf(let leaf): test(leaf.test)
      }
    }
  }

  /// As it was typed.
  package let source: String
  package let root: Node
  /// How many conditions there are.
  package let slots: Int

  /// Nil for a blank text.
  package init?(_ source: String, for subject: Subject) throws(FilterError) {
    var parser = FilterParser(source, subject)
    guard let root = try parser.parse() else { return nil }
    self.source = source
    self.root = root
    slots = parser.slots
  }

  /// Whether it asks for one of the flags that are not in the rows themselves.
  package func asks(for flag: Flag) -> Bool {
    root.contains { test in
      if case .field(_, _, .flag(flag)) = test { true } else { false }
    }
  }

  @inlinable package func matches(_ subject: some FilterSubject) -> Bool {
    root.holds { Self.holds($0.test, subject) }
  }

  /// Judges one condition.
  @inlinable package static func holds(_ test: Leaf.Test, _ subject: some FilterSubject) -> Bool {
    switch test {
    case .word(let pattern): return subject.shows { pattern.holds($0) }
    case .field(let field, let comparison, let value):
      switch value {
      case .text(let pattern):
        let holds =
          field == .text
          ? subject.shows { pattern.holds($0) } : subject.text(of: field).map { pattern.holds($0) } ?? false
        return comparison == .notEqual ? !holds : holds
      case .decision(let verdict): return compare(comparison, subject.verdict == verdict)
      case .category(let category): return compare(comparison, subject.category == category)
      case .flag(let flag): return compare(comparison, subject.has(flag))
      case .severity(let severity):
        guard let own = subject.severity else { return comparison == .notEqual }
        return comparison.holds(Int64(own.position), Int64(severity.position))
      case .number(let number):
        guard let own = subject.number(of: field) else { return comparison == .notEqual }
        return comparison.holds(own, number)
      }
    }
  }

  @inlinable package static func compare(_ comparison: Comparison, _ isSame: Bool) -> Bool {
    comparison == .notEqual ? !isSame : isSame
  }
}

extension Filter.Comparison {
  package func holds(_ left: Int64, _ right: Int64) -> Bool {
    switch self {
    case .matches, .regex, .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }

  var isOrder: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual: true
    case .matches, .regex, .equal, .notEqual: false
    }
  }
}

/// Why a text is no filter.
package struct FilterError: Error, Hashable, Sendable {
  package var message: String
  /// Where, in Unicode scalars from the start.
  package var place: Int
  /// How many scalars are wrong, at least one.
  package var length: Int

  package init(message: String, place: Int, length: Int = 1) {
    self.message = message
    self.place = place
    self.length = length
  }
}

/// A row, as filters see it.
package protocol FilterSubject {
  /// Whether one of the texts that a plain word is looked for in is such.
  func shows(_ test: (String) -> Bool) -> Bool
  var verdict: Verdict? { get }
  var severity: Severity? { get }
  var category: Category? { get }
  func text(of field: Filter.Field) -> String?
  func number(of field: Filter.Field) -> Int64?
  func has(_ flag: Filter.Flag) -> Bool
}
