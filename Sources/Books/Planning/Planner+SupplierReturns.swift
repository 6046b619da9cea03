import Replica

extension Planner {
    /// Goods go back to who supplied them. With a receipt: no more than it brought, and the supplier is
    /// asked for what was paid for them then. Refused where the shelf lacks them: nothing leaves that
    /// is not there.
    ///
    /// The pool gives them up at the receipt's own cost, later inputs about it included; what that is
    /// above the credit is variance.
    func sendBack(
        _ details: Details, _ lines: [Line], receipt: String?, supplier: String?,
        _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try check(count: lines.count)
        let shelf = try shelf(details.location, for: .leaving, view)
        var received = try receipt.map { try receivedOn($0, view) }
        guard let party = supplier ?? received?.supplier else {
            throw Refusal(
                .badOption, "goods go back to somebody",
                next: "name the receipt with --receipt, or the supplier with --supplier")
        }
        var document = DocumentBuilder(
            try header(
                .supplierReturn, details, link: received.map { DocumentLink(.returns, $0.number) },
                notBefore: received?.day, party: party, view))
        var wanted: [(facts: ItemFacts, quantity: Int64)] = []
        var total = Int128(0)
        let mayCredit = grants.contains(.money(branch))
        let foreign = try received.flatMap {
            try returnCurrency($0.number, total: $0.total, isOwed: mayCredit, details, view)
        }
        let owed = Account.named(.payable, branch, party)
        let till = foreign == nil ? owed : ForeignLegs.exchange(of: .money(branch), branch)
        for line in lines {
            let goods = try goods(line, view)
            let (facts, quantity) = (goods.facts, goods.quantity)
            try requireStock(facts)
            wanted.append((facts, quantity))
            try document.move(
                .trade(branch), quantity, of: .item(facts.code), from: shelf,
                to: .simple(.supplier, branch))
            let own = try received?.take(quantity, of: facts)
            let said = try cost(line, goods)
            if said != nil { try requireMoney("credits") }
            guard said == nil || foreign == nil else {
                throw Refusal(
                    .ownCurrencyOnly, "a credit that is named is in \(ledger.currency)",
                    next: "leave it out: what was paid is credited")
            }
            guard mayCredit, let credit = said ?? own, credit != 0 else { continue }
            total += Int128(credit)
            try document.move(
                .money(branch), credit, of: currency(), from: .simple(.variance, branch),
                to: till, taggedFrom: facts.code)
        }
        if let foreign, let received, mayCredit {
            _ = try credit(
                try Self.narrow(total), of: received.creditedTotal, in: foreign, on: owed,
                isPaid: false, &document, view)
        }
        try requireOnShelf(
            wanted, on: shelf, day: document.header.effectiveDate, isDated: details.date != nil,
            next: "send back what is left, or count the shelf", view)
        if total == 0 { document.note("no credit is booked: enter it when it is known") }
        return try document.draft(
            references: received.map { [$0.number] } ?? [],
            total: total == 0 ? nil : try Self.narrow(total))
    }

    /// What a receipt brought and what of it went back already, per item.
    private struct Received {
        struct Item {
            var quantity = Int128(0)
            /// As the receipt said it; later inputs are not the supplier's to give back.
            var value = Int128(0)
            var returned = Int128(0)
            var credited = Int128(0)
        }

        let number: DocumentNumber
        let day: Day
        let supplier: String?
        var items: [ItemCode: Item] = [:]
        /// What all of it came to, and what of that was credited.
        var total: Int128 { items.values.reduce(Int128(0)) { $0 + $1.value } }
        var creditedTotal: Int128 { items.values.reduce(Int128(0)) { $0 + $1.credited } }

        /// Takes `count` units off. - Returns: their share of what was paid, exact over all returns.
        mutating func take(_ count: Int64, of facts: ItemFacts) throws -> Int64 {
            var item = items[facts.code] ?? .init()
            let left = item.quantity - item.returned
            guard Int128(count) <= left else {
                throw Refusal(
                    .tooMuchReturned,
                    "of \(facts.code) on \(number) \(Amount.text(max(left, 0), scale: facts.scale)) "
                        + "can go back")
            }
            item.returned += Int128(count)
            let (product, over) = item.value.multipliedReportingOverflow(by: item.returned)
            guard !over else { throw BooksError.overflow }
            let due = Int128(try Planner.divide(product, by: item.quantity))
            let credit = try Planner.narrow(due - item.credited)
            item.credited = due
            items[facts.code] = item
            return credit
        }
    }

    private func receivedOn(_ text: String, _ view: some BookView) throws -> Received {
        let number = try Self.number(text)
        guard number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(number) was received at \(number.series.branch)",
                next: "send it back from there")
        }
        let transactions = try view.transactions(of: number)
        guard let first = transactions.first, number.kind == .goodsReceipt else {
            throw Refusal(.unknownDocument, "there is no receipt \(number)")
        }
        let later = try view.transactions(about: number)
        guard !later.haveReversal(of: number) else {
            throw Refusal(.alreadyReversed, "\(number) was reversed: nothing of it can go back")
        }
        var received = Received(
            number: number, day: first.document.effectiveDate, supplier: first.document.party)
        for posting in transactions.flatMap(\.postings) {
            switch (posting.account.root, posting.commodity, posting.item) {
            case (.stock, .item(let item), _):
                received.items[item, default: .init()].quantity += Int128(posting.amount)
            case (.inventory, .currency, let item?):
                received.items[item, default: .init()].value += Int128(posting.amount)
            default: break
            }
        }
        for posting in try standingReturns(later, view).flatMap(\.postings) {
            switch (posting.account.root, posting.commodity, posting.item) {
            case (.stock, .item(let item), _):
                received.items[item, default: .init()].returned -= Int128(posting.amount)
            case (.variance, .currency, let item?):
                received.items[item, default: .init()].credited -= Int128(posting.amount)
            default: break
            }
        }
        return received
    }
}
