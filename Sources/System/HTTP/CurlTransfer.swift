internal import CCurl
internal import Glibc
internal import HTTPWire

/// One request by libcurl.
@LoopActor
@safe final class CurlTransfer: HTTPExchange {
  /// What libcurl asks about addresses.
  final class Rule: Sendable {
    private let rule: AddressRule?
    init(_ rule: AddressRule?) { self.rule = rule }
    func admits(_ address: NetworkAddress) -> Bool { rule?.admits(address) ?? true }
  }

  let rule: Rule
  var handle: OpaquePointer?
  weak var client: CurlClient?
  var isDone = false
  var failure: HTTPFailure? {
    didSet { isDone = true }
  }
  private var events: HTTPExchangeEvents?
  private var hasBegun = false

  init(_ events: HTTPExchangeEvents, rule: AddressRule?) {
    self.events = events
    self.rule = Rule(rule)
  }

  /// While true nothing more of the body is taken, so that the server is held up in the end.
  var isPaused = false {
    didSet { if oldValue, !isPaused { client?.round() } }
  }

  /// Wants nothing more of it.
  func cancel() {
    guard events != nil else { return }
    events = nil
    client?.forget(self)
  }

  /// Tells what is new.
  func deliver() {
    guard let events else { return }
    if let handle = unsafe handle {
      if !hasBegun, unsafe ccurl_transfer_has_headers(handle) {
        hasBegun = true
        var count = 0
        let bytes = unsafe UnsafeBufferPointer(start: ccurl_transfer_headers(handle, &count), count: count)
        let lines = unsafe bytes.split(separator: 0x0A).dropFirst().compactMap { line in
          let line = unsafe Array(line.last == 0x0D ? line.dropLast() : line)
          return line.isEmpty ? nil : line
        }
        events.began(HTTPAnswerHead(status: unsafe Int(ccurl_transfer_status(handle)), lines: lines))
      }
      if !isPaused, hasBegun { takeBody(events) }
    }
    let isOpen = unsafe handle != nil
    guard self.events != nil, isDone, !isPaused || !isOpen else { return }
    self.events = nil
    client?.forget(self)
    events.finished(failure)
  }

  private func takeBody(_ events: HTTPExchangeEvents) {
    guard self.events != nil, let handle = unsafe handle else { return }
    var count = 0
    let body = unsafe UnsafeRawBufferPointer(start: ccurl_transfer_body(handle, &count), count: count)
    guard count > 0 else { return }
    // A copy: what is told of it may end the transfer.
    let bytes = unsafe Array(body)
    unsafe ccurl_transfer_drop_body(handle)
    events.received(bytes.span)
    client?.round()
  }
}
