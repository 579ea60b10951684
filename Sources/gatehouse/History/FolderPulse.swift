import Glibc

/// Waits until something is written in a folder, or nobody reads standard output any more.
struct FolderPulse: ~Copyable {
  private let folder: String
  private let inotify: Int32
  /// Below 0 where the folder is not watched: it is not there, or the system gives no more watches.
  private var watch: Int32 = -1

  /// Where nobody tells of changes, they are looked for as often, in milliseconds.
  private static let unwatched: Int32 = 200
  /// Whether the folder is still the one that is watched is looked at as often.
  private static let watched: Int32 = 10_000
  /// What is written in this time is read at once, in microseconds.
  private static let gathering: UInt32 = 20_000

  /// What is written from now on ends the next wait.
  init(_ folder: String) {
    self.folder = folder
    inotify = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    _ = look()
  }

  deinit { if inotify >= 0 { close(inotify) } }

  /// Answers whether the folder that is watched is another one than before, or none is.
  private mutating func look() -> Bool {
    guard inotify >= 0 else { return true }
    let events = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)
    let before = watch
    watch = unsafe inotify_add_watch(inotify, folder, events)
    return watch < 0 || watch != before
  }

  /// Returns when something may have been written; false where nobody reads any more.
  mutating func wait() -> Bool {
    while true {
      var descriptors = [
        pollfd(fd: STDOUT_FILENO, events: 0, revents: 0), pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
      ]
      let count = unsafe poll(&descriptors, 2, watch < 0 ? Self.unwatched : Self.watched)
      if count > 0, descriptors[0].revents & Int16(POLLERR | POLLHUP) != 0 { return false }
      if count > 0, descriptors[1].revents != 0 {
        usleep(Self.gathering)
        drain()
        return true
      }
      if look() { return true }
    }
  }

  private func drain() {
    var buffer = [UInt8](repeating: 0, count: 4 << 10)
    while unsafe read(inotify, &buffer, buffer.count) > 0 {}
  }
}
