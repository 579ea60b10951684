internal import CSystem
internal import Glibc
internal import Policy

/// Tells when a file may have other contents, whoever changed it and however.
///
/// It watches the folders, not the file: editors rename a new file into its place, a folder may be removed and come back,
/// and of a chain of symbolic links each may be turned elsewhere. Many changes at once are told once.
@LoopActor
package final class FileWatch {
  /// What a file looks like from outside.
  package struct Look: Equatable, Sendable {
    fileprivate var device: UInt64
    fileprivate var inode: UInt64
    fileprivate var size: UInt64
    fileprivate var modified: [Int64]
  }

  /// Writing goes on while this passes at most, in microseconds.
  private static let unsettled: Int64 = 40_000
  private static let settled: Int64 = 5_000
  /// How often the file is looked at where nobody tells of changes.
  private static let interval: Int64 = 100_000

  private let path: String
  private let changed: @LoopActor () -> Void
  private let inotify: Descriptor?
  /// The descriptor's number, -1 where there is none.
  private let number: Int32
  /// The system gives each user so many watches; where there is none left, the file is looked at again and again.
  private var isBlind = false
  private var watch: Watch?
  private var folders: Set<Int32> = []
  /// Every name on the ways to the file; what happens to others is nothing to us.
  private var names: Set<String> = []
  private var look: Look?
  private var timer: LoopTimer?
  private var isCancelled = false
  private var buffer = [UInt8](repeating: 0, count: 8 << 10)

  /// Watches a path, which must be absolute and need not exist, until `cancel`.
  package init(_ path: String, changed: @escaping @LoopActor () -> Void) throws(SystemError) {
    self.path = path
    self.changed = changed
    number = csys_inotify()
    inotify = number >= 0 ? Descriptor(owning: number) : nil
    isBlind = number < 0
    if number >= 0 { watch = try Watch(number, .readable) { [weak self] _ in self?.readEvents() } }
    watchFolders()
    look = FileWatch.look(at: path)
    if isBlind { schedule(FileWatch.interval) }
  }

  isolated deinit { cancel() }

  package func cancel() {
    isCancelled = true
    timer?.cancel()
    watch?.cancel()
    watch = nil
  }

  /// Takes the file as it is now for known, after this process itself wrote it.
  package func acknowledge() { look = FileWatch.look(at: path) }

  /// The same for a file that was written elsewhere than on the loop, by what it looked like right after.
  ///
  /// If it has become another one since, that is told.
  package func acknowledge(_ written: Look?) {
    look = written
    schedule(0)
  }

  private func readEvents() {
    var strongest = Change.none
    while true {
      let count = unsafe read(number, &buffer, buffer.count)
      guard count > 0 else { break }
      strongest = max(strongest, note(Int(count)))
    }
    guard strongest != .none else { return }
    schedule(strongest == .settled ? FileWatch.settled : FileWatch.unsettled)
  }

  private func schedule(_ delay: Int64) {
    let due = Clock.now().advanced(byMicroseconds: delay)
    if let timer, !timer.isCancelled, timer.due <= due { return }
    timer?.cancel()
    timer = Loop.shared.after(microseconds: delay) { [weak self] in self?.check() }
  }

  /// What events say of the file: nothing, that something happens to it, or that it has come to rest.
  private enum Change: Int, Comparable {
    case none, unsettled, settled

    static func < (left: Change, right: Change) -> Bool { left.rawValue < right.rawValue }
  }

  private func note(_ count: Int) -> Change {
    var strongest = Change.none
    var start = 0
    while start < count {
      var event = csys_inotify_event()
      let used = unsafe buffer.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return 0 }
        return unsafe csys_inotify_next(base + start, count - start, &event)
      }
      guard used > 0 else { break }
      let name = buffer[(start + event.name_start)..<(start + event.name_start + event.name_length)]
      start += used
      if event.is_gone { folders.remove(event.watch) }
      if !name.isEmpty, !names.contains(String(decoding: name, as: UTF8.self)) { continue }
      strongest = max(strongest, event.is_settled ? .settled : .unsettled)
    }
    return strongest
  }

  private func check() {
    // First the folders, then the look: what changes between the two is told by an event.
    watchFolders()
    if isBlind, !isCancelled { schedule(FileWatch.interval) }
    let now = FileWatch.look(at: path)
    guard now != look else { return }
    look = now
    changed()
  }

  /// Watches the folder of every link on the way, or the nearest that is there, and the names above it.
  ///
  /// Of the folders above only their own end is heard, and of a link among them what takes its place: others write
  /// there all day.
  private func watchFolders() {
    guard number >= 0 else { return }
    isBlind = false
    let hops = (try? SafeFile.hops(from: path)) ?? [path]
    names = Set(hops.flatMap { $0.utf8.split(separator: 0x2F).map { String(Substring($0)) } })
    var wanted: Set<Int32> = []
    for hop in hops {
      var folder = SafeFile.folder(of: hop)
      var what = CSYS_FOLDER_FILES
      while true {
        let isThere = watch(folder, what, &wanted)
        let parent = SafeFile.folder(of: folder)
        guard parent != folder else { break }
        if isThere {
          what = SafeFile.linkTarget(folder) == nil ? CSYS_FOLDER_ITSELF : CSYS_FOLDER_NAMES
        } else {
          what = CSYS_FOLDER_NAMES
        }
        folder = parent
      }
    }
    for folder in folders.subtracting(wanted) { _ = csys_inotify_remove(number, folder) }
    folders = wanted
  }

  private func watch(_ folder: String, _ what: Int, _ wanted: inout Set<Int32>) -> Bool {
    let added = unsafe csys_inotify_add(number, folder, Int32(what))
    guard added >= 0 else {
      if errno == ENOSPC { isBlind = true }
      return false
    }
    wanted.insert(added)
    return true
  }

  /// What the file looks like now; nil if it is not there.
  package nonisolated static func look(at path: String) -> Look? {
    var status = csys_file()
    guard unsafe csys_stat(path, true, &status) == 0 else { return nil }
    return Look(
      device: status.device, inode: status.inode, size: status.size,
      modified: [
        status.modified_seconds, status.modified_nanoseconds, status.changed_seconds, status.changed_nanoseconds,
        Int64(status.mode),
      ])
  }
}
