internal import CSystem
internal import Glibc

/// Whole files, read with a bound and replaced in one step.
package enum SafeFile {
  /// Reads a regular file whole.
  ///
  /// Throws: `EFBIG` for one with more bytes than `limit`, `EINVAL` for something that is no regular file.
  package static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    // Without O_NONBLOCK a named pipe would hold us until somebody writes to it.
    let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK)
    var status = csys_file()
    guard unsafe csys_fstat(file.number, &status) == 0 else { throw .last("read", path) }
    guard !csys_is_directory(status.mode) else { throw SystemError("read", path, code: EISDIR) }
    guard csys_is_regular(status.mode) else {
      throw SystemError("read", path, code: EINVAL, help: "it is not a regular file")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(limit, Int(clamping: status.size)) + 1)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe Glibc.read(file.number, &buffer, buffer.count)
      if count == 0 { return bytes }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw .last("read", path)
      }
      guard bytes.count + count <= limit else {
        throw SystemError("read", path, code: EFBIG, help: "it may have \(limit) bytes at most")
      }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  /// Puts new contents in a file's place in one step: whoever reads sees the old or the new, also after a power cut.
  ///
  /// The mode of a file that is there is kept, and a symbolic link stays one: the file that it leads to is replaced.
  package static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
    let target = try resolve(path)
    let folder = folder(of: target)
    var status = csys_file()
    let exists = unsafe csys_stat(target, true, &status) == 0
    if exists, !csys_is_regular(status.mode) {
      throw SystemError("replace", target, code: EINVAL, help: "it is not a regular file")
    }

    let temporary = try makeTemporary(beside: target, bytes, like: exists ? status : nil, mode: mode)
    guard unsafe rename(temporary, target) == 0 else {
      let error = SystemError.last("replace", target)
      unsafe unlink(temporary)
      throw error
    }
    // Some file systems cannot do that for folders; the new contents are in place all the same.
    synchronizeFolder(folder)
  }

  /// Appends to a file that only its owner may read, made if missing; for logs.
  package static func openLog(_ path: String) throws(SystemError) -> Descriptor {
    try makeFolder(folder(of: path))
    return try Descriptor.open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, mode: 0o600)
  }

  /// Makes a folder, and those that it lies in, with mode 0700 where they are missing.
  package static func makeFolder(_ path: String) throws(SystemError) {
    guard unsafe mkdir(path, 0o700) != 0 else { return }
    switch errno {
    case EEXIST: return
    case ENOENT where folder(of: path) != path:
      try makeFolder(folder(of: path))
      guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .last("make the folder", path) }
    default: throw .last("make the folder", path)
    }
  }

  package static func remove(_ path: String) throws(SystemError) {
    guard unsafe unlink(path) == 0 else { throw .last("remove", path) }
  }

  /// Removes a folder that nothing is in.
  package static func removeFolder(_ path: String) throws(SystemError) {
    guard unsafe rmdir(path) == 0 else { throw .last("remove the folder", path) }
  }

  package static func exists(_ path: String) -> Bool {
    var status = csys_file()
    return unsafe csys_stat(path, true, &status) == 0
  }

  /// Which file a path leads to, whatever it is called.
  package struct Identity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    fileprivate init(_ status: csys_file) {
      device = status.device
      inode = status.inode
    }
  }

  /// Nil if there is no such file; a symbolic link is not followed.
  package static func identity(of path: String) -> Identity? {
    var status = csys_file()
    return unsafe csys_stat(path, false, &status) == 0 ? Identity(status) : nil
  }

  /// The same for what a path leads to in the end, which may also be a pipe or a socket that has no path of its own.
  package static func identity(behind path: String) -> Identity? {
    var status = csys_file()
    return unsafe csys_stat(path, true, &status) == 0 ? Identity(status) : nil
  }

  /// The same where it matters that this may not be asked: then it fails; nil if there is nothing.
  package static func visibleIdentity(behind path: String) throws(SystemError) -> Identity? {
    var status = csys_file()
    if unsafe csys_stat(path, true, &status) == 0 { return Identity(status) }
    if errno == EACCES || errno == EPERM { throw .last("look at \(path)") }
    return nil
  }

  /// Nil if the descriptor is none.
  package static func identity(of number: Int32) -> Identity? {
    var status = csys_file()
    return unsafe csys_fstat(number, &status) == 0 ? Identity(status) : nil
  }

  /// Nil if the descriptor is none.
  package static func identity(of file: borrowing Descriptor) -> Identity? {
    var status = csys_file()
    return unsafe csys_fstat(file.number, &status) == 0 ? Identity(status) : nil
  }

  // MARK: Names

  /// The folder that a path lies in: `.` for a plain name.
  package static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: 0x2F) else { return "." }
    return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
  }

  /// Where a symbolic link leads to, as it is written; nil for anything else.
  package static func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { text in
        guard let start = text.baseAddress else { return -1 }
        return unsafe readlink(path, start, text.count)
      }
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Every path on the way from a path to the file that it stands for: itself, and where each link leads.
  static func hops(from path: String) throws(SystemError) -> [String] {
    var hops = [path]
    while let target = linkTarget(hops[hops.count - 1]) {
      guard hops.count < 40 else { throw SystemError("follow the links of", path, code: ELOOP) }
      let here = folder(of: hops[hops.count - 1])
      hops.append(target.utf8.first == 0x2F ? target : "\(here)/\(target)")
    }
    return hops
  }

  /// The file that a path leads to, across symbolic links.
  package static func resolve(_ path: String) throws(SystemError) -> String {
    let hops = try hops(from: path)
    return hops[hops.count - 1]
  }

  // MARK: Details

  /// A file beside another with some contents, all of it on the disk, and with the owner and the mode of the one whose place it is to take.
  static func makeTemporary(
    beside path: String, _ bytes: [UInt8], like known: csys_file?, mode: UInt32
  ) throws(SystemError) -> String {
    let (temporary, file) = try makeTemporary(beside: path)
    do throws(SystemError) {
      try write(bytes, to: file.number, path)
      var status = csys_file()
      if let known, unsafe csys_fstat(file.number, &status) == 0,
        status.user != known.user || status.group != known.group,
        fchown(file.number, known.user, known.group) != 0
      {
        throw SystemError("keep the owner of", path, code: errno, help: "its owner can write it")
      }
      guard fchmod(file.number, (known?.mode ?? mode) & 0o777) == 0, fsync(file.number) == 0 else {
        throw SystemError.last("write", path)
      }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
    return temporary
  }

  private static func makeTemporary(beside path: String) throws(SystemError) -> (String, FileNumber) {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<16 {
      let name = "\(path).\(String(generator.next(), radix: 36)).tmp"
      let number = unsafe csys_open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
      if number >= 0 { return (name, FileNumber(Descriptor(owning: number))) }
      guard errno == EEXIST else { throw .last("write beside", path) }
    }
    throw SystemError("write beside", path, code: EEXIST)
  }

  private final class FileNumber {
    private let descriptor: Descriptor
    var number: Int32 { descriptor.number }
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  private static func write(_ bytes: [UInt8], to number: Int32, _ path: String) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe Glibc.write(number, rest.baseAddress, rest.count)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw .last("write", path)
      }
    }
  }
}
