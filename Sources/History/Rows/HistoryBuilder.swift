package import ControlWire
internal import JSONText
internal import Policy

/// Makes rows of a segment's lines.
///
/// It is given lines in the order in which they stand, and goes on from the texts and the last block that were made
/// before. What it cannot read it passes over: whether lines are as they were written is the verifier's to say.
package struct HistoryBuilder: Sendable {
  package private(set) var texts: HistoryTexts
  /// The last block that was there before, and those that follow.
  package private(set) var blocks: [HistoryBlock]
  /// How calls ended that were decided before the first of the blocks, by the numbers of their decisions.
  package private(set) var late: [(sequence: UInt64, end: End)] = []

  /// What a line tells of a call that was decided about earlier.
  package enum End: Hashable, Sendable {
    case result(ResultEvent)
    case answer(HistoryAnswer)
  }

  private var sourceNumbers: [HistorySource: UInt32] = [:]
  private var shapeNumbers: [HistoryShape: UInt32] = [:]
  private var reasonNumbers: [ExactText: UInt32] = [:]
  private var knownSources = ByteInterner()
  private var knownShapes = ByteInterner()
  private var knownReasons = ByteInterner()
  private var moments = LineMoments()
  private var open: [UInt8] = []
  private var key: [UInt8] = []

  package init(_ texts: HistoryTexts = HistoryTexts(), last: HistoryBlock? = nil) {
    self.texts = texts
    blocks = [last ?? HistoryBlock()]
    for (number, source) in texts.sources.enumerated() { sourceNumbers[source] = UInt32(number) }
    for (number, shape) in texts.shapes.enumerated() { shapeNumbers[shape] = UInt32(number) }
    for (number, reason) in texts.reasons.enumerated() { reasonNumbers[ExactText(reason)] = UInt32(number) }
  }

  /// Takes a line of the record without its end; `offset` is where it begins in the segment.
  package mutating func take(_ line: Span<UInt8>, at offset: Int) {
    guard let offset = UInt32(exactly: offset) else { return }
    guard let head = LineHead(line) else {
      // The record's own lines, which begin with a time.
      if line.count > 2, line[2] == UInt8(ascii: "t") { return }
      return takeSlowly(line, offset)
    }
    guard head.kind != .other else { return }
    let bodyEnd = RecordSeal.start(in: line)
    if bodyEnd < line.count {
      open.removeAll(keepingCapacity: true)
      unsafe line.extracting(..<bodyEnd).withUnsafeBufferPointer { unsafe open.append(contentsOf: $0) }
      open.append(UInt8(ascii: "}"))
      let text = open
      if !takeFast(text.span, head.kind, offset) { takeSlowly(line, offset) }
    } else if !takeFast(line, head.kind, offset) {
      takeSlowly(line, offset)
    }
  }

  // MARK: As gates write them

  private mutating func takeFast(_ bytes: Span<UInt8>, _ kind: LineHead.Kind, _ offset: UInt32) -> Bool {
    switch kind {
    case .decision:
      guard let line = DecisionLine(bytes), let time = moments.read(line.time, bytes),
        let source = source(line, bytes), let shape = shape(line, bytes), let reason = reason(line, bytes)
      else { return false }
      var arguments: HistoryArguments = line.digest == nil ? [] : .digest
      if line.arguments != nil { arguments.insert(.text) }
      if line.isMasked { arguments.insert(.masked) }
      append(
        source, shape, reason, time, UInt64(clamping: line.sequence), took: Int64(clamping: line.took), offset,
        arguments)
      return true
    case .result:
      guard let line = ResultLine(bytes) else { return false }
      let result = ResultEvent(
        decisionSequence: UInt64(clamping: line.decision), outcome: line.outcome, took: Int64(clamping: line.took),
        bytes: line.bytes)
      note(.result(result), line.decision)
      return true
    case .approval, .other: return false
    }
  }

  private mutating func source(_ line: DecisionLine, _ bytes: Span<UInt8>) -> UInt32? {
    set(bytes, line.session.lowerBound..<line.server.upperBound)
    if let number = knownSources.number(of: key) { return number }
    guard let event = Self.event(bytes) else { return nil }
    let number = number(of: event.historySource)
    knownSources.note(key, number)
    return number
  }

  private mutating func shape(_ line: DecisionLine, _ bytes: Span<UInt8>) -> UInt32? {
    set(bytes, line.method.lowerBound..<line.rule.upperBound)
    if let revision = line.revision { add(bytes, revision) }
    if let number = knownShapes.number(of: key) { return number }
    guard let event = Self.event(bytes) else { return nil }
    let number = number(of: event.historyShape)
    knownShapes.note(key, number)
    return number
  }

  private mutating func reason(_ line: DecisionLine, _ bytes: Span<UInt8>) -> UInt32? {
    guard let reason = line.reason else { return 0 }
    set(bytes, reason)
    if let number = knownReasons.number(of: key) { return number }
    guard let event = Self.event(bytes) else { return nil }
    let number = number(of: event.decision.reason)
    knownReasons.note(key, number)
    return number
  }

  private mutating func set(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    key.removeAll(keepingCapacity: true)
    unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe key.append(contentsOf: $0) }
  }

  /// Adds a text behind a byte that no line has.
  private mutating func add(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    key.append(0)
    unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe key.append(contentsOf: $0) }
  }

  private static func event(_ bytes: Span<UInt8>) -> DecisionEvent? {
    guard case .decision(let event)? = read(bytes)?.event else { return nil }
    return event
  }

  private static func read(_ bytes: Span<UInt8>) -> GateMessage? {
    let bytes = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    return (try? GateMessage.read(bytes)) ?? nil
  }

  // MARK: In any other spelling

  private mutating func takeSlowly(_ line: Span<UInt8>, _ offset: UInt32) {
    guard let message = Self.read(line) else { return }
    switch message.event {
    case .decision(let event):
      append(
        number(of: event.historySource), number(of: event.historyShape), number(of: event.decision.reason),
        message.time, message.sequence, took: event.took, offset, Self.arguments(line, event))
    case .result(let result): note(.result(result), Int(clamping: result.decisionSequence))
    case .approval(let event):
      if let answer = HistoryAnswer(event.state) { note(.answer(answer), Int(clamping: event.decision)) }
    default: break
    }
  }

  private static func arguments(_ line: Span<UInt8>, _ event: DecisionEvent) -> HistoryArguments {
    var arguments: HistoryArguments = event.argumentsDigest == nil ? [] : .digest
    guard let node = try? JSONNode.read(line) else { return arguments }
    if node["args"] != nil { arguments.insert(.text) }
    if node["args_masked"]?.bool == true { arguments.insert(.masked) }
    return arguments
  }

  // MARK: Rows

  private mutating func number(of source: HistorySource) -> UInt32 {
    if let number = sourceNumbers[source] { return number }
    let number = UInt32(texts.sources.count)
    texts.sources.append(source)
    sourceNumbers[source] = number
    return number
  }

  private mutating func number(of shape: HistoryShape) -> UInt32 {
    if let number = shapeNumbers[shape] { return number }
    let number = UInt32(texts.shapes.count)
    texts.shapes.append(shape)
    shapeNumbers[shape] = number
    return number
  }

  private mutating func number(of reason: String?) -> UInt32 {
    guard let reason else { return 0 }
    if let number = reasonNumbers[ExactText(reason)] { return number }
    let number = UInt32(texts.reasons.count)
    texts.reasons.append(reason)
    reasonNumbers[ExactText(reason)] = number
    return number
  }

  private mutating func append(
    _ source: UInt32, _ shape: UInt32, _ reason: UInt32, _ time: Moment, _ sequence: UInt64, took: Int64,
    _ offset: UInt32, _ arguments: HistoryArguments
  ) {
    if blocks[blocks.count - 1].count >= HistoryBlock.mostRows { blocks.append(HistoryBlock()) }
    blocks[blocks.count - 1].append(
      source: source, shape: shape, reason: reason, time: time.microseconds, sequence: sequence,
      took: UInt32(clamping: took), offset: offset, arguments: arguments)
  }

  private mutating func note(_ end: End, _ decision: Int) {
    let sequence = UInt64(clamping: decision)
    for index in blocks.indices.reversed() {
      guard let first = blocks[index].sequences.first, first <= sequence else { continue }
      guard let row = blocks[index].row(of: sequence) else { return }
      blocks[index].note(end, at: row)
      return
    }
    late.append((sequence, end))
  }
}

extension HistoryBlock {
  package mutating func note(_ end: HistoryBuilder.End, at row: Int) {
    switch end {
    case .result(let result): note(result, at: row)
    case .answer(let answer): note(answer, at: row)
    }
  }
}

/// The hash at the end of a line of the record.
package enum RecordSeal {
  private static let member = Array(#","hash":""#.utf8)
  private static let length = member.count + 64 + 2

  /// Where in a line its hash's member begins; the line's end where it has none.
  package static func start(in line: Span<UInt8>) -> Int {
    let start = line.count - length
    guard start > 1, line[line.count - 2] == 0x22, line[line.count - 1] == 0x7D else { return line.count }
    for index in member.indices where line[start + index] != member[index] { return line.count }
    return start
  }
}
