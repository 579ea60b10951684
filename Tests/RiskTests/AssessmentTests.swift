import JSONText
import Risk
import Testing

struct AssessmentTests {
  @Test func wholeAnswer() throws {
    let delete = RiskClassifier.assess(try tool("delete_note", "Deletes a note. This cannot be undone."))
    #expect(
      delete
        == Assessment(
          category: .destructive, severity: .critical, confidence: 96,
          evidence: [
            .init(field: "name", found: "delete", category: .destructive, weight: 78),
            .init(field: "description", found: "Deletes", category: .destructive, weight: 72),
            .init(field: "description", found: "undone", category: .destructive, weight: 45),
          ]))
  }

  @Test func unknownWordsAreNotHarmless() throws {
    let odd = RiskClassifier.assess(try tool("frobnicate", ""))
    #expect(odd.category == .write)
    #expect(odd.confidence <= 50)
    #expect(odd.evidence == [.init(field: "name", found: "frobnicate", category: .write, weight: 40)])
  }

  @Test(arguments: ["list_notes", "delete_note", "run_job", "add_note", "pay_bill", "whatever"])
  func missingDescriptionLowersTheConfidence(_ name: String) throws {
    let bare = RiskClassifier.assess(try tool(name, ""))
    let described = RiskClassifier.assess(
      try tool(name, name.split(separator: "_").joined(separator: " ")))
    #expect(bare.confidence < described.confidence)
  }

  @Test(arguments: [
    ("get_secret", "Reads a secret.", Severity.medium),
    ("get_page", "Reads a page.", .low),
    ("set_permissions", "Sets who may read a page.", .high),
    ("rename_page", "Renames a page.", .medium),
    ("remove_tag", "Removes a tag from a page.", .medium),
    ("delete_webhook", "Deletes a webhook.", .high),
    ("delete_page", "Deletes a page.", .critical),
    ("run_script", "Runs a script.", .high),
    ("pay_bill", "Pays a bill.", .critical),
  ])
  func severity(name: String, description: String, expected: Severity) throws {
    #expect(RiskClassifier.assess(try tool(name, description)).severity == expected)
  }

  // MARK: Annotations

  static let hints: [String?] = [nil, "true", "false"]

  /// Every way to annotate, on tools of each kind: no answer is below the one without annotations.
  @Test(
    "P51: a server's hints raise a risk and never lower it",
    arguments: CategoryTests.reads + CategoryTests.writes + CategoryTests.executes + CategoryTests.destructions
      + CategoryTests.payments)
  func annotationsNeverLower(_ testCase: CategoryTests.Case) throws {
    let plain = RiskClassifier.assess(try tool(testCase.name, testCase.description))
    for readOnly in Self.hints {
      for destructive in Self.hints {
        for other in Self.hints {
          let hints: [(String, String?)] = [
            ("readOnlyHint", readOnly), ("destructiveHint", destructive), ("idempotentHint", other),
            ("openWorldHint", other),
          ]
          let text = hints.compactMap { key, value in value.map { "\"\(key)\":\($0)" } }.joined(separator: ",")
          let annotated = RiskClassifier.assess(
            try tool(
              """
              {"name":"\(testCase.name)","description":"\(testCase.description)","inputSchema":{"type":"object",
              "properties":{}},"annotations":{\(text)}}
              """))
          #expect(annotated.category >= plain.category, "\(text)")
          #expect(annotated.severity >= plain.severity, "\(text)")
          if destructive == "true" || readOnly == "false" { #expect(annotated.category > .read, "\(text)") }
        }
      }
    }
  }

  @Test func annotationIsNamedAsEvidence() throws {
    let sly = try tool(#"{"name":"get_page","description":"Gets a page.","annotations":{"readOnlyHint":false}}"#)
    let assessment = RiskClassifier.assess(sly)
    #expect(assessment.category == .write)
    #expect(
      assessment.evidence.first
        == .init(field: "annotations", found: "readOnlyHint: false", category: .write, weight: 50))
  }

  @Test(arguments: [
    (
      #"{"name":"delete_page","description":"Deletes a page.","annotations":{"readOnlyHint":true}}"#,
      "the server calls it read-only, its words say Destructive", "readOnlyHint: true"
    ),
    (
      #"{"name":"delete_page","description":"Deletes a page.","annotations":{"readOnlyHint":false,"destructiveHint":false}}"#,
      "the server calls it not destructive, its words say Destructive", "destructiveHint: false"
    ),
    (
      #"{"name":"get_page","description":"Gets a page.","annotations":{"destructiveHint":true}}"#,
      "the server calls it destructive, its words say Read; the worse one counts", nil
    ),
    (
      #"{"name":"get_page","description":"Gets a page.","annotations":{"readOnlyHint":false}}"#,
      "the server calls it not read-only, its words say Read; the worse one counts", nil
    ),
  ])
  func disagreement(_ json: String, words: String, claim: String?) throws {
    let definition = try tool(json)
    let assessment = RiskClassifier.assess(definition)
    #expect(Disagreement(definition, assessment)?.words == words)
    #expect(ToolProfile(definition).disagreement == words)
    guard let claim else { return }
    #expect(
      assessment.evidence.last
        == .init(field: "annotations", found: claim, category: claim.hasPrefix("read") ? .read : .write))
  }

  @Test(arguments: [
    #"{"name":"delete_page","description":"Deletes a page.","annotations":{"destructiveHint":true}}"#,
    #"{"name":"get_page","description":"Gets a page.","annotations":{"readOnlyHint":true}}"#,
    #"{"name":"get_page","description":"Gets a page."}"#,
    #"{"name":"create_page","description":"Creates a page.","annotations":{"readOnlyHint":false,"destructiveHint":false}}"#,
  ])
  func agreement(_ json: String) throws {
    let definition = try tool(json)
    #expect(Disagreement(definition, RiskClassifier.assess(definition)) == nil)
  }

  /// However much evidence there is, a claim against it is told.
  @Test func claimIsNotCrowdedOut() throws {
    let words =
      "Deletes pages, removes tags, drops tables, purges caches, wipes disks, erases logs, revokes keys and terminates"
      + " sessions. This cannot be undone."
    let busy = try tool(
      #"{"name":"delete_page","description":"\#(words)","annotations":{"readOnlyHint":true}}"#)
    let evidence = RiskClassifier.assess(busy).evidence
    #expect(evidence.count == 8)
    #expect(evidence.last?.found == "readOnlyHint: true")
  }

  // MARK: Hostile input

  @Test func isDeterministic() throws {
    for testCase in CategoryTests.reads + CategoryTests.payments {
      let definition = try tool(testCase.name, testCase.description, testCase.parameters)
      #expect(RiskClassifier.assess(definition) == RiskClassifier.assess(definition))
    }
  }

  @Test(arguments: [
    "_", "-", "....", "\u{1}", "\u{202E}eteled", "'", "''''", "a'", "ÄÖÜ", "🙂", "delete🙂all", "𝒹elete", "a b c", "\n\n",
    "___get", "get___", "GET", "GETALL", "gET", "1", "0get", "- - -", "e\u{301}", String(repeating: "A", count: 1000),
    String(repeating: "aB", count: 500), String(repeating: "_", count: 1000), String(repeating: "get_", count: 200),
  ])
  func hostileStringsDoNotTrap(_ text: String) throws {
    for definition in [
      try tool(text, text, [text: text]), try tool("x", text), try tool(text, ""), try tool("x", "", [text: "boolean"]),
      try tool("x", text + ". " + text + ": " + text + "\n- " + text),
    ] {
      let assessment = RiskClassifier.assess(definition)
      #expect((0...100).contains(assessment.confidence))
      #expect(assessment.evidence.count <= 8)
    }
  }

  @Test func cutInputDoesNotTrap() throws {
    let text = Array(
      "Don't delete; will also drop tables/rows (read-only): - Use `x`. SELECT only, or 'DeleteAll'!".utf8)
    for start in text.indices {
      let piece = String(decoding: text[start...], as: UTF8.self)
      _ = RiskClassifier.assess(try tool("x", piece))
      _ = RiskClassifier.assess(try tool("x", String(decoding: text[...start], as: UTF8.self), [piece: "string"]))
    }
  }

  @Test func hugeInputIsBounded() throws {
    let words = String(repeating: "deletes everything permanently and ", count: 40_000)
    let values = (0..<5000).map { "\"delete\($0)\"" }.joined(separator: ",")
    let parameters = (0..<3000).map { "\"action\($0)\":{\"enum\":[\(values.prefix(200))\"]}" }.joined(separator: ",")
    let huge = try tool(
      "{\"name\":\"x\",\"description\":\"\(words)\",\"inputSchema\":{\"properties\":{\"action\":{\"enum\":[\(values)]},\(parameters.isEmpty ? "" : "\"z\":{}")}}}"
    )
    let assessment = RiskClassifier.assess(huge)
    #expect(assessment.category == .destructive)
    #expect(assessment.evidence.allSatisfy { $0.found.utf8.count < 200 })
  }

  @Test func circularReferencesEnd() throws {
    let circle = try tool(
      """
      {"name":"x","description":"","inputSchema":{"$defs":{"a":{"$ref":"#/$defs/a","anyOf":[{"$ref":"#/$defs/a"},
      {"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}},"properties":{"action":{"$ref":"#/$defs/a"},"mode":{"$ref":"#"}}}}
      """)
    #expect(RiskClassifier.assess(circle).category == .write)
  }
}

struct RecommendedRuleTests {
  @Test(arguments: [
    (Category.read, "allow", #"{"action":"allow"}"#),
    (.write, "30/minute", #"{"limits":[{"window":"minute","max":30}]}"#),
    (
      .execute, "10/minute, arguments match the schema",
      #"{"limits":[{"window":"minute","max":10}],"match_schema":true}"#
    ),
    (.destructive, "require approval", #"{"action":"require_approval"}"#),
    (.financial, "require approval", #"{"action":"require_approval"}"#),
  ])
  func rule(of category: Category, summary: String, json: String) {
    let rule = RecommendedRule(for: category)
    #expect(rule.summary == summary)
    #expect(String(decoding: rule.node.compact, as: UTF8.self) == json)
  }
}
