internal import CSystem
internal import Glibc

/// Strings for C in one piece of memory's life.
@safe private final class CStrings {
  private(set) var pointers: [UnsafeMutablePointer<CChar>?]

  /// Makes a list with free places first and a null at its end.
  init(_ strings: [[UInt8]], free: Int = 0) {
    unsafe pointers = .init(repeating: nil, count: free)
    for string in strings { unsafe pointers.append(Self.copy(string)) }
    unsafe pointers.append(nil)
  }

  private static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { text in
        guard let start = text.baseAddress else { return unsafe strdup("") }
        return unsafe strndup(start, text.count)
      }
    }
  }

  deinit {
    unsafe pointers.forEach { unsafe Glibc.free($0) }
  }
}

extension ChildCommand {
  /// Starts the program on three descriptors, which stay their owner's.
  ///
  /// - Returns: Its process id, and a descriptor that becomes readable when it ends, -1 for a detached one.
  func spawn(stdio: (Int32, Int32, Int32)) throws(SystemError) -> (pid: Int32, pidfd: Int32) {
    guard let program = words.first, !program.isEmpty, !words.contains(where: { $0.contains(0) }) else {
      throw SystemError("start", name, code: EINVAL, help: "a command is a program's name and its arguments")
    }
    let candidates = CStrings(self.candidates)
    let arguments = CStrings(Array(words.dropFirst()), free: 2)
    let variables = CStrings(environment.entries)
    let texts = CStrings([program] + (directoryPath.map { [Array($0.utf8)] } ?? []))
    defer { withExtendedLifetime((candidates, arguments, variables, texts)) {} }

    var pid: Int32 = -1
    var pidfd: Int32 = -1
    var stage: Int32 = 0
    var argumentPointers = unsafe arguments.pointers
    var variablePointers = unsafe variables.pointers
    let candidatePointers = unsafe candidates.pointers.map { unsafe UnsafePointer<CChar>($0) }
    let code = unsafe candidatePointers.withUnsafeBufferPointer { candidates in
      unsafe argumentPointers.withUnsafeMutableBufferPointer { arguments in
        unsafe variablePointers.withUnsafeMutableBufferPointer { variables in
          guard let files = candidates.baseAddress, let first = arguments.baseAddress,
            let environment = variables.baseAddress, let name = unsafe texts.pointers.first ?? nil
          else { return ENOMEM }
          var request = unsafe csys_program(
            candidates: files, arguments: first, name: name, environment: environment,
            directory: UnsafePointer(directoryPath == nil ? nil : texts.pointers[1]), directory_fd: directoryNumber,
            stdio: stdio, death_signal: isDetached ? 0 : SIGKILL,
            file_mask: fileMask.map { Int32(bitPattern: $0 & 0o777) } ?? -1,
            detached: isDetached)
          return unsafe csys_start(&request, &pid, &pidfd, &stage)
        }
      }
    }
    guard code == 0 else { throw failure(code, stage: stage, name: name) }
    return (pid, pidfd)
  }

  private var directoryPath: String? {
    guard case .path(let path) = directory else { return nil }
    return path
  }

  private var directoryNumber: Int32 {
    guard case .descriptor(let number) = directory else { return -1 }
    return number
  }

  private func failure(_ code: Int32, stage: Int32, name: String) -> SystemError {
    switch Int(stage) {
    case CSYS_STAGE_DIRECTORY:
      return SystemError("start `\(name)` in the folder", directoryPath ?? "of its client", code: code)
    case CSYS_STAGE_EXEC where code == ENOENT:
      let help =
        name.utf8.contains(0x2F)
        ? "there is no such program, or what its first line names is missing" : "no folder of PATH has such a program"
      return SystemError("start", name, code: code, help: help)
    default:
      return SystemError("start", name, code: code)
    }
  }
}
