import Replica

/// Orders in other currencies: priced in them, delivered or received at the rate of that day.
extension Planner {
    /// What an order says of its currency. Limits of its workflow are asked by the catalog's rate, whatever rate is named with
    /// it; where the catalog has none, every step is needed.
    func agreed(
        _ foreign: ForeignCurrency?, of kind: OrderForm.Kind, on day: Day, _ view: some BookView
    ) throws -> [Event.Field] {
        guard kind != .request else {
            guard foreign == nil else {
                throw Refusal(
                    .ownCurrencyOnly, "a request of goods names no amounts",
                    next: "leave --currency out")
            }
            return []
        }
        // Whoever reads an order that names none takes its figures for the book's own.
        let code = foreign?.code ?? ledger.currency
        guard foreign != nil || !ledger.isBook else { return [] }
        var fields = [Event.Field(Order.Field.currency, .text(code.text))]
        // Not of the day that the order bears: nobody is to choose the rate by which limits go.
        if let known = try reading(ledger.book.currency).rate(of: code, on: today, view) {
            fields.append(.init(Order.Field.rate, .integer(try known.millionths())))
        }
        return fields
    }

    /// The currency of a document: its order's, where it is of one; with its rate on the document's day.
    func foreign(
        _ details: Details, of order: Order?, on day: Day, _ view: some BookView
    ) throws -> ForeignCurrency? {
        guard let order else { return try foreign(details, on: day, view) }
        let code = order.figures(ledger).currency
        if let named = try named(details), named != code {
            throw Refusal(
                .twoCurrencies, "\(order.number) is in \(code), not \(named)",
                next: "leave --currency out")
        }
        var details = details
        details.currency = code == ledger.currency ? nil : code.text
        return try foreign(details, on: day, view)
    }
}
