package import ControlWire
internal import JSONText
package import Policy

/// What the gate told of pins.
package struct PinsKnown: Hashable, Sendable {
  package private(set) var answer: PinsAnswer?
  /// What somebody should look at, in the gate's order.
  package private(set) var open: [PinRow] = []
  /// The number of the request that is not answered yet.
  var asked: Int?
  /// Something became of pins since it was asked.
  var isStale = false
  /// The same of a decision.
  var deciding: Int?
  private var places: [ToolName: Int] = [:]
  /// Numbers of requests that are nobody else's.
  private var lastID = 3 << 40

  package init() {}

  mutating func nextID() -> Int {
    lastID += 1
    return lastID
  }

  mutating func take(_ answer: PinsAnswer) {
    self.answer = answer
    open = answer.rows.filter(\.state.isOpen)
    places = [:]
    for (place, row) in open.enumerated() {
      if let tool = row.tool { places[ToolName(server: row.server, tool: tool)] = place }
    }
  }

  /// The pin of a tool; nil where that is as it was accepted, or nothing is known.
  func row(of name: ToolName) -> PinRow? { places[name].map { open[$0] } }

  /// What the list of tools flags; nil where no gate has told.
  var news: [ToolName: Catalogue.News]? {
    guard answer != nil else { return nil }
    return places.mapValues { open[$0].state == .added || open[$0].state == .new ? .new : .changed }
  }

  /// How many wait for a person to decide: what was rejected does not.
  var undecided: Int { open.count { $0.state != .rejected } }
}

/// The pins that are not as they were accepted, one at a time, in front of the panes.
package struct PinsPopup: Hashable, Sendable {
  /// What is to be confirmed.
  package enum Question: Hashable, Sendable { case accept, reject, acceptAll }

  package var rows: [PinRow]
  package var index: Int
  package var details: PinDetails?
  /// Made when the details come.
  var lines: [DefinitionDiff.Line] = []
  var asked: Int?
  /// Why there are no details.
  var problem: String?
  package var top = 0
  package var question: Question?

  init(_ rows: [PinRow], at index: Int) {
    self.rows = rows
    self.index = index
  }

  package var row: PinRow? { rows.indices.contains(index) ? rows[index] : nil }

  mutating func take(_ details: PinDetails) {
    self.details = details
    problem = nil
    // What it was meanwhile is what is shown, and decided about.
    if rows.indices.contains(index) { rows[index] = details.row }
    lines = DefinitionDiff.lines(old: details.old, new: details.new)
    top = 0
  }

  /// What `acceptAll` takes.
  func acceptable(of server: ExactText) -> [PinRow] {
    rows.filter { $0.server == server && $0.state != .twice && $0.state != .rejected }
  }
}
