import Glibc
import System
import Testing

/// All tests that touch what the process has one of: descriptors, children, signals.
///
/// They run one after the other, so that each may count them.
@Suite(.serialized) enum RealThings {}

/// Something that is told once and waited for.
@LoopActor
final class Signalled<Value: Sendable> {
  private var values: [Value] = []
  private var waiters: [CheckedContinuation<Value, Never>] = []

  init() {}

  func send(_ value: Value) {
    if waiters.isEmpty { values.append(value) } else { waiters.removeFirst().resume(returning: value) }
  }

  /// The next value that is, or was, sent.
  func next() async -> Value {
    // A task of the test library lets others in at every `await`, so the look and the wait are one step in here.
    await withCheckedContinuation { waiter in
      if values.isEmpty { waiters.append(waiter) } else { waiter.resume(returning: values.removeFirst()) }
    }
  }
}

/// Everything that a stream delivers until its end.
@LoopActor
func readAll(_ descriptor: consuming Descriptor) async throws -> [UInt8] {
  let end = Signalled<Void>()
  let bytes = Collected()
  let stream = try InStream(
    descriptor,
    received: { bytes.append($0) },
    ended: { _ in end.send(()) })
  await end.next()
  withExtendedLifetime(stream) {}
  return bytes.bytes
}

@LoopActor
final class Collected {
  var bytes: [UInt8] = []
  var text: String { String(decoding: bytes, as: UTF8.self) }

  init() {}

  func append(_ span: Span<UInt8>) {
    for index in span.indices { bytes.append(span[index]) }
  }
}

@LoopActor
func pause(microseconds: Int64) async {
  let passed = Signalled<Void>()
  Loop.shared.after(microseconds: microseconds) { passed.send(()) }
  await passed.next()
}

/// Waits until something holds, asking again and again, for ten seconds at most.
@LoopActor
func eventually(_ condition: @LoopActor () -> Bool) async -> Bool {
  for _ in 0..<2000 {
    if condition() { return true }
    await pause(microseconds: 5_000)
  }
  return false
}

/// A folder of its own for one test, removed with everything in it.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/gatehouse-tests-XXXXXX".utf8CString)
    let made = unsafe mkdtemp(&template) != nil
    try #require(made)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    var command = "rm -rf -- '"
    command += path + "'"
    _ = unsafe system(command)
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

func write(_ text: String, to path: String) throws {
  guard let opened = unsafe fopen(path, "w") else { throw Missing() }
  unsafe fputs(text, opened)
  unsafe fclose(opened)
}

func openDescriptors() -> Set<String> {
  var names: Set<String> = []
  guard let folder = unsafe opendir("/proc/self/fd") else { return [] }
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    names.insert(name)
  }
  unsafe closedir(folder)
  return names
}

func isAlive(_ pid: Int32) -> Bool {
  // A zombie counts as ended.
  guard let stat = try? SafeFile.read("/proc/\(pid)/stat", limit: 4096) else { return false }
  let text = String(decoding: stat, as: UTF8.self)
  guard let close = text.lastIndex(of: ")") else { return false }
  return text[close...].dropFirst(2).first != "Z"
}

struct Missing: Error {}

/// What `#require` is for values that can be copied.
func require(_ descriptor: consuming Descriptor?) throws -> Descriptor {
  guard let descriptor else { throw Missing() }
  return descriptor
}

/// The shell's words for what tests do to files.
enum Shell {
  static func mkdir(_ path: String, mode: mode_t = 0o700) {
    #expect(unsafe Glibc.mkdir(path, mode) == 0)
    chmod(path, mode)
  }
  static func chmod(_ path: String, _ mode: mode_t) { #expect(unsafe Glibc.chmod(path, mode) == 0) }
  static func give(_ path: String, to user: uid_t) { #expect(unsafe Glibc.lchown(path, user, user) == 0) }
  static func link(_ target: String, _ path: String) { #expect(unsafe Glibc.symlink(target, path) == 0) }
  static func fifo(_ path: String) { #expect(unsafe Glibc.mkfifo(path, 0o600) == 0) }
  static func rm(_ path: String) { #expect(unsafe Glibc.unlink(path) == 0) }
  static func rmdir(_ path: String) { #expect(unsafe Glibc.rmdir(path) == 0) }
  static func mv(_ from: String, _ to: String) { #expect(unsafe Glibc.rename(from, to) == 0) }
}
