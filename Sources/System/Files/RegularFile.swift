internal import CSystem
internal import Glibc

/// A regular file that is read piece by piece, and never through a symbolic link.
package struct RegularFile: ~Copyable, Sendable {
  private let file: Descriptor
  private let path: String
  /// As it was when the file was opened.
  package let size: Int

  /// Opens a file; one that belongs to another user only if `isAnyones`.
  package init(_ path: String, isAnyones: Bool = false) throws(SystemError) {
    // Without O_NONBLOCK a named pipe would hold us until somebody writes to it.
    let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
    var status = csys_file()
    guard unsafe csys_fstat(file.number, &status) == 0 else { throw .last("read", path) }
    guard csys_is_regular(status.mode) else {
      throw SystemError("read", path, code: EINVAL, help: "it is not a regular file")
    }
    guard isAnyones || status.user == geteuid() else {
      throw SystemError("trust", path, code: EPERM, help: "it belongs to another user")
    }
    size = Int(clamping: status.size)
    self.path = path
    self.file = file
  }

  /// The same open file once more, wherever it is by now, and be it removed.
  package init(again other: borrowing RegularFile) throws(SystemError) {
    file = try Descriptor.duplicate(other.file.number)
    path = other.path
    size = other.size
  }

  /// Reads into a buffer from a place in the file until either ends.
  ///
  /// - Returns: How many bytes were read, fewer than the buffer has only at the file's end.
  package func read(at offset: Int, into buffer: inout [UInt8], from start: Int = 0) throws(SystemError) -> Int {
    var filled = start
    while filled < buffer.count {
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
        return unsafe pread(file.number, rest.baseAddress, rest.count, offset + filled - start)
      }
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw .last("read", path)
      }
    }
    return filled - start
  }
}

extension SafeFile {
  /// Makes sure that a folder is one of the user's own, which nobody else can write to; a missing one is.
  ///
  /// Throws: `SystemError`, also for a symbolic link.
  package static func checkOwnFolder(_ path: String) throws(SystemError) {
    var status = csys_file()
    guard unsafe csys_stat(path, false, &status) == 0 else {
      if errno == ENOENT { return }
      throw .last("use the folder", path)
    }
    if csys_is_link(status.mode) {
      throw SystemError("use the folder", path, code: ENOTDIR, help: "it is a symbolic link; put a folder in its place")
    }
    guard csys_is_directory(status.mode) else {
      throw SystemError("use the folder", path, code: ENOTDIR, help: "move what is there out of the way")
    }
    guard status.user == geteuid() else {
      throw SystemError("use the folder", path, code: EPERM, help: "it belongs to another user")
    }
    guard status.mode & 0o022 == 0 else {
      throw SystemError("use the folder", path, code: EPERM, help: "others may write to it; chmod 700 mends that")
    }
  }
}
