import Replica

/// Invoices of suppliers, and tax invoices of own sales.
extension Planner {
    func invoice(_ details: Details, _ act: InvoiceAct, _ view: some BookView) throws -> Draft {
        switch act {
        case .enter(let entry): try enter(details, entry, view)
        case .issue(let sales, let code): try issue(details, sales, code: code, view)
        case .redden(let number, let code): try redden(details, number, code: code, view)
        }
    }

    // MARK: A supplier's

    /// What it asks beyond what was booked with the goods goes to what they cost, at their receipt's own place; its tax
    /// stands beside the cost.
    private func enter(
        _ details: Details, _ entry: InvoiceAct.Entry, _ view: some BookView
    ) throws -> Draft {
        try requireMoney("invoices")
        try Self.check(entry.code, "invoice's number", Invoice.codeBytesMax)
        let supplier = try party(entry.supplier, view)
        let net = try Amount.parse(entry.net, scale: ledger.scale)
        let tax = try Amount.parse(entry.tax, scale: ledger.scale)
        guard net != 0 || tax != 0 else {
            throw Refusal(.emptyDocument, "the invoice asks for nothing")
        }
        guard net.signum() * tax.signum() >= 0 else {
            throw Refusal(.notPositive, "net and tax are on two sides")
        }
        if let known = try view.invoices(of: supplier, code: entry.code).first {
            throw Refusal(
                .alreadyRecorded, "\(entry.code) of \(supplier) is \(known.number)",
                next: "see `branchbook show \(known.number)`")
        }
        let due = try entry.due.map { try Self.day($0) }
        guard entry.receipts.isEmpty != (entry.account == nil) else {
            throw Refusal(
                .badOption, "an invoice is for goods of receipts, or for an account",
                next: "give --receipt, or --account such as expense/rent")
        }
        let receipts = try entry.receipts.map { try received($0, from: supplier, view) }
        guard receipts.isEmpty || net >= 0 else {
            throw Refusal(
                .notPositive, "an invoice of goods that came is not below zero",
                next: "goods that go back are `branchbook sendback`; a credit note is of an account"
            )
        }
        guard receipts.count <= Invoice.documentsMax,
            Set(receipts.map(\.number)).count == receipts.count
        else {
            throw Refusal(
                .tooManyLines, "an invoice is for up to \(Invoice.documentsMax) receipts, each once"
            )
        }
        let booked = receipts.reduce(Int128(0)) { $0 + $1.worth }
        let more = receipts.isEmpty ? Int128(net) : Int128(net) - booked
        guard receipts.count < 2 || more == 0 else {
            throw Refusal(
                .unbalanced,
                "the receipts are \(Amount.text(booked, scale: ledger.scale)), the invoice is "
                    + "\(entry.net): of which goods is the rest?",
                next: "enter an invoice for each receipt, or `branchbook revalue --receipt` first")
        }
        if more < 0, receipts.contains(where: \.wasChanged) {
            throw Refusal(
                .unbalanced,
                "\(Amount.text(booked, scale: ledger.scale)) are booked of the goods, charges on them and what "
                    + "went back counted: the invoice is less",
                next:
                    "enter freight of this supplier from its own bill with --account, or reverse it "
                    + "before")
        }
        let link = more == 0 ? nil : receipts.first.map { DocumentLink(.adjusts, $0.number) }
        var document = DocumentBuilder(
            try header(
                .invoice, details, link: link, notBefore: receipts.map(\.day).max(),
                party: supplier, view))
        guard let number = document.header.number else { throw BooksError.overflow }
        let owed = Account.named(.payable, branch, supplier)
        if let name = entry.account {
            let account = try account(name, view)
            guard account.home == .money(branch) else {
                throw Refusal(.badAccount, "\(account) is not what an invoice is for")
            }
            try document.move(
                .money(branch), net, of: currency(), from: owed, to: account)
        } else if let receipt = receipts.first, more != 0 {
            try share(more, receipt, from: owed, &document)
        }
        try document.move(
            .money(branch), tax, of: currency(), from: owed, to: .simple(.inputTax, branch))
        document.append(
            Invoice(
                number, .received, code: entry.code, party: supplier, net: net, tax: tax, due: due,
                documents: receipts.map(\.number), day: document.header.effectiveDate,
                person: document.header.person
            ).event, to: .money(branch))
        let total = try Self.narrow(Int128(net) + Int128(tax))
        return try document.draft(references: receipts.map(\.number), total: total)
    }

    private struct Received {
        let number: DocumentNumber
        let day: Day
        let worth: Int128
        /// Was anything said of its value since?
        let wasChanged: Bool
        /// What the goods were worth, by item.
        let values: [ItemCode: Int128]
    }

    private func received(
        _ text: String, from supplier: String, _ view: some BookView
    ) throws -> Received {
        let number = try Self.number(text)
        let transactions = try view.transactions(of: number)
        guard let first = transactions.first?.document, number.kind == .goodsReceipt,
            number.series.branch == branch
        else { throw Refusal(.unknownDocument, "there is no receipt \(number)") }
        guard try !view.isReversed(number) else {
            throw Refusal(.alreadyReversed, "\(number) was reversed")
        }
        guard try first.party.map({ try party($0, view) }) == supplier else {
            throw Refusal(
                .badOption, "\(number) is of \(first.party ?? "nobody"), not of \(supplier)")
        }
        if let known = try view.invoices(about: number).first(where: { $0.side == .received }) {
            throw Refusal(
                .alreadyRecorded, "the invoice of \(number) is \(known.code), \(known.number)",
                next: "a later difference goes to `branchbook revalue --receipt \(number)`")
        }
        var values: [ItemCode: Int128] = [:]
        for posting in transactions.flatMap(\.postings)
        where posting.account == .simple(.inventory, branch) && posting.commodity == currency() {
            if let item = posting.item { values[item, default: 0] += Int128(posting.amount) }
        }
        // What was said of its value since, and what went back, is owed for it as well.
        var owed = transactions
        for transaction in try view.transactions(about: number) {
            let document = transaction.document
            guard document.isOf(.adjusts) || document.isOf(.returns), let own = document.number,
                own.series.branch == branch, try !view.isReversed(own)
            else { continue }
            owed.append(transaction)
        }
        var worth = Int128(0)
        for posting in owed.flatMap(\.postings)
        where posting.account.root == .payable && posting.account.place == .branch(branch) {
            // Under whatever name it stood when the goods came.
            guard try party(posting.account.rest, view) == supplier else { continue }
            guard posting.commodity == currency(), posting.base == nil else {
                throw Refusal(
                    .ownCurrencyOnly, "\(number) is owed in another currency",
                    next: "an invoice of it is not entered: what it is owed stands already")
            }
            worth -= Int128(posting.amount)
        }
        return Received(
            number: number, day: first.effectiveDate, worth: worth,
            wasChanged: owed.count > transactions.count,
            values: values.filter { $0.value > 0 })
    }

    /// By what the goods were worth, to the cent.
    private func share(
        _ amount: Int128, _ receipt: Received, from owed: Account,
        _ document: inout DocumentBuilder
    ) throws {
        let sum = receipt.values.values.reduce(0, +)
        guard sum > 0 else {
            throw Refusal(
                .notPositive, "the goods of \(receipt.number) have no value",
                next: "`branchbook revalue --receipt \(receipt.number)` says what they cost")
        }
        var shares = Shares(of: amount, in: sum)
        for (item, value) in receipt.values.sorted(by: { $0.key < $1.key }) {
            try document.move(
                .money(branch), try shares.next(value), of: currency(), from: owed,
                to: .simple(.inventory, branch), taggedTo: item)
        }
    }

    // MARK: Own sales

    private func issue(
        _ details: Details, _ sales: [String], code: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try Self.check(code, "invoice's number", Invoice.codeBytesMax)
        guard (1...Invoice.documentsMax).contains(sales.count), Set(sales).count == sales.count
        else {
            throw Refusal(
                .badOption, "an invoice is of 1 to \(Invoice.documentsMax) sales, each once")
        }
        var (net, tax) = (Int128(0), Int128(0))
        var parties: Set<String?> = []
        var numbers: [DocumentNumber] = []
        for text in sales {
            let number = try Self.number(text)
            let transactions = try view.transactions(of: number)
            let isShipment = number.kind == .shipment
            guard let first = transactions.first?.document, number.kind == .sale || isShipment,
                number.series.branch == branch
            else { throw Refusal(.unknownDocument, "there is no sale \(number) of \(branch)") }
            guard try !view.isReversed(number) else {
                throw Refusal(.alreadyReversed, "\(number) was reversed")
            }
            if let known = try view.invoices(about: number).first(where: { $0.side == .issued }) {
                throw Refusal(
                    .alreadyRecorded, "\(number) is on invoice \(known.code), \(known.number)",
                    next: "take it back first: `branchbook invoice redden \(known.number)`")
            }
            if isShipment {
                let charged = try charged(for: number, view)
                net += charged.net
                tax += charged.tax
                parties.insert(charged.entity)
                numbers.append(number)
                continue
            }
            for posting in transactions.flatMap(\.postings) {
                switch posting.account.root {
                case .sales, .rounding: net -= Int128(posting.amount)
                case .tax: tax -= Int128(posting.amount)
                default: break
                }
            }
            parties.insert(first.party)
            numbers.append(number)
        }
        guard parties.count == 1, let party = parties.first else {
            throw Refusal(
                .badOption, "these sales are of several customers",
                next: "issue an invoice for each")
        }
        let header = try header(.invoice, details, party: party, checksPeriod: false, view)
        guard let number = header.number else { throw BooksError.overflow }
        let invoice = Invoice(
            number, .issued, code: code, party: party, net: try Self.narrow(net),
            tax: try Self.narrow(tax), due: nil, documents: numbers, day: header.effectiveDate,
            person: header.person)
        return Draft(
            number: number, parts: [Draft.Part(.trade(branch), [.append(invoice.event)])],
            references: numbers, total: try Self.narrow(net + tax))
    }

    private func redden(
        _ details: Details, _ text: String, code: String, _ view: some BookView
    ) throws -> Draft {
        try Self.check(code, "invoice's number", Invoice.codeBytesMax)
        guard let reason = details.memo, !reason.isEmpty else {
            throw Refusal(.badOption, "say why with --memo")
        }
        try Self.check(reason, "memo", DocumentHeader.memoBytesMax)
        let number = try Self.number(text)
        guard number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(number) was issued at \(number.series.branch)",
                next: "take it back there")
        }
        guard let invoice = Invoice(number, try view.events(of: Invoice.entity(number))) else {
            throw Refusal(.unknownDocument, "there is no invoice \(number) here")
        }
        // A supplier's that posted nothing has nothing that could be reversed.
        guard try invoice.side == .issued || view.transactions(of: number).isEmpty else {
            throw Refusal(
                .notReversible, "\(number) is a supplier's",
                next: "undo it with `branchbook reverse \(number)`")
        }
        if invoice.side == .issued { try requireTrade() } else { try requireMoney("invoices") }
        if let known = invoice.reddened {
            throw Refusal(.alreadyReversed, "\(number) was taken back by \(known.code)")
        }
        let day = try details.date.map { try Self.day($0) } ?? today
        return Draft(
            number: number,
            parts: [
                Draft.Part(
                    invoice.side == .issued ? .trade(branch) : .money(branch),
                    [
                        .append(
                            Invoice.reddening(
                                number, code: code, reason: reason, person: try actor(details),
                                day: max(day, invoice.day)))
                    ])
            ], references: [number])
    }
}

/// Parts of an amount by weights: each is rounded so that all together are the amount, to the cent.
struct Shares {
    private let amount: Int128
    private let sum: Int128
    private var (seen, given) = (Int128(0), Int128(0))

    /// `sum`, of all weights, is above zero.
    init(of amount: Int128, in sum: Int128) {
        self.amount = amount
        self.sum = sum
    }

    /// - Throws: `BooksError.overflow` where a product does not fit.
    mutating func next(_ weight: Int128) throws -> Int64 {
        seen += weight
        let (product, over) = amount.multipliedReportingOverflow(by: seen)
        guard !over else { throw BooksError.overflow }
        let due = Int128(try Amount.divide(product, by: sum))
        defer { given = due }
        guard let share = Int64(exactly: due - given) else { throw BooksError.overflow }
        return share
    }
}
