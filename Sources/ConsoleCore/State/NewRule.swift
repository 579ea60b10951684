package import ControlWire
package import JSONText
package import Policy

/// A rule that is being made from one call, as long as nothing of it is written.
package struct NewRule: Hashable, Sendable {
  /// Where the call is.
  package enum Source: Hashable, Sendable {
    /// In the stream, by its serial number.
    case call(UInt64)
    /// Waiting for a person.
    case approval(ApprovalTicket)
  }

  /// What is known of the call's arguments.
  package enum Arguments: Hashable, Sendable {
    /// The gate is being asked.
    case asked
    case known(JSONNode)
    /// They cannot be had, and why: the rule can name none of them.
    case unknown(String)
  }

  package enum Until: String, CaseIterable, Hashable, Sendable {
    /// No rule: the gate keeps it in mind as long as the session lasts.
    case session = "this session"
    case day = "24 h"
    case always
  }

  /// What the rule comes to; worked out once a change.
  package struct Outcome: Hashable, Sendable {
    /// What it does to the text, on top of the unsaved edits.
    package var hunk: [DiffLine] = []
    /// Why it cannot be written; nil where it can.
    package var problem: String?
    /// The rule that stands in the way, which can be edited instead.
    package var obstacle: RuleAddress?
    /// The edit for the file as it is on the disk, and the text that it makes.
    var edit: PolicyEdit?
    var text: [UInt8] = []
  }

  /// What comes of it for calls that were made.
  package enum Effect: Hashable, Sendable {
    /// Nothing to count, or nobody to ask.
    case none
    case asked
    case counted(Simulation)
    /// Counted by the console itself, among the calls that it has: without their arguments.
    case guessed(RuleEffect)
    case unknown(String)
  }

  package var source: Source
  package var call: Call
  package var method: ExactText
  package var decision: Decision
  package var arguments: Arguments
  /// Where the arguments are not all known, or secrets are hidden in them.
  package var note: String?
  package var boxes: [RuleBox] = []
  package var until = Until.day
  /// The line that the keys are about: a box, or behind them `until`.
  package var row = 0
  /// The value that is being typed for the box under the cursor.
  package var field: TextField?
  package var fieldProblem: String?
  package var outcome = Outcome()
  package var effect = Effect.none
  /// The request for the effect that is on its way, and whether another one must follow it.
  var request: Int?
  var isStale = false
  /// The first line of the lower part that is drawn.
  package var top = 0

  package init(
    source: Source, call: Call, method: ExactText, decision: Decision, arguments: Arguments
  ) {
    self.source = source
    self.call = call
    self.method = method
    self.decision = decision
    self.arguments = arguments
  }

  package var rows: Int { boxes.count + 1 }
  package var currentBox: RuleBox? { boxes.indices.contains(row) ? boxes[row] : nil }

  /// The approval that a decision is bound to.
  var ticket: ApprovalTicket? { if case .approval(let ticket) = source { ticket } else { nil } }
}

/// What a decision about a waiting call is bound to.
package struct ApprovalTicket: Hashable, Sendable {
  package var id: String
  /// Of exactly what was shown.
  package var digest: String
  package var revision: String?

  package init(id: String, digest: String, revision: String?) {
    self.id = id
    self.digest = digest
    self.revision = revision
  }
}

/// How many of the calls that the console has would be judged in another way.
package struct RuleEffect: Hashable, Sendable {
  package var calls = 0
  package var changes: [Simulation.Change] = []
  /// What they were called with is not known.
  package var unknown = 0
}

/// One thing that a rule holds a call to; unchecked, it may be anything.
package struct RuleBox: Hashable, Sendable {
  package enum Subject: Hashable, Sendable {
    case server, target, client
    case argument(ConditionPath)
    /// There are no arguments beside those of the call.
    case others
  }

  package var subject: Subject
  package var isChecked = true
  package var op = ConditionOperator.eq
  /// What the rule compares with.
  package var value: JSONNode
  /// What the call had.
  package var actual: JSONNode
  /// Why it stays as it is; nil where it can be changed.
  package var fixed: String?
  package var operators: [ConditionOperator] = []

  init(_ subject: Subject, _ value: JSONNode) {
    self.subject = subject
    self.value = value
    actual = value
  }

  /// What it is called on the screen; peer text.
  package var label: String {
    switch subject {
    case .server: "server"
    case .target: "tool"
    case .client: "agent"
    case .argument(let path):
      path.text.string.hasPrefix("args.") ? String(path.text.string.dropFirst(5)) : path.text.string
    case .others: "others"
    }
  }

  /// The condition that it stands for; nil where the rule's place says it, or it is not checked.
  var terms: ConditionTerms? {
    guard isChecked else { return nil }
    switch subject {
    case .server, .target: return nil
    case .client: return ConditionTerms("call.client", op.rawValue, value)
    case .argument(let path): return ConditionTerms(path.text.string, op.rawValue, value)
    case .others: return ConditionTerms("args", "length_lte", value)
    }
  }
}
