internal import ControlWire
package import JSONText
package import RegularExpressions

/// How the record is to have the arguments of calls, beside their digest.
package struct RecordedArguments: Sendable {
  /// A text that matches is replaced by the pattern's name.
  package struct Pattern: Sendable {
    package var name: String
    package var expression: RegularExpression

    package init(name: String, expression: RegularExpression) {
      self.name = name
      self.expression = expression
    }
  }

  /// Whether what looks like a secret is replaced; else they are recorded as they are.
  package var isRedacted: Bool
  package var patterns: [Pattern]

  package init(isRedacted: Bool, patterns: [Pattern] = []) {
    self.isRedacted = isRedacted
    self.patterns = patterns
  }

  /// The line of a decision with the arguments of its call, which are those in `recent`; nil where it is to stay as it is.
  ///
  /// `line` has no end; `secrets` are those of a session.
  package func line(
    _ line: Span<UInt8>, with recent: RecentCalls, hiding secrets: (ExactText) -> Secrets
  ) -> [UInt8]? {
    guard let head = LineHead(line), head.kind == .decision, line.count > 2,
      case .text(let text)? = recent[UInt64(clamping: head.sequence)], let node = try? JSONNode.read(text)
    else { return nil }
    var bytes = unsafe line.extracting(droppingLast: 1).withUnsafeBufferPointer { unsafe Array($0) }
    if isRedacted {
      let shown = ShownArguments(node, hiding: DecisionEvent(line).map { secrets($0.session) } ?? .none)
      var isChanged = shown.hasHiddenSecrets
      let masked = patterns.isEmpty ? shown.node : masking(shown.node, &isChanged)
      if isChanged { bytes += Array(#","args_masked":true"#.utf8) }
      bytes += Array(#","args":"#.utf8) + masked.compact
    } else {
      bytes += Array(#","args":"#.utf8) + node.compact
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  /// Texts and names that match a pattern become its name.
  private func masking(_ node: JSONNode, _ isChanged: inout Bool) -> JSONNode {
    switch node.content {
    case .string(let text): return mask(for: text.string, &isChanged).map { JSONNode(.string($0)) } ?? node
    case .number(let number): return mask(for: number.text, &isChanged).map { JSONNode(.string($0)) } ?? node
    case .array(let elements): return JSONNode(.array(elements.map { masking($0, &isChanged) }))
    case .object(let members):
      return JSONNode(
        .object(
          members.map { member in
            JSONMember(
              key: mask(for: member.key.string, &isChanged) ?? member.key, value: masking(member.value, &isChanged))
          }))
    case .null, .bool: return node
    }
  }

  /// Nil for a text that no pattern matches; one that is too long to be searched is taken for a match.
  private func mask(for text: String, _ isChanged: inout Bool) -> ExactText? {
    for pattern in patterns
    where text.utf8.count > pattern.expression.longestText || pattern.expression.matches(text) {
      isChanged = true
      return ExactText("[hidden: \(pattern.name)]")
    }
    return nil
  }
}
