package import HTTPWire

/// One request and what comes of it.
@LoopActor
package protocol HTTPExchange: AnyObject {
  /// While true nothing more of the body is taken, so that the server is held up in the end.
  var isPaused: Bool { get set }
  /// Wants nothing more of it.
  func cancel()
}

/// What is told of an exchange, in this order.
package struct HTTPExchangeEvents {
  /// The answer begins.
  package var began: @LoopActor (HTTPAnswerHead) -> Void
  /// More of the body; valid for the call only.
  package var received: @LoopActor (Span<UInt8>) -> Void
  package var finished: @LoopActor (HTTPFailure?) -> Void

  package init(
    began: @escaping @LoopActor (HTTPAnswerHead) -> Void, received: @escaping @LoopActor (Span<UInt8>) -> Void,
    finished: @escaping @LoopActor (HTTPFailure?) -> Void
  ) {
    self.began = began
    self.received = received
    self.finished = finished
  }
}
