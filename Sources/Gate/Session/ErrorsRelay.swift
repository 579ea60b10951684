internal import System

/// Passes on what a server writes to its standard error: to its client, and to those who ask the gate for it.
@LoopActor
final class ErrorsRelay {
  /// Nil where no client listens to it.
  private let client: OutQueue?
  private let messages: ServerMessageKeeper
  private var source: InStream?
  /// The client takes nothing of it.
  private var isDeaf = false
  private var patience: LoopTimer?

  /// How long a client may take nothing of it before the server goes on without it.
  private static let listenersPatience: Int64 = 1_000_000
  /// How long it may take nothing of the last of it.
  private static let readersPatience: Int64 = 60_000_000

  init(to client: consuming Descriptor?, _ messages: ServerMessageKeeper) {
    if let client { self.client = OutQueue(client) } else { self.client = nil }
    self.messages = messages
  }

  /// Whether all is read that was written.
  var hasEnded: Bool { source?.hasEnded ?? true }

  /// Passes on what comes from a server, in the place of one before.
  func read(_ errors: consuming Descriptor, ended: @escaping @LoopActor () -> Void) throws(SystemError) {
    source?.close()
    client?.pressureChanged = { [self] isFull in pressureChanged(isFull) }
    source = try InStream(
      own: errors, received: { [self] bytes in received(bytes) },
      ended: { [self] _ in
        messages.end()
        ended()
      })
  }

  /// Says something of the gate's to the client.
  func say(_ text: String) {
    var bytes = Array("gatehouse: \(text)\n".utf8)
    client?.write(&bytes)
  }

  /// Keeps lines of the server's output that are no messages.
  func keep(noise lines: [[UInt8]]) { messages.take(noise: lines) }

  /// The server is gone: what it left behind is read to its end.
  func endWhenEmpty() { source?.endWhenEmpty() }

  /// Nothing more is read; what was goes out as far as the client takes it.
  func close() {
    messages.end()
    patience?.cancel()
    source?.close()
    client?.closeWhenEmpty(patience: Self.readersPatience)
  }

  private func received(_ bytes: Span<UInt8>) {
    messages.take(errors: bytes)
    guard !isDeaf, let client else { return }
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    unsafe bytes.withUnsafeBufferPointer { unsafe copy.append(contentsOf: $0) }
    client.write(&copy)
  }

  /// A client that does not keep up holds the server up for a moment, so that nothing is lost; one that does not read at
  /// all does not.
  private func pressureChanged(_ isFull: Bool) {
    isDeaf = false
    source?.isPaused = isFull
    patience?.cancel()
    guard isFull, let client else { return }
    let before = client.count
    patience = Loop.shared.after(microseconds: Self.listenersPatience) { [self] in
      guard client.isFull else { return }
      guard client.count >= before else { return pressureChanged(true) }
      isDeaf = true
      source?.isPaused = false
    }
  }
}
