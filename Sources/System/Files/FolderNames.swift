internal import CSystem
internal import Glibc

extension SafeFile {
  /// The names of everything in a folder, in no order; a symbolic link to a folder is not followed.
  package static func names(in path: String) throws(SystemError) -> [String] {
    let descriptor = try Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    guard let stream = unsafe fdopendir(descriptor.release()) else { throw .last("read the folder", path) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Writes down which files a folder holds, as far as its file system can.
  package static func synchronizeFolder(_ path: String) {
    guard let folder = try? Descriptor.open(path, O_RDONLY | O_DIRECTORY) else { return }
    _ = fsync(folder.number)
  }
}
