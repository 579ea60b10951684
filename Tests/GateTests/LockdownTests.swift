import ControlWire
import Gate
import JSONText
import System
import Testing

extension Control {
  /// Locks the gate or opens it; gives why not, or nil.
  fileprivate func lock(_ isOn: Bool) async -> String? {
    send(.lockdown(isOn, id: 1))
    while true {
      switch await next() {
      case .done: return nil
      case .refused(let message, _): return message
      default: continue
      }
    }
  }
}

extension GateBehaviour {
  @Suite(.timeLimit(.minutes(2)))
  struct LockdownTests {
    init() { Loop.startThread() }

    /// The disk decides nothing: what was locked is, and what cannot be opened for good stays locked.
    @Test @LoopActor func aLockdownThatCannotBeKeptHoldsAndSaysSo() async throws {
      let rig = try Rig()
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      func isLocked() async throws -> Bool {
        client.call("echo")
        return try await client.answer()["result"]?["isError"]?.bool ?? false
      }
      let person = try Control(rig)
      // A folder with something in it can be neither written nor removed as a file.
      try SafeFile.makeFolder("\(rig.paths.lockdown)/inside")
      #expect(
        await person.lock(true)?.hasPrefix("the gate is locked down, but will not be after its end: ") == true)
      #expect(try await isLocked())
      #expect(await person.lock(false)?.hasPrefix("the gate stays locked down: ") == true)
      #expect(try await isLocked())
      try TemporaryFolder.remove(rig.paths.lockdown)
      #expect(await person.lock(false) == nil)
      #expect(try await !isLocked())
    }
  }
}
