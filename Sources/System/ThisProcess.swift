internal import CSystem
internal import Glibc

/// What the running process was given: environment, place, user.
package enum ThisProcess {
  package static var pid: Int32 { getpid() }
  package static var user: UInt32 { geteuid() }

  /// Gives the memory back that only a start or a change has needed.
  ///
  /// With `code` the program's text too, of which what is still used comes back from its file by itself.
  package static func giveMemoryBack(code: Bool = false) { csys_trim_memory(code) }

  /// The environment as it is now; of a name that occurs twice the first.
  package static var environment: [String: String] {
    var environment: [String: String] = [:]
    guard var entry = unsafe csys_environment() else { return [:] }
    while let text = unsafe entry.pointee {
      let pair = unsafe String(cString: text)
      if let equals = pair.utf8.firstIndex(of: 0x3D) {
        let name = String(pair[..<equals])
        if environment[name] == nil { environment[name] = String(pair[pair.utf8.index(after: equals)...]) }
      }
      unsafe entry += 1
    }
    return environment
  }

  /// The environment as the system has it.
  package static var environmentEntries: [[UInt8]] {
    var entries: [[UInt8]] = []
    guard var entry = unsafe csys_environment() else { return [] }
    while let text = unsafe entry.pointee {
      unsafe entries.append(bytes(text))
      unsafe entry += 1
    }
    return entries
  }

  /// The words of the command line as the system has them, the program's name first.
  package static var arguments: [[UInt8]] {
    let words = unsafe UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    return unsafe words.compactMap { word in unsafe word.map { unsafe bytes($0) } }
  }

  private static func bytes(_ text: UnsafeMutablePointer<CChar>) -> [UInt8] {
    let length = unsafe strlen(text)
    return unsafe text.withMemoryRebound(to: UInt8.self, capacity: length) { start in
      unsafe Array(UnsafeBufferPointer(start: start, count: length))
    }
  }

  /// The mask of the rights that new files lack; only for a process with a single thread, for asking sets it.
  package static var fileMask: UInt32 {
    let mask = umask(0o077)
    umask(mask)
    return mask
  }

  /// The working folder, also one that was removed: a descriptor to start others in.
  package static func openDirectory() throws(SystemError) -> Descriptor {
    let folder = csys_open_directory()
    guard folder >= 0 else { throw .last("open the working folder") }
    return Descriptor(owning: folder)
  }

  /// The working folder; nil if it was removed.
  package static var directory: String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    guard unsafe getcwd(&buffer, buffer.count) != nil else { return nil }
    return text(buffer)
  }

  /// The user's home folder by the user database, for an environment without `HOME`.
  package static let home: String? = {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    guard unsafe csys_home(&buffer, buffer.count) == 0 else { return nil }
    return text(buffer)
  }()

  /// The folder that the system makes for what runs while its user is logged in; nil if there is none of the user's own.
  package static var runtimeFolder: String? {
    let path = "/run/user/\(user)"
    guard SafeFile.exists(path), (try? SafeFile.checkOwnFolder(path)) != nil else { return nil }
    return path
  }

  /// A path that starts this very program again, also after its file was replaced.
  package static let executable = "/proc/self/exe"

  /// Where the program's file is, for messages.
  package static var executableFile: String {
    SafeFile.linkTarget(executable) ?? "gatehouse"
  }

  private static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Allows as many open descriptors as the system lets us; children get the limit that we were given.
  package static func raiseFileLimit() { csys_raise_file_limit() }
}
