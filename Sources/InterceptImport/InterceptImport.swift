package import Policy

/// PolicyLayer Intercept's YAML policies, turned into policy.json.
package enum InterceptImport {
  /// What is wrong with a YAML text, or cannot be carried over with the same verdicts.
  package struct Rejection: Error, Hashable, Sendable {
    /// In the order of the text; at least one.
    package let problems: [PolicyProblem]

    package init(problems: [PolicyProblem]) { self.problems = problems }
  }
}
