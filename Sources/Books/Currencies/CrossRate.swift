package import Replica

/// What one unit of a currency is worth in another one, exactly: millionths, through a third currency a product of them, or
/// one such rate over another.
package struct ExactRate: Hashable, Sendable {
    let numerator: Int128
    /// Above zero; one but for a rate over another.
    let denominator: Int128
    /// Decimal places of the numerator: 6, or 12 through a third currency; of a rate over another from -12 to 12.
    let places: Int

    package static let one = ExactRate(millionths: 1_000_000)

    package init(millionths: Int64) {
        numerator = Int128(millionths)
        denominator = 1
        places = Amount.scaleMax
    }

    package init(millionths: Int64, through third: Int64) {
        numerator = Int128(millionths) * Int128(third)
        denominator = 1
        places = 2 * Amount.scaleMax
    }

    /// What is worth `rate`, in a currency that is worth `own`: both in one third currency, and above zero.
    package init(_ rate: ExactRate, over own: ExactRate) {
        // As rates are said neither has a denominator.
        numerator = rate.numerator
        denominator = own.numerator
        places = rate.places - own.places
    }

    /// As a fact says it; not of a rate over another.
    package var said: String { "\(numerator) \(places)" }

    /// Nil for what a peer wrote that is no rate.
    package init?(said text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 2, let numerator = Int128(parts[0]), numerator > 0,
            let places = Int(parts[1]), [Amount.scaleMax, 2 * Amount.scaleMax].contains(places)
        else { return nil }
        self.numerator = numerator
        denominator = 1
        self.places = places
    }

    /// With no more zeros at its end than six places have; of a rate over another ten places, rounded.
    package var text: String {
        guard denominator == 1 else { return quotientText }
        var text = Amount.text(numerator, scale: places)
        for _ in 0..<(places - Amount.scaleMax) where text.hasSuffix("0") { text.removeLast() }
        return text
    }

    private static let quotientPlaces = 10

    private var quotientText: String {
        guard
            let value = try? Amount.converted(
                Int128(1), rate: self, scale: 0, to: Self.quotientPlaces)
        else { return "" }
        var text = Amount.text(value, scale: Self.quotientPlaces)
        for _ in Amount.scaleMax..<Self.quotientPlaces where text.hasSuffix("0") {
            text.removeLast()
        }
        return text
    }

    /// In millionths, rounded.
    package func millionths() throws(BooksError) -> Int64 {
        try Amount.converted(Int64(1), rate: self, scale: 0, to: Amount.scaleMax)
    }

    static func power(_ digits: Int) -> Int128 {
        (0..<digits).reduce(Int128(1)) { product, _ in product * 10 }
    }
}

/// What one unit of a currency is worth in a third one from a day on, until the next such rate: used where nobody says what it
/// is worth in the book's own. Stands in the register of the currency's rates, under the day and the third currency.
package struct CrossRate: Hashable, Comparable, Sendable {
    package let from: Day
    package let third: CurrencyCode
    /// Nil where nobody says it any more from that day on.
    package let millionths: Int64?
    package let isContested: Bool

    package static func < (a: Self, b: Self) -> Bool {
        (a.from.number, a.third.text) < (b.from.number, b.third.text)
    }

    static func attribute(_ day: Day, _ third: CurrencyCode) -> String { "\(day) \(third)" }

    /// All of one currency, by day. What makes no sense is none: any peer may have written it.
    package static func rates(_ values: [String: [Value]]) -> [CrossRate] {
        values.compactMap { attribute, shown in
            let parts = attribute.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, let day = Day(parts[0]), let third = CurrencyCode(parts[1])
            else { return nil }
            let rate = shown.last?.integer
            return CrossRate(
                from: day, third: third, millionths: rate.flatMap { $0 > 0 ? $0 : nil },
                isContested: Set(shown).count > 1)
        }.sorted()
    }

    /// Those that hold on a day, the latest said first; of one day by the third currency's letters.
    static func holding(_ rates: [CrossRate], on day: Day) -> [CrossRate] {
        var last: [CurrencyCode: CrossRate] = [:]
        for rate in rates where rate.from <= day { last[rate.third] = rate }
        return last.values.filter { $0.millionths != nil }.sorted {
            ($1.from.number, $0.third.text) < ($0.from.number, $1.third.text)
        }
    }
}

extension ExactRate {
    /// What one unit of a currency is worth on a day in the currency of a ledger: in the book's own as somebody said it, or
    /// through a third currency. In another one as somebody said it in that; else what the one is worth in the book's own
    /// over what the other is. Nil where no rate is known.
    package static func rate(
        of code: CurrencyCode, in ledger: Ledger, on day: Day,
        _ said: (CurrencyCode) throws -> SaidRates
    ) rethrows -> ExactRate? {
        guard code != ledger.currency else { return one }
        func inBook(_ code: CurrencyCode) throws -> ExactRate? {
            try code == ledger.book.currency ? one : said(code).rate(on: day, said)
        }
        guard !ledger.isBook else { return try inBook(code) }
        if let direct = try CrossRate.holding(said(code).cross, on: day)
            .first(where: { $0.third == ledger.currency })?.millionths
        {
            return ExactRate(millionths: direct)
        }
        guard let rate = try inBook(code), let own = try inBook(ledger.currency) else { return nil }
        return ExactRate(rate, over: own)
    }
}

/// All that was said of a currency's rate.
package struct SaidRates: Sendable {
    package let own: [CurrencyRate]
    package let cross: [CrossRate]

    package init(_ values: [String: [Value]]) {
        own = CurrencyRate.rates(values)
        cross = CrossRate.rates(values)
    }

    /// The rate of a day: in the book's own currency, or else through a third one whose rate in the book's own is known.
    package func rate(
        on day: Day, _ others: (CurrencyCode) throws -> SaidRates
    ) rethrows -> ExactRate? {
        if let own = CurrencyRate.rate(own, on: day) { return ExactRate(millionths: own) }
        for cross in CrossRate.holding(cross, on: day) {
            guard let millionths = cross.millionths,
                let third = CurrencyRate.rate(try others(cross.third).own, on: day)
            else { continue }
            return ExactRate(millionths: millionths, through: third)
        }
        return nil
    }
}

extension Amount {
    /// What an amount is worth: from minor units of one scale to those of another, rounded half away from zero once. Both
    /// scales are at most six.
    package static func converted(
        _ amount: Int64, rate: ExactRate, scale: Int, to other: Int
    ) throws(BooksError) -> Int64 {
        let worth = try converted(Int128(amount), rate: rate, scale: scale, to: other)
        guard let worth = Int64(exactly: worth) else { throw .overflow }
        return worth
    }

    /// The same of a sum that may be wider than any amount.
    package static func converted(
        _ amount: Int128, rate: ExactRate, scale: Int, to other: Int
    ) throws(BooksError) -> Int128 {
        let places = rate.places + scale - other
        var (product, over) = amount.multipliedReportingOverflow(by: rate.numerator)
        guard !over else { throw .overflow }
        var divisor = rate.denominator
        if places < 0 {
            (product, over) = product.multipliedReportingOverflow(by: ExactRate.power(-places))
        } else {
            (divisor, over) = divisor.multipliedReportingOverflow(by: ExactRate.power(places))
        }
        guard !over, divisor > 0 else { throw .overflow }
        return rounded(product, by: divisor)
    }

    /// Rounded half away from zero, as wide as it is. The divisor is positive.
    package static func rounded(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        // Not twice the remainder: that may be too wide.
        let rounds = remainder.magnitude >= divisor.magnitude - remainder.magnitude
        return rounds ? quotient + (value < 0 ? -1 : 1) : quotient
    }

    /// What a price in millionths for `per` base units comes to in a currency of that rate: minor units of its scale for
    /// `quantity` base units, rounded half away from zero once. Without a rate the price is of that currency itself.
    package static func worth(
        _ millionths: Int64, _ quantity: Int64, per: Int64, rate: ExactRate?, scale: Int
    ) throws(BooksError) -> Int64 {
        guard let rate else { return try worth(millionths, quantity, per: per, scale: scale) }
        let (worth, over) = (Int128(millionths) * Int128(quantity))
            .multipliedReportingOverflow(by: ExactRate.power(scale + rate.places - scaleMax))
        guard rate.denominator == 1 else { throw .overflow }
        let (divisor, beyond) = Int128(per).multipliedReportingOverflow(by: rate.numerator)
        guard !over, !beyond, divisor > 0 else { throw .overflow }
        return try divide(worth, by: divisor)
    }
}
