/// A verb that reads, but not with these objects: to report is to tell, to report a user is an act.
struct Idiom: Sendable {
  let verb: Word
  /// The verb's third person, for descriptions.
  let third: Word
  let objects: Set<Word>
  let category: Category
  /// It means the same at the start of a description.
  let isInText: Bool

  static let all: [Idiom] = [
    idiom(
      "report",
      "user issue bug problem abuse spam post message comment content violation fraud loss outage crime progress tool listing seller event events incident outcome conversion verdict",
      .write),
    idiom(
      "review",
      "pull pr merge application submission applicant proposal card cards flashcard suggestion suggestions request requests",
      .write),
    idiom("return", "item items order orders product book parcel loan equipment", .write),
    idiom("suggest", "edit edits change changes", .write),
    idiom("extract", "zip archive tar tarball rar", .write),
    idiom("sort", "sheet range worksheet spreadsheet cells", .write, isInText: true),
    idiom("render", "image video scene animation movie frames", .write, isInText: true),
    idiom("watch", "repository repo issue thread topic card ticket calendar page user", .write, isInText: true),
    idiom(
      "show", "notification dialog popup toast banner overlay highlight led leds lcd oled", .execute, isInText: true),
    idiom(
      "display", "notification dialog popup toast banner overlay highlight led leds lcd oled", .execute, isInText: true),
    idiom("test", "webhook suite suites unit e2e integration workflow script tests", .execute),
    idiom("test", "notification notifications alert receiver sms", .write),
    idiom("ping", "webhook hook", .execute),
    idiom("ping", "user users member channel team everyone", .write),
    idiom("rank", "issue issues backlog card cards task tasks item items queue story stories", .write),
    idiom("recall", "message email mail notification shipment", .write),
    idiom("filter", "range worksheet spreadsheet", .write),
    idiom(
      "simulate", "tap touch swipe click keypress keystroke gesture gps location shake push battery input", .execute,
      isInText: true),
    idiom("gather", "block blocks resource resources wood ore crops loot drops", .execute, isInText: true),
    idiom("collect", "block blocks resource resources wood ore crops loot drops", .execute, isInText: true),
    idiom("return", "home base launch dock", .execute),
    idiom("request", "verification review approval access refund crawl indexing deletion", .write, isInText: true),
    idiom("list", "sale auction", .financial, isInText: true),
    idiom("collect", "payment payments reward rewards dividend dividends rent debt", .financial, isInText: true),
  ]

  private static func idiom(_ verb: String, _ objects: String, _ category: Category, isInText: Bool = false) -> Idiom {
    Idiom(
      verb: Word(verb.utf8) ?? Word(), third: Word(VerbForms.third(of: verb).utf8) ?? Word(),
      objects: Set(objects.split(separator: " ").compactMap { Word($0.utf8) }), category: category, isInText: isInText)
  }
}
