/// Where a server claims another thing of its tool than the tool's words show.
package struct Disagreement: Hashable, Sendable {
  /// The hint that makes the tool look better than it is; nil where the server calls it worse than its words do.
  struct Claim: Hashable, Sendable {
    /// As it is written: `readOnlyHint: true`.
    var words: String
    /// What it would make of the tool.
    var category: Category
  }

  let claim: Claim?
  /// One sentence, lower case, no full stop.
  package let words: String

  /// Nil where the server claims nothing, or nothing else.
  package init?(_ tool: ToolDefinition, _ assessment: Assessment) {
    self.init(assessment.category, tool.annotations, plain: RiskClassifier.categoryOfWords(tool))
  }

  init?(_ category: Category, _ hints: ToolDefinition.Annotations, plain: Category? = nil) {
    let kind = (plain ?? category).rawValue
    if plain == .read {
      guard hints.readOnlyHint == false || hints.destructiveHint == true else { return nil }
      claim = nil
      let hint = hints.destructiveHint == true ? "destructive" : "not read-only"
      words = "the server calls it \(hint), its words say Read; the worse one counts"
    } else if hints.readOnlyHint == true, category != .read {
      claim = Claim(words: "readOnlyHint: true", category: .read)
      words = "the server calls it read-only, its words say \(kind)"
    } else if hints.destructiveHint == false, category == .destructive {
      claim = Claim(words: "destructiveHint: false", category: .write)
      words = "the server calls it not destructive, its words say \(kind)"
    } else {
      return nil
    }
  }
}
