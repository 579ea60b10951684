internal import CYAML
internal import JSONText

/// A YAML text as a tree of values with their places, read with libyaml, which is fed from memory.
struct YAMLDocument: Sendable {
  /// Something that makes a value depend on another place of the text, or on more than its text.
  struct Decoration: Sendable {
    /// All that it reaches.
    var range: Range<Int>
    /// Lower case, with backticks around what is in the text.
    var words: String
  }

  /// Nil for a text without a value.
  private(set) var root: JSONNode?
  private(set) var decorations: [Decoration] = []

  init(_ text: [UInt8]) throws(DocumentProblem) {
    guard String(validating: text, as: UTF8.self) != nil else { throw DocumentProblem("the file is not UTF-8") }
    var reader = YAMLTreeReader(text)
    if let problem = reader.read() { throw problem }
    root = reader.root
    decorations = reader.decorations
  }
}

/// Takes libyaml's events, one after the other.
private struct YAMLTreeReader {
  private static let deepest = 64
  private static let mostValues = 200_000

  /// A list or mapping that is not closed yet.
  private struct Frame {
    let isMapping: Bool
    let isFlow: Bool
    let start: Int
    var anchor: String?
    var elements: [JSONNode] = []
    var members: [JSONMember] = []
    var keys: Set<ExactText> = []
    var pending: (text: ExactText, range: Range<Int>)?
  }

  private let text: [UInt8]
  /// Where each character begins; nil where each is one byte.
  private let offsets: [Int32]?
  private(set) var root: JSONNode?
  private(set) var decorations: [YAMLDocument.Decoration] = []
  private var stack: [Frame] = []
  private var values = 0
  private var problem: DocumentProblem?

  init(_ text: [UInt8]) {
    self.text = text
    guard text.contains(where: { $0 >= 0x80 }) else {
      offsets = nil
      return
    }
    var offsets: [Int32] = []
    for (offset, byte) in text.enumerated() where byte & 0xC0 != 0x80 { offsets.append(Int32(clamping: offset)) }
    self.offsets = offsets
  }

  private func offset(_ mark: yaml_mark_t) -> Int {
    guard let offsets else { return min(text.count, Int(clamping: mark.index)) }
    return mark.index < offsets.count ? Int(offsets[Int(mark.index)]) : text.count
  }

  mutating func read() -> DocumentProblem? {
    // The parser holds a pointer to itself and must not move.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { unsafe parser.deallocate() }
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      return DocumentProblem("there is not enough memory to read it")
    }
    defer { unsafe yaml_parser_delete(parser) }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe text.withUnsafeBufferPointer { bytes in
      unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
      while problem == nil, unsafe step(parser) {}
    }
    return problem
  }

  /// Takes the next event.
  ///
  /// Returns false after the last.
  private mutating func step(_ parser: UnsafeMutablePointer<yaml_parser_t>) -> Bool {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else {
      unsafe noteFailure(parser.pointee)
      return false
    }
    defer { unsafe yaml_event_delete(&event) }
    let range = unsafe offset(event.start_mark)..<max(offset(event.start_mark), offset(event.end_mark))
    switch unsafe event.type {
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return false
    case YAML_DOCUMENT_START_EVENT:
      if root != nil { problem = DocumentProblem("a second document begins", at: range.lowerBound, in: text) }
    case YAML_ALIAS_EVENT:
      let name = unsafe String(yaml: event.data.alias.anchor)
      decorations.append(.init(range: range, words: "`*\(name)` stands for a value elsewhere"))
      add(JSONNode(.null, range: range))
    case YAML_SCALAR_EVENT: unsafe addScalar(event, range)
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      let isFlow = unsafe start.style == YAML_FLOW_SEQUENCE_STYLE
      unsafe open(
        Frame(isMapping: false, isFlow: isFlow, start: range.lowerBound, anchor: words(start.anchor, start.tag)))
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      let isFlow = unsafe start.style == YAML_FLOW_MAPPING_STYLE
      unsafe open(
        Frame(isMapping: true, isFlow: isFlow, start: range.lowerBound, anchor: words(start.anchor, start.tag)))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: close(range)
    default: break
    }
    return true
  }

  private mutating func addScalar(_ event: yaml_event_t, _ range: Range<Int>) {
    let scalar = unsafe event.data.scalar
    let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
    let value = unsafe String(decoding: bytes, as: UTF8.self)
    var end = range.upperBound
    // A block of text ends behind the line end that follows it.
    while end > range.lowerBound, [0x20, 0x09, 0x0A, 0x0D].contains(text[end - 1]) { end -= 1 }
    if let words = unsafe words(scalar.anchor, scalar.tag) {
      decorations.append(.init(range: range.lowerBound..<end, words: words))
    }
    let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
    add(JSONNode(isPlain ? Self.plain(value) : .string(ExactText(value)), range: range.lowerBound..<end))
  }

  /// What a text without quotes stands for.
  private static func plain(_ text: String) -> JSONNode.Content {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default:
      let digits = text.utf8.first == 0x2D ? text.utf8.dropFirst() : text.utf8[...]
      guard !digits.isEmpty, digits.count < 19, digits.allSatisfy({ (0x30...0x39).contains($0) }),
        digits.count == 1 || digits.first != 0x30
      else { return .string(ExactText(text)) }
      return .number(JSONNumber(text: text))
    }
  }

  private mutating func open(_ frame: Frame) {
    guard stack.count < Self.deepest else {
      problem = DocumentProblem("values are nested too deeply", at: frame.start, in: text)
      return
    }
    stack.append(frame)
  }

  private mutating func close(_ range: Range<Int>) {
    guard let frame = stack.popLast() else { return }
    // What is no flow ends where the last thing in it does: libyaml tells where the next thing begins.
    let last = frame.isMapping ? frame.members.last?.value.range : frame.elements.last?.range
    let end = frame.isFlow ? range.upperBound : max(frame.start, last?.upperBound ?? frame.start)
    if let anchor = frame.anchor { decorations.append(.init(range: frame.start..<end, words: anchor)) }
    add(
      JSONNode(frame.isMapping ? .object(frame.members) : .array(frame.elements), range: frame.start..<end))
  }

  private mutating func add(_ node: JSONNode) {
    values += 1
    guard values <= Self.mostValues else {
      problem = DocumentProblem("there are more than \(Self.mostValues) values", at: node.range.lowerBound, in: text)
      return
    }
    guard let last = stack.indices.last else {
      root = node
      return
    }
    guard stack[last].isMapping else { return stack[last].elements.append(node) }
    if let key = stack[last].pending {
      stack[last].pending = nil
      return stack[last].members.append(JSONMember(key: key.text, keyRange: key.range, value: node))
    }
    let start = node.range.lowerBound
    switch node.content {
    case .array, .object: problem = DocumentProblem("a key must be a text", at: start, in: text)
    case .string(let key): take(key, node.range)
    case .null, .bool, .number: take(ExactText(String(decoding: text[node.range], as: UTF8.self)), node.range)
    }
  }

  private mutating func take(_ key: ExactText, _ range: Range<Int>) {
    let last = stack.count - 1
    // No JSON that is kept of it could be read again.
    guard !key.utf8.contains(0) else {
      problem = DocumentProblem("a key holds the character NUL", at: range.lowerBound, in: text)
      return
    }
    guard stack[last].keys.insert(key).inserted || key == "<<" else {
      problem = DocumentProblem("the key `\(key)` occurs twice in one mapping", at: range.lowerBound, in: text)
      return
    }
    stack[last].pending = (key, range)
  }

  private func words(_ anchor: UnsafeMutablePointer<yaml_char_t>?, _ tag: UnsafeMutablePointer<yaml_char_t>?)
    -> String?
  {
    if let anchor = unsafe anchor { return unsafe "`&\(String(yaml: anchor))` names a value for use elsewhere" }
    return unsafe tag == nil ? nil : "a tag says how to read a value"
  }

  private mutating func noteFailure(_ parser: yaml_parser_t) {
    let words = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
    switch unsafe parser.error {
    case YAML_MEMORY_ERROR: problem = DocumentProblem("there is not enough memory to read it")
    case YAML_READER_ERROR:
      problem = unsafe DocumentProblem(
        "this is not YAML: \(words)", at: Int(clamping: parser.problem_offset), in: text)
    default:
      let context = unsafe parser.context.map { unsafe " \(String(cString: $0))" } ?? ""
      problem = unsafe DocumentProblem(
        "this is not YAML: \(words)\(context)", at: offset(parser.problem_mark), in: text)
    }
  }
}

extension String {
  fileprivate init(yaml text: UnsafeMutablePointer<yaml_char_t>?) {
    self = unsafe text.map { unsafe String(cString: $0) } ?? ""
  }
}
