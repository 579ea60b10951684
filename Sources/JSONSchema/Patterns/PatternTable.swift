import JSONText
import RegularExpressions

/// The patterns of a schema, each kept once and compiled at the end, when it is known how many share the memory.
struct PatternTable {
  /// What all patterns of a schema may take, in bytes.
  private static let memory = 8 << 20
  /// What one may take however many there are, and however few.
  private static let memoryOfOne = 128 << 10...1 << 20

  /// How many steps all may have together, which bounds the time that compiling them takes.
  private static let mostSteps = 65_536

  private var indices: [ExactText: Int] = [:]
  private var translations: [(text: String, place: Int)] = []

  var count: Int { translations.count }

  /// The index of a pattern of ECMA-262.
  mutating func add(_ pattern: String, at place: Int) throws(ECMAPattern.Mistake) -> Int {
    if let index = indices[ExactText(pattern)] { return index }
    translations.append((try ECMAPattern.translate(pattern), place))
    indices[ExactText(pattern)] = translations.count - 1
    return translations.count - 1
  }

  func compile(in document: SchemaDocument) throws(JSONSchema.Mistake) -> [RegularExpression] {
    let share = Self.memory / max(1, count)
    let memory = min(max(share, Self.memoryOfOne.lowerBound), Self.memoryOfOne.upperBound)
    var compiled: [RegularExpression] = []
    var steps = 0
    for (text, place) in translations {
      do throws(RegularExpression.Mistake) {
        compiled.append(try RegularExpression(text, longest: ECMAPattern.longest, memory: memory))
      } catch {
        throw document.mistake("a pattern cannot be used: \(error.message)", at: place)
      }
      steps += compiled.last?.size ?? 0
      guard steps <= Self.mostSteps else {
        throw document.mistake("the patterns up to this one are too big together", at: place)
      }
    }
    return compiled
  }
}
