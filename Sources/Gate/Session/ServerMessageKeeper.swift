internal import ControlWire
internal import GateCore
internal import JSONText
internal import System

/// Keeps what one session's server writes to its standard error, and what is no message on its output.
@LoopActor
final class ServerMessageKeeper {
  private let gate: GateProcess
  private let server: ExactText
  private let session: ExactText
  private let secrets: Secrets
  private var errors = MessageLines()
  private var noise = MessageLines()

  init(_ secrets: Secrets, of server: ExactText, session: ExactText, gate: GateProcess) {
    self.gate = gate
    self.server = server
    self.session = session
    self.secrets = secrets
  }

  func take(errors bytes: Span<UInt8>) {
    errors.feed(bytes) { keep($0, from: .stderr) }
  }

  /// Nothing more comes.
  func end() { errors.end { keep($0, from: .stderr) } }

  func take(noise lines: [[UInt8]]) {
    for bytes in lines {
      noise.take(bytes, isCut: bytes.count >= SessionOutput.noiseLength) { keep($0, from: .noise) }
    }
  }

  private func keep(_ line: MessageLines.Line, from source: ServerMessage.Source) {
    gate.messages.append(line, from: source, of: server, session: session, secrets: secrets, at: Loop.shared.now)
  }
}
