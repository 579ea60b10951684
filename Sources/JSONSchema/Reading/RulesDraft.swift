/// The rules of one schema while its keywords are read.
struct RulesDraft {
  var types: TypeSet?
  var constant: AllowedValues?
  var values: AllowedValues?
  var numbers = NumberRules()
  var hasNumbers = false
  var strings = StringRules()
  var hasStrings = false
  var arrays = ArrayRules()
  var hasArrays = false
  var objects = ObjectRules()
  var hasObjects = false
  var combinations = CombinationRules()
  var hasCombinations = false
  var unevaluatedItems: Int?
  var unevaluatedProperties: Int?

  /// Keeps what is there.
  func settle(into schema: inout Subschema) {
    if !hasNumbers, !hasStrings, !hasArrays, !hasObjects, !hasCombinations, types == nil, constant == nil, values == nil
    {
      schema.alias = combinations.reference
    }
    schema.types = types
    schema.constant = constant.map(Kept.init)
    schema.values = values.map(Kept.init)
    if hasNumbers { schema.numbers = Kept(numbers) }
    if hasStrings { schema.strings = Kept(strings) }
    if hasArrays { schema.arrays = Kept(arrays) }
    if hasObjects { schema.objects = Kept(objects) }
    if hasCombinations || combinations.reference != nil { schema.combinations = Kept(combinations) }
    schema.unevaluatedItems = unevaluatedItems
    schema.unevaluatedProperties = unevaluatedProperties
  }
}
