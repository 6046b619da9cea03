package import Replica

/// An invoice: what a supplier asks for what came, or the tax invoice (发票) of own sales. A fold over the events of
/// `invoice/<number>`, in `money/<branch>` or in `trade/<branch>`.
package struct Invoice: Hashable, Sendable {
    package enum Side: String, Codable, Sendable {
        /// A supplier's: it posts what it asks beyond what was booked with the goods, and its tax.
        case received
        /// Of sales, which have posted revenue and tax: it posts nothing.
        case issued
    }

    package let number: DocumentNumber
    package let side: Side
    /// What it is called by who wrote it, or by the tax office.
    package let code: String
    package let party: String?
    /// Minor units; of a credit note below zero.
    package let net: Int64
    package let tax: Int64
    package let due: Day?
    /// Receipts, or sales.
    package let documents: [DocumentNumber]
    /// What of receipts it is for; all of those of which nothing stands here.
    package let parts: [InvoicePart]
    /// Of which currency net and tax are; the book's own where nil.
    package let currency: CurrencyCode?
    package let day: Day
    package let person: String
    /// A red-letter invoice took it back (红字).
    package let reddened: Reddening?

    package struct Reddening: Hashable, Sendable {
        package let code: String
        package let reason: String
        package let person: String
        package let day: Day
    }

    package var stands: Bool { reddened == nil }

    /// Is it for all of a receipt?
    package func isWhole(of document: DocumentNumber) -> Bool {
        documents.contains(document) && !parts.contains { $0.receipt == document }
    }

    enum Kind { static let opened = Event.openingKind, reddened = "reddened" }

    private enum Field {
        static let side = "side", code = "code", party = "party", net = "net", tax = "tax"
        static let due = "due", reason = "reason", of = "of:"
        static let goods = "goods:", currency = "currency"
    }

    package static let documentsMax = 40
    package static let codeBytesMax = 64

    package static func entity(_ number: DocumentNumber) -> String {
        Event.invoicePrefix + number.description
    }

    init(
        _ number: DocumentNumber, _ side: Side, code: String, party: String?, net: Int64,
        tax: Int64, due: Day?, documents: [DocumentNumber], parts: [InvoicePart] = [],
        currency: CurrencyCode? = nil, day: Day, person: String
    ) {
        self.parts = parts
        self.currency = currency
        self.number = number
        self.side = side
        self.code = code
        self.party = party
        self.net = net
        self.tax = tax
        self.due = due
        self.documents = documents
        self.day = day
        self.person = person
        reddened = nil
    }

    /// Nil where nobody wrote it, or what was said makes no sense.
    package init?(_ number: DocumentNumber, _ events: [Event]) {
        guard number.kind == .invoice,
            let event = events.first(where: { $0.kind == Kind.opened }),
            let side = event[Field.side]?.text.flatMap({ Side(rawValue: $0) }),
            let code = event[Field.code]?.text, let net = event[Field.net]?.integer,
            let tax = event[Field.tax]?.integer
        else { return nil }
        let named = event[Field.currency]
        currency = named?.text.flatMap { CurrencyCode($0) }
        guard named == nil || currency != nil else { return nil }
        self.number = number
        self.side = side
        self.code = code
        self.net = net
        self.tax = tax
        party = event[Field.party]?.text
        due = event[Field.due]?.text.flatMap { Day($0) }
        documents = event.fields.compactMap {
            $0.name.hasPrefix(Field.of)
                ? DocumentNumber($0.name.dropFirst(Field.of.count)) : nil
        }
        parts = InvoicePart.parts(event, named: Field.goods)
        day = event.effectiveDate
        person = event.person
        reddened = events.first { $0.kind == Kind.reddened }.map {
            Reddening(
                code: $0[Field.code]?.text ?? "", reason: $0[Field.reason]?.text ?? "",
                person: $0.person, day: $0.effectiveDate)
        }
    }

    var event: Event {
        var fields: [Event.Field] = [
            .init(Field.side, .text(side.rawValue)), .init(Field.code, .text(code)),
            .init(Field.net, .integer(net)), .init(Field.tax, .integer(tax)),
        ]
        if let party { fields.append(.init(Field.party, .text(party))) }
        if let due { fields.append(.init(Field.due, .text(due.description))) }
        if let currency { fields.append(.init(Field.currency, .text(currency.text))) }
        fields += documents.map { .init(Field.of + $0.description, .integer(1)) }
        fields += InvoicePart.fields(parts, named: Field.goods)
        return Event(
            entity: Self.entity(number), kind: Kind.opened, person: person, effectiveDate: day,
            fields: fields)
    }

    static func reddening(
        _ number: DocumentNumber, code: String, reason: String, person: String, day: Day
    ) -> Event {
        Event(
            entity: entity(number), kind: Kind.reddened, person: person, effectiveDate: day,
            fields: [.init(Field.code, .text(code)), .init(Field.reason, .text(reason))])
    }
}

/// What people do with invoices.
package enum InvoiceAct: Codable, Hashable, Sendable {
    /// A supplier's came: for goods of these receipts, or for an account such as `expense/rent`. A credit note is below
    /// zero.
    case enter(Entry)
    /// A tax invoice of these sales was issued.
    case issue(sales: [String], code: String)
    /// It was taken back by a red-letter invoice.
    case redden(number: String, code: String)

    /// So many of an item of a receipt.
    package struct Part: Codable, Hashable, Sendable {
        package var receipt: String
        package var item: String
        package var quantity: String

        package init(receipt: String, item: String, quantity: String) {
            self.receipt = receipt
            self.item = item
            self.quantity = quantity
        }
    }

    package struct Entry: Codable, Hashable, Sendable {
        package var supplier: String
        package var code: String
        package var net: String
        package var tax: String
        /// Of which it is for all, or all that is on no invoice.
        package var receipts: [String]
        /// Of which it is for some.
        package var parts: [Part]
        package var account: String?
        package var due: String?

        package init(
            supplier: String, code: String, net: String, tax: String = "0",
            receipts: [String] = [], parts: [Part] = [], account: String? = nil,
            due: String? = nil
        ) {
            self.parts = parts
            self.supplier = supplier
            self.code = code
            self.net = net
            self.tax = tax
            self.receipts = receipts
            self.account = account
            self.due = due
        }
    }
}

extension Invoice {
    /// What is left to be invoiced of a sale: the sale less what came back of it at its branch and was not taken again.
    ///
    /// - Parameters:
    ///   - sale: its transactions; `about`: those of documents that link to it.
    package static func left(
        of sale: [Transaction], about: [Transaction], at branch: BranchCode,
        isReversed: (DocumentNumber) throws -> Bool
    ) rethrows -> (net: Int128, tax: Int128) {
        let returns = try about.filter { transaction in
            guard transaction.document.isOf(.returns), transaction.isOf(branch),
                let number = transaction.document.number
            else { return false }
            return try !isReversed(number)
        }
        var (net, tax) = (Int128(0), Int128(0))
        for posting in (sale + returns).flatMap(\.postings)
        where posting.account.place == .branch(branch) {
            switch posting.account.root {
            case .sales, .rounding: net -= Int128(posting.amount)
            case .tax: tax -= Int128(posting.amount)
            default: break
            }
        }
        return (net, tax)
    }
}
