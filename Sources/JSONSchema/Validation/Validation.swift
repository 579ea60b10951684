import JSONText
import RegularExpressions

/// One value on its way through a schema.
///
/// It first runs in silence, which costs no text; only where a value fails it runs again to say why.
struct Validation {
  /// How many schemas may be open within each other, whether by the value's depth or by references.
  ///
  /// A stack of 512 KiB is enough for them also in builds that are slow and careful (4 KiB for each with the address sanitizer).
  static let deepest = 112

  let program: JSONSchema.Program
  /// Whether failures are to be put in words.
  let speaks: Bool
  private(set) var steps = Work.most
  private var depth = 0
  /// Why nothing can be said of the value; then it fails, whatever `not` or `anyOf` would make of that.
  private(set) var exhaustion: String?
  var failure: JSONSchema.Failure?
  /// The schema resources that were entered, while there are dynamic references.
  var scope: [Int] = []
  /// What was evaluated so far, while there are keywords that ask.
  var collectors: [Collector] = []

  init(_ program: JSONSchema.Program, speaks: Bool) {
    self.program = program
    self.speaks = speaks
  }

  /// Stands for no collector.
  static let none = -1

  /// Whether a value satisfies a schema.
  mutating func check(_ index: Int, _ value: JSONNode, _ collector: Int) -> Bool {
    guard spend(1) else { return false }
    guard depth < Self.deepest else { return exhaust("it is nested too deep for the schema") }
    var schema = program.schemas[index]
    if !program.hasDynamicReferences {
      while let alias = schema.value.alias {
        guard spend(1) else { return false }
        schema = program.schemas[alias]
      }
    }
    depth += 1
    let isFine = program.tracks ? checkTracked(schema, value, collector) : checkKeywords(schema, value, collector)
    depth -= 1
    return isFine
  }

  /// Keeps book of what dynamic references and `unevaluated…` need to know.
  private mutating func checkTracked(_ schema: Kept<Subschema>, _ value: JSONNode, _ outer: Int) -> Bool {
    let enters = program.hasDynamicReferences && scope.last != schema.value.resource
    if enters { scope.append(schema.value.resource) }
    defer { if enters { scope.removeLast() } }
    guard schema.value.seesUnevaluated else { return checkKeywords(schema, value, outer) }
    let own = openCollector()
    defer { closeCollector() }
    guard checkKeywords(schema, value, own), checkUnevaluated(schema, value, own) else { return false }
    return outer == Self.none || join(own, to: outer)
  }

  private mutating func checkKeywords(_ schema: Kept<Subschema>, _ value: JSONNode, _ collector: Int) -> Bool {
    if let verdict = schema.value.verdict {
      return verdict || fail(schema, nil, "nothing is allowed here")
    }
    if let types = schema.value.types, !Self.fits(value, types) {
      return fail(schema, "type", "\(value.kindInWords) where \(types.words) is wanted", isType: types)
    }
    if let allowed = schema.value.constant, !isAmong(allowed, value) {
      return fail(schema, "const", "it is not the one value that is allowed")
    }
    if let allowed = schema.value.values, !isAmong(allowed, value) {
      return fail(schema, "enum", "it is none of the \(Words.count(allowed.value.count, "value")) that are allowed")
    }
    switch value.content {
    case .null, .bool: break
    case .number(let number):
      if schema.value.numbers != nil, !check(number, schema) { return false }
    case .string(let text):
      if schema.value.strings != nil, !check(text, schema) { return false }
    case .array(let elements):
      if let rules = schema.value.arrays, !check(elements, rules, schema, collector) { return false }
    case .object(let members):
      if let rules = schema.value.objects, !check(members, of: value, rules, schema, collector) { return false }
    }
    guard let rules = schema.value.combinations else { return true }
    return check(value, rules, schema, collector)
  }

  // MARK: Bounds

  /// Counts work; false when it was too much.
  mutating func spend(_ work: Int) -> Bool {
    guard exhaustion == nil else { return false }
    steps -= work
    return steps >= 0 || exhaust("checking it is too much work")
  }

  mutating func exhaust(_ message: String) -> Bool {
    if exhaustion == nil { exhaustion = message }
    return false
  }

  // MARK: Failures

  /// Answers false, and says why where that is wanted.
  mutating func fail(
    _ schema: Kept<Subschema>, _ keyword: String?, _ message: @autoclosure () -> String, isType types: TypeSet? = nil
  ) -> Bool {
    if speaks, exhaustion == nil {
      let pointer = program.document.pointer(of: schema.value.place)
      failure = JSONSchema.Failure(message(), place: "", keyword: keyword.map { "\(pointer)/\($0)" } ?? pointer)
      wantedTypes = types
      origin = nil
    }
    return false
  }

  /// Says that a failure happened in a member or element.
  mutating func failed(in step: @autoclosure () -> String) -> Bool {
    if speaks, let place = failure?.place {
      failure?.place = Words.joined("/\(step())", place)
    }
    return false
  }

  /// The alternatives that are being tried, while failures are put in words.
  var attempts: [Attempts] = []
  /// Where no alternative fits: what the closest says, with its place from there on.
  var origin: JSONSchema.Failure?
  /// The types that the last failure wanted, where it was one of `type`.
  var wantedTypes: TypeSet?
}
