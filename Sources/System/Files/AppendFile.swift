internal import CSystem
internal import Glibc

/// A file that only grows, by whole pieces: what could not be written whole is taken back.
package struct AppendFile: ~Copyable, Sendable {
  private let file: Descriptor
  package let path: String

  /// Makes a file that must not be there yet, and that only its owner may read.
  package init(new path: String) throws(SystemError) {
    file = try Descriptor.open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    self.path = path
  }

  /// Opens one that is there, and its owner's.
  package init(_ path: String) throws(SystemError) {
    _ = try RegularFile(path)
    self.init(try Descriptor.open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOFOLLOW), path)
  }

  /// Takes one that is open for that.
  package init(_ file: consuming Descriptor, _ path: String) {
    self.file = file
    self.path = path
  }

  /// How many bytes it has.
  package func length() throws(SystemError) -> Int {
    var status = csys_file()
    guard unsafe csys_fstat(file.number, &status) == 0 else { throw .last("read", path) }
    return Int(clamping: status.size)
  }

  /// Sees to it that so many bytes can be written from a place on whatever else is on the disk; answers whether it could.
  ///
  /// It holds until bytes are taken back, too.
  package func reserve(_ count: Int, from start: Int) -> Bool {
    csys_reserve(file.number, Int64(start), Int64(count)) == 0
  }

  /// Gives back what is left of that.
  package func giveBackRoom() {
    if let length = try? length() { _ = ftruncate(file.number, length) }
  }

  /// Writes what stands ahead of it.
  package func take(_ ahead: WriteAhead) throws(SystemError) { try ahead.write(to: self) }

  /// Tells one that stands ahead of it, with nothing to write, how long it is.
  package func show(_ ahead: WriteAhead) throws(SystemError) { try ahead.goOn(from: self) }

  /// Writes as much as the system takes at once, at least a byte; answers how much.
  func appendSome(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    while true {
      let count = unsafe Glibc.write(file.number, bytes.baseAddress, bytes.count)
      if count > 0 { return count }
      if count == 0 { throw SystemError("write", path, code: EIO) }
      if errno != EINTR { throw .last("write", path) }
    }
  }

  /// Writes all of it or, as far as the system lets us, nothing.
  ///
  /// Throws: `Failure`, which tells whether the file is as it was before.
  package func append(_ bytes: Span<UInt8>) throws(Failure) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe Glibc.write(file.number, rest.baseAddress, rest.count)
      }
      guard count > 0 else {
        let code = count == 0 ? EIO : errno
        if code == EINTR { continue }
        throw Failure(code: code, isUndone: takeBack(written))
      }
      written += count
    }
  }

  /// Waits until the file's bytes are on the disk.
  ///
  /// After a failure nobody knows which of them are, and asking again proves nothing: write no more to this file.
  package func synchronize() throws(SystemError) {
    while fdatasync(file.number) != 0 {
      if errno != EINTR { throw .last("write", path) }
    }
  }

  /// Takes the last bytes away again; answers whether that worked.
  ///
  /// They are counted from the file's end as it is: what others may have put in front of them stays.
  package func takeBack(_ count: Int) -> Bool {
    guard count > 0 else { return true }
    var status = csys_file()
    guard unsafe csys_fstat(file.number, &status) == 0, let size = Int(exactly: status.size), size >= count else {
      return false
    }
    return ftruncate(file.number, size - count) == 0
  }

  /// Whether the file is still the one at its path.
  package var isInPlace: Bool {
    let ours = SafeFile.identity(of: file)
    return ours != nil && ours == SafeFile.identity(of: path)
  }

  /// Why something could not be written.
  package struct Failure: Error, Hashable, Sendable {
    /// The system's number for the reason.
    package let code: Int32
    /// Whether the file is as it was before.
    package let isUndone: Bool

    package init(code: Int32, isUndone: Bool) {
      self.code = code
      self.isUndone = isUndone
    }
  }
}
