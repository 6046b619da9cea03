import Replica

/// Orders in other currencies: priced in them, delivered or received at the rate of that day.
extension Planner {
    /// What an order says of its currency.
    func agreed(_ foreign: ForeignCurrency, of kind: OrderForm.Kind) throws -> [Event.Field] {
        guard kind != .request else {
            throw Refusal(
                .ownCurrencyOnly, "a request of goods names no amounts",
                next: "leave --currency out")
        }
        return [
            .init(Order.Field.currency, .text(foreign.code.text)),
            .init(Order.Field.rate, .integer(try foreign.rate().millionths())),
        ]
    }

    /// The currency of a document: its order's, where it is of one.
    func foreign(
        _ details: Details, of order: Order?, _ view: some BookView
    ) throws -> ForeignCurrency? {
        guard let order else { return try foreign(details, view) }
        let code = order.figures(ledger).currency
        if let named = try named(details), named != code {
            throw Refusal(
                .twoCurrencies, "\(order.number) is in \(code), not \(named)",
                next: "leave --currency out")
        }
        var details = details
        details.currency = code == ledger.currency ? nil : code.text
        return try foreign(details, view)
    }
}
