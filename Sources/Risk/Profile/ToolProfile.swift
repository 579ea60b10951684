internal import JSONText

/// Everything that can be said about a tool from its definition alone: what a person reads before deciding on a rule.
///
/// The words are ours; where a word of the tool's stands in them it is cut, and it is still the server's, so whoever
/// shows it makes it safe.
package struct ToolProfile: Hashable, Sendable {
  package var assessment: Assessment
  package var parameters: ParameterOutline
  package var reaches: [Reach.Sign]
  package var attacks: [AttackPattern.Sign]
  package var recommendation: Recommendation
  /// What it does, one sentence by its category.
  package var does: String
  /// How sure the badge is, and why no surer.
  package var confidence: String
  /// What the server claims of it; nothing here makes it better than it looks.
  package var claims: [String]
  /// Where its claims and its words do not agree: one sentence.
  package var disagreement: String?
  /// Why it needs a policy: two or three sentences.
  package var need: [String]

  package init(_ tool: ToolDefinition, server: String = "", origin: ToolOrigin = .unknown) {
    assessment = RiskClassifier.assess(tool)
    parameters = ParameterOutline(tool.node["inputSchema"])
    let reading = ReachReading(tool, parameters: parameters, server: server)
    reaches = reading.signs.enumerated().sorted { left, right in
      let places = (Self.place(left.element.reach), Self.place(right.element.reach))
      return places.0 == places.1 ? left.offset < right.offset : places.0 < places.1
    }.map(\.element)
    attacks = AttackReading(tool, assessment, reading.reaches, parameters, origin: origin).signs
    recommendation = Recommendation(assessment.category, parameters)
    does = Self.does(assessment.category)
    confidence = Self.confidence(assessment, hasDescription: !tool.description.isEmpty)
    claims = Self.claims(tool.annotations)
    disagreement = Disagreement(tool, assessment)?.words
    need = Self.need(assessment, reading.reaches, parameters)
  }

  /// Each thing that is reached, the gravest first.
  package var reached: [Reach] { Reach.allCases.filter { reach in reaches.contains { $0.reach == reach } } }

  private static func place(_ reach: Reach) -> Int { Reach.allCases.firstIndex(of: reach) ?? 0 }

  // MARK: Sentences

  private static func does(_ category: Category) -> String {
    switch category {
    case .read: "reads, and changes nothing as far as its words tell"
    case .write: "makes or changes something"
    case .execute: "runs something; what happens is up to what it is given"
    case .destructive: "deletes or ends something, perhaps for good"
    case .financial: "moves money, or commits to paying"
    }
  }

  private static func confidence(_ assessment: Assessment, hasDescription: Bool) -> String {
    let percent = min(100, max(0, assessment.confidence))
    let word = percent >= 75 ? "high" : percent >= 55 ? "fair" : "low"
    guard hasDescription else {
      return "\(word), \(percent)%: the description is empty, only the name and schema speak"
    }
    return percent >= 55 ? "\(word), \(percent)%" : "\(word), \(percent)%: its words say little, or not all the same"
  }

  private static func claims(_ hints: ToolDefinition.Annotations) -> [String] {
    var claims: [String] = []
    if let value = hints.readOnlyHint { claims.append(value ? "read-only" : "not read-only") }
    if let value = hints.destructiveHint { claims.append(value ? "destructive" : "not destructive") }
    if let value = hints.idempotentHint {
      claims.append(value ? "the same call twice does no more than once" : "each call counts")
    }
    if let value = hints.openWorldHint { claims.append(value ? "meets the outside world" : "stays in a closed world") }
    return claims
  }

  private static func need(
    _ assessment: Assessment, _ reaches: Set<Reach>, _ parameters: ParameterOutline
  ) -> [String] {
    var sentences: [String] = []
    let gravest = Reach.allCases.first { reaches.contains($0) }
    switch assessment.category {
    case .read:
      sentences.append(
        gravest.map { "It only looks, but what it sees of \($0.words) goes to the agent and to the model behind it." }
          ?? "It only looks, but what it sees goes to the agent and to the model behind it.")
      sentences.append("Allowing it is usual; a limit keeps a loop from draining the source.")
    case .write:
      sentences.append(
        "A wrong guess of the agent is written as readily as a right one"
          + (gravest.map { ", here to \($0.words)." } ?? "."))
      sentences.append("A limit keeps a mistake small enough to be taken back by hand.")
    case .execute:
      sentences.append("What it does is decided by its arguments, so its name says nothing about the worst call.")
      sentences.append("The arguments need a check, and the number of calls a bound.")
    case .destructive:
      sentences.append("One call can remove what nobody has a copy of, and an agent does not hesitate.")
      sentences.append("A person should see each call before it happens, or nobody should make it through an agent.")
    case .financial:
      sentences.append("A call costs real money, and whom it was paid to may not pay it back.")
      sentences.append("A person should see each payment, and a spend cap should hold where one does not.")
    }
    if parameters.problem != nil {
      sentences.append("Nothing declares its arguments, so only whole calls can be judged.")
    } else if assessment.confidence < 55 {
      sentences.append("What it does is not clear from its words: treat it as worse than its badge.")
    }
    return sentences
  }
}
