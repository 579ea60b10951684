internal import JSONText
internal import MCPWire
internal import Policy

/// What servers ask for on the way of their tasks: what of it may pass, and what was refused.
///
/// A client looks at a task again and again, and each time reads the same questions: each is judged once, as long as the
/// task asks it and the policy stays.
struct TaskQuestions: Sendable {
  /// One thing that a task asks for.
  struct Question: Hashable, Sendable {
    var task: ExactText
    /// The digest of its name and its words.
    var digest: ContentDigest

    init(task: ExactText, name: ExactText, words: [UInt8]) {
      self.task = task
      var bytes: [UInt8] = []
      bytes.appendQuoted(name.string)
      digest = ContentDigest(of: bytes + words)
    }
  }

  private struct Known: Sendable {
    /// The policy by which it was judged.
    var revision: String?
    var passing: Set<ContentDigest> = []
    /// What a person has refused, or had no time for.
    var refused: [ContentDigest: ApprovalRefusal] = [:]
    /// The approvals that were asked for; they may be decided by now.
    var approvals: [ContentDigest: UInt64] = [:]
  }

  static let capacity = 1_000

  private var known: [ExactText: Known] = [:]
  private var order: [ExactText] = []

  /// The task asks for these things now and for nothing else, and the policy is this one.
  ///
  /// - Returns: The approvals of what it asks for no longer.
  mutating func asks(_ questions: [Question], _ task: ExactText, by revision: String?) -> [UInt64] {
    guard var now = known[task] else { return [] }
    if now.revision != revision {
      now.revision = revision
      now.passing = []
      now.refused = [:]
    }
    let digests = Set(questions.map(\.digest))
    now.passing.formIntersection(digests)
    now.refused = now.refused.filter { digests.contains($0.key) }
    let over = now.approvals.filter { !digests.contains($0.key) }
    now.approvals = now.approvals.filter { digests.contains($0.key) }
    known[task] = now
    return over.values.sorted()
  }

  func knows(_ task: ExactText) -> Bool { known[task] != nil }

  func mayPass(_ question: Question) -> Bool { known[question.task]?.passing.contains(question.digest) ?? false }

  func refusal(of question: Question) -> ApprovalRefusal? { known[question.task]?.refused[question.digest] }

  mutating func pass(_ question: Question, by revision: String?) {
    note(question.task, revision) { $0.passing.insert(question.digest) }
  }

  mutating func refuse(_ question: Question, _ refusal: ApprovalRefusal, by revision: String?) {
    note(question.task, revision) { $0.refused[question.digest] = refusal }
  }

  mutating func wait(_ question: Question, for approval: UInt64, by revision: String?) {
    note(question.task, revision) { $0.approvals[question.digest] = approval }
  }

  /// What may pass must be judged again.
  mutating func forgetPassing(of task: ExactText) { known[task]?.passing = [] }

  private mutating func note(_ task: ExactText, _ revision: String?, _ change: (inout Known) -> Void) {
    if known[task] == nil {
      known[task] = Known(revision: revision)
      order.append(task)
      if order.count > Self.capacity { known[order.removeFirst()] = nil }
    } else if known[task]?.revision != revision {
      known[task]?.revision = revision
      known[task]?.passing = []
      known[task]?.refused = [:]
    }
    if var changed = known[task] {
      change(&changed)
      known[task] = changed
    }
  }
}
