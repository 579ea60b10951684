internal import Glibc
internal import JSONText
internal import Policy
internal import Store
package import System

/// The demonstration's own little world: a folder with a registry and a policy, a gate, and an agent that works.
///
/// A keeper process runs gate and agent and removes the folder when the console is gone, however it went: it waits for a
/// lock that the console holds.
package struct DemoStage: ~Copyable {
  /// What `GATEHOUSE_HOME` is on this stage.
  package let folder: String
  private let lock: FileLock

  static let server: ExactText = "shop"
  private static let lockName = "console.lock"
  /// How long the keeper may take to clear the stage, in microseconds.
  private static let patience: Int64 = 5_000_000

  private init(_ folder: String, _ lock: consuming FileLock) {
    self.folder = folder
    self.lock = lock
  }

  /// Sets the stage and starts the play.
  package static func begin() throws(SystemError) -> DemoStage {
    let folder = try TemporaryFolder.make("gatehouse-demo")
    let lockPath = "\(folder)/\(lockName)"
    guard let lock = try FileLock.take(lockPath) else { throw SystemError("lock", lockPath, code: EWOULDBLOCK) }
    let stage = DemoStage(folder, lock)
    try SafeFile.replace("\(folder)/policy.json", with: Array(DemoPolicy.text.utf8))
    try SafeFile.replace("\(folder)/servers.json", with: registry)
    let keeper = ChildCommand(
      [ThisProcess.executable, "demo-keeper", folder], environment: ThisProcess.environment, directory: .path("/"))
    _ = try Child.startDetached(keeper)
    return stage
  }

  private static var registry: [UInt8] {
    var registry = ServerRegistry.empty
    let server = RegisteredServer(
      name: server,
      transport: .stdio(
        program: ThisProcess.executableFile, arguments: ["demo-server"], environment: [:], directory: nil))
    // The name is ours and legal, and the registry is empty.
    try? registry.add(server)
    return registry.text ?? []
  }

  /// The environment of everything that plays here.
  static func environment(_ folder: String) -> [String: String] {
    var environment = ThisProcess.environment
    for name in ["GATEHOUSE_POLICY", "GATEHOUSE_SOCKET"] { environment[name] = nil }
    environment["GATEHOUSE_HOME"] = folder
    return environment
  }

  /// Waits until the gate listens; false if it does not within five seconds.
  package func waitForGate() -> Bool {
    Self.wait { SafeFile.exists("\(folder)/gate.sock") }
  }

  /// Ends the play and waits until nothing is left of it.
  package consuming func clear() {
    let folder = folder
    lock.remove()
    guard !Self.wait(for: { !SafeFile.exists(folder) }) else { return }
    // The keeper was killed; gate and agent died with it.
    try? TemporaryFolder.remove(folder)
  }

  /// Whether the console still holds its lock.
  static func isWatched(_ folder: String) -> Bool {
    guard let descriptor = try? Descriptor.open("\(folder)/\(lockName)", O_RDWR) else { return false }
    return flock(descriptor.number, LOCK_EX | LOCK_NB) != 0
  }

  private static func wait(for condition: () -> Bool) -> Bool {
    let end = Clock.now().advanced(byMicroseconds: patience)
    while !condition() {
      guard Clock.now() < end else { return false }
      usleep(5_000)
    }
    return true
  }
}
