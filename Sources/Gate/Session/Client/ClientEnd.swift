internal import GateCore
internal import System

/// How a session reaches its client: lines come in, lines go out, and at some time the client says no more.
@LoopActor
protocol ClientEnd: AnyObject {
  /// Is told of by `events` from now on; nothing is read yet.
  func connect(_ events: ClientEvents)
  /// Reads what the client writes.
  func startReading() throws(SystemError)

  // MARK: To the client

  /// Writes whole lines, and leaves them empty.
  func write(_ lines: inout [UInt8])
  /// What the server wants the client to do first, while the answer is written that says so.
  var challenge: RemoteChallenge? { get set }
  /// How many bytes the client has yet to take.
  var backlog: Int { get }
  /// Closes when all is written, and calls `closed` then, at once where it is closed already.
  ///
  /// A client that takes nothing at all for `patience` microseconds loses the rest.
  func closeWhenEmpty(patience: Int64, _ closed: @escaping @LoopActor () -> Void)

  // MARK: From the client

  /// While true nothing is read, so that the client is held up in the end.
  var isPaused: Bool { get set }
  /// Whether nothing more comes.
  var hasEnded: Bool { get }
  /// Reads what is there now.
  func takeRest()
  /// Reads nothing more.
  func closeInput()

  // MARK: The end

  /// Reads and writes nothing more.
  func close()
  /// Gives the memory back that large messages took.
  func trim()
}

extension ClientEnd {
  /// Only HTTP has words for it.
  var challenge: RemoteChallenge? {
    get { nil }
    set {}
  }
}

/// What a client's end tells its session.
struct ClientEvents {
  /// The client has written these bytes, which are valid for the call only.
  var received: @LoopActor (Span<UInt8>) -> Void
  /// Nothing more comes from the client.
  var inputEnded: @LoopActor () -> Void
  /// Nobody can be written to any more.
  var left: @LoopActor () -> Void
  /// What waits to be taken has grown over the mark, or shrunk again.
  var pressureChanged: @LoopActor () -> Void
}
