internal import ConsoleCore
internal import ControlWire
internal import Glibc
internal import Policy
internal import Store
internal import System

/// Runs the console's pure part: brings it messages from the gate, the policy file and the front, and does what it asks.
@LoopActor
final class ConsoleEngine {
  private(set) var state: ConsoleState
  private(set) var isOver = false
  private(set) var exitStatus: Int32 = 0
  /// The person has left, and unsaved edits with it, on purpose.
  private(set) var isLeft = false
  let options: ConsoleProgram.Options

  private weak var front: (any ConsoleFront)?
  /// Keeps the front alive until the end.
  private var owner: (any ConsoleFront)?
  private let gate: GateClient
  private let policy: PolicyKeeper
  private let themes: ThemeKeeper
  private let servers: ServerKeeper
  private let wraps: WrapKeeper
  private let filters: FiltersKeeper
  private let edits: EditsKeeper
  private let history: HistoryReader
  private let effects: EffectReader
  private let suggestions: SuggestionReader
  private let similar: SimilarReader
  private var tickTimer: LoopTimer?
  private var tickDue: Moment?
  private var willSettle = false
  private var looksInFiles = false
  private var memoryTimer: LoopTimer?

  private static let memoryPause: Int64 = 500_000

  /// How long, in microseconds, a gate may take to greet before files are read in its place.
  private static let gatesTime: Int64 = 50_000
  /// What is odd about the file of keys.
  private let keyNotes: [Note]
  private var keysWatch: FileWatch?

  init(_ options: ConsoleProgram.Options) {
    self.options = options
    gate = GateClient(options.paths.socket)
    policy = PolicyKeeper(options.paths.policy, isReadOnly: options.isReadOnly)
    let surroundings = Theme.Surroundings(
      environment: options.environment, paintsBackground: options.settings.background)
    themes = ThemeKeeper(ThemeFinder(folder: options.paths.themes, on: surroundings))
    servers = ServerKeeper(options.paths, environment: options.environment, isReadOnly: options.isReadOnly)
    wraps = WrapKeeper(options.paths, environment: options.environment, isReadOnly: options.isReadOnly)
    filters = FiltersKeeper(path: options.paths.filters)
    history = HistoryReader(options.paths)
    effects = EffectReader(options.paths)
    suggestions = SuggestionReader(options.paths)
    similar = SimilarReader(options.paths)
    edits = EditsKeeper(folder: options.paths.unsaved, policy: options.paths.policy, isReadOnly: options.isReadOnly)
    var core = ConsoleOptions(policyPath: options.paths.policy, build: options.build)
    core.isReadOnly = options.isReadOnly
    core.mayDecide = !options.isReadOnly || options.mayApprove
    core.alerts = Self.alerts(options.settings)
    core.secondsFromGMT = Self.secondsFromGMT()
    let found = KeysFinder.find(options.paths.keys)
    core.keys = found.keys
    keyNotes = found.notes
    core.themes = themes.finder.names
    state = ConsoleState(options: core, now: Loop.shared.now)
  }

  /// What the front knows of its terminal; before `start`.
  func know(size: Size, glyphs: GlyphSet, theme: String, isPlain: Bool = false) {
    var core = state.options
    core.isPlain = isPlain
    core.glyphs = glyphs
    core.theme = theme
    state = ConsoleState(options: core, size: size, now: Loop.shared.now)
  }

  func start(_ front: any ConsoleFront) {
    self.front = front
    owner = front
    front.start()
    guard !isOver else { return }
    policy.changed = { [weak self] file in self?.take(.policyRead(file)) }
    if let problem = policy.start() { take(.note(Note(.warning, problem))) }
    for note in keyNotes { take(.note(note)) }
    keysWatch = try? FileWatch(options.paths.keys) { [weak self] in
      guard let self else { return }
      let found = KeysFinder.find(options.paths.keys)
      take(.keysRead(found.keys, found.notes))
    }
    if let problem = options.settingsProblem { take(.note(Note(.warning, problem))) }
    themes.changed = { [weak self] theme, note in
      self?.front?.perform(.use(theme))
      self?.take(.note(note))
    }
    take(.filtersRead(filters.read()))
    edits.failed = { [weak self] text in self?.take(.note(Note(.warning, text))) }
    let (left, problems) = edits.findLeft()
    for problem in problems { take(.note(Note(.warning, problem))) }
    if !left.isEmpty { take(.leftEdits(left)) }
    servers.changed = { [weak self] registry in self?.know(registry) }
    servers.start()
    gate.connected = { [weak self] in self?.take(.gateConnected) }
    gate.lost = { [weak self] reason, retry in
      self?.take(.gateLost(reason: reason, retryIn: retry))
      self?.lookInFiles()
    }
    gate.received = { [weak self] message in
      self?.take(.gate(message))
      if case .snapshot = message.event { self?.giveMemoryBackSoon() }
    }
    gate.failed = { [weak self] text in self?.take(.note(Note(.error, text))) }
    gate.start(starter: options.startGate)
    Loop.shared.after(microseconds: Self.gatesTime) { [weak self] in self?.lookInFiles() }
    giveMemoryBackSoon()
  }

  /// Once for all that a start, or a snapshot, has needed for a moment.
  private func giveMemoryBackSoon() {
    memoryTimer?.cancel()
    memoryTimer = Loop.shared.after(microseconds: Self.memoryPause) { ThisProcess.giveMemoryBack(code: true) }
  }

  func close() {
    tickTimer?.cancel()
    memoryTimer?.cancel()
    gate.close()
    policy.close()
    themes.close()
    keysWatch?.cancel()
    servers.close()
    front?.close()
    // The last edit may be of the turn that ended it.
    if !isLeft { edits.keep(state) }
    edits.close(keeping: !isLeft)
    owner = nil
  }

  /// Ends the program when this turn is over.
  func finish(_ status: Int32 = 0) {
    guard !isOver else { return }
    isOver = true
    exitStatus = status
    Loop.shared.stop()
  }

  // MARK: Messages

  func take(_ message: ConsoleMessage) {
    guard !isOver else { return }
    passTime()
    apply(message)
  }

  /// Does with the state what a front's own language says, and then the effects.
  func change(_ body: (inout ConsoleState) -> [ConsoleEffect]) {
    guard !isOver else { return }
    passTime()
    let effects = body(&state)
    for effect in effects { perform(effect) }
    settleLater()
  }

  /// The picture of now.
  func picture() -> Frame {
    state.prepareFrame()
    return render(state)
  }

  private func apply(_ message: ConsoleMessage) {
    let effects = update(&state, message)
    front?.took(message)
    for effect in effects { perform(effect) }
    settleLater()
  }

  private func passTime() {
    guard state.now < Loop.shared.now else { return }
    for effect in update(&state, .tick(Loop.shared.now)) { perform(effect) }
  }

  private func settleLater() {
    guard !willSettle else { return }
    willSettle = true
    Loop.shared.atEndOfTurn { [weak self] in self?.settle() }
  }

  private func settle() {
    willSettle = false
    guard !isOver else { return }
    front?.settle()
    edits.keep(state)
    guard state.nextTick != tickDue else { return }
    tickDue = state.nextTick
    tickTimer?.cancel()
    tickTimer = tickDue.map { due in
      Loop.shared.after(microseconds: due.microseconds(since: Loop.shared.now)) { [weak self] in self?.tick() }
    }
  }

  private func tick() {
    tickDue = nil
    guard !isOver else { return }
    apply(.tick(max(state.now, Loop.shared.now)))
  }

  // MARK: Effects

  func perform(_ effect: ConsoleEffect) {
    switch effect {
    case .save(let text, let digest):
      policy.save(text, over: digest) { [weak self] result in self?.take(.policySaved(result)) }
    case .readPolicy: take(.policyRead(policy.read()))
    case .send(let request): gate.send(request)
    case .quit:
      isLeft = true
      finish()
    case .suspend: front?.perform(.suspend)
    case .copy(let text): front?.perform(.copy(text))
    case .bell: front?.perform(.bell)
    case .redraw: front?.perform(.redraw)
    case .openEditor(let line): front?.perform(.edit(path: options.paths.policy, line: line))
    case .setTheme(let name): setTheme(name)
    case .readDefinition(let name):
      let answer = options.offlineTool?(name.server, name.tool)
      let problem = "no gate is connected to ask"
      take(.toolRead(answer ?? ToolAnswer(server: name.server, name: name.tool, problem: problem)))
    case .saveFilters(let text, let digest): take(.filtersRead(filters.save(text, over: digest)))
    case .useMouse(let isUsed): front?.perform(.useMouse(isUsed))
    case .listThemes: take(.themesListed(themes.finder.entries))
    case .previewTheme(let name): front?.perform(.use(themes.show(name)))
    case .keepTheme(let name): keepTheme(name)
    case .findServers: take(.serversFound(servers.find()))
    case .changeRegistry(let change): take(.registryChanged(change, problem: servers.change(change)))
    case .scanServers(let names):
      servers.scan(names) { [weak self] problem in
        self?.readCatalogue()
        self?.take(.serversScanned(names, problem: problem))
      }
    case .editText(let edit, let text, let line): front?.perform(.editText(edit, text, line: line))
    case .adoptEdits(let name): edits.adopt(name)
    case .dropEdits(let name): edits.drop(name)
    case .notify(let text, let notice): front?.perform(.notify(text, notice))
    case .readHistory(let question): history.read(question) { [weak self] page in self?.take(.historyRead(page)) }
    case .findClients: take(.clientsFound(wraps.find()))
    case .planWrap(let places): take(.wrapPlanned(wraps.preview(places)))
    case .tryOnRecord(let question): effects.read(question) { [weak self] answer in self?.take(.effectRead(answer)) }
    case .suggest(let question): suggestions.read(question) { [weak self] answer in self?.take(.suggested(answer)) }
    case .readSimilar(let question): similar.read(question) { [weak self] answer in self?.take(.similarRead(answer)) }
    case .readPastPolicy(let revision):
      history.readPolicy(revision) { [weak self] policy in self?.take(.pastPolicyRead(policy)) }
    case .readPastArguments(let question):
      history.readArguments(question) { [weak self] arguments in self?.take(.pastArgumentsRead(arguments)) }
    case .wrapClients(let places, let token): take(.clientsWrapped(wraps.wrap(places, token: token)))
    }
  }

  private func know(_ registry: RegistryView) {
    take(.registryRead(registry))
    if looksInFiles { readCatalogue() }
  }

  /// The gate tells what is known sooner than the files can be read; from now on it has had its time.
  private func lookInFiles() {
    guard !looksInFiles, !isOver else { return }
    looksInFiles = true
    readCatalogue()
  }

  /// Where no gate tells it, the files do.
  private func readCatalogue() {
    guard !state.gate.isUp, let snapshot = options.offlineCatalogue?() else { return }
    take(.offlineCatalogue(snapshot))
  }

  private func setTheme(_ name: String) {
    do throws(ThemeFinder.Missing) {
      let problem = try themes.use(name)
      front?.perform(.use(themes.current))
      take(.themeSet(name, problem: nil))
      if let problem { take(.note(Note(.warning, problem))) }
    } catch {
      take(.themeSet(name, problem: error.message))
    }
  }

  /// Uses a theme and writes it down for the next start.
  private func keepTheme(_ name: String) {
    setTheme(name)
    guard themes.current.name == name, !options.isReadOnly else { return }
    do throws(ConsoleConfiguration.NotKept) {
      try ConsoleConfiguration.keep(
        theme: name, forLightBackground: options.hasLightTheme, in: options.paths.settings)
      take(.note(Note(.info, "theme \(name), also at the next start (\(options.paths.settings))")))
    } catch {
      take(.note(Note(.warning, "theme \(name) for this time only: \(error.message)")))
    }
  }

  /// The theme to begin with, and what is odd about it.
  func firstTheme() -> (theme: Theme, problem: String?) {
    do throws(ThemeFinder.Missing) {
      let problem = try themes.use(options.firstTheme)
      return (themes.current, problem)
    } catch {
      _ = try? themes.use(ShippedThemes.standard)
      return (themes.current, error.message)
    }
  }

  private static func alerts(_ settings: ConsoleConfiguration) -> AlertOptions {
    var alerts = AlertOptions()
    alerts.bell = settings.approvals.bell
    alerts.title = settings.approvals.title
    alerts.opens = settings.approvals.open == .idle
    switch settings.approvals.notify {
    case .off: alerts.notice = .off
    case .osc9: alerts.notice = .osc9
    case .osc777: alerts.notice = .osc777
    }
    return alerts
  }

  private static func secondsFromGMT() -> Int {
    var now = time(nil)
    var parts = unsafe tm()
    guard unsafe localtime_r(&now, &parts) != nil else { return 0 }
    return unsafe parts.tm_gmtoff
  }
}
