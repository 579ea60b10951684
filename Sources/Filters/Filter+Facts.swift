package import ControlWire
internal import Policy

/// Most of what a filter asks for is the same for call after call; only numbers and times differ from one to the next.
extension Filter {
  /// What a filter says to all decisions that differ in nothing but their numbers and times.
  package enum Answer: Hashable, Sendable {
    case fits
    case fitsNot
    /// These conditions on numbers and times decide.
    case depends(Node)
  }

  /// Judges a decision but for its number, its age, and how long it took.
  package func answer(_ event: DecisionEvent) -> Answer {
    let subject = DecisionSubject(event: event, sequence: 0, age: 0)
    return answer { Self.holds($0.test, subject) }
  }

  /// Judges by all conditions that are not on numbers and times; `holds` is asked about these alone.
  package func answer(_ holds: (Leaf) -> Bool) -> Answer {
    let rest = root.reduced { leaf in
      if case .field(_, _, .number) = leaf.test { nil } else { holds(leaf) }
    }
    return switch rest {
    case .known(true): .fits
    case .known(false): .fitsNot
    case .open(let node): .depends(node)
    }
  }
}

extension Filter.Answer {
  /// Whether a decision fits with these numbers, in microseconds.
  package func holds(took: Int64, sequence: UInt64, age: Int64) -> Bool {
    switch self {
    case .fits: return true
    case .fitsNot: return false
    case .depends(let node):
      return node.holds { leaf in
        guard case .field(let field, let comparison, .number(let wanted)) = leaf.test else { return false }
        switch field {
        case .lat: return comparison.holds(took, wanted)
        case .n: return comparison.holds(Int64(clamping: sequence), wanted)
        case .age: return comparison.holds(max(0, age), wanted)
        default: return comparison == .notEqual
        }
      }
    }
  }
}

extension Filter.Node {
  fileprivate enum Reduced {
    case known(Bool)
    case open(Filter.Node)
  }

  /// What is left of it when some conditions are known; `test` answers nil for one that is not.
  fileprivate func reduced(_ test: (Filter.Leaf) -> Bool?) -> Reduced {
    switch self {
    case .leaf(let leaf): return test(leaf).map { .known($0) } ?? .open(self)
    case .not(let node):
      switch node.reduced(test) {
      case .known(let holds): return .known(!holds)
      case .open(let rest): return .open(.not(rest))
      }
    case .all(let nodes):
      guard let open = Self.open(nodes, unless: false, test) else { return .known(false) }
      return open.isEmpty ? .known(true) : .open(.all(open))
    case .any(let nodes):
      guard let open = Self.open(nodes, unless: true, test) else { return .known(true) }
      return open.isEmpty ? .known(false) : .open(.any(open))
    }
  }

  /// Those that are not known; nil where one is known to be what decides for all.
  private static func open(
    _ nodes: [Filter.Node], unless deciding: Bool, _ test: (Filter.Leaf) -> Bool?
  ) -> [Filter.Node]? {
    var open: [Filter.Node] = []
    for node in nodes {
      switch node.reduced(test) {
      case .known(deciding): return nil
      case .known: continue
      case .open(let rest): open.append(rest)
      }
    }
    return open
  }
}
