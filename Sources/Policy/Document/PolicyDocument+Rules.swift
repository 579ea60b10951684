package import JSONText

extension PolicyDocument {
  /// Where all rules are: those of the top level, then those of the servers, each level in the order of its sections.
  package var ruleAddresses: [RuleAddress] {
    Self.addresses(content.top, nil) + content.servers.flatMap { Self.addresses($0.level, $0.name) }
  }

  private static func addresses(_ level: PolicyLevel, _ server: ExactText?) -> [RuleAddress] {
    let sections: [(RuleAddress.Section, [PolicyLevel.Entry]?)] = [
      (.tools, level.tools), (.resources, level.resources), (.prompts, level.prompts),
      (.serverRequests, level.serverRequests),
    ]
    return (level.allTools == nil ? [] : [.allTools(server: server)])
      + sections.flatMap { section, entries in
        (entries ?? []).map { RuleAddress(server: server, section, $0.key) }
      }
  }

  /// A rule as the text has it; nil where there is none.
  package func rule(at place: RuleAddress) -> JSONNode? {
    // The text was read once, so it is JSON.
    guard let root = try? JSONNode.read(text) else { return nil }
    guard let level = place.server.map({ root["servers"]?[$0] }) ?? root else { return nil }
    let section = level[ExactText(place.section.rawValue)]
    return place.section == .allTools ? section : section?[place.key]
  }

  /// The text of a rule, its lines as far left as if it stood alone; nil where there is none.
  package func ruleText(at place: RuleAddress) -> [UInt8]? {
    guard let rule = rule(at: place) else { return nil }
    let indentation = LayoutProbe(text).indentation(of: rule.range.lowerBound)
    let lines = text[rule.range].split(separator: 0x0A, omittingEmptySubsequences: false)
    let bare = lines.enumerated().map { index, line -> ArraySlice<UInt8> in
      let line = line.last == 0x0D ? line.dropLast() : line
      return index > 0 && line.starts(with: indentation) ? line.dropFirst(indentation.count) : line
    }
    return Array(bare.joined(separator: [0x0A])) + [0x0A]
  }
}

extension RuleAddress {
  /// The rule that a JSON pointer leads to, or into; nil where it leads to none.
  package init?(pointer: String) {
    guard pointer.utf8.first == 0x2F else { return nil }
    var steps = pointer.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false)
      .map { Pointer.key(String(decoding: $0, as: UTF8.self)) }[...]
    var server: ExactText?
    if steps.first == "servers" {
      guard steps.count > 2 else { return nil }
      server = steps[1]
      steps = steps.dropFirst(2)
    }
    guard let word = steps.first, let section = Section(exact: word) else { return nil }
    if section == .allTools {
      self = .allTools(server: server)
      return
    }
    guard let key = steps.dropFirst().first else { return nil }
    self.init(server: server, section, key)
  }
}

extension Pointer {
  /// The key that a step of a pointer stands for.
  package static func key(_ token: String) -> ExactText {
    var out: [UInt8] = []
    var isEscaped = false
    for byte in token.utf8 {
      if isEscaped {
        out.append(byte == 0x30 ? 0x7E : byte == 0x31 ? 0x2F : byte)
        isEscaped = false
      } else if byte == 0x7E {
        isEscaped = true
      } else {
        out.append(byte)
      }
    }
    return ExactText(String(decoding: out, as: UTF8.self))
  }
}
