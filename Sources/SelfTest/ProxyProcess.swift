internal import AttackCorpus
internal import Glibc
internal import JSONText
internal import Policy
internal import System

/// A started proxy whose standard input and output we hold; everything that waits has a deadline.
@LoopActor
final class ProxyProcess {
  private let child: Child
  private let input: Descriptor
  private let output: Descriptor
  private var rest: [UInt8] = []
  /// Whole lines that came, without their ends, until they are forgotten.
  private(set) var lines: [[UInt8]] = []
  /// It has closed its output.
  private(set) var hasEnded = false

  init(_ words: [String], environment: [String: String], errors: Int32) throws(SystemError) {
    child = try Child(ChildCommand(words, environment: environment), errors: .descriptor(errors))
    guard let input = child.takeInput(), let output = child.takeOutput() else {
      throw SystemError("start", words.first ?? "", code: EBADF)
    }
    for number in [input.number, output.number] { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
    self.input = input
    self.output = output
  }

  func forgetLines() { lines = [] }

  /// What came of a line that has not ended; a proxy that is alive writes whole ones.
  var unfinished: [UInt8] { rest }

  func kill() { child.kill() }

  /// Writes all of it, and takes what comes meanwhile.
  ///
  /// - Returns: False if the proxy is gone or the time is up.
  func write(_ bytes: [UInt8], until deadline: Int64) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(input.number, buffer.baseAddress.map { unsafe $0 + sent }, min(buffer.count - sent, 1 << 16))
      }
      if written > 0 {
        sent += written
        continue
      }
      guard written < 0, errno == EAGAIN || errno == EINTR else { return false }
      guard wait(forWriting: true, until: deadline) else { return false }
    }
    return true
  }

  /// Waits for a line that is wanted; what came before it is kept too.
  func wait(until deadline: Int64, for isWanted: ([UInt8]) -> Bool) -> Bool {
    var looked = 0
    while true {
      while looked < lines.count {
        looked += 1
        if isWanted(lines[looked - 1]) { return true }
      }
      guard !hasEnded, wait(forWriting: false, until: deadline) else { return false }
    }
  }

  /// Waits until something can be done, and reads what there is.
  private func wait(forWriting: Bool, until deadline: Int64) -> Bool {
    let now = SteadyTime.microseconds
    guard now < deadline else { return false }
    var watched = [
      pollfd(fd: hasEnded ? -1 : output.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: forWriting ? input.number : -1, events: Int16(POLLOUT), revents: 0),
    ]
    let count = unsafe poll(&watched, 2, Int32(clamping: (deadline - now) / 1000 + 1))
    if count < 0 { return errno == EINTR }
    if watched[0].revents != 0 { take() }
    if forWriting, hasEnded { return false }
    return true
  }

  private func take() {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe read(output.number, &chunk, chunk.count)
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
    guard count > 0 else {
      hasEnded = true
      return
    }
    rest += chunk[..<count]
    guard chunk[..<count].contains(0x0A), let end = rest.lastIndex(of: 0x0A) else { return }
    lines += rest[..<end].split(separator: 0x0A).map { Array($0) }
    rest.removeSubrange(...end)
  }
}

/// The clock of deadlines.
enum SteadyTime {
  static var microseconds: Int64 { Clock.now().microseconds }
}
