internal import CCurl
internal import Glibc

/// One request and what comes of it.
@LoopActor
@safe package final class HTTPTransfer {
  /// What is told of it, in this order.
  package struct Events {
    /// The answer begins: its status, and its header lines without their ends.
    package var began: @LoopActor (Int, [[UInt8]]) -> Void
    /// More of the body; valid for the call only.
    package var received: @LoopActor (Span<UInt8>) -> Void
    package var finished: @LoopActor (HTTPFailure?) -> Void

    package init(
      began: @escaping @LoopActor (Int, [[UInt8]]) -> Void, received: @escaping @LoopActor (Span<UInt8>) -> Void,
      finished: @escaping @LoopActor (HTTPFailure?) -> Void
    ) {
      self.began = began
      self.received = received
      self.finished = finished
    }
  }

  /// What libcurl asks about addresses.
  final class Rule: Sendable {
    private let rule: AddressRule?
    init(_ rule: AddressRule?) { self.rule = rule }
    func admits(_ address: NetworkAddress) -> Bool { rule?.admits(address) ?? true }
  }

  let rule: Rule
  var handle: OpaquePointer?
  weak var client: HTTPClient?
  var isDone = false
  var failure: HTTPFailure? {
    didSet { isDone = true }
  }
  private var events: Events?
  private var hasBegun = false

  init(_ events: Events, rule: AddressRule?) {
    self.events = events
    self.rule = Rule(rule)
  }

  /// While true nothing more of the body is taken, so that the server is held up in the end.
  package var isPaused = false {
    didSet { if oldValue, !isPaused { client?.round() } }
  }

  /// Wants nothing more of it.
  package func cancel() {
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
        events.began(unsafe Int(ccurl_transfer_status(handle)), lines)
      }
      if !isPaused, hasBegun { takeBody(events) }
    }
    let isOpen = unsafe handle != nil
    guard self.events != nil, isDone, !isPaused || !isOpen else { return }
    self.events = nil
    client?.forget(self)
    events.finished(failure)
  }

  private func takeBody(_ events: Events) {
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

/// Why there is no whole answer.
package struct HTTPFailure: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// The address or a header cannot be used.
    case unusable
    case unknownHost
    /// The name stands for an address that it may not have.
    case forbiddenAddress
    case unreachable(Int32)
    case slowConnection
    case untrusted
    case noCertificates
    case tls
    case longHeaders
    case broken
    case other(Int32)
  }

  package let reason: Reason
  /// Whether the server may have got the request.
  package let hasSent: Bool

  init(_ reason: Reason, hasSent: Bool) {
    self.reason = reason
    self.hasSent = hasSent
  }

  init(code: Int32, of handle: OpaquePointer) {
    let hasSent = unsafe ccurl_transfer_has_sent(handle)
    let reason: Reason =
      switch code {
      case _ where unsafe ccurl_transfer_has_long_headers(handle): .longHeaders
      case 3: .unusable
      case 5, 6: .unknownHost
      case 7 where unsafe ccurl_transfer_was_refused(handle): .forbiddenAddress
      case 7: .unreachable(unsafe ccurl_transfer_errno(handle))
      case 28 where !hasSent: .slowConnection
      case 35: .tls
      case 60: .untrusted
      case 77: .noCertificates
      case 1, 8, 18, 52, 55, 56, 65: .broken
      default: .other(code)
      }
    self.init(reason, hasSent: hasSent)
  }

  /// In words, after "the server".
  package var words: String {
    switch reason {
    case .unusable: "has an address or a header that cannot be used"
    case .unknownHost: "cannot be found: its host's name is not known"
    case .forbiddenAddress:
      "has an address that is not public, which its entry in the registry must allow with `\"privateAddresses\": true`"
    case .unreachable(let number):
      number == 0 ? "cannot be reached" : "cannot be reached: \(unsafe String(cString: strerror(number)).lowercased())"
    case .slowConnection: "cannot be reached in time"
    case .untrusted: "has a certificate that is not trusted here; `caFile` in its entry names another one to trust"
    case .noCertificates: "cannot be trusted: the file of certificates cannot be read"
    case .tls: "cannot be talked to over TLS"
    case .longHeaders: "answers with headers that do not end"
    case .broken: "has broken the connection off"
    case .other(let code): "cannot be talked to (libcurl's error \(code))"
    }
  }
}
