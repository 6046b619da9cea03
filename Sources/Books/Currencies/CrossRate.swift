package import Replica

/// What one unit of a currency is worth in the book's own, exactly: millionths, or through a third currency a product of
/// them.
package struct ExactRate: Hashable, Sendable {
    let numerator: Int128
    /// Decimal places of the numerator: 6, or 12 through a third currency.
    let places: Int

    package init(millionths: Int64) {
        numerator = Int128(millionths)
        places = Amount.scaleMax
    }

    package init(millionths: Int64, through third: Int64) {
        numerator = Int128(millionths) * Int128(third)
        places = 2 * Amount.scaleMax
    }

    /// With no more zeros at its end than six places have.
    package var text: String {
        var text = Amount.text(numerator, scale: places)
        for _ in 0..<(places - Amount.scaleMax) where text.hasSuffix("0") { text.removeLast() }
        return text
    }

    /// In millionths, rounded.
    package func millionths() throws(BooksError) -> Int64 {
        try Amount.divide(numerator, by: Self.power(places - Amount.scaleMax))
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
        let (product, over) = Int128(amount).multipliedReportingOverflow(by: rate.numerator)
        guard !over else { throw .overflow }
        return try divide(product, by: ExactRate.power(rate.places + scale - other))
    }

    /// What a price in millionths for `per` base units comes to in a currency of that rate: minor units of its scale for
    /// `quantity` base units, rounded half away from zero once.
    package static func worth(
        _ millionths: Int64, _ quantity: Int64, per: Int64, rate: ExactRate, scale: Int
    ) throws(BooksError) -> Int64 {
        let (worth, over) = (Int128(millionths) * Int128(quantity))
            .multipliedReportingOverflow(by: ExactRate.power(scale + rate.places - scaleMax))
        let (divisor, beyond) = Int128(per).multipliedReportingOverflow(by: rate.numerator)
        guard !over, !beyond, divisor > 0 else { throw .overflow }
        return try divide(worth, by: divisor)
    }
}
