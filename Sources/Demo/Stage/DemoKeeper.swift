internal import System

/// The process that runs the demonstration's gate and agent and clears up behind it.
package enum DemoKeeper {
  /// How often it looks whether the console is still there, in microseconds.
  private static let interval: Int64 = 50_000

  package static func run(_ folder: String) -> Int32 {
    LoopActor.enter { () -> Int32 in
      let play = Play(folder)
      play.begin()
      Loop.shared.run()
      do {
        try TemporaryFolder.remove(folder)
        return 0
      } catch {
        return 1
      }
    }
  }

  @LoopActor
  private final class Play {
    private let folder: String
    private var gate: Child?
    private var agent: Child?

    init(_ folder: String) { self.folder = folder }

    func begin() {
      gate = start(["serve"])
      look()
    }

    private func start(_ words: [String]) -> Child? {
      try? Child(
        ChildCommand(
          [ThisProcess.executable] + words, environment: DemoStage.environment(folder), directory: .path(folder)),
        input: .null, output: .null, errors: .null)
    }

    private func look() {
      guard DemoStage.isWatched(folder), let gate, gate.exit == nil else { return end() }
      if agent == nil, SafeFile.exists("\(folder)/gate.sock") { agent = start(["demo-agent"]) }
      Loop.shared.after(microseconds: agent == nil ? 2_000 : interval) { [self] in look() }
    }

    /// Kills both and waits for them; what the gate guards dies with it.
    private func end() {
      let children = [agent, gate].compactMap { $0 }.filter { $0.exit == nil }
      guard let last = children.first else { return Loop.shared.stop() }
      last.exited = { [self] _ in end() }
      last.kill()
    }
  }
}
