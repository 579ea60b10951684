import JSONText

/// One difference between two policies, in words.
package struct PolicyChange: Hashable, Sendable {
  /// `git/push`, `push` at the top level, `default of git`, `hide of git`.
  package var subject: String
  /// What held before: `allow`, `10/minute`, `deny by default`; empty where there was nothing.
  package var from: String
  package var to: String
  /// Where it is: the JSON pointer of a value that is in one of the two policies only, or that differs.
  package var pointer: String
  /// All of it: `git/push: allow becomes 10/minute`.
  package var sentence: String

  package init(subject: String, from: String, to: String, pointer: String = "", sentence: String? = nil) {
    self.subject = subject
    self.from = from
    self.to = to
    self.pointer = pointer
    self.sentence = sentence ?? "\(subject): \(from) becomes \(to)"
  }

  /// What differs, in the order of the newer text, what is gone last.
  ///
  /// Nothing is told of what is only written, ordered or laid out otherwise.
  package static func between(_ old: PolicyDocument, _ new: PolicyDocument) -> [PolicyChange] {
    between(old, PolicyEngine(old), new, PolicyEngine(new))
  }

  static func between(
    _ old: PolicyDocument, _ oldEngine: PolicyEngine, _ new: PolicyDocument, _ newEngine: PolicyEngine
  ) -> [PolicyChange] {
    guard old.text != new.text else { return [] }
    var finder = ChangeFinder(oldEngine: oldEngine, newEngine: newEngine)
    finder.compareDescriptions(old.text, new.text)
    finder.compare(old.content, new.content)
    return finder.changes
  }
}

extension PolicyEngine {
  /// What holds for a tool on a server, or on one that the policy does not name (nil).
  func standing(inPolicyOf server: ExactText?, _ tool: ExactText) -> Standing {
    standing(level: server.flatMap { policy?.servers[$0] }, tool)
  }
}

extension Standing {
  /// With where it comes from, if that is no rule of the tool's own.
  var inWords: String {
    switch source {
    case .explicit, .noPolicy: summary
    case .pattern(let pattern): "\(summary) by \(pattern)"
    case .serverDefault, .globalDefault: "\(summary) by default"
    case .hidden(let pattern): pattern.utf8.contains(0x2A) ? "hide by \(pattern)" : "hide"
    }
  }
}
