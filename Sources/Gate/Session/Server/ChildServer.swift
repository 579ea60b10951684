internal import System

/// A server that is a process of ours, talked to over its standard input and output.
@LoopActor
final class ChildServer: ServerEnd {
  private let command: ChildCommand
  private var child: Child?
  private var toServer: OutQueue?
  private var fromServer: InStream?

  init(_ command: ChildCommand) { self.command = command }

  var pid: Int32? { child?.pid }
  var endedByItself: Bool { child?.endedByItself ?? false }
  var lastWords: String? { nil }

  func start(_ events: ServerEvents, errors: ErrorsRelay?) throws(SystemError) {
    let child = try Child(command)
    self.child = child
    child.exited = events.exited
    child.closeInput = { [self] in closeInputWhenEmpty() }
    guard let input = child.takeInput(), let output = child.takeOutput(), let stderr = child.takeErrors() else {
      preconditionFailure("a child has three pipes")
    }
    let toServer = try OutQueue(own: input)
    self.toServer = toServer
    toServer.pressureChanged = { _ in events.pressureChanged() }
    // A server that reads no more answers no more; what it has yet to say is still heard.
    toServer.broke = { _ in child.tearDown() }
    fromServer = try InStream(own: output, received: events.received, ended: { _ in events.outputEnded() })
    try errors?.read(stderr, ended: events.errorsEnded)
  }

  func write(_ lines: inout [UInt8]) { toServer?.write(&lines) }
  var backlog: Int { toServer?.count ?? 0 }
  var unread: Int? { toServer?.unread }
  func closeInputWhenEmpty() { toServer?.closeWhenEmpty() }

  var isPaused: Bool {
    get { fromServer?.isPaused ?? false }
    set { fromServer?.isPaused = newValue }
  }

  var hasEnded: Bool { fromServer?.hasEnded ?? true }
  func endWhenEmpty() { fromServer?.endWhenEmpty() }

  func tearDown() { child?.tearDown() }
  func terminate() { child?.terminate() }
  func kill() { child?.kill() }

  func close() {
    fromServer?.close()
    toServer?.close()
  }

  func trim() { toServer?.trim() }
}
