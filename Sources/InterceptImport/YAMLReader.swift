import CYAML
import JSONText
import Policy

/// Reads one YAML document with libyaml, which is fed from memory, and notes everything that a policy has no use for.
struct YAMLReader {
  /// A longer text is refused unread.
  static let longest = 16 << 20
  static let deepest = 64
  /// How many values one text may have; it bounds the memory that reading takes.
  static let mostValues = 1 << 19

  /// A list or mapping that is not closed yet.
  private struct Frame {
    let isMapping: Bool
    let place: TextPlace
    var elements: [YAMLNode] = []
    var members: [YAMLMember] = []
    var keys: Set<ExactText> = []
    /// The key whose value comes next.
    var pending: Key?
  }

  private struct Key {
    /// Nil where the key was refused, and its value with it.
    var text: ExactText?
    var place: TextPlace
  }

  /// What was found wrong, in the order of the text.
  private(set) var problems: [PolicyProblem] = []
  private(set) var root: YAMLNode?
  private var stack: [Frame] = []
  private var values = 0
  private var isOver = false

  init(_ text: [UInt8]) {
    let start = TextPlace(line: 1, column: 1)
    if text.count > Self.longest {
      refuse(start, "a policy has at most \(Self.longest) bytes, not \(text.count)")
    } else if let encoding = Self.foreignEncoding(text) {
      refuse(start, "the text is \(encoding)", help: "save it as UTF-8 without a mark")
    } else {
      parse(text)
      if root == nil, problems.isEmpty {
        refuse(start, "the text holds no document", help: "write `version: \"1\"`")
      }
    }
  }

  private mutating func parse(_ text: [UInt8]) {
    // The parser holds a pointer to itself and must not move.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { unsafe parser.deallocate() }
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      return refuse(TextPlace(line: 1, column: 1), "there is not enough memory to read the text")
    }
    defer { unsafe yaml_parser_delete(parser) }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe text.withUnsafeBufferPointer { bytes in
      unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
      while !isOver, unsafe step(parser, text) {}
    }
  }

  private static func foreignEncoding(_ text: [UInt8]) -> String? {
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { return "UTF-8 with a byte order mark" }
    if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    guard text.count >= 2 else { return nil }
    return (text[0] == 0) != (text[1] == 0) ? "UTF-16" : nil
  }

  private mutating func refuse(_ place: TextPlace, _ message: String, help: String? = nil) {
    guard problems.count < InterceptReader.mostProblems else {
      if !isOver {
        problems.append(PolicyProblem(weight: .error, place: place, pointer: "", message: InterceptReader.andMore))
      }
      return isOver = true
    }
    problems.append(PolicyProblem(weight: .error, place: place, pointer: "", message: message, help: help))
  }

  /// Takes the next event.
  ///
  /// Returns false after the last.
  private mutating func step(_ parser: UnsafeMutablePointer<yaml_parser_t>, _ text: [UInt8]) -> Bool {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else {
      unsafe noteFailure(parser.pointee, text)
      return false
    }
    defer { unsafe yaml_event_delete(&event) }
    let place = unsafe TextPlace(event.start_mark)
    switch unsafe event.type {
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return false
    case YAML_DOCUMENT_START_EVENT:
      guard root == nil else {
        refuse(place, "a second document begins", help: "write one file for each policy")
        return false
      }
    case YAML_ALIAS_EVENT:
      let name = unsafe String(yaml: event.data.alias.anchor)
      refuse(place, "`*\(name)` stands for a value elsewhere", help: "write the value out")
      add(YAMLNode(content: .refused, place: place))
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      unsafe noteDecorations(anchor: scalar.anchor, tag: scalar.tag, place)
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      add(
        YAMLNode(
          content: .scalar(
            YAMLScalar(
              text: unsafe String(decoding: bytes, as: UTF8.self),
              isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE)),
          place: place))
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      unsafe noteDecorations(anchor: start.anchor, tag: start.tag, place)
      return open(Frame(isMapping: false, place: place))
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      unsafe noteDecorations(anchor: start.anchor, tag: start.tag, place)
      return open(Frame(isMapping: true, place: place))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      if let frame = stack.popLast() {
        add(
          YAMLNode(content: frame.isMapping ? .mapping(frame.members) : .sequence(frame.elements), place: frame.place))
      }
    default: break
    }
    return true
  }

  private mutating func open(_ frame: Frame) -> Bool {
    guard stack.count < Self.deepest else {
      refuse(frame.place, "values are nested deeper than \(Self.deepest)")
      return false
    }
    stack.append(frame)
    return true
  }

  private mutating func add(_ node: YAMLNode) {
    values += 1
    guard values <= Self.mostValues else {
      refuse(node.place, "a policy has at most \(Self.mostValues) values")
      isOver = true
      return
    }
    guard let last = stack.indices.last else {
      root = node
      return
    }
    guard stack[last].isMapping else { return stack[last].elements.append(node) }
    guard let key = stack[last].pending else {
      stack[last].pending = Key(text: key(node, in: stack[last]), place: node.place)
      return
    }
    stack[last].pending = nil
    guard let text = key.text else { return }
    stack[last].keys.insert(text)
    stack[last].members.append(YAMLMember(key: text, keyPlace: key.place, value: node))
  }

  /// A key's text; nil where it was refused.
  private mutating func key(_ node: YAMLNode, in frame: Frame) -> ExactText? {
    switch node.content {
    case .refused: return nil
    case .sequence, .mapping:
      refuse(node.place, "a key must be a text, not \(node.kindInWords)")
      return nil
    case .scalar(let scalar):
      if scalar.isMergeKey {
        refuse(node.place, "`<<` takes over the keys of another mapping", help: "write them out")
        return nil
      }
      guard case .string = scalar.resolved else {
        let help = "put it in quotes if it is a name"
        refuse(node.place, "the key `\(scalar.text)` is \(scalar.resolved.kindInWords), not a text", help: help)
        return nil
      }
      let text = ExactText(scalar.text)
      if frame.keys.contains(text) {
        refuse(node.place, "the key `\(text)` occurs twice in one mapping")
        return nil
      }
      return text
    }
  }

  private mutating func noteDecorations(
    anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?, _ place: TextPlace
  ) {
    if let anchor = unsafe anchor {
      refuse(place, unsafe "`&\(String(yaml: anchor))` names a value for use elsewhere", help: "write the value out")
    }
    if let tag = unsafe tag {
      let standard = "tag:yaml.org,2002:"
      var name = unsafe String(yaml: tag)
      if name.utf8.starts(with: standard.utf8) {
        name = "!!" + String(decoding: name.utf8.dropFirst(standard.utf8.count), as: UTF8.self)
      }
      refuse(place, "the tag `\(name)` says how to read a value", help: "take it out, or use quotes")
    }
  }

  private mutating func noteFailure(_ parser: yaml_parser_t, _ text: [UInt8]) {
    let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
    switch unsafe parser.error {
    case YAML_MEMORY_ERROR: refuse(TextPlace(line: 1, column: 1), "there is not enough memory to read the text")
    case YAML_READER_ERROR:
      let offset = unsafe Int(clamping: parser.problem_offset)
      if offset < text.count, text[offset] == 0 {
        refuse(TextPlace(of: offset, in: text), "the text holds the character NUL")
      } else {
        refuse(TextPlace(of: offset, in: text), "this is not YAML: \(problem)")
      }
    default:
      let context = unsafe parser.context.map { unsafe " \(String(cString: $0))" } ?? ""
      refuse(unsafe TextPlace(parser.problem_mark), "this is not YAML: \(problem)\(context)")
    }
  }
}

extension TextPlace {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
  }
}

extension String {
  fileprivate init(yaml text: UnsafeMutablePointer<yaml_char_t>?) {
    self = unsafe text.map { unsafe String(cString: $0) } ?? ""
  }
}
