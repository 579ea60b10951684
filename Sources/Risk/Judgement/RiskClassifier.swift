import JSONText

/// Judges a tool by its definition: category, severity, how sure that is, and what it was seen by.
///
/// It knows words, not servers: offline, the same answer each time, and each answer shows its evidence. Its errors lean
/// to one side: a name that says nothing is taken for a change of the world, with little confidence. What a server
/// annotates comes last and can only raise the result.
package enum RiskClassifier {
  private static let evidence = 8

  package static func assess(_ tool: ToolDefinition) -> Assessment {
    assess(tool, annotations: tool.annotations)
  }

  /// The category by name, description and schema alone, whatever the server claims.
  static func categoryOfWords(_ tool: ToolDefinition) -> Category {
    assess(tool, annotations: ToolDefinition.Annotations()).category
  }

  private static func assess(_ tool: ToolDefinition, annotations: ToolDefinition.Annotations) -> Assessment {
    let name = NameReading(tool.name.string)
    let description = DescriptionReading(tool.description)
    let schema = SchemaReading(tool)
    var findings = Findings()
    name.report(to: &findings)
    if name.verb == nil, let title = tool.title { NameReading(title).report(to: &findings, as: .title) }
    // "Execute the `describe_broker` operation" describes; a `translate_workflow` that executes a workflow runs it.
    let runsProcess = name.topics.contains(.process) && description.nearObjectTopics.contains(.process)
    let hasClearName = name.asks || (name.verb?.weight == .clear && !name.isFused)
    description.report(to: &findings, hasClearName: hasClearName && !(name.asks && runsProcess))
    let meaning = MeaningReading(name: name, description: description, schema: schema)
    meaning.report(to: &findings)

    var category = decide(findings, hasActingName: meaning.hasActingName(findings))
    if findings.all.isEmpty {
      findings.add(.name, ToolDefinition.cut(tool.name.string, to: 60), .write, Weights.nameUnknown)
      category = .write
    }
    var assessment = Assessment(
      category: category, severity: SeverityReading(name: name, description: description).severity(of: category),
      confidence: confidence(in: category, findings, hasDescription: !description.isEmpty), evidence: [])
    raise(&assessment, by: annotations, &findings)
    assessment.evidence = sorted(findings, for: assessment.category)
    if let claim = Disagreement(assessment.category, annotations)?.claim {
      assessment.evidence = Array(assessment.evidence.prefix(Self.evidence - 1))
      assessment.evidence.append(
        Assessment.Evidence(field: Finding.Field.annotations.rawValue, found: claim.words, category: claim.category))
    }
    return assessment
  }

  // MARK: Category

  private static func decide(_ findings: Findings, hasActingName: Bool) -> Category {
    let threshold = Weights.threshold(
      againstReading: findings.strength(of: .read), best: hasActingName ? 0 : findings.strongest(of: .read))
    var best: (category: Category, strength: Int)?
    for category in Category.allCases where category != .read {
      let strength = findings.strength(of: category)
      guard strength >= threshold else { continue }
      // Worse ones come later and win where they are likely enough.
      if let known = best, strength < known.strength, strength < Weights.worstCounts { continue }
      best = (category, strength)
    }
    return best?.category ?? .read
  }

  // MARK: Confidence

  private static func confidence(in category: Category, _ findings: Findings, hasDescription: Bool) -> Int {
    let support = findings.strength(of: category)
    let doubts = Category.allCases.filter { $0 != category }.map(findings.strength(of:)).max() ?? 0
    let percent = 38 + support * 60 / 100 - doubts * 30 / 100 - (hasDescription ? 0 : 15)
    return min(97, max(20, percent))
  }

  // MARK: Annotations

  /// A server may say that its tool is worse than it looks, never that it is better.
  private static func raise(
    _ assessment: inout Assessment, by annotations: ToolDefinition.Annotations, _ findings: inout Findings
  ) {
    let textual = findings.strength(of: .write)
    let destroys = annotations.destructiveHint == true
    if annotations.readOnlyHint == false {
      findings.add(.annotations, "readOnlyHint: false", .write, Weights.choiceWords)
    }
    if destroys { findings.add(.annotations, "destructiveHint: true", .destructive, Weights.choiceWords) }
    if assessment.category == .read, destroys || annotations.readOnlyHint == false {
      assessment.category = .write
      assessment.severity = max(assessment.severity, .medium)
      assessment.confidence = min(assessment.confidence, 60)
    }
    // Many authors call every change destructive; only where the text itself leaves it open that decides.
    if destroys, assessment.category == .write, textual < Weights.nameVague + 15 {
      assessment.category = .destructive
      assessment.severity = max(assessment.severity, .high)
      assessment.confidence = min(assessment.confidence, 55)
    }
  }

  // MARK: Evidence

  /// Signs of the category first, the strongest first; then those that spoke against it.
  private static func sorted(_ findings: Findings, for category: Category) -> [Assessment.Evidence] {
    let order = findings.all.enumerated().sorted { left, right in
      let leftAgrees = left.element.category == category
      let rightAgrees = right.element.category == category
      if leftAgrees != rightAgrees { return leftAgrees }
      if left.element.strength != right.element.strength { return left.element.strength > right.element.strength }
      return left.offset < right.offset
    }
    return order.prefix(evidence).map {
      Assessment.Evidence(
        field: $0.element.field.rawValue, found: $0.element.found, category: $0.element.category,
        weight: $0.element.strength)
    }
  }
}
