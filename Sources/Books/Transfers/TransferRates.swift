package import Replica

/// What one unit of what two branches keep their books in is worth in what is between them: said with a shipment between
/// two currencies, so that whatever is ever booked of it is turned alike. Fields of the event `priced` of
/// `transfer/<number>`. See `docs/decisions/0019-goods-between-currencies.md`.
package struct TransferRates: Hashable, Sendable {
    /// Nil where the sender keeps its books in what is between the two.
    package let sender: ExactRate?
    /// Nil where the receiver does.
    package let receiver: ExactRate?

    private enum Field {
        static let sender = "sender-rate", receiver = "receiver-rate"
    }

    package init(sender: ExactRate?, receiver: ExactRate?) {
        self.sender = sender
        self.receiver = receiver
    }

    /// What the sender said of a shipment; of two words the first, as it cannot be taken back.
    package init(_ events: [Event]) {
        func first(_ name: String) -> ExactRate? {
            events.lazy.filter { $0.kind == Event.pricingKind }
                .compactMap { $0[name]?.text.flatMap { ExactRate(said: $0) } }.first
        }
        self.init(sender: first(Field.sender), receiver: first(Field.receiver))
    }

    package var fields: [Event.Field] {
        var fields: [Event.Field] = []
        if let sender { fields.append(.init(Field.sender, .text(sender.said))) }
        if let receiver { fields.append(.init(Field.receiver, .text(receiver.said))) }
        return fields
    }
}

/// Amounts of one shipment in three kinds of money: the sender's own, what is between the two, and the receiver's own.
///
/// Law: of cumulative amounts each is a function of the one between the two, so that parts make the whole.
package struct TransferMoney: Sendable {
    private let between: Ledger
    private let sender: Side
    private let receiver: Side

    private struct Side: Sendable {
        let ledger: Ledger
        let rate: ExactRate
    }

    /// What the receiver of all that was shipped is charged.
    package struct Charged: Hashable, Sendable {
        /// Price and tax, minor units of what is between the two.
        package let amount: Int128
        /// The price beside the tax, and the tax: minor units of the sender's own.
        package let net: Int128
        package let tax: Int128
    }

    /// Nil where the shipment does not say what one of the two is worth.
    ///
    /// - Parameter between: what the two owe each other is in it.
    package init?(sender: Ledger, receiver: Ledger, between: CurrencyCode, _ rates: TransferRates) {
        func side(_ ledger: Ledger, _ said: ExactRate?) -> Side? {
            (ledger.currency == between ? .one : said).map { Side(ledger: ledger, rate: $0) }
        }
        guard let a = side(sender, rates.sender), let b = side(receiver, rates.receiver) else {
            return nil
        }
        self.between = sender.reading(between)
        (self.sender, self.receiver) = (a, b)
    }

    /// - Parameter cost: of all that was shipped, minor units of the sender's own.
    package func charged(_ price: TransferPrice, cost: Int128) throws(BooksError) -> Charged {
        switch price.basis {
        case .value(let net):
            let tax = try price.tax(on: net)
            let amount = Int128(net) + Int128(tax)
            let own = try own(Int128(tax), of: sender)
            return Charged(amount: amount, net: try self.own(amount, of: sender) - own, tax: own)
        case .costAnd:
            let net = try price.net(cost: cost)
            let turned = try Amount.converted(
                net, rate: sender.rate, scale: sender.ledger.scale, to: between.scale)
            let tax = try price.tax(on: turned)
            return Charged(
                amount: Int128(turned) + Int128(tax), net: Int128(net),
                tax: try own(Int128(tax), of: sender))
        }
    }

    /// What an amount between the two is worth to the sender.
    package func toSender(_ amount: Int128) throws(BooksError) -> Int128 {
        try own(amount, of: sender)
    }

    package func toReceiver(_ amount: Int128) throws(BooksError) -> Int128 {
        try own(amount, of: receiver)
    }

    private func own(_ amount: Int128, of side: Side) throws(BooksError) -> Int128 {
        guard side.ledger.currency != between.currency else { return amount }
        return try Amount.converted(
            amount, rate: ExactRate(.one, over: side.rate), scale: between.scale,
            to: side.ledger.scale)
    }
}
