package import ControlWire
package import JSONText
package import Policy
package import Risk

/// Who calls: what the calls of one client in one session have in common.
package struct HistorySource: Hashable, Sendable {
  package var session: ExactText
  package var client: ExactText
  package var grant: ExactText
  package var server: ExactText

  package init(session: ExactText, client: ExactText, grant: ExactText, server: ExactText) {
    self.session = session
    self.client = client
    self.grant = grant
    self.server = server
  }
}

/// What is called and what is decided about it, but for what differs from call to call.
package struct HistoryShape: Hashable, Sendable {
  package var method: ExactText
  /// The tool's name, prompt's name or resource's URI; nil where the method has no such thing.
  package var tool: ExactText?
  package var category: Category?
  package var severity: Severity?
  package var verdict: Verdict
  package var isEnforced: Bool
  package var rule: String
  package var revision: String?

  package init(
    method: ExactText, tool: ExactText?, category: Category?, severity: Severity?, verdict: Verdict, isEnforced: Bool,
    rule: String, revision: String?
  ) {
    self.method = method
    self.tool = tool
    self.category = category
    self.severity = severity
    self.verdict = verdict
    self.isEnforced = isEnforced
    self.rule = rule
    self.revision = revision
  }

  /// What was called, in words.
  package var target: ExactText { tool ?? method }
}

/// The texts of one segment's decisions, each kept once: rows have their numbers.
package struct HistoryTexts: Hashable, Sendable {
  package var sources: [HistorySource] = []
  package var shapes: [HistoryShape] = []
  /// The first stands for none.
  package var reasons: [String] = [""]

  package init() {}

  /// A list of texts that is kept in pieces, each with the number of its first.
  package enum Kind: Int, CaseIterable, Hashable, Sendable { case sources, shapes, reasons }

  package func count(_ kind: Kind) -> Int {
    switch kind {
    case .sources: sources.count
    case .shapes: shapes.count
    case .reasons: reasons.count
    }
  }

  /// Texts from a number on, as JSON.
  package func encoded(_ kind: Kind, from first: Int) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginArray()
    switch kind {
    case .sources: for source in sources[first...] { source.write(&writer) }
    case .shapes: for shape in shapes[first...] { shape.write(&writer) }
    case .reasons: for reason in reasons[first...] { writer.string(reason) }
    }
    writer.endArray()
    return writer.bytes
  }

  /// Adds texts as `encoded` writes them; answers false for anything else.
  package mutating func add(_ kind: Kind, from first: Int, _ bytes: [UInt8]) -> Bool {
    guard first == count(kind), let elements = (try? JSONNode.read(bytes))?.elements else { return false }
    for element in elements {
      switch kind {
      case .sources:
        guard let source = HistorySource(element) else { return false }
        sources.append(source)
      case .shapes:
        guard let shape = HistoryShape(element) else { return false }
        shapes.append(shape)
      case .reasons:
        guard let reason = element.string else { return false }
        reasons.append(reason)
      }
    }
    return true
  }
}

extension HistorySource {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.beginArray()
    for text in [session, client, grant, server] { writer.string(text.string) }
    writer.endArray()
  }

  fileprivate init?(_ node: JSONNode) {
    guard let texts = node.elements?.compactMap(\.text), texts.count == 4 else { return nil }
    self.init(session: texts[0], client: texts[1], grant: texts[2], server: texts[3])
  }
}

extension HistoryShape {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.beginArray()
    for text in [method.string, tool?.string, category?.rawValue, severity?.rawValue, verdict.rawValue, rule, revision]
    {
      if let text { writer.string(text) } else { writer.null() }
    }
    writer.bool(isEnforced)
    writer.endArray()
  }

  fileprivate init?(_ node: JSONNode) {
    guard let parts = node.elements, parts.count == 8, let method = parts[0].text,
      let verdict = parts[4].string.flatMap({ Verdict(rawValue: $0) }), let rule = parts[5].string,
      let isEnforced = parts[7].bool
    else { return nil }
    self.init(
      method: method, tool: parts[1].text, category: parts[2].string.flatMap { Category(rawValue: $0) },
      severity: parts[3].string.flatMap { Severity(rawValue: $0) }, verdict: verdict, isEnforced: isEnforced,
      rule: rule, revision: parts[6].string)
  }
}

extension DecisionEvent {
  package var historySource: HistorySource {
    HistorySource(session: session, client: client, grant: grant, server: server)
  }

  package var historyShape: HistoryShape {
    HistoryShape(
      method: method, tool: tool, category: category, severity: severity, verdict: decision.verdict,
      isEnforced: decision.isEnforced, rule: decision.rule, revision: revision)
  }
}
