import Replica

/// Invoices of suppliers: for goods that came, or for an account.
extension Planner {
    /// What it asks beyond what was booked with the goods goes to what they cost, at their receipt's own place; its tax
    /// stands beside the cost.
    func enter(
        _ details: Details, _ entry: InvoiceAct.Entry, _ view: some BookView
    ) throws -> Draft {
        try requireMoney("invoices")
        try Self.check(entry.code, "invoice's number", Invoice.codeBytesMax)
        let supplier = try party(entry.supplier, view)
        let asked = try foreign(details, view)
        let scale = asked?.scale ?? ledger.scale
        let net = try Amount.parse(entry.net, scale: scale)
        let tax = try Amount.parse(entry.tax, scale: scale)
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
        let isOfGoods = !entry.receipts.isEmpty || !entry.parts.isEmpty
        guard isOfGoods == (entry.account == nil) else {
            throw Refusal(
                .badOption, "an invoice is for goods of receipts, or for an account",
                next: "give --receipt, or --account such as expense/rent")
        }
        let goods = try isOfGoods ? goods(of: entry, from: supplier, in: asked?.code, view) : nil
        let more = try goods.map { try beyond($0, net, entry.net, scale) } ?? Int128(net)
        let receipts = goods?.receipts ?? []
        let link =
            goods == nil || more == 0
            ? nil : receipts.first.map { DocumentLink(.adjusts, $0.number) }
        var document = DocumentBuilder(
            try header(
                .invoice, details, link: link, notBefore: receipts.map(\.day).max(),
                party: supplier, view))
        guard let number = document.header.number else { throw BooksError.overflow }
        let foreign = try foreign(details, on: document.header.effectiveDate, view)
        let account = try entry.account.map { try invoiced($0, view) }
        try post(
            more: try Self.narrow(more), tax: tax, to: account, goods,
            owed: .named(.payable, branch, supplier), in: foreign, &document, view)
        document.append(
            Invoice(
                number, .received, code: entry.code, party: supplier, net: net, tax: tax, due: due,
                documents: receipts.map(\.number), parts: goods?.parts ?? [],
                currency: foreign?.code, day: document.header.effectiveDate,
                person: document.header.person
            ).event, to: .money(branch))
        let total = try Self.narrow(Int128(net) + Int128(tax))
        return try document.draft(references: receipts.map(\.number), total: total)
            .totalled(in: foreign?.code)
    }

    private func invoiced(_ name: String, _ view: some BookView) throws -> Account {
        let account = try account(name, view)
        guard account.home == .money(branch) else {
            throw Refusal(.badAccount, "\(account) is not what an invoice is for")
        }
        return account
    }

    /// What it asks beyond what was booked.
    private func beyond(
        _ goods: InvoicedGoods, _ net: Int64, _ text: String, _ scale: Int
    ) throws -> Int128 {
        guard net >= 0 else {
            throw Refusal(
                .notPositive, "an invoice of goods that came is not below zero",
                next: "goods that go back are `branchbook sendback`; a credit note is of an account"
            )
        }
        let more = Int128(net) - goods.booked
        let booked = Amount.text(goods.booked, scale: scale)
        guard try goods.receipts.count < 2 || more == 0 || goods.isNothing(more) else {
            throw Refusal(
                .unbalanced,
                "the goods are booked at \(booked), the invoice is \(text): of which is the rest?",
                next: "enter an invoice for each receipt, or `branchbook revalue --receipt` first")
        }
        if try more < 0 && goods.receipts.contains(where: \.wasChanged) && !goods.isNothing(more) {
            throw Refusal(
                .unbalanced,
                "\(booked) are booked of the goods, charges on them and what "
                    + "went back counted: the invoice is less",
                next:
                    "enter freight of this supplier from its own bill with --account, or reverse it "
                    + "before")
        }
        return more
    }

    /// The supplier is owed what is asked beyond what was booked, and the tax. Of another currency goods take their
    /// difference at the rate of their receipt, an account and the tax theirs at the invoice's.
    private func post(
        more: Int64, tax: Int64, to account: Account?, _ goods: InvoicedGoods?, owed: Account,
        in foreign: ForeignCurrency?, _ document: inout DocumentBuilder, _ view: some BookView
    ) throws {
        var (net, taxed, contra) = (more, tax, owed)
        if let foreign {
            net = try more == 0 ? 0 : goods?.receipts.first?.worth(more) ?? foreign.value(more)
            taxed = try tax == 0 ? 0 : foreign.value(tax)
            let worth = try Self.narrow(Int128(net) + Int128(taxed))
            let amount = try Self.narrow(Int128(more) + Int128(tax))
            guard worth != .min, amount != .min else { throw BooksError.overflow }
            var legs = ForeignLegs(branch, ledger)
            contra = ForeignLegs.exchange(of: .money(branch), branch)
            if amount != 0 {
                let value = try carrying(-amount, on: owed, foreign.code, view) { -worth }
                try legs.add(owed, foreign.commodity, -amount, value: value)
            }
            if worth != 0 || amount != 0 {
                try legs.add(contra, worth)
                try require(legs)
                try legs.write(to: &document)
            }
        }
        if let account {
            try document.move(.money(branch), net, of: currency(), from: contra, to: account)
        } else if let goods, net != 0 {
            try share(Int128(net), over: goods, from: contra, &document)
        }
        try document.move(
            .money(branch), taxed, of: currency(), from: contra, to: .simple(.inputTax, branch))
    }

    /// By what the goods were worth, to the cent; where there is one item alone it is all of that.
    private func share(
        _ amount: Int128, over goods: InvoicedGoods, from contra: Account,
        _ document: inout DocumentBuilder
    ) throws {
        guard let receipt = goods.receipts.first else { return }
        var weights = goods.weights.filter { $0.worth > 0 }
        if weights.isEmpty, goods.weights.count == 1 { weights = [(goods.weights[0].item, 1)] }
        let sum = weights.reduce(Int128(0)) { $0 + $1.worth }
        guard sum > 0 else {
            throw Refusal(
                .notPositive, "the goods of \(receipt.number) have no value",
                next: "`branchbook revalue --receipt \(receipt.number)` says what they cost")
        }
        var shares = Shares(of: amount, in: sum)
        for (item, worth) in weights {
            try document.move(
                .money(branch), try shares.next(worth), of: currency(), from: contra,
                to: .simple(.inventory, branch), taggedTo: item)
        }
    }
}
