package import JSONText

extension ConditionPath {
  /// What a path leads to in one place.
  enum Found: Sendable {
    case value(JSONNode)
    /// Nothing, or null on the way.
    case missing
    /// A value on the way that has no members or elements, before the step with this number.
    case blocked(JSONNode, step: Int)
  }

  /// Calls `visit` with what the path leads to, at least once: an empty array under `[*]` is a missing value.
  ///
  /// Beside it stand the places of the elements that the stars stand for.
  func find(in subject: ConditionSubject, _ visit: (Found, [Int]) -> Void) {
    var places: [Int] = []
    switch root {
    case .call(let field):
      let text = subject.call[field]
      // Who says nothing of himself has no name that could be compared.
      visit(text.isEmpty ? .missing : .value(JSONNode(.string(text))), places)
    case .arguments:
      guard let arguments = subject.arguments else {
        visit(.missing, places)
        return
      }
      find(in: arguments, 0, &places, visit)
    }
  }

  /// The value in some arguments; nil where there is none, or where the path has stars.
  package func value(in arguments: JSONNode?) -> JSONNode? {
    guard root == .arguments, !hasStars, var node = arguments else { return nil }
    for step in steps {
      switch (step, node.content) {
      case (.member(let key), .object):
        guard let next = node[key] else { return nil }
        node = next
      case (.element(let index), .array(let elements)):
        guard index < elements.count else { return nil }
        node = elements[index]
      default: return nil
      }
    }
    return node
  }

  private func find(
    in node: JSONNode, _ index: Int, _ places: inout [Int], _ visit: (Found, [Int]) -> Void
  ) {
    guard index < steps.count else {
      visit(.value(node), places)
      return
    }
    switch (steps[index], node.content) {
    case (_, .null): visit(.missing, places)
    case (.member(let key), .object):
      if let next = node[key] { find(in: next, index + 1, &places, visit) } else { visit(.missing, places) }
    case (.element(let place), .array(let elements)):
      if place < elements.count {
        find(in: elements[place], index + 1, &places, visit)
      } else {
        visit(.missing, places)
      }
    case (.each, .array(let elements)):
      if elements.isEmpty { visit(.missing, places) }
      for (place, element) in elements.enumerated() {
        places.append(place)
        find(in: element, index + 1, &places, visit)
        places.removeLast()
      }
    case (.member, _), (.element, _), (.each, _): visit(.blocked(node, step: index), places)
    }
  }
}

extension Call {
  fileprivate subscript(_ field: ConditionPath.Field) -> ExactText {
    switch field {
    case .grant: return grant
    case .client: return client
    case .session: return session
    case .server: return server
    case .tool:
      switch target {
      case .tool(let name), .prompt(let name): return name
      case .resource(let uri): return uri
      case .serverRequest(let method), .other(let method): return method
      }
    }
  }
}
