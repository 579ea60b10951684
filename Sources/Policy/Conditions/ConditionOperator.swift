/// How a condition compares what it finds with its value.
///
/// A value of a type that the operator cannot take makes its entry fail closed: `require` is not met, `deny_if` holds. So does what
/// programs may read in two ways.
package enum ConditionOperator: String, CaseIterable, Hashable, Sendable {
  /// The same JSON value: of one type, numbers by their exact value, strings by their bytes, arrays and objects deeply.
  ///
  /// A value of another type is simply not equal: "5" is not 5.
  case eq, neq
  /// One of several values, each compared as `eq` does.
  case `in`
  case notIn = "not_in"
  /// Numbers only, as exact decimals.
  case lt, lte, gt, gte
  /// A part of a string, or an element of an array.
  case contains
  case notContains = "not_contains"
  /// Strings only, by their bytes.
  case startsWith = "starts_with"
  case endsWith = "ends_with"
  /// Strings only: the whole string, where `*` is any run of characters; `\*` and `\\` are a literal star and backslash.
  case glob
  /// Strings only: a pattern of RE2, found anywhere in the string unless it has anchors.
  case regex
  case notRegex = "not_regex"
  /// With `true`: something is there, and it is not null. With `false`: the opposite.
  case exists
  /// Unicode scalars of a string (what JSON Schema counts, so that e and its accent may be two), elements of an array, members of an
  /// object.
  case lengthLt = "length_lt"
  case lengthLte = "length_lte"
  case lengthGt = "length_gt"
  case lengthGte = "length_gte"
  /// An absolute path, or a `file:///` URI, that is one of the folders or lies in it once `.`, `..` and doubled slashes are resolved.
  ///
  /// The text decides, not a disk: symbolic links are the server's business. Whether a path lies anywhere cannot be told, so that the entry
  /// fails closed, where it is relative, begins with `~`, or holds a backslash or NUL; likewise of a file URI in another form.
  case within
  /// A URL whose host is one of these: a name, an address, or `*.example.com` for everything below `example.com` and not itself.
  ///
  /// A text that is no URL, or a URL without a host, does not hold. Where programs may find different hosts (a backslash, a blank, two
  /// `@`, `https:host`, a name that is not ASCII, an address in an odd form, a port out of range), the entry fails closed.
  case hostIn = "host_in"
}
