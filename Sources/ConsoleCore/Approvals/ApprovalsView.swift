package import ControlWire
package import Filters
internal import JSONText
internal import Policy

/// The calls that wait for a person: the queue as it stands still while somebody looks, and what was decided earlier.
package struct ApprovalsView: Hashable, Sendable {
  /// A row of the queue: one request, or several that are identical.
  package struct Row: Hashable, Sendable {
    package var ids: [String]
    /// It came while the person was in the pane.
    package var isNew = false

    package var name: String { ids.first ?? "" }
  }

  /// What the cursor can be on.
  package enum Name: Hashable, Sendable {
    /// A row of the queue, by its first request.
    case request(String)
    case settled(String)
    case standing(String)
  }

  static let mostRequests = 2_000
  static let mostSettled = 500
  static let mostStanding = 1_000
  static let mostDetails = 32

  package internal(set) var requests: [String: ApprovalRequest] = [:]
  package internal(set) var rows: [Row] = []
  /// The person is in the pane, so that nothing moves.
  package internal(set) var isEntered = false
  /// The newest last.
  package internal(set) var settled: [SettledApproval] = []
  package internal(set) var standing: [StandingRow] = []
  package internal(set) var lockdown: LockdownEvent?

  package internal(set) var cursor: Name?
  /// The line of the list that is drawn first; below 0 where that many lines are left free above it, so that nothing moves.
  var topLine = 0
  /// Rows that are marked, by name.
  var marks: Set<String> = []
  var rangeStart: String?
  package internal(set) var filter: Filter?
  /// When the filter was set: ages are counted from then, so that no row leaves by itself.
  var filterTime = Moment(microseconds: 0)

  /// What is known of those that were looked at last.
  package internal(set) var details: [String: KnownDetails] = [:]
  var detailsOrder: [String] = []

  var sent: [Int: SentRequest] = [:]
  /// Apart from the numbers of other requests, which begin at 1.
  private var lastID = 1_000_000
  /// The list of standing approvals is to be asked for again when the answer has come.
  var needsList = false

  var epoch: UInt64 = 0
  var shownFace: ShownFace?
  /// More was typed than one key at once, or more waits to be read.
  var isCrowded = false
  var flashEnds: Moment?

  var lastBell: Moment?
  /// The last key of the person.
  var lastKey: Moment?
  /// A call came that the person was not in the pane for.
  var isUnseen = false

  /// The numbers that requests go by in lines of text, and when each was told with all that it is about.
  var numbers: [String: Int] = [:]
  var told: [String: ToldRequest] = [:]
  private var lastNumber = 0

  init() {}

  // MARK: Counting

  /// Those that wait, as far as is known, the next deadline first.
  package var open: [ApprovalRequest] {
    requests.values.filter(\.isOpen).sorted { ($0.deadline, $0.event.id) < ($1.deadline, $1.event.id) }
  }

  package var openCount: Int { requests.values.reduce(0) { $0 + ($1.isOpen ? 1 : 0) } }

  /// The one that is denied first.
  package var next: ApprovalRequest? {
    requests.values.lazy.filter(\.isOpen).min { ($0.deadline, $0.event.id) < ($1.deadline, $1.event.id) }
  }

  mutating func newID() -> Int {
    lastID += 1
    return lastID
  }

  /// The number that a request goes by in lines of text.
  mutating func number(of id: String) -> Int {
    if let number = numbers[id] { return number }
    lastNumber += 1
    numbers[id] = lastNumber
    return lastNumber
  }

  // MARK: Rows

  package func row(of id: String) -> Row? { rows.first { $0.ids.contains(id) } }

  /// The row under the cursor.
  package var currentRow: Row? {
    guard case .request(let name) = cursor else { return nil }
    return rows.first { $0.name == name }
  }

  /// Of a row's requests the one whose details are shown: the first that can still be decided.
  package func shown(in row: Row) -> ApprovalRequest? {
    row.ids.lazy.compactMap { requests[$0] }.first(where: \.isWaiting) ?? row.ids.first.flatMap { requests[$0] }
  }

  /// The request under the cursor.
  package var current: ApprovalRequest? { currentRow.flatMap { shown(in: $0) } }

  /// How many of a row's requests wait for a decision.
  func waiting(in row: Row) -> [String] { row.ids.filter { requests[$0]?.isWaiting == true } }

  mutating func enter() {
    isEntered = true
    isUnseen = false
    sort()
    topLine = 0
    cursor = rows.first.map { .request($0.name) } ?? standing.first.map { .standing($0.approval.id) }
    disarm()
  }

  mutating func leave() {
    isEntered = false
    for (id, request) in requests where !request.isOpen { requests[id] = nil }
    marks = []
    rangeStart = nil
    sort()
  }

  /// Puts what waits in the order of its deadlines, and identical ones together.
  mutating func sort() {
    rows = []
    var places: [Likeness: Int] = [:]
    for request in open {
      guard let likeness = Likeness(request.event) else {
        rows.append(Row(ids: [request.event.id]))
        continue
      }
      if let place = places[likeness] {
        rows[place].ids.append(request.event.id)
      } else {
        places[likeness] = rows.count
        rows.append(Row(ids: [request.event.id]))
      }
    }
    marks.formIntersection(rows.map(\.name))
  }

  /// Gives a request its place: with its like, else at the end.
  mutating func place(_ request: ApprovalRequest, isNew: Bool) {
    let likeness = Likeness(request.event)
    let like = rows.firstIndex { row in
      likeness != nil && requests[row.name].map { $0.isOpen && Likeness($0.event) == likeness } ?? false
    }
    if let like {
      if !rows[like].ids.contains(request.event.id) { rows[like].ids.append(request.event.id) }
    } else {
      rows.append(Row(ids: [request.event.id], isNew: isNew))
    }
  }

  // MARK: Details

  mutating func keep(_ known: KnownDetails) {
    let id = known.details.event.id
    detailsOrder.removeAll { $0 == id }
    detailsOrder.append(id)
    details[id] = known
    if detailsOrder.count > Self.mostDetails { details[detailsOrder.removeFirst()] = nil }
  }

  mutating func forgetDetails(_ id: String) {
    details[id] = nil
    detailsOrder.removeAll { $0 == id }
  }

  // MARK: What is over

  /// Notes how a question ended, the last word about each.
  mutating func settle(_ event: ApprovalEvent, at now: Moment) {
    if let index = settled.lastIndex(where: { $0.event.id == event.id }) {
      switch event.state {
      case .used: settled[index].uses += 1
      default: settled[index].event = event
      }
      return
    }
    // A call that passed on an approval of before is no decision of its own.
    guard event.state != .used else { return }
    if settled.count >= Self.mostSettled { settled.removeFirst(settled.count - Self.mostSettled + 1) }
    settled.append(SettledApproval(event: event, time: now))
  }

  /// What was decided about the same tool since this console runs, or after a time: how often each way.
  func similar(to event: ApprovalEvent, after time: Moment? = nil) -> (
    approved: Int, denied: Int, last: SettledApproval?
  ) {
    var (approved, denied) = (0, 0)
    var last: SettledApproval?
    for entry in settled
    where entry.event.server == event.server && entry.event.tool == event.tool
      && entry.event.method == event.method && entry.event.id != event.id
    {
      if let time, entry.time <= time { continue }
      switch entry.event.state {
      case .approved, .used, .revoked: approved += 1
      case .denied, .expired: denied += 1
      case .pending, .withdrawn: continue
      }
      last = entry
    }
    return (approved, denied, last)
  }
}
