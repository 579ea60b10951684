extension ExactDecimal {
  /// Whether a whole number times `divisor` is exactly this; of zero only zero is a multiple.
  ///
  /// The work is bounded by the digits of the two, whatever their exponents are.
  package func isMultiple(of divisor: ExactDecimal) -> Bool {
    if isZero || divisor.isZero { return isZero }
    // Both as a whole number without a 0 at its end, times a power of ten.
    let power = magnitude - digitCount
    let divisorPower = divisor.magnitude - divisor.digitCount
    // A multiple of a higher power of ten would have that 0.
    guard power >= divisorPower else { return false }
    let steps = power - divisorPower
    // Ten divides into 2 and 5; what of the divisor these take away need not be in the digits.
    var wanted = WholeDigits(divisor.digits)
    for prime: UInt32 in [2, 5] {
      var taken = 0
      while taken < steps, wanted.divide(by: prime) { taken += 1 }
    }
    return wanted.divides(digits)
  }
}

/// A positive whole number of a few hundred digits.
private struct WholeDigits {
  /// In base 2^32, the least first; the last is not 0.
  private var limbs: [UInt32] = []

  init(_ digits: [UInt8]) {
    for digit in digits { append(digit) }
  }

  /// Times ten and a digit more.
  private mutating func append(_ digit: UInt8) {
    var carry = UInt64(digit)
    for index in limbs.indices {
      carry += UInt64(limbs[index]) * 10
      limbs[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    if carry > 0 { limbs.append(UInt32(truncatingIfNeeded: carry)) }
  }

  /// Divides where nothing remains; else answers false and changes nothing.
  mutating func divide(by divisor: UInt32) -> Bool {
    var quotient = limbs
    var remainder: UInt64 = 0
    for index in limbs.indices.reversed() {
      let (whole, left) = (remainder << 32 | UInt64(limbs[index])).quotientAndRemainder(dividingBy: UInt64(divisor))
      quotient[index] = UInt32(truncatingIfNeeded: whole)
      remainder = left
    }
    guard remainder == 0 else { return false }
    while quotient.last == 0 { quotient.removeLast() }
    limbs = quotient
    return true
  }

  /// Whether these digits, read as one number, are a multiple of this number.
  func divides(_ digits: [UInt8]) -> Bool {
    if limbs.count == 1 {
      var remainder: UInt64 = 0
      for digit in digits { remainder = (remainder * 10 + UInt64(digit)) % UInt64(limbs[0]) }
      return remainder == 0
    }
    var remainder = WholeDigits([])
    for digit in digits {
      remainder.append(digit)
      while !remainder.isSmaller(than: self) { remainder.subtract(self) }
    }
    return remainder.limbs.isEmpty
  }

  private func isSmaller(than other: WholeDigits) -> Bool {
    if limbs.count != other.limbs.count { return limbs.count < other.limbs.count }
    for index in limbs.indices.reversed() where limbs[index] != other.limbs[index] {
      return limbs[index] < other.limbs[index]
    }
    return false
  }

  /// Takes a number away that is not greater.
  private mutating func subtract(_ other: WholeDigits) {
    var borrow: Int64 = 0
    for index in limbs.indices {
      let difference = Int64(limbs[index]) - (index < other.limbs.count ? Int64(other.limbs[index]) : 0) + borrow
      limbs[index] = UInt32(truncatingIfNeeded: difference)
      borrow = difference < 0 ? -1 : 0
    }
    while limbs.last == 0 { limbs.removeLast() }
  }
}
