/// An exact fraction: what the product's rounded figures are held against. It shares no code with them.
struct Rational: Equatable, Comparable {
    let numerator: Int128
    /// Above zero, with no common factor.
    let denominator: Int128

    init(_ numerator: Int128, _ denominator: Int128 = 1) {
        precondition(denominator != 0)
        let divisor = Self.divisor(numerator.magnitude, denominator.magnitude)
        let sign: Int128 = denominator < 0 ? -1 : 1
        self.numerator = sign * numerator / Int128(divisor)
        self.denominator = sign * denominator / Int128(divisor)
    }

    /// `-12.50`, in plain digits.
    init(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let places = parts.count == 2 ? parts[1].count : 0
        self.init(Int128(parts.joined())!, Self.ten(places))
    }

    static func ten(_ power: Int) -> Int128 { (0..<power).reduce(1) { product, _ in product * 10 } }

    private static func divisor(_ a: UInt128, _ b: UInt128) -> UInt128 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return max(a, 1)
    }

    static func + (a: Self, b: Self) -> Self {
        Self(
            a.numerator * b.denominator + b.numerator * a.denominator,
            a.denominator * b.denominator)
    }
    static func - (a: Self, b: Self) -> Self { a + Self(-b.numerator, b.denominator) }
    static func * (a: Self, b: Self) -> Self {
        let (left, right) = (
            Self(a.numerator, b.denominator), Self(b.numerator, a.denominator)
        )
        return Self(left.numerator * right.numerator, left.denominator * right.denominator)
    }
    static func / (a: Self, b: Self) -> Self { a * Self(b.denominator, b.numerator) }
    static func < (a: Self, b: Self) -> Bool {
        a.numerator * b.denominator < b.numerator * a.denominator
    }

    /// To the nearest whole number; halves away from zero.
    var rounded: Int128 {
        let (whole, rest) = numerator.magnitude.quotientAndRemainder(
            dividingBy: denominator.magnitude)
        let up = whole + (rest >= denominator.magnitude - rest ? 1 : 0)
        return numerator < 0 ? -Int128(up) : Int128(up)
    }
}
