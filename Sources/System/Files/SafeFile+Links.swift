internal import CSystem
internal import Glibc

extension SafeFile {
  /// The file that a path stands for, if writing it is what its user means; else why not.
  package enum OwnTarget: Hashable, Sendable {
    case file(String)
    /// What it is instead of a file to be written, and how to mend that: lower case, without a full stop.
    case refused(String)
  }

  /// Where a file is to be written that a path leads to.
  ///
  /// Keepers of dotfiles put a link to a file of theirs in a program's folder. Such a link is followed where the file is
  /// the user's own and nobody else can turn any link on the way, or the file, into another one: then writing through it
  /// writes what its user has chosen. A link inside one folder says nothing that the folder does not say itself.
  package static func ownTarget(of path: String) throws(SystemError) -> OwnTarget {
    let hops = try hops(from: path)
    let target = hops[hops.count - 1]
    // The dot lets a link to a folder count as that folder.
    let folders = hops.map { identity(of: folder(of: $0) + "/.") }
    guard folders.contains(where: { $0 != folders[0] }) else { return .file(target) }

    var status = csys_file()
    if unsafe csys_stat(target, true, &status) == 0, status.user != geteuid() {
      return .refused("it is a link to another user's file, `\(target)`: change that where it is made")
    }
    for hop in hops {
      let folder = folder(of: hop)
      guard unsafe csys_stat(folder, true, &status) == 0 else { continue }
      guard status.user == geteuid() || status.user == 0 else {
        return .refused("the link `\(path)` leads through `\(folder)`, where another user can put another file")
      }
      guard status.mode & 0o022 == 0 else {
        return .refused("chmod go-w `\(folder)` first: the link `\(path)` leads through it, and others can write there")
      }
    }
    return .file(target)
  }
}
