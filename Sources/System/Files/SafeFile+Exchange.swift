internal import CSystem
internal import Glibc

extension SafeFile {
  /// Puts new contents in a file's place as `replace` does, but only if the file is still as it is known.
  ///
  /// The two files change places, and what was there is looked at then: whoever writes between our look and our change
  /// has it back at once, and loses nothing. `isKnown` is asked about the contents, nil for no file.
  ///
  /// - Returns: Whether it was done.
  package static func replace(
    _ path: String, with bytes: [UInt8], limit: Int, mode: UInt32 = 0o600, ifStill isKnown: ([UInt8]?) -> Bool
  ) throws(SystemError) -> Bool {
    let target = try resolve(path)
    var status = csys_file()
    let exists = unsafe csys_stat(target, true, &status) == 0
    guard isKnown(exists ? try read(target, limit: limit) : nil) else { return false }
    guard !exists || isWritable(target, status) else {
      throw SystemError("write", target, code: EACCES, help: "it is marked as read-only")
    }
    let temporary = try makeTemporary(beside: target, bytes, like: exists ? status : nil, mode: mode)
    let isDone = exists ? try exchange(temporary, target, limit, isKnown) : try place(temporary, target)
    if isDone { synchronizeFolder(folder(of: target)) }
    return isDone
  }

  /// A mode without any right to write is a wish, which to replace the file would pass over.
  private static func isWritable(_ path: String, _ status: csys_file) -> Bool {
    // One that has vanished is not for us to judge here.
    let mayWrite = unsafe faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 || errno == ENOENT
    return mayWrite && status.mode & 0o222 != 0
  }

  private static func place(_ temporary: String, _ target: String) throws(SystemError) -> Bool {
    guard unsafe csys_rename_new(temporary, target) != 0 else { return true }
    switch errno {
    case EEXIST:
      unsafe unlink(temporary)
      return false
    // The file system cannot promise it; a link to a name that is taken fails, too.
    case EINVAL, ENOSYS:
      let isDone = unsafe link(temporary, target) == 0
      let error = SystemError.last("write", target)
      unsafe unlink(temporary)
      if !isDone, error.code != EEXIST { throw error }
      return isDone
    default: throw failure("write", target, without: temporary)
    }
  }

  private static func failure(_ action: String, _ target: String, without temporary: String) -> SystemError {
    let error = SystemError.last(action, target)
    unsafe unlink(temporary)
    return error
  }

  private static func exchange(
    _ temporary: String, _ target: String, _ limit: Int, _ isKnown: ([UInt8]?) -> Bool
  ) throws(SystemError) -> Bool {
    guard unsafe csys_exchange(temporary, target) == 0 else {
      switch errno {
      case ENOENT:
        unsafe unlink(temporary)
        return false
      case EINVAL, ENOSYS:
        guard unsafe rename(temporary, target) == 0 else { throw failure("replace", target, without: temporary) }
        return true
      default: throw failure("replace", target, without: temporary)
      }
    }
    let before = try? read(temporary, limit: limit)
    if before.map({ isKnown($0) }) == true {
      unsafe unlink(temporary)
      return true
    }
    guard unsafe csys_exchange(temporary, target) == 0 else {
      // What somebody else wrote must not be lost with our failure.
      throw SystemError("give back what another program wrote, which is in", temporary, code: errno)
    }
    unsafe unlink(temporary)
    return false
  }
}
