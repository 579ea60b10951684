/// Which build this is.
///
/// The gate and its clients compare it: two builds do not share one gate unasked.
enum Build {
  static let version = "0.1.0"
}
