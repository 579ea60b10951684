internal import CSystem
internal import Glibc

/// Stream sockets of this machine that only one user may use.
package enum UnixSocket {
  /// The process at the other end when it connected.
  package struct Peer: Hashable, Sendable {
    package let pid: Int32
    package let user: UInt32
    package let group: UInt32
  }

  /// The most bytes that a socket's path may have.
  package static var longestPath: Int { csys_longest_socket_path() }
  /// The most descriptors that one message carries.
  package static let mostDescriptors = Int(CSYS_MOST_DESCRIPTORS)

  /// Listens at a path, mode 0600, in a folder that is made with mode 0700 where it is missing.
  ///
  /// A socket that is there already must have been removed by whoever knows that nobody listens on it. A folder of
  /// somebody else, or one that others may write to, is refused: they could put a socket of theirs in its place.
  package static func listen(at path: String, backlog: Int32 = 4_096) throws(SystemError) -> Descriptor {
    try checkFolder(of: path, mayMake: true)
    let number = unsafe csys_unix_listen(path, backlog)
    guard number >= 0 else { throw .last("listen on", path) }
    return Descriptor(owning: number)
  }

  /// Connects to a listener of the same user; never waits.
  package static func connect(to path: String) throws(SystemError) -> Descriptor {
    let number = unsafe csys_unix_connect(path)
    guard number >= 0 else { throw .last("connect to", path) }
    let connection = Descriptor(owning: number)
    guard let peer = peer(of: number), peer.user == geteuid() else {
      throw SystemError("connect to", path, code: EPERM, help: "it belongs to another user")
    }
    return connection
  }

  /// The next connection that waits; nil if there is none.
  package static func accept(from listener: Int32) throws(SystemError) -> Descriptor? {
    let number = csys_accept(listener)
    if number >= 0 { return Descriptor(owning: number) }
    let error = SystemError.last("accept a connection")
    // A connection that was given up before it was accepted is nobody's loss.
    if error.wouldBlock || error.code == ECONNABORTED { return nil }
    throw error
  }

  package static func peer(of socket: Int32) -> Peer? {
    var pid: pid_t = 0
    var user: uid_t = 0
    var group: gid_t = 0
    guard unsafe csys_peer(socket, &pid, &user, &group) == 0 else { return nil }
    return Peer(pid: pid, user: user, group: group)
  }

  /// Refuses a folder that somebody else could change.
  static func checkFolder(of path: String, mayMake: Bool) throws(SystemError) {
    let folder = SafeFile.folder(of: path)
    if mayMake { try SafeFile.makeFolder(folder) }
    var status = csys_file()
    guard unsafe csys_stat(folder, false, &status) == 0 else { throw .last("use the folder", folder) }
    let help = "choose another place for the socket: `--socket PATH` or `GATEHOUSE_SOCKET`"
    guard status.user == geteuid() else {
      throw SystemError("use the folder of another user", folder, code: EPERM, help: help)
    }
    // A link of ours may lead to a folder of ours.
    if csys_is_link(status.mode) {
      guard unsafe csys_stat(folder, true, &status) == 0 else { throw .last("use the folder", folder) }
      guard status.user == geteuid() else {
        throw SystemError("use the folder of another user", folder, code: EPERM, help: help)
      }
    }
    guard csys_is_directory(status.mode) else { throw SystemError("use the folder", folder, code: ENOTDIR) }
    guard status.mode & 0o022 == 0 else {
      throw SystemError(
        "use a folder that others may write to", folder, code: EPERM, help: "run `chmod go-w` on it, or " + help)
    }
  }

  // MARK: Messages with descriptors

  /// Sends bytes and with them copies of descriptors, which go with the first byte.
  ///
  /// - Returns: How many bytes went out; 0 where the socket is full.
  package static func send(
    _ bytes: some Collection<UInt8>, descriptors: [Int32], over socket: Int32
  ) throws(SystemError) -> Int {
    let bytes = Array(bytes)
    while true {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe descriptors.withUnsafeBufferPointer { numbers in
          guard let start = buffer.baseAddress else { return 0 }
          var none: Int32 = -1
          guard let first = numbers.baseAddress else {
            return unsafe csys_send_descriptors(socket, start, buffer.count, &none, 0)
          }
          return unsafe csys_send_descriptors(socket, start, buffer.count, first, Int32(numbers.count))
        }
      }
      if count >= 0 { return count }
      if errno == EAGAIN { return 0 }
      if errno != EINTR { throw .last("send") }
    }
  }

  package enum Received: Hashable, Sendable {
    case bytes(Int)
    case wouldBlock
    case end
  }

  /// Receives bytes into a buffer, and the descriptors that came with them.
  package static func receive(
    into buffer: inout [UInt8], over socket: Int32
  ) throws(SystemError) -> (Received, ReceivedDescriptors?) {
    var numbers = [Int32](repeating: -1, count: mostDescriptors)
    var numberCount: Int32 = 0
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe numbers.withUnsafeMutableBufferPointer { numbers in
          guard let start = bytes.baseAddress, let first = numbers.baseAddress else { return 0 }
          return unsafe csys_receive_descriptors(socket, start, bytes.count, first, &numberCount)
        }
      }
      let received =
        numberCount > 0 ? ReceivedDescriptors(Array(numbers.prefix(Int(numberCount)))) : nil
      if count > 0 { return (.bytes(count), received) }
      if count == 0 || errno == ECONNRESET { return (.end, received) }
      if errno == EAGAIN { return (.wouldBlock, received) }
      if errno != EINTR { throw .last("receive") }
    }
  }
}
