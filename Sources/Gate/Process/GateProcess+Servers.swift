internal import ControlWire
internal import JSONText
internal import System

// MARK: What becomes of servers
extension GateProcess {
  func serverStarted(_ server: ExactText, pid: Int32?) {
    running[server, default: 0] += 1
    failures[server] = nil
    tell(.server(ServerEvent(server: server, state: .started, pid: pid)))
  }

  func serverFailed(_ server: ExactText, _ reason: String) {
    failures[server] = reason
    tell(.server(ServerEvent(server: server, state: .failed, detail: reason)))
  }

  /// A server's process has ended: by its own doing, or because its session did.
  ///
  /// What a remote server's end was like is told in `words`.
  func serverExited(
    _ server: ExactText, pid: Int32?, _ exit: Child.Exit, byItself isOwnDoing: Bool, words: String? = nil
  ) {
    running[server, default: 1] -= 1
    let detail: String
    switch exit {
    case _ where words != nil:
      detail = words ?? ""
      if isOwnDoing { failures[server] = detail }
    case .code(let code):
      detail = "exited with code \(code)"
      if code != 0 { failures[server] = detail }
    case .signal(let signal):
      detail = "ended by signal \(signal)"
      if isOwnDoing { failures[server] = detail }
    }
    tell(.server(ServerEvent(server: server, state: .exited, pid: pid, detail: detail)))
  }

  /// A server's whole list of tools went by.
  func toolsListed(_ tools: [JSONNode], of server: ExactText) {
    inventory.keep(tools, of: server) { [weak self] in
      guard let self else { return }
      takeInventory()
      tell(.toolsChanged(server: server))
    }
  }
}
