import Replica

/// A receipt as its supplier's invoices see it.
struct InvoicedReceipt {
    struct Item {
        var units = InvoicedUnits.Item()
        /// What the goods were worth when they came, in the book's own currency.
        var worth = Int128(0)
        /// What is owed for it, in the receipt's currency: what was said of its value since, and what went back, counted.
        var booked = Int128(0)
        /// What of that invoices of parts took.
        var taken = Int128(0)
    }

    let number: DocumentNumber
    let day: Day
    /// What all of it is booked at, in the receipt's currency.
    var booked = Int128(0)
    /// Was anything said of its value since?
    var wasChanged = false
    /// Did it say itself what is owed for its goods, in whatever currency?
    fileprivate(set) var hasCost = false
    /// What is owed for it in the book's own by what was said of its value since.
    fileprivate(set) var saidSince = Int128(0)
    /// Invoices that are for a part of it.
    let isBegun: Bool
    var items: [ItemCode: Item] = [:]
    /// What it came to when it came: of another currency, and in the book's own.
    fileprivate(set) var came: (amount: Int128, worth: Int128) = (0, 0)

    /// In the book's own currency at the rate at which the goods came; nil where they came without a cost.
    func worth(_ amount: Int64) throws -> Int64? {
        guard came.amount > 0 else { return nil }
        let (product, over) = Int128(amount).multipliedReportingOverflow(by: came.worth)
        guard !over else { throw BooksError.overflow }
        return try Amount.divide(product, by: came.amount)
    }

    /// Takes units off, with their share of what is booked: exact over all invoices, the last one takes the rest.
    mutating func take(_ units: Int128, of code: ItemCode) throws -> InvoicePart {
        var item = items[code] ?? Item()
        let (open, left) = (item.units.open, item.booked - item.taken)
        let (product, over) = left.multipliedReportingOverflow(by: units)
        guard !over, open > 0 else { throw BooksError.overflow }
        let booked = units == open ? try Planner.narrow(left) : try Amount.divide(product, by: open)
        let part = InvoicePart(
            receipt: number, item: code, units: try Planner.narrow(units), booked: booked,
            back: try Planner.narrow(item.units.back))
        item.units.invoiced += units
        item.taken += Int128(booked)
        items[code] = item
        return part
    }
}

/// What of receipts an invoice is for, and what is booked of that.
struct InvoicedGoods {
    var receipts: [InvoicedReceipt] = []
    /// Of receipts that it is not all of.
    var parts: [InvoicePart] = []
    /// In the receipts' currency.
    var booked = Int128(0)
    /// The first receipt's items in order, by what they are worth.
    var weights: [(item: ItemCode, worth: Int128)] = []

    /// Is an amount of another currency worth nothing in the book's own, at the rate of every receipt? Parts are shares by
    /// what goods are worth in the book's own, to the cent: that is as near as they come in a currency of small worth.
    func isNothing(_ amount: Int128) throws -> Bool {
        let amount = try Planner.narrow(amount)
        return try receipts.allSatisfy { try $0.worth(amount) == 0 }
    }
}

extension Planner {
    /// - Parameter code: the invoice's currency; the book's own where nil.
    func goods(
        of entry: InvoiceAct.Entry, from supplier: String, in code: CurrencyCode?,
        _ view: some BookView
    ) throws -> InvoicedGoods {
        let names = try entry.receipts.map { try Self.number($0) }
        var order = names
        for part in entry.parts {
            let number = try Self.number(part.receipt)
            guard !names.contains(number) else {
                throw Refusal(
                    .badOption, "\(number) is named for all of it, and for a part",
                    next: "name what of it the invoice is for")
            }
            if !order.contains(number) { order.append(number) }
        }
        guard order.count <= Invoice.documentsMax, Set(names).count == names.count,
            entry.parts.count <= InvoicePart.partsMax
        else {
            throw Refusal(
                .tooManyLines,
                "an invoice is for up to \(Invoice.documentsMax) receipts, each once, and "
                    + "\(InvoicePart.partsMax) items of them")
        }
        var goods = InvoicedGoods()
        for number in order {
            var receipt = try received(number, from: supplier, in: code, view)
            let asked = entry.parts.filter { DocumentNumber($0.receipt) == number }
            try take(asked, of: &receipt, isAll: names.contains(number), into: &goods, view)
            goods.receipts.append(receipt)
        }
        return goods
    }

    private func take(
        _ asked: [InvoiceAct.Part], of receipt: inout InvoicedReceipt, isAll: Bool,
        into goods: inout InvoicedGoods, _ view: some BookView
    ) throws {
        let isFirst = goods.receipts.isEmpty
        guard !isAll || receipt.isBegun else {
            goods.booked += receipt.booked
            if isFirst {
                goods.weights = receipt.items.map { ($0.key, $0.value.worth) }
                    .sorted { $0.item < $1.item }
            }
            return
        }
        var wanted: [(item: ItemCode, units: Int128)] = []
        for part in asked {
            let measured = try measured(part.item, part.quantity, view)
            let (facts, units) = (measured.facts, Int128(measured.quantity))
            guard units > 0 else {
                throw Refusal(.notPositive, "\(part.quantity) \(facts.code) is not positive")
            }
            guard !wanted.contains(where: { $0.item == facts.code }) else {
                throw Refusal(.badOption, "\(facts.code) of \(receipt.number) is named twice")
            }
            let open = receipt.items[facts.code]?.units.open ?? 0
            guard units <= open else {
                throw Refusal(
                    .notEnough,
                    "\(Amount.text(open, scale: facts.scale)) \(facts.unit) of \(facts.code) on "
                        + "\(receipt.number) are on no invoice",
                    next: "see `branchbook invoice list`")
            }
            wanted.append((facts.code, units))
        }
        if isAll {
            wanted = receipt.items.filter { $0.value.units.open > 0 }
                .map { ($0.key, $0.value.units.open) }.sorted { $0.item < $1.item }
            guard !wanted.isEmpty else {
                throw Refusal(
                    .alreadyRecorded, "all of \(receipt.number) is on invoices",
                    next:
                        "a later difference goes to `branchbook revalue --receipt \(receipt.number)`"
                )
            }
        }
        for (item, units) in wanted {
            let part = try receipt.take(units, of: item)
            goods.parts.append(part)
            goods.booked += Int128(part.booked)
            if isFirst { goods.weights.append((item, Int128(part.booked))) }
        }
        guard goods.parts.count <= InvoicePart.partsMax else {
            throw Refusal(
                .tooManyLines, "an invoice names at most \(InvoicePart.partsMax) items of receipts",
                next: "enter it in parts")
        }
    }

    /// A receipt of this supplier that stands, with what is booked of it.
    private func received(
        _ number: DocumentNumber, from supplier: String, in code: CurrencyCode?,
        _ view: some BookView
    ) throws -> InvoicedReceipt {
        let transactions = try view.transactions(of: number)
        guard let first = transactions.first?.document, number.kind == .goodsReceipt,
            number.series.branch == branch
        else { throw Refusal(.unknownDocument, "there is no receipt \(number)") }
        let about = try view.transactions(about: number)
        guard !about.haveReversal(of: number) else {
            throw Refusal(.alreadyReversed, "\(number) was reversed")
        }
        guard try first.party.map({ try party($0, view) }) == supplier else {
            throw Refusal(
                .badOption, "\(number) is of \(first.party ?? "nobody"), not of \(supplier)")
        }
        let invoices = try view.invoices(about: number).filter { $0.side == .received }
        if let known = invoices.first(where: { $0.isWhole(of: number) }) {
            throw Refusal(
                .alreadyRecorded, "the invoice of \(number) is \(known.code), \(known.number)",
                next: "a later difference goes to `branchbook revalue --receipt \(number)`")
        }
        try requireOne(code, of: number, invoices)
        // What was said of its value since, and what went back, is owed for it as well; what an invoice asked beyond is not.
        var later: [DocumentNumber: [Transaction]] = [:]
        for transaction in about {
            let document = transaction.document
            guard document.isOf(.adjusts) || document.isOf(.returns), let own = document.number,
                own.kind != .invoice, own.series.branch == branch, try !view.isReversed(own)
            else { continue }
            later[own, default: []].append(transaction)
        }
        let returns = later.values.joined().filter { $0.document.isOf(.returns) }
        let units = InvoicedUnits(number, came: transactions, returns: returns, invoices)
        var receipt = InvoicedReceipt(
            number: number, day: first.effectiveDate, isBegun: !invoices.isEmpty)
        for (item, units) in units.items { receipt.items[item, default: .init()].units = units }
        for part in invoices.flatMap(\.parts) where part.receipt == number {
            receipt.items[part.item, default: .init()].taken += Int128(part.booked)
        }
        try book(transactions, to: &receipt, from: supplier, in: code, isReceipt: true, view)
        for (_, transactions) in later.sorted(by: { $0.key < $1.key }) {
            try book(transactions, to: &receipt, from: supplier, in: code, isReceipt: false, view)
        }
        guard code == nil || receipt.hasCost || receipt.saidSince == 0 else {
            throw Refusal(
                .twoCurrencies,
                "what the goods of \(number) cost was said in \(ledger.currency), the invoice is in "
                    + "\(code ?? ledger.currency)",
                next: "leave --currency out, or reverse before what was said of their value")
        }
        return receipt
    }

    /// All invoices of a receipt are of one currency: what one took of what is booked is in its own.
    private func requireOne(
        _ code: CurrencyCode?, of number: DocumentNumber, _ invoices: [Invoice]
    ) throws(Refusal) {
        let currency = code ?? ledger.currency
        for invoice in invoices {
            let other = invoice.currency ?? ledger.currency
            guard other != currency else { continue }
            throw Refusal(
                .twoCurrencies,
                "\(invoice.code) of \(number) is in \(other), this invoice in \(currency)",
                next: other == ledger.currency ? "leave --currency out" : "add --currency \(other)")
        }
    }

    /// What a document made the supplier be owed for a receipt's goods, shared over them by what it made them cost.
    private func book(
        _ transactions: [Transaction], to receipt: inout InvoicedReceipt, from supplier: String,
        in code: CurrencyCode?, isReceipt: Bool, _ view: some BookView
    ) throws {
        var owed: [CurrencyCode: Int128] = [:]
        var worth: [ItemCode: Int128] = [:]
        for posting in transactions.flatMap(\.postings)
        where posting.account.place == .branch(branch) {
            guard case .currency(let currency) = posting.commodity else { continue }
            switch posting.account.root {
            case .payable:
                // Under whatever name it stood when the goods came.
                guard try party(posting.account.rest, view) == supplier else { continue }
                owed[currency, default: 0] -= Int128(posting.amount)
            case .inventory, .variance:
                guard currency == ledger.currency, let item = posting.item else { continue }
                worth[item, default: 0] += Int128(posting.amount)
            default: break
            }
        }
        if isReceipt {
            for (item, amount) in worth { receipt.items[item, default: .init()].worth = amount }
            receipt.hasCost = owed.contains { $0.value != 0 }
        } else {
            receipt.saidSince += owed[ledger.currency] ?? 0
        }
        let currency = code ?? ledger.currency
        guard let amount = owed[currency] else {
            // What is owed in another currency beside it stands already.
            guard isReceipt,
                let other = owed.filter({ $0.value != 0 }).keys
                    .min(by: { $0.text < $1.text })
            else {
                return
            }
            throw Refusal(
                .twoCurrencies, "\(receipt.number) is in \(other), the invoice in \(currency)",
                next: other == ledger.currency
                    ? "leave --currency out" : "add --currency \(other)")
        }
        receipt.booked += amount
        receipt.wasChanged = receipt.wasChanged || !isReceipt
        let sum = worth.values.reduce(Int128(0), +)
        if isReceipt, code != nil { receipt.came = (amount, sum) }
        guard sum != 0 else { return }
        let sign: Int128 = sum < 0 ? -1 : 1
        var shares = Shares(of: amount * sign, in: sum * sign)
        for (item, part) in worth.sorted(by: { $0.key < $1.key }) {
            receipt.items[item, default: .init()].booked +=
                Int128(try shares.next(part * sign)) * sign
        }
    }
}
