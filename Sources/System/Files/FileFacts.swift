internal import CSystem
internal import Glibc

/// What the system tells of a file, a folder, or whatever else a path leads to.
package struct FileFacts: Hashable, Sendable {
  package enum Kind: Hashable, Sendable { case file, folder, other }

  package let kind: Kind
  /// In bytes.
  package let size: UInt64
  /// The permission bits.
  package let mode: UInt32
  /// Whose it is.
  package let user: UInt32

  /// What a path leads to, across symbolic links; nil where that is nothing, or cannot be seen.
  package init?(_ path: String) {
    var status = csys_file()
    guard unsafe csys_stat(path, true, &status) == 0 else { return nil }
    kind = csys_is_directory(status.mode) ? .folder : csys_is_regular(status.mode) ? .file : .other
    size = status.size
    mode = status.mode & 0o7777
    user = status.user
  }

  /// Whether this process may start it as a program.
  package static func mayRun(_ path: [UInt8]) -> Bool {
    guard let facts = FileFacts(String(decoding: path, as: UTF8.self)), facts.kind == .file else { return false }
    return unsafe access(path.map { CChar(bitPattern: $0) } + [0], X_OK) == 0
  }

  /// How many bytes this user may still write where a path lies; nil where that cannot be told.
  package static func freeBytes(at path: String) -> UInt64? {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return nil }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }
}
