package import ConsoleCore
package import ControlWire
package import JSONText
package import Store
package import System
internal import Terminal

/// The console: a screen, or lines of text, over the gate's socket and the policy file.
package enum ConsoleProgram {
  package struct Options {
    package var paths: Paths
    package var build: String
    package var environment: [String: String]
    /// The theme's name; nil for the one of the settings.
    package var theme: String?
    /// How many colours to use at most, whatever settings and environment say.
    package var colours: ColourDepth?
    /// The console's part of `config.json`, and what is wrong with it.
    package var settings = ConsoleConfiguration()
    package var settingsProblem: String?
    package var isReadOnly = false
    /// Calls that wait may be decided even so.
    package var mayApprove = false
    package var isPlain = false
    /// A file of commands to do at the start, one a line.
    package var script: String?
    /// Starts a gate where none runs, without waiting until it listens; nil if that is not wanted.
    package var startGate: (@LoopActor () throws(SystemError) -> Void)?
    /// What registry and last scan know, for as long as no gate answers.
    package var offlineCatalogue: (@LoopActor () -> Snapshot?)?
    /// What they know of one tool.
    package var offlineTool: (@LoopActor (_ server: ExactText, _ name: ExactText) -> ToolAnswer?)?

    package init(paths: Paths, build: String, environment: [String: String]) {
      self.paths = paths
      self.build = build
      self.environment = environment
      (settings, settingsProblem) = ConsoleConfiguration.load(paths.settings)
    }

    /// There is a theme for terminals like this one, which says that its background is light.
    var hasLightTheme: Bool {
      settings.lightTheme != nil && Theme.Surroundings(environment: environment).variant == .light
    }

    /// What command line and settings say of the terminal.
    var wish: TerminalWish {
      let configured: ColourDepth? =
        switch settings.color {
        case .never: .mono
        case .sixteen: .sixteen
        case .indexed: .indexed
        case .direct: .direct
        case nil: nil
        }
      return TerminalWish(
        colours: colours, configuredColours: configured, isAmbiguousWide: settings.ambiguous.map { $0 == .wide })
    }

    var firstTheme: String {
      theme ?? (hasLightTheme ? settings.lightTheme : nil) ?? settings.theme ?? ShippedThemes.standard
    }
  }

  /// Runs until the person leaves; returns the program's exit status.
  package static func run(_ options: sending Options) -> Int32 {
    Signals.ignoreBrokenPipes()
    return LoopActor.enter {
      let engine = ConsoleEngine(options)
      let front = makeFront(options, engine)
      engine.start(front)
      if !engine.isOver { Loop.shared.run() }
      engine.close()
      return engine.exitStatus
    }
  }

  /// How many colours the terminal of this process has, as its environment says.
  package static func depth(environment: [String: String]) -> ColourDepth { Terminal.depth(environment: environment) }

  /// The screen if the terminal can show one, else text, and then it says why.
  @LoopActor
  private static func makeFront(_ options: Options, _ engine: ConsoleEngine) -> any ConsoleFront {
    guard !options.isPlain else { return PlainFront(engine, script: options.script) }
    do throws(Terminal.Problem) {
      return ScreenFront(
        engine, try Terminal(environment: options.environment, wish: options.wish, usesMouse: options.settings.mouse),
        options)
    } catch {
      let reason =
        switch error {
        case .noTerminal: "standard output is no terminal"
        case .plainOnly(""): "TERM is not set"
        case .plainOnly(let term): "a terminal of the kind `\(term)` cannot show a screen"
        case .failed(let action, let number): "\(SystemError(action, code: number))"
        }
      StandardError.write("gatehouse: \(reason), so this is --plain\n")
      return PlainFront(engine, script: options.script)
    }
  }
}
