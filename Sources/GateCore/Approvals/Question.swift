internal import ControlWire
package import JSONText
internal import MCPWire
package import Policy
package import Risk

/// A call about which a person is asked: who makes it, what it is, and its own words.
package struct Question: Sendable {
  /// A message as it was read: exactly these bytes are shown, and exactly these are forwarded.
  package struct Words: Sendable {
    var line: [UInt8]
    var message: WireMessage

    /// What the call is about, as compact JSON: a tool's or prompt's arguments, or else all parameters.
    var arguments: [UInt8] {
      var text: [UInt8] = []
      let part = message.name == nil ? message.params : message.arguments
      if let part { text.appendCompact(line.span, part) } else { text.append(text: "{}") }
      return text
    }
  }

  package var session: ExactText
  package var client: ExactText
  package var grant: ExactText
  package var server: ExactText
  package var method: ExactText
  package var target: Call.Target
  package var category: Category?
  package var severity: Severity?
  package var argumentsDigest: ContentDigest?
  package var identity: CallIdentity
  package var words: Words
}

/// A call that waits for a person.
struct PendingApproval: Sendable {
  /// The agent's request, as long as it has no answer.
  struct Hold: Sendable {
    /// What the session calls it.
    var request: UInt64
    var until: Moment
  }

  let number: UInt64
  var question: Question
  /// The size of what is shown.
  var argumentsBytes: Int
  /// The policy's words.
  var decision: Decision
  var terms: ApprovalTerms
  /// The number of the decision that asked last.
  var sequence: UInt64
  let asked: Moment
  var deadline: Moment
  var hold: Hold?
  /// How many times the agent was told to ask again, and which of these it has not used yet.
  var issued: UInt64 = 0
  var outstanding: UInt64?

  /// What it takes of memory.
  var bytes: Int { question.words.line.count }
}

/// An approval for calls that are yet to come.
struct EarlierApproval: Sendable {
  enum Reach: Hashable, Sendable {
    /// Any call of this tool by this session.
    case session
    /// Identical calls until a moment, and one in any case until another.
    case identical(until: Moment, once: Moment?)
  }

  let number: UInt64
  var reach: Reach
  var scope: ApprovalScope
  /// The call that was approved.
  var event: ApprovalEvent
  var target: Call.Target
  var identity: CallIdentity
  var since: Moment
  var uses = 0

  /// When it ends by itself.
  var end: Moment? {
    switch reach {
    case .session: nil
    case .identical(let until, let once): uses == 0 ? max(until, once ?? until) : until
    }
  }

  func holds(at now: Moment) -> Bool { end.map { now < $0 } ?? true }

  func covers(_ question: Question) -> Bool {
    switch reach {
    case .session:
      event.session == question.session && event.server == question.server && event.method == question.method
        && target == question.target && identity.isSameTool(as: question.identity)
    case .identical: identity.isIdentical(to: question.identity)
    }
  }
}
