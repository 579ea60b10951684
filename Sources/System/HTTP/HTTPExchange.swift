package import HTTPWire

/// One request and what comes of it.
@LoopActor
package protocol HTTPExchange: AnyObject {
  /// While true nothing more of the body is taken, so that the server is held up in the end.
  var isPaused: Bool { get set }
  /// Wants nothing more of it.
  func cancel()
}

/// Whoever has sent requests, and knows them by numbers of its own.
///
/// Each request is told of in the order of these methods, and not any more once it is cancelled.
@LoopActor
package protocol HTTPExchangeOwner: AnyObject {
  /// The answer begins.
  func began(_ exchange: Int, _ head: HTTPAnswerHead)
  /// More of the body; valid for the call only.
  func received(_ exchange: Int, _ bytes: Span<UInt8>)
  func finished(_ exchange: Int, _ failure: HTTPFailure?)
}

/// Whom an exchange tells what comes of it, until that is over.
struct HTTPExchangeEvents {
  private let owner: any HTTPExchangeOwner
  private let number: Int

  init(_ owner: any HTTPExchangeOwner, _ number: Int) {
    self.owner = owner
    self.number = number
  }

  @LoopActor func began(_ head: HTTPAnswerHead) { owner.began(number, head) }
  @LoopActor func received(_ bytes: Span<UInt8>) { owner.received(number, bytes) }
  @LoopActor func finished(_ failure: HTTPFailure?) { owner.finished(number, failure) }
}
