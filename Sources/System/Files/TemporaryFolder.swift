internal import Glibc

/// Folders that a program makes for a while, mode 0700.
package enum TemporaryFolder {
  /// Makes a folder with a name of its own below `$TMPDIR` or `/tmp`.
  package static func make(_ name: String) throws(SystemError) -> String {
    let parent = ThisProcess.environment["TMPDIR"].flatMap { $0.utf8.first == 0x2F ? $0 : nil } ?? "/tmp"
    var template = Array("\(parent)/\(name).XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw .last("make a folder in", parent) }
    return String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes a folder with everything in it; symbolic links are removed, not followed.
  package static func remove(_ path: String) throws(SystemError) {
    for name in try SafeFile.names(in: path) {
      let entry = "\(path)/\(name)"
      if unsafe unlink(entry) == 0 { continue }
      guard errno == EISDIR || errno == EPERM else { throw .last("remove", entry) }
      try remove(entry)
    }
    guard unsafe rmdir(path) == 0 else { throw .last("remove", path) }
  }
}
