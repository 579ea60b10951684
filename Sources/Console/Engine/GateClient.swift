internal import ConsoleCore
internal import ControlWire
internal import Glibc
internal import System

/// The connection to the gate's socket, made again when it is lost.
@LoopActor
final class GateClient {
  /// A snapshot of very many tools is the longest line.
  private static let longestLine = 64 << 20

  var connected: (@LoopActor () -> Void)?
  var received: (@LoopActor (GateMessage) -> Void)?
  var lost: (@LoopActor (_ reason: String, _ retryIn: Int64?) -> Void)?
  /// The gate could not be started, and why.
  var failed: (@LoopActor (String) -> Void)?

  private let path: String
  private var reconnection = Reconnection()
  private var reader = StreamReader()
  private var socket: LineSocket?
  private var timer: LoopTimer?
  private var starter: (@LoopActor () throws(SystemError) -> Void)?

  init(_ path: String) { self.path = path }

  /// Connects for the first time; calls `starter` once if no gate runs then.
  func start(starter: (@LoopActor () throws(SystemError) -> Void)?) {
    self.starter = starter
    perform(reconnection.begin(), reason: "")
  }

  func send(_ request: ControlRequest) { socket?.send(request.encoded) }

  func close() {
    reconnection.close()
    timer?.cancel()
    socket?.close()
    socket = nil
  }

  private func perform(_ action: Reconnection.Action, reason: String) {
    switch action {
    case .connect: connect()
    case .waitQuietly(let pause): wait(pause)
    case .wait(let pause):
      wait(pause)
      lost?(reason, pause)
    case .ignore: break
    }
  }

  private func wait(_ microseconds: Int64) {
    timer?.cancel()
    timer = Loop.shared.after(microseconds: microseconds) { [weak self] in
      guard let self else { return }
      perform(reconnection.timerFired(), reason: "")
    }
  }

  private func connect() {
    do throws(SystemError) {
      let socket = try LineSocket(try UnixSocket.connect(to: path), longestLine: Self.longestLine)
      socket.received = { [weak self] line in self?.read(line) }
      socket.ended = { [weak self] end in self?.ended(end) }
      self.socket = socket
      reconnection.connected()
      connected?()
    } catch {
      let isAbsent = error.isAbsence || error.code == ECONNREFUSED
      if isAbsent { startGate() }
      lose(isAbsent ? "no gate is running" : "\(error)")
    }
  }

  private func startGate() {
    guard let starter else { return }
    self.starter = nil
    do throws(SystemError) {
      try starter()
      reconnection.gateStarted()
    } catch {
      failed?("the gate could not be started: \(error)")
    }
  }

  private func read(_ line: [UInt8]) {
    do throws(ControlError) {
      guard let message = try reader.read(line) else { return }  // a newer gate's event
      if case .hello = message.event { reconnection.greeted() }
      received?(message)
    } catch {
      lose("\(error)")
    }
  }

  private func ended(_ end: LineSocket.End) {
    switch end {
    case .closed: lose("the gate closed the connection")
    case .lineTooLong: lose("the gate sent a line of more than \(Self.longestLine >> 20) MiB")
    case .failed(let error): lose("\(error)")
    }
  }

  private func lose(_ reason: String) {
    socket?.close()
    socket = nil
    perform(reconnection.failed(jitter: UInt8.random(in: 0...255)), reason: reason)
  }
}
