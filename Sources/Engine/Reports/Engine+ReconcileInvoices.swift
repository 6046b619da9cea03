import Books
import Replica
import Store

/// Invoices held against what they are of.
extension Engine {
    /// Days after which goods without their supplier's invoice are a difference.
    private static let invoiceDays: Int32 = 31
    private static let invoiceDifferencesMax = 200

    /// Goods without an invoice, of suppliers who send some; what is on two; goods that came back after the tax invoice.
    func invoiceDifferences(_ only: BranchCode?, _ today: Day) throws -> [Difference] {
        var found: [Difference] = []
        var owners: [DocumentNumber: [Invoice]] = [:]
        var suppliers: Set<String> = []
        for invoice in try store.invoices() where invoice.stands {
            let branch = invoice.number.series.branch
            guard only == nil || branch == only,
                try !store.isReversed(invoice.number)
            else { continue }
            if invoice.side == .received { suppliers.insert("\(branch)/\(invoice.party ?? "")") }
            for document in Set(invoice.documents).sorted()
            where found.count < Self.invoiceDifferencesMax {
                owners[document, default: []].append(invoice)
                if let earlier = owners[document]?.dropLast(), !earlier.isEmpty,
                    let twice = try twice(document, invoice, beside: Array(earlier))
                {
                    found.append(twice)
                }
                if let undone = try undone(document, of: invoice) { found.append(undone) }
            }
        }
        guard !suppliers.isEmpty else { return found }
        let since = Day(number: today.number &- Self.paymentsDays)
        let until = Day(number: today.number &- Self.invoiceDays)
        for receipt in try store.receipts(from: since, to: until)
        where suppliers.contains("\(receipt.number.series.branch)/\(receipt.party)")
            && found.count < Self.invoiceDifferencesMax
        {
            guard only == nil || receipt.number.series.branch == only else { continue }
            let invoices = owners[receipt.number] ?? []
            guard !invoices.contains(where: { $0.isWhole(of: receipt.number) }) else { continue }
            let left = try invoices.isEmpty ? nil : uninvoiced(receipt.number, invoices)
            guard left != "" else { continue }
            found.append(
                Difference(
                    check: "no invoice", subject: "\(receipt.number) of \(receipt.party)",
                    cause: left.map { "\($0) of it are on no invoice" }
                        ?? "goods came, and their invoice did not", person: receipt.person,
                    since: receipt.day,
                    next: "ask \(receipt.party), or `branchbook invoice enter`"))
        }
        return found
    }

    /// More is invoiced of a document than there is, with this invoice.
    private func twice(
        _ document: DocumentNumber, _ invoice: Invoice, beside earlier: [Invoice]
    ) throws -> Difference? {
        var earlier = earlier
        var what = ""
        if document.kind == .goodsReceipt, invoice.side == .received {
            let overdone = try units(of: document, earlier + [invoice]).overdone.filter {
                invoice.isOf($0, on: document)
            }
            earlier = earlier.filter { other in overdone.contains { other.isOf($0, on: document) } }
            guard !earlier.isEmpty else { return nil }
            if !invoice.isWhole(of: document) {
                what = "more \(overdone.map(\.text).joined(separator: ", ")) than came: "
            }
        }
        let people = Set(earlier.map(\.person)).sorted().joined(separator: ", ")
        let numbers = earlier.map(\.number.description).joined(separator: ", ")
        return Difference(
            check: "invoiced twice", subject: "\(document) on \(invoice.number) and \(numbers)",
            amount: invoice.currency == nil ? Int128(invoice.net) + Int128(invoice.tax) : nil,
            ledger: try own(invoice.number),
            cause: what + "\(people) and \(invoice.person) wrote beside each other",
            person: invoice.person, since: invoice.day, next: try takingBack(invoice))
    }

    private func undone(
        _ document: DocumentNumber, of invoice: Invoice
    ) throws -> Difference? {
        let about = try store.transactions(about: document)
        let isUndone = about.haveReversal(of: document)
        let back = about.first {
            $0.document.isOf(.returns) && $0.isOf(invoice.number.series.branch)
        }
        guard isUndone || invoice.side == .issued && back != nil else { return nil }
        // An invoice of what was left says so.
        if !isUndone, try isOfWhatIsLeft(invoice) { return nil }
        return Difference(
            check: "invoice", subject: "\(invoice.code) of \(document)",
            cause: isUndone
                ? "\(document) was reversed, and its invoice stands"
                : "goods of \(document) came back after its invoice",
            person: invoice.person, since: invoice.day,
            next: invoice.side == .issued
                ? "`branchbook invoice redden \(invoice.number) --code CODE`, and "
                    + "issue one of what is left"
                : try takingBack(invoice))
    }

    private func isOfWhatIsLeft(_ invoice: Invoice) throws -> Bool {
        let branch = invoice.number.series.branch
        var left = Int128(0)
        for document in invoice.documents {
            guard document.kind == .sale else { return false }
            let sums = try Invoice.left(
                of: store.transactions(of: document), about: store.transactions(about: document),
                at: branch, isReversed: store.isReversed)
            left += sums.net + sums.tax
        }
        return left == Int128(invoice.net) + Int128(invoice.tax)
    }

    /// What posted nothing has nothing to reverse.
    private func takingBack(_ invoice: Invoice) throws -> String {
        try invoice.side == .issued || store.transactions(of: invoice.number).isEmpty
            ? "`branchbook invoice redden \(invoice.number) --code CODE`"
            : "`branchbook reverse \(invoice.number)`"
    }

    /// `5 TEA, 2 CUP`; empty where all is on invoices, or went back.
    private func uninvoiced(
        _ receipt: DocumentNumber, _ invoices: [Invoice]
    ) throws -> String {
        var figures = ReportWriter(store, try needLedger().1)
        return try units(of: receipt, invoices).items.filter { $0.value.open > 0 }
            .sorted { $0.key < $1.key }.map {
                "\(try figures.quantity($0.value.open, of: $0.key.text).plain) \($0.key)"
            }.joined(separator: ", ")
    }

    private func units(
        of receipt: DocumentNumber, _ invoices: [Invoice]
    ) throws -> InvoicedUnits {
        InvoicedUnits(
            receipt, came: try store.transactions(of: receipt), returns: try returns(of: receipt),
            invoices)
    }

    /// What went back of a receipt, and stands.
    func returns(of receipt: DocumentNumber) throws -> [Transaction] {
        try store.transactions(about: receipt).filter { transaction in
            guard transaction.document.isOf(.returns), let own = transaction.document.number,
                own.series.branch == receipt.series.branch
            else { return false }
            return try !store.isReversed(own)
        }
    }
}

extension Invoice {
    fileprivate func isOf(_ item: ItemCode, on receipt: DocumentNumber) -> Bool {
        isWhole(of: receipt) || parts.contains { $0.receipt == receipt && $0.item == item }
    }
}
