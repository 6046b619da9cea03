/// What is done with amounts of other currencies.
package enum CurrencyAct: Codable, Hashable, Sendable {
    /// `amount` of the details' currency comes to `to`, and `cost` of the book's own leaves `from`.
    case buy(amount: String, cost: String, from: String, to: String)
    /// `amount` of the details' currency leaves `from`, and `proceeds` of the book's own come to `to`.
    case sell(amount: String, proceeds: String, from: String, to: String)
    /// `amount` of the details' currency leaves `from`, and `price` of the currency `other` comes to `to`.
    case convert(amount: String, price: String, other: String, from: String, to: String)
    /// What accounts hold at the end of a day is valued at that day's rate: of the details' currency, or of all. The date
    /// of the details is the day.
    case revalue
}
