internal import ControlWire
internal import GateCore
internal import JSONText
internal import System

// MARK: What a person decides
extension ControlConnection {
  func approve(
    _ approval: String, digest: String, revision: String?, scope: ApprovalScope, message: String?, id: Int?
  ) throws(ControlError) {
    try gate.check(.approve, by: decider, about: approval)
    let by = decider.words("approve")
    try gate.decide { state, now throws(ApprovalError) in
      try state.approve(
        approval, digest: digest, revision: revision, scope: scope, message: message, by: by, at: now)
    }
    send(.done(id: id))
  }

  func deny(_ approval: String, digest: String?, message: String?, id: Int?) throws(ControlError) {
    try gate.check(.deny, by: decider, about: approval)
    let by = decider.words("deny")
    try gate.decide { state, now throws(ApprovalError) in
      try state.deny(approval, digest: digest, message: message, by: by, at: now)
    }
    send(.done(id: id))
  }

  func extend(_ approval: String, seconds: Int, id: Int?) throws(ControlError) {
    try gate.check(.extend, by: decider, about: approval)
    let by = decider.words("extend")
    try gate.decide { state, now throws(ApprovalError) in
      try state.extend(approval, seconds: seconds, by: by, at: now)
      return []
    }
    send(.done(id: id))
  }

  func revoke(_ standing: String, id: Int?) throws(ControlError) {
    try gate.check(.revoke, by: decider, about: standing)
    let by = decider.words("revoke")
    try gate.decide { state, now throws(ApprovalError) in
      try state.revoke(standing, by: by, at: now)
      return []
    }
    send(.done(id: id))
  }

  func decide(
    pins choices: [PinChoice], of server: ExactText, isAccepted: Bool, id: Int?
  ) throws(ControlError) {
    let subject = choices.first?.tool.map { "\(server)/\($0)" } ?? server.string
    try gate.check(isAccepted ? .acceptPins : .rejectPins, by: decider, about: subject)
    try gate.decide(pins: choices, of: server, isAccepted: isAccepted, by: decider) { [weak self] in
      self?.send(.done(id: id))
    }
  }

  func lockDown(_ isOn: Bool, id: Int?) throws(ControlError) {
    if !isOn { try gate.check(.lockdownOff, by: decider) }
    try gate.lockDown(isOn, by: decider)
    send(.done(id: id))
  }
}
