import JSONText
import RegularExpressions

extension Condition {
  /// How the condition came out for one call, and the value that decided it.
  struct Outcome: Sendable {
    /// A value that was looked at.
    struct Place: Sendable {
      var found: ConditionPath.Found
      /// The places of the elements that the path's stars stood for.
      var elements: [Int]
    }

    var result: ConditionReport.Outcome
    /// The value that decided: the first that has a wrong type, or else the first that made the result what it is.
    var place: Place
    /// Set where the result is a wrong type.
    var misfit: ConditionMisfit?
  }

  /// Looks at every value that the path leads to.
  ///
  /// In `require` and `allow_if` all of them must hold, in `deny_if` and `approve_if` one is enough, and a value of a wrong type
  /// outweighs everything: the entry fails closed.
  func outcome(_ kind: ConditionEntry.Kind, _ subject: ConditionSubject) -> Outcome {
    var outcome: Outcome?
    var searched = 0
    path.find(in: subject) { found, elements in
      let (result, misfit) = judge(found, kind, &searched)
      guard result.outweighs(outcome?.result, isPermissive: kind.isPermissive) else { return }
      outcome = Outcome(result: result, place: Outcome.Place(found: found, elements: elements), misfit: misfit)
    }
    // A path leads somewhere always, were it to nothing.
    return outcome ?? Outcome(result: .missing, place: Outcome.Place(found: .missing, elements: []))
  }

  private func judge(
    _ found: ConditionPath.Found, _ kind: ConditionEntry.Kind, _ searched: inout Int
  ) -> (ConditionReport.Outcome, ConditionMisfit?) {
    switch found {
    case .missing: return (missing(kind), nil)
    case .blocked(let node, _): return (.wrongType, .kind(node.kindInWords))
    case .value(let node):
      if case .regex(let pattern, _) = test, let text = node.text {
        // Many elements together may cost no more than one text.
        searched += text.utf8.count
        if searched > pattern.longestText { return (.wrongType, .longText) }
      }
      switch test.verdict(on: node) {
      case .holds: return (.holds, nil)
      case .fails: return (.fails, nil)
      case .missing: return (missing(kind), nil)
      case .wrongType(let misfit): return (.wrongType, misfit)
      }
    }
  }

  /// Nothing was found: who lets through must not build on that, who holds back must not be evaded by it.
  private func missing(_ kind: ConditionEntry.Kind) -> ConditionReport.Outcome {
    let holds = kind.isPermissive ? op == .exists && test.holdsForMissing : test.holdsForMissing
    return holds ? .holds : .missing
  }
}

extension ConditionReport.Outcome {
  /// Whether this result of one value decides over those of the values before it.
  fileprivate func outweighs(_ earlier: Self?, isPermissive: Bool) -> Bool {
    guard let earlier else { return true }
    return rank(isPermissive) > earlier.rank(isPermissive)
  }

  private func rank(_ isPermissive: Bool) -> Int {
    switch self {
    case .wrongType: 2
    case .holds: isPermissive ? 0 : 1
    case .fails, .missing: isPermissive ? 1 : 0
    }
  }
}
