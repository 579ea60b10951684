package import JSONText

/// Where a condition looks: `call.client`, `args.items[*].path`, `args["odd.key"]`.
package struct ConditionPath: Sendable {
  /// What is known of a call beside its arguments.
  package enum Field: String, CaseIterable, Hashable, Sendable { case grant, client, session, server, tool }

  package enum Root: Hashable, Sendable {
    case call(Field)
    case arguments
  }

  package enum Step: Hashable, Sendable {
    case member(ExactText)
    case element(Int)
    /// Every element of an array.
    case each
  }

  package static let mostSteps = 32
  package static let mostStars = 4

  /// As it is written.
  package let text: ExactText
  package let root: Root
  package let steps: [Step]

  /// Reads a path.
  ///
  /// Throws: `ConditionMistake` for what is no path.
  package init(_ text: ExactText) throws(ConditionMistake) {
    var reader = ConditionPathReader(text)
    (root, steps) = try reader.read()
    self.text = text
  }

  /// Whether it can lead to several values.
  package var hasStars: Bool { steps.contains(.each) }

  /// The path as far as the step before `end`, with the places of the elements that its stars stood for.
  func written(upTo end: Int, _ places: [Int]) -> String {
    guard root == .arguments else { return text.string }
    var out = "args"
    var star = 0
    for step in steps.prefix(end) {
      switch step {
      case .member(let key) where ConditionPathReader.isPlain(key): out += "." + key.string
      case .member(let key):
        var quoted: [UInt8] = []
        JSONWriter.append(key.string, to: &quoted)
        out += "[" + String(decoding: quoted, as: UTF8.self) + "]"
      case .element(let index): out += "[\(index)]"
      case .each:
        out += star < places.count ? "[\(places[star])]" : "[*]"
        star += 1
      }
    }
    return out
  }
}

/// Two spellings of one place are equal.
extension ConditionPath: Hashable {
  package static func == (left: ConditionPath, right: ConditionPath) -> Bool {
    left.root == right.root && left.steps == right.steps
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(root)
    hasher.combine(steps)
  }
}

/// What is wrong with a part of a condition.
package struct ConditionMistake: Error, Hashable, Sendable {
  /// Lower case, user's text in backticks, no full stop.
  package var message: String
  /// What to write instead.
  package var help: String?
  /// The bytes in the text that it is about, where they are known.
  package var range: Range<Int>?

  package init(_ message: String, help: String? = nil, range: Range<Int>? = nil) {
    self.message = message
    self.help = help
    self.range = range
  }
}
