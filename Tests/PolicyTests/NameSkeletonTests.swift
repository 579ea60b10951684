import JSONText
import Policy
import Testing

/// What names look like to a person.
struct NameSkeletonTests {
  /// All ways to read a name, its own included.
  private func readings(_ name: String) -> [ExactText] {
    NameSkeleton.readings(of: ExactText(name)) ?? [ExactText(name)]
  }

  private func canBeTaken(_ left: String, for right: String) -> Bool {
    readings(left).contains { readings(right).contains($0) }
  }

  @Test(arguments: [
    "get_file", "Get_File", "GET_FILE", "g\u{0435}t_file", "get_f\u{0456}le", "ge\u{0442}_file", "get\u{200B}_file",
    "\u{FF47}et_file", "get_fi1e", "get_fi|e", "get_fiIe", "get\u{02CD}file", " get_file", "get_file\u{00AD}",
    "\u{0261}\u{212E}t_file", "\u{1D420}et_file", "get_f\u{03B9}l\u{0435}",
  ])
  func namesThatLookLikeOneAreTakenForIt(name: String) {
    #expect(canBeTaken(name, for: "get_file"), "\(name.unicodeScalars.map { String($0.value, radix: 16) })")
  }

  @Test(arguments: [
    "get-file", "getfile", "get_files", "set_file", "get_f1le2", "g3t_file", "get_f\u{00EF}le", "jet_file",
  ])
  func othersAreNot(name: String) { #expect(!canBeTaken(name, for: "get_file")) }

  @Test func aCapitalIIsReadBothWays() {
    #expect(canBeTaken("Iist_files", for: "list_files"))
    #expect(canBeTaken("Issue_Iist", for: "issue_list") == false, "all of its capitals are read the same way")
    #expect(canBeTaken("GetIssue", for: "getissue"))
    #expect(canBeTaken("Iike", for: "like") && canBeTaken("Iike", for: "iike"))
  }

  @Test(arguments: ["list_files", "a.b/c-d", "s3_get", "x_y_z"])
  func aPlainNameIsItsOwnSkeleton(name: String) { #expect(NameSkeleton.readings(of: ExactText(name)) == nil) }

  @Test func whatIsLongOrStrangeEndsToo() {
    #expect(readings(String(repeating: "\u{FDFA}", count: 2000)).count == 1)
    #expect(readings(String(repeating: "I\u{0301}", count: 5000)).count == 2)
    #expect(readings("") == [""])
    #expect(readings("\u{202E}\u{E0041}").count == 1)
  }
}
