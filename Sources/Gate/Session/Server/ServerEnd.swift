internal import GateCore
internal import JSONText
internal import System

/// How a session reaches its server: lines go in, lines come out, and at some time it is over.
@LoopActor
protocol ServerEnd: AnyObject {
  /// The server's process; nil where there is none.
  var pid: Int32? { get }
  /// Whether it ended without our doing.
  var endedByItself: Bool { get }
  /// How it ended, where an exit status does not say it.
  var lastWords: String? { get }

  /// Starts the server, which is told of by `events` from then on; what it says of errors goes to `errors`.
  func start(_ events: ServerEvents, errors: ErrorsRelay?) throws(SystemError)

  // MARK: To the server

  /// Writes whole lines, and leaves them empty.
  func write(_ lines: inout [UInt8])
  /// How many bytes wait to be written.
  var backlog: Int { get }
  /// How many bytes the server has not read, as far as that can be told; nil once nothing can be written any more.
  var unread: Int? { get }
  /// Lets the server know, after all that was written, that nothing more comes.
  func closeInputWhenEmpty()

  // MARK: From the server

  /// While true nothing is read, so that the server is held up in the end.
  var isPaused: Bool { get set }
  /// Whether nothing more comes.
  var hasEnded: Bool { get }
  /// The server is gone: what it left behind is read to its end, and no longer.
  func endWhenEmpty()

  // MARK: The end

  /// Ends the server, with time for it to do so itself.
  func tearDown()
  /// Ends the server without waiting for what it makes of the end of its input.
  func terminate()
  /// Ends the server now.
  func kill()
  /// Reads and writes nothing more.
  func close()
  /// Gives the memory back that large messages took.
  func trim()
}

/// What a server's end tells its session.
struct ServerEvents {
  /// The server has written these bytes, which are valid for the call only.
  var received: @LoopActor (Span<UInt8>) -> Void
  /// Nothing more comes from the server.
  var outputEnded: @LoopActor () -> Void
  /// Nothing more comes of its errors.
  var errorsEnded: @LoopActor () -> Void
  /// The server is gone.
  var exited: @LoopActor (Child.Exit) -> Void
  /// What waits to be written has grown over the mark, or shrunk again.
  var pressureChanged: @LoopActor () -> Void
  /// The request with this id gets no answer.
  var lost: @LoopActor (ExactText, RemoteFailure) -> Void
}
