internal import CCurl
internal import Glibc

/// Talks HTTP with one server by libcurl.
///
/// It must be closed before it is forgotten.
@LoopActor
@safe final class CurlClient {
  private let options: HTTPClient.Options
  private let url: String
  private let client: OpaquePointer
  private var isClosed = false
  private var watches: [Int32: Watch] = [:]
  private var alarm: LoopTimer?
  private var alarmWait = -1
  private var transfers: [CurlTransfer] = []
  private var isRoundDue = false

  /// How long a connection may take, the name's lookup and the TLS handshake included.
  private static let connectMilliseconds = 15_000

  /// Nil where there is no libcurl.
  init?(_ url: String, _ options: HTTPClient.Options) {
    guard let client = unsafe ccurl_client_new() else { return nil }
    unsafe self.client = client
    self.options = options
    self.url = url
  }

  /// Sends a request; what comes of it is told later, and nothing after `cancel`.
  func start(_ request: HTTPClient.Request, _ events: HTTPExchangeEvents) -> any HTTPExchange {
    let transfer = CurlTransfer(events, rule: options.usesProxy ? nil : options.rule)
    transfers.append(transfer)
    transfer.client = self
    let isStarted = !isClosed && make(transfer, request)
    if !isStarted { transfer.failure = HTTPFailure(.unusable, hasSent: false) }
    round()
    return transfer
  }

  private func make(_ transfer: CurlTransfer, _ request: HTTPClient.Request) -> Bool {
    let owner = unsafe UnsafeRawPointer(Unmanaged.passUnretained(transfer.rule).toOpaque())
    let made: OpaquePointer? = unsafe request.body.withUnsafeBufferPointer { body in
      unsafe request.method.rawValue.withCString { method in
        unsafe url.withCString { url in
          unsafe Self.withOptional(options.certificates) { certificates in
            var wanted = unsafe ccurl_request(
              method: method, url: url, body: body.baseAddress, body_count: body.count, ca_file: certificates,
              uses_proxy: options.usesProxy, connect_milliseconds: Self.connectMilliseconds)
            return unsafe ccurl_transfer_new(client, &wanted, owner) { owner, bytes, count in
              let rule = unsafe Unmanaged<CurlTransfer.Rule>.fromOpaque(owner).takeUnretainedValue()
              let bytes = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
              return NetworkAddress(bytes).map { rule.admits($0) } ?? false
            }
          }
        }
      }
    }
    guard let made = unsafe made else { return false }
    unsafe transfer.handle = made
    guard request.headers.areGood else { return false }
    for header in request.headers.lines {
      var line = header.map { CChar(bitPattern: $0) }
      line.append(0)
      guard
        unsafe line.withUnsafeBufferPointer({ line in
          guard let line = line.baseAddress else { return false }
          return unsafe ccurl_transfer_add_header(made, line)
        })
      else { return false }
    }
    return unsafe ccurl_transfer_start(made)
  }

  private static func withOptional<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
  ) -> Result {
    guard let text else { return body(nil) }
    return unsafe text.withCString { unsafe body($0) }
  }

  func forget(_ transfer: CurlTransfer) {
    transfers.removeAll { $0 === transfer }
    release(transfer)
    round()
  }

  private func release(_ transfer: CurlTransfer) {
    if let handle = unsafe transfer.handle {
      unsafe transfer.handle = nil
      unsafe ccurl_transfer_free(handle)
    }
  }

  /// Cancels everything and closes all connections.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    alarm?.cancel()
    for transfer in transfers { release(transfer) }
    transfers = []
    for watch in watches.values { watch.cancel() }
    watches = [:]
    // Not from inside a call-back of its own.
    Loop.shared.atEndOfTurn { [self] in unsafe ccurl_client_free(client) }
  }

  // MARK: Turns

  /// Looks soon at what is new: not from inside whatever has brought it.
  func round() {
    guard !isRoundDue, !isClosed else { return }
    isRoundDue = true
    Loop.shared.atEndOfTurn { [self] in
      isRoundDue = false
      settle()
    }
  }

  private func go(_ descriptor: Int32, _ readiness: Readiness) {
    guard !isClosed else { return }
    var events: Int32 = 0
    if readiness.contains(.readable) || readiness.contains(.hangup) { events |= Int32(CCURL_READABLE) }
    if readiness.contains(.writable) { events |= Int32(CCURL_WRITABLE) }
    unsafe ccurl_client_go(client, descriptor, events)
    settle()
  }

  /// Does what libcurl wants, and tells of what came.
  private func settle() {
    guard !isClosed else { return }
    renew()
    var code: Int32 = 0
    while let done = unsafe ccurl_client_next_done(client, &code) {
      guard let transfer = transfers.first(where: { unsafe $0.handle == done }) else { continue }
      transfer.isDone = true
      if code != 0 { transfer.failure = unsafe HTTPFailure(code: code, of: done) }
    }
    for transfer in transfers { transfer.deliver() }
    if !isClosed { renew() }
  }

  private func renew() {
    var descriptor: Int32 = 0
    var interest: Int32 = 0
    while unsafe ccurl_client_next_watch(client, &descriptor, &interest) {
      var wanted: Readiness = []
      if interest & Int32(CCURL_READABLE) != 0 { wanted.insert(.readable) }
      if interest & Int32(CCURL_WRITABLE) != 0 { wanted.insert(.writable) }
      watch(descriptor, wanted)
    }
    let wait = unsafe ccurl_client_alarm(client)
    guard wait != alarmWait || alarm == nil else { return }
    alarm?.cancel()
    alarm = nil
    alarmWait = wait
    guard wait >= 0 else { return }
    alarm = Loop.shared.after(microseconds: Int64(min(wait, 86_400_000)) * 1_000) { [weak self] in
      guard let self else { return }
      alarm = nil
      alarmWait = -1
      go(-1, [])
    }
  }

  private func watch(_ descriptor: Int32, _ wanted: Readiness) {
    guard !wanted.isEmpty else {
      watches.removeValue(forKey: descriptor)?.cancel()
      return
    }
    if let watch = watches[descriptor] { return watch.want(wanted) }
    watches[descriptor] = try? Watch(descriptor, wanted) { [weak self] readiness in self?.go(descriptor, readiness) }
  }
}
