import JSONText
import Policy

/// What is read of a file of counts can be written, and is then read the same.
///
/// The input is a header's kind, a count of cells and a latest moment in a byte each, and cells, to which their checks are added: without that
/// a fuzzer would find nothing but damage.
func checkCounts(_ input: [UInt8]) throws(Complaint) {
  _ = try? CounterHeader(input.span)
  guard input.count > 3 else { return }
  let kind: CounterHeader.Kind = input[0] & 1 == 0 ? .journal : .snapshot
  let header = CounterHeader(
    kind, lane: 0, number: 1, seed: 1, latest: input[2] == 0 ? nil : Int64(input[2]) << 40, count: Int(input[1]))
  var body: [UInt8] = []
  for start in stride(from: 3, to: input.count, by: CounterCell.size) {
    guard input.count - start >= CounterCell.size else {
      body += input[start...]
      break
    }
    var words: [UInt64] = []
    for word in 0..<4 {
      words.append((0..<8).reduce(0) { $0 | UInt64(input[start + 8 * word + $1]) << UInt64(8 * $1) })
    }
    var cell = CounterCell(head: words[0], words[1], words[2], words[3])
    // Now and then the check is left wrong.
    if input[start] != 0x5A { cell.seal(header.seed, at: body.count / CounterCell.size) }
    cell.append(to: &body)
  }
  var restoration = CounterRestoration()
  restoration.begin(header)
  let isRead = restoration.take(body.span)
  let end = restoration.end()
  if !isRead, case .whole = end {
    try demand(header.count * CounterCell.size <= body.count, "what is missing is whole")
  }
  var counters = restoration.finish()
  try demand(counters.count <= body.count / CounterCell.size, "there are more counts than cells")
  let first = written(counters)
  var again = CounterRestoration()
  again.begin(CounterHeader(.snapshot, lane: 0, number: 2, seed: 2, latest: counters.latestMoment.microseconds))
  let isWhole = again.take(first.span)
  try demand(isWhole, "what was written cannot be read")
  try demand(written(again.finish()) == first, "what was written is read as something else")
  guard let document = try? PolicyDocument.read(policy) else { throw Complaint(text: "the policy is none") }
  for time in [Int64.min, 0, .max] {
    let call = Call(server: "s", target: .tool("x"), session: "1")
    _ = PolicyEngine(document).judge(call, counters: &counters, at: Moment(microseconds: time))
  }
}

private let policy = Array(
  #"{"version":"1","tools":{"*":{"limits":[{"window":60,"max":3},{"window":5,"max":2,"align":"calendar"}]}}}"#.utf8)

private func written(_ counters: Counters) -> [UInt8] {
  var (snapshot, cells, bytes) = (counters.snapshot(), [CounterCell](), [UInt8]())
  while snapshot.appendNext(to: &cells) {}
  for index in cells.indices {
    cells[index].seal(2, at: index)
    cells[index].append(to: &bytes)
  }
  return bytes
}
