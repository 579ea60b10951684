internal import System

/// A client that handed its standard input and output over.
@LoopActor
final class DescriptorClient: ClientEnd {
  private var source: Descriptor?
  private var input: InStream?
  private let output: OutQueue
  private var events: ClientEvents?

  init(input: consuming Descriptor, output: consuming Descriptor) {
    source = consume input
    self.output = OutQueue(output)
  }

  func connect(_ events: ClientEvents) {
    self.events = events
    output.pressureChanged = { _ in events.pressureChanged() }
    // A client that reads no more has left.
    output.broke = { _ in events.left() }
  }

  func startReading() throws(SystemError) {
    guard let descriptor = source.take(), let events else { return }
    input = try InStream(descriptor, received: events.received, ended: { _ in events.inputEnded() })
    self.events = nil
  }

  func write(_ lines: inout [UInt8]) { output.write(&lines) }
  var backlog: Int { output.count }

  func closeWhenEmpty(patience: Int64, _ closed: @escaping @LoopActor () -> Void) {
    guard output.isOpen else { return closed() }
    output.broke = nil
    output.closed = closed
    output.closeWhenEmpty(patience: patience)
  }

  var isPaused: Bool {
    get { input?.isPaused ?? false }
    set { input?.isPaused = newValue }
  }

  var hasEnded: Bool { input?.hasEnded ?? false }
  func takeRest() { input?.takeRest() }

  func closeInput() {
    input?.close()
    source = nil
    events = nil
  }

  func close() {
    closeInput()
    output.close()
  }

  func trim() { output.trim() }
}
