package import Replica

/// What one unit of another currency is worth from a day on, until the next rate: millionths of the book's own currency.
package struct CurrencyRate: Hashable, Comparable, Sendable {
    package let from: Day
    /// Nil where nobody says it any more from that day on.
    package let millionths: Int64?
    /// Values that were written beside each other.
    package let isContested: Bool

    package static func < (a: Self, b: Self) -> Bool { a.from.number < b.from.number }
}

/// How rates stand in registers of the catalog: `rate/<currency>`, with an attribute for each day.
extension CurrencyRate {
    package static let prefix = "rate/"

    package static func entity(_ currency: CurrencyCode) -> String { prefix + currency.text }

    /// All rates of one currency, by day. What is not above zero is no rate: any peer may have written it.
    package static func rates(_ values: [String: [Value]]) -> [CurrencyRate] {
        values.compactMap { attribute, shown in
            guard let day = Day(attribute) else { return nil }
            let rate = shown.last?.integer
            return CurrencyRate(
                from: day, millionths: rate.flatMap { $0 > 0 ? $0 : nil },
                isContested: Set(shown).count > 1)
        }.sorted()
    }

    /// The rate of a day; nil where there is none.
    package static func rate(_ rates: [CurrencyRate], on day: Day) -> Int64? {
        rates.last { $0.from <= day }?.millionths
    }
}

extension CurrencyCode {
    /// Decimal places of its minor unit. Source: ISO 4217, list one; what it does not name has two.
    package var exponent: Int {
        switch text {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        case "CLF", "UYW": 4
        default: 2
        }
    }
}

/// What an account holds of another currency, and what that is carried at in the book's own: minor units of each.
package struct ForeignBalance: Hashable, Sendable {
    package let account: Account
    package let currency: CurrencyCode
    package let amount: Int128
    package let value: Int128

    package init(account: Account, currency: CurrencyCode, amount: Int128, value: Int128) {
        self.account = account
        self.currency = currency
        self.amount = amount
        self.value = value
    }
}
