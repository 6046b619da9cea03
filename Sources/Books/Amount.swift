/// Why the books refuse a figure.
package enum BooksError: Error, Equatable, Sendable {
    /// The result does not fit 64 bits of minor or base units.
    case overflow
    /// Not a decimal number in plain digits.
    case notANumber(String)
    /// More decimal places than the scale holds; nothing is rounded silently.
    case tooPrecise(String, scale: Int)
    /// A quantity of a move that is not positive.
    case notPositive(Int64)
}

/// Exact decimal figures as whole numbers at a scale: never a Double, never a wrap.
package enum Amount {
    package static let scaleMax = 6

    /// `value × numerator ÷ denominator`, rounded half away from zero. The product is taken at 128
    /// bits. `denominator` is positive.
    package static func share(
        _ value: Int64, _ numerator: Int64, of denominator: Int64
    ) throws(BooksError) -> Int64 {
        precondition(denominator > 0, "a share of \(denominator)")
        return try divide(Int128(value) * Int128(numerator), by: Int128(denominator))
    }

    /// What `quantity` base units are worth at a price in millionths for `per` of them: minor units of a
    /// ledger of so many decimal places, rounded half away from zero once.
    package static func worth(
        _ millionths: Int64, _ quantity: Int64, per: Int64, scale: Int
    ) throws(BooksError) -> Int64 {
        // A ledger has at most six decimal places.
        let places = (0..<(scaleMax - scale)).reduce(Int128(1)) { product, _ in product * 10 }
        return try divide(Int128(millionths) * Int128(quantity), by: Int128(per) * places)
    }

    /// Rounded half away from zero. The divisor is positive.
    package static func divide(_ value: Int128, by divisor: Int128) throws(BooksError) -> Int64 {
        guard let result = Int64(exactly: rounded(value, by: divisor)) else { throw .overflow }
        return result
    }

    /// Reads `-12.50` at a scale: `[-+]digits[.digits]`, ASCII only.
    package static func parse(_ text: String, scale: Int) throws(BooksError) -> Int64 {
        precondition((0...scaleMax).contains(scale), "no scale of \(scale)")
        var digits = Substring(text).utf8
        let isNegative = digits.first == 0x2d
        if isNegative || digits.first == 0x2b { digits = digits.dropFirst() }
        let parts = digits.split(separator: 0x2e, omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty, parts.last?.isEmpty == false,
            digits.allSatisfy({ $0 == 0x2e || (0x30...0x39).contains($0) })
        else { throw .notANumber(text) }
        var fraction = parts.count == 2 ? Array(parts[1]) : []
        while fraction.last == 0x30 { fraction.removeLast() }
        guard fraction.count <= scale else { throw .tooPrecise(text, scale: scale) }
        fraction += [UInt8](repeating: 0x30, count: scale - fraction.count)
        var value: Int64 = 0
        for digit in Array(parts[0]) + fraction {
            let (tens, over) = value.multipliedReportingOverflow(by: 10)
            let step = Int64(digit - 0x30)
            let (sum, again) =
                isNegative
                ? tens.subtractingReportingOverflow(step) : tens.addingReportingOverflow(step)
            guard !over, !again else { throw .overflow }
            value = sum
        }
        return value
    }

    /// The shortest text with exactly `scale` decimal places.
    package static func text(_ value: some SignedInteger, scale: Int) -> String {
        guard let narrow = Int64(exactly: value) else { return wide(value, scale: scale) }
        return text(narrow, scale: scale)
    }

    private static func wide(_ value: some SignedInteger, scale: Int) -> String {
        var digits = String(value.magnitude)
        if digits.utf8.count <= scale {
            digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
        }
        let whole = digits.dropLast(scale)
        let sign = value < 0 ? "-" : ""
        return scale == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(digits.suffix(scale))"
    }

    /// The same. Reports write tens of thousands of figures: nothing is looked up by type for each.
    package static func text(_ value: Int128, scale: Int) -> String {
        guard let narrow = Int64(exactly: value) else { return wide(value, scale: scale) }
        return text(narrow, scale: scale)
    }

    package static func text(_ value: Int64, scale: Int) -> String {
        // As many as there are in 64 bits, a zero before the point, the point and a sign.
        let most = max(20, scale + 2) + 2
        return String(unsafeUninitializedCapacity: most) { buffer in
            var (rest, place, count) = (value.magnitude, most, 0)
            repeat {
                if count == scale, scale > 0 {
                    place -= 1
                    buffer[place] = 0x2e
                }
                place -= 1
                buffer[place] = 0x30 + UInt8(rest % 10)
                rest /= 10
                count += 1
            } while rest > 0 || count <= scale
            if value < 0 {
                place -= 1
                buffer[place] = 0x2d
            }
            for index in place..<most { buffer[index - place] = buffer[index] }
            return most - place
        }
    }
}
