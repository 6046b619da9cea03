import Books
import Replica
import Store

/// What is printed for people: receipts, delivery notes, labels.
extension Engine {
    /// The lines of a receipt, a refund or a delivery note. Whoever shows it where the document is not known
    /// can be believed: the fact `claim` is signed by this node.
    func paper(number text: String) throws -> Report {
        let (standing, _) = try needLedger()
        guard let number = DocumentNumber(text) else {
            throw Refusal(
                .badDocumentNumber, "\(text) is not a document's number",
                next: "write it as in HZa-S-2026-000123")
        }
        let ledger = standing.ledger(of: number.series.branch)
        // What is signed is what this node wrote: others may give their documents its numbers.
        let isOwn = number.series == standing.series
        let transactions =
            try isOwn
            ? store.transactions(of: number, by: standing.node) : store.transactions(of: number)
        guard let header = transactions.first?.document else {
            throw Refusal(.unknownDocument, "\(text) is not held here")
        }
        let title: String =
            switch header.kind {
            case .sale: "Receipt"
            case .shipment: "Delivery note"
            case .customerReturn: "Refund"
            case .arrival where header.link?.relation == .returns: "Refund"
            default:
                throw Refusal(
                    .badOption, "a \(header.kind.word) has no paper",
                    next: "print it with `branchbook show \(number) --html`")
            }
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.paper/1", title: title,
            columns: [
                .text("item", "Item"), .text("name", "Name"), .number("quantity", "Quantity"),
                .text("unit", "Unit"), .number("price", "Price"), .number("amount", "Amount"),
            ])
        var paper = Paper(transactions)
        if header.kind == .arrival,
            let note = RefundNote(try store.events(of: RefundNote.entity(number)))
        {
            paper.price(by: note)
        }
        for line in paper.lines {
            let facts = try facts(line.item)
            report.rows.append([
                .text(line.item.text), .text(facts?.name ?? line.item.text),
                line.quantity == 0
                    ? .empty : try figures.quantity(line.quantity, of: line.item.text),
                .text(facts?.unit ?? ""),
                paper.isPriced ? Self.unitPrice(line, facts, ledger) : .empty,
                paper.isPriced ? figures.money(line.net) : .empty,
            ])
        }
        report.facts = try facts(of: header, number, standing)
        if paper.isPriced {
            if paper.tax != 0 { report.facts.append(.init("tax", "Tax", figures.money(paper.tax))) }
            report.facts.append(.init("total", "Total", figures.money(paper.total)))
            if !ledger.isBook {
                report.facts.append(
                    .init("currency", "Currency", .text(ledger.currency.text)))
            }
            for (tender, amount, currency) in paper.tenders {
                let figure = figures.foreign(amount, currency)
                // The lines are in the branch's own currency.
                report.facts.append(
                    .init(
                        "tender", tender,
                        currency == ledger.currency
                            ? figure : .text("\(figure.plain) \(currency)")))
            }
        }
        if let to = paper.receiver(than: number.series.branch) {
            report.facts.append(.init("to", "To", .text(to.text)))
            let due = try shipmentFacts(number).due
            report.facts.append(.init("due", "Due", .optional(due?.description)))
        }
        let isReversed = try store.transactions(about: number).contains {
            $0.document.isOf(.reverses) && $0.isOf(number.series.branch)
        }
        if isReversed {
            report.facts.append(.init("reversed", "Reversed", .flag(true)))
        } else if isOwn,
            let claim = paper.claim(number, header, in: standing.book)?
                .text(signedBy: credentials.signing)
        {
            report.facts.append(.init("claim", "Claim", .text(claim)))
        }
        return report
    }

    private func facts(
        of header: DocumentHeader, _ number: DocumentNumber, _ standing: Standing
    ) throws -> [Report.Fact] {
        let branch = number.series.branch
        // Who sells is a legal entity.
        let entity = standing.roster.branches[branch]?.entity ?? standing.roster.founding?.name
        var facts: [Report.Fact] = [
            .init("company", "Company", .text(entity ?? "")),
            .init("branch", "Branch", .text(standing.roster.branches[branch]?.name ?? branch.text)),
            .init("document", "Document", .text(number.description)),
            .init("date", "Date", .text(header.effectiveDate.description)),
            .init("person", "Person", .text(header.person)),
        ]
        let own = try entity.map { try entityFacts($0) }
        for (key, label, value) in [
            ("tax-number", "Tax number", own?.taxNumber), ("address", "Address", own?.address),
            ("party", "Party", header.party), ("memo", "Memo", header.memo),
            ("of", "Of", header.link?.target.description),
        ] {
            if let value { facts.append(.init(key, label, .text(value))) }
        }
        return facts
    }

    /// Of one unit, to the ledger's scale; empty where units are unknown.
    private static func unitPrice(
        _ line: Paper.Line, _ facts: ItemFacts?, _ ledger: Ledger
    ) -> Report.Cell {
        let one = Planner.power(facts?.scale ?? 0)
        let (product, over) = line.net.multipliedReportingOverflow(by: one)
        guard line.quantity > 0, !over,
            let price = try? Amount.divide(product, by: line.quantity)
        else { return .empty }
        return .decimal(Amount.text(price, scale: ledger.scale))
    }

    /// Of each item the price that this branch sells at today, and what a scanner reads: its barcode, or its code.
    func labels(_ texts: [String], at now: Instant) throws -> Report {
        let (standing, book) = try needLedger()
        let ledger = standing.ownLedger
        guard (1...Self.labelsMax).contains(texts.count) else {
            throw Refusal(
                .tooManyLines, "labels are printed for 1 to \(Self.labelsMax) items at once")
        }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        let list = try standing.branch.flatMap { try store.priceList(ofBranch: $0) }
        // Prices are said in the book's own.
        let rate = try ledger.isBook ? nil : self.rate(of: ledger.currency, in: book, on: today)
        var report = Report(
            schema: "branchbook.labels/1", title: "Labels",
            columns: [
                .text("item", "Item"), .text("name", "Name"), .text("unit", "Unit"),
                .number("price", "Price"), .text("barcode", "Barcode"),
            ])
        for text in texts {
            guard let code = ItemCode(text), let facts = try facts(code) else {
                throw Refusal(
                    .unknownItem, "there is no item \(text)",
                    next: "add it with `branchbook item add`")
            }
            let listed = try list.flatMap { try store.price(of: code, on: $0, today) }
            let price = try (listed ?? facts.priceMillionths).map {
                try Amount.worth($0, 1, per: 1, rate: rate, scale: ledger.scale)
            }
            report.rows.append([
                .text(code.text), .text(facts.name), .text(facts.unit),
                price.map { .decimal(Amount.text($0, scale: ledger.scale)) } ?? .empty,
                .text(facts.barcode ?? code.text),
            ])
        }
        return report
    }

    static let labelsMax = 500
}

/// What a document says to who gets its goods, item by item, as they come in it.
private struct Paper {
    struct Line {
        let item: ItemCode
        var quantity = Int128(0)
        var net = Int128(0)
    }

    private(set) var lines: [Line] = []
    private(set) var tax = Int128(0)
    /// What the customer pays with, or gets back.
    private(set) var tenders: [(name: String, amount: Int128, currency: CurrencyCode)] = []
    private(set) var isOnCredit = false
    private var pair: BranchPair?

    /// A delivery note names no money.
    var isPriced: Bool { pair == nil }
    var total: Int128 { lines.reduce(tax) { $0 + $1.net } }

    func receiver(than sender: BranchCode) -> BranchCode? { pair?.other(than: sender) }

    init(_ transactions: [Transaction]) {
        for posting in transactions.flatMap(\.postings) {
            let amount = Int128(posting.amount)
            switch (posting.account.root, posting.commodity) {
            case (.customer, .item(let item)):
                add(item) { $0.quantity += amount }
            case (.transit, .item(let item)):
                if case .pair(let pair) = posting.account.place { self.pair = pair }
                add(item) { $0.quantity += amount }
            case (.early, .item(let item)): add(item) { $0.quantity += amount }
            case (.sales, .currency):
                if let item = posting.item { add(item) { $0.net -= amount } }
            case (.tax, .currency): tax -= amount
            case (.tender, .currency(let currency)), (.receivable, .currency(let currency)),
                (.prepaid, .currency(let currency)):
                isOnCredit = isOnCredit || posting.account.root == .receivable && amount > 0
                let name = posting.account.name.split(separator: "/").dropFirst(2).joined(
                    separator: "/")
                tenders.append(
                    (name.isEmpty ? posting.account.root.rawValue : name, amount, currency))
            default: break
            }
        }
    }

    /// Goods of another branch: what was paid back for them stands beside the postings.
    mutating func price(by note: RefundNote) {
        tax = -Int128(note.tax)
        for (item, line) in note.lines { add(item) { $0.net = -Int128(line.net) } }
    }

    private mutating func add(_ item: ItemCode, _ change: (inout Line) -> Void) {
        let place = lines.firstIndex { $0.item == item } ?? lines.count
        if place == lines.count { lines.append(Line(item: item)) }
        change(&lines[place])
    }

    /// Nil for what nobody has to prove elsewhere, and for figures that do not fit.
    func claim(
        _ number: DocumentNumber, _ header: DocumentHeader, in book: BookID
    ) -> Claim? {
        // Goods of a customer's order are the customer's.
        let isNote =
            header.kind == .shipment
            && (header.link == nil || header.link?.target.kind == .transferRequest)
        guard header.kind == .sale || isNote else { return nil }
        var claimed: [Claim.Line] = []
        for line in lines.sorted(by: { $0.item < $1.item }) where line.quantity > 0 {
            guard let quantity = Int64(exactly: line.quantity), let net = Int64(exactly: line.net),
                net >= 0
            else { return nil }
            claimed.append(Claim.Line(item: line.item, quantity: quantity, net: net))
        }
        // Services do not come back, nor does the tax on them.
        let (goods, all) = (
            claimed.reduce(Int128(0)) { $0 + Int128($1.net) },
            lines.reduce(Int128(0)) { $0 + $1.net }
        )
        let (product, over) = tax.multipliedReportingOverflow(by: goods)
        guard !claimed.isEmpty, !over, tax >= 0,
            let tax = all > 0 ? try? Amount.divide(product, by: all) : 0
        else { return nil }
        return Claim(
            book: book, number: number, day: header.effectiveDate, isOnCredit: isOnCredit,
            receiver: receiver(than: number.series.branch), lines: claimed, tax: tax)
    }
}
