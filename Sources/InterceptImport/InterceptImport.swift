import JSONText
package import Policy

/// PolicyLayer Intercept's YAML policies, turned into policy.json.
package enum InterceptImport {
  /// What is wrong with a YAML text, or cannot be carried over with the same verdicts.
  package struct Rejection: Error, Hashable, Sendable {
    /// In the order of the text; at least one.
    package let problems: [PolicyProblem]

    package init(problems: [PolicyProblem]) { self.problems = problems }
  }

  /// Turns an Intercept policy into the text of a policy.json that gives the same verdicts.
  ///
  /// The notes say where the two are not alike to the letter; wherever verdicts could differ, the new policy is the stricter one.
  ///
  /// Throws: `Rejection` with everything that is no Intercept policy, or that policy.json has no equal for.
  package static func policy(
    fromYAML bytes: [UInt8]
  ) throws(Rejection) -> (text: [UInt8], notes: [PolicyProblem]) {
    let yaml = YAMLReader(bytes)
    var reader = InterceptReader(yaml.problems)
    let carried = yaml.root.flatMap { reader.policy($0) }
    guard let carried, reader.problems.isEmpty else { throw Rejection(problems: inOrder(reader.problems)) }
    do throws(PolicyRejection) {
      let document = try PolicyDocument.read(carried.text)
      let notes = inOrder(reader.notes + moved(document.warnings, into: carried))
      return (document.formatted ?? document.text, notes)
    } catch {
      throw Rejection(problems: inOrder(moved(error.problems.filter { $0.weight == .error }, into: carried)))
    }
  }

  /// Findings about the new text, put at the places in the YAML that they come from.
  private static func moved(_ problems: [PolicyProblem], into carried: Carried) -> [PolicyProblem] {
    let told = problems.prefix(InterceptReader.mostProblems)
    let places = carried.places(of: told.map(\.pointer))
    var moved = told.map { problem in
      var problem = problem
      var way = Array(problem.pointer.utf8)
      while places[ExactText(String(decoding: way, as: UTF8.self))] == nil, let end = way.lastIndex(of: 0x2F) {
        way.removeSubrange(end...)
      }
      problem.place = places[ExactText(String(decoding: way, as: UTF8.self))] ?? carried.place
      return problem
    }
    if told.count < problems.count, let last = moved.last {
      moved.append(
        PolicyProblem(weight: last.weight, place: last.place, pointer: "", message: InterceptReader.andMore))
    }
    return moved
  }

  private static func inOrder(_ problems: [PolicyProblem]) -> [PolicyProblem] {
    problems.enumerated().sorted { left, right in
      (left.element.place.line, left.element.place.column, left.offset)
        < (right.element.place.line, right.element.place.column, right.offset)
    }.map(\.element)
  }
}
