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
            let left = try Invoice.left(
                of: transactions, about: view.transactions(about: number), at: branch,
                isReversed: view.isReversed)
            net += left.net
            tax += left.tax
            parties.insert(first.party)
            numbers.append(number)
        }
        guard parties.count == 1, let party = parties.first else {
            throw Refusal(
                .badOption, "these sales are of several customers",
                next: "issue an invoice for each")
        }
        guard net + tax > 0 else {
            throw Refusal(
                .notPositive,
                "nothing of \(numbers.map(\.description).joined(separator: ", ")) is left",
                next: "what came back needs no invoice")
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
