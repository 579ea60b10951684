import ControlWire
import GateCore
import JSONText
import Policy
import Testing

extension Playbook {
  /// One tool asks a person; `more` goes into its rule.
  static func asking(_ more: String = "", others: String = "") -> String {
    #"{"version":"1","default":"allow",\#(others)"tools":{"act":{"action":"require_approval","reason":"it costs money"\#(more)}}}"#
  }

  static let key = [UInt8](1...32)

  /// A session with a client of the older era, and a gate that can sign.
  static func waiting(_ policy: String = asking()) throws -> Playbook {
    var play = try Playbook(policy: policy)
    play.gate.approvals = Approvals(prefix: "q", key: key)
    play.gate.approvals.hasApprover = true
    return play
  }

  mutating func carryOut(_ actions: [ApprovalAction]) {
    for action in actions {
      switch action {
      case .release(let session, let request):
        #expect(session == "s1")
        core.release(request, at: now, gate: &gate, into: &output)
      case .refuse(let session, let request, let refusal):
        #expect(session == "s1")
        core.refuse(request, refusal, at: now, gate: &gate, into: &output)
      }
    }
  }

  /// A person approves what was shown; nil for what was refused to that person.
  mutating func approve(
    _ id: String, _ scope: ApprovalScope = .once, digest: String? = nil, by: String = "you"
  ) throws -> Step {
    let shown = digest ?? gate.approvals.pending(at: now).first { $0.id == id }?.digest ?? ""
    return try attempt { play throws(ApprovalError) in
      try play.gate.approve(
        id, digest: shown, revision: nil, scope: scope, message: nil, by: by, at: play.now)
    }
  }

  mutating func deny(_ id: String, _ message: String? = nil, by: String = "you") throws -> Step {
    try attempt { play throws(ApprovalError) in
      try play.gate.deny(id, digest: nil, message: message, by: by, at: play.now)
    }
  }

  /// What a person does, and all that comes of it.
  mutating func attempt(
    _ word: (inout Playbook) throws(ApprovalError) -> [ApprovalAction]
  ) throws -> Step {
    var refused: ApprovalError?
    let result = step { play in
      do throws(ApprovalError) {
        play.carryOut(try word(&play))
      } catch {
        refused = error
      }
    }
    if let refused { throw refused }
    return result
  }

  mutating func lockDown(_ isOn: Bool) -> Step {
    step { $0.carryOut($0.gate.lockDown(isOn, by: "you", at: $0.now)) }
  }

  /// The names of all that wait.
  var waiting: [String] { gate.approvals.pending(at: now).map(\.id) }
}

/// The words that the answer to a call has for the model.
func told(_ lines: [String]) throws -> String {
  let line = try #require(lines.last)
  let answer = try JSONNode.read(Array(line.utf8))
  let words = answer["result"]?["content"]?.elements?.first?["text"] ?? answer["error"]?["message"]
  return try #require(words?.string)
}
