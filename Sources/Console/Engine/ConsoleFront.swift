internal import ConsoleCore
internal import System

/// How the console shows itself to the person: a screen or lines.
@LoopActor
protocol ConsoleFront: AnyObject {
  /// The state changed by this message; a timer's tick comes here too.
  func took(_ message: ConsoleMessage)
  /// Does what only a front can.
  func perform(_ effect: FrontEffect)
  /// The turn is over and all messages are taken.
  func settle()
  func start()
  func close()
}

/// The part of `ConsoleEffect` that concerns the terminal.
enum FrontEffect {
  case suspend, bell, redraw
  case copy(String)
  case edit(path: String, line: Int?)
  case use(Theme)
  case useMouse(Bool)
  case editText(EditedText, [UInt8], line: Int?)
  case notify(String, AlertOptions.Notice)
}

extension ConsoleState {
  /// A save is under way, or a gate has not said yet what it makes of it.
  var isSaving: Bool { policy.saving == .writing || policy.saving != .idle && gate.isUp }

  /// The page of a tool waits for what the gate, or the files, know of it; or a line for the record.
  var isAsking: Bool {
    if isRecordAsked { return true }
    guard case .tool(let page) = overlay, case .asked = definitions.entry(page.name) else { return false }
    return true
  }

  /// The file was read, and the gate has told all it knows or is known to be absent.
  var isSettled: Bool {
    guard policy.disk != .reading else { return false }
    switch gate.connection {
    case .starting, .greeting: return false
    case .up: return !gate.awaitsSnapshot
    case .lost: return true
    }
  }
}
