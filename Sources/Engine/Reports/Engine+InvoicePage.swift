import Books
import Replica
import Store

/// One invoice: what it asks, of what.
extension Engine {
    /// Nil where nobody entered it, or it is not read here.
    func invoice(_ number: DocumentNumber) throws -> Invoice? {
        try store.invoices().first { $0.number == number }
    }

    func invoicePage(_ number: DocumentNumber) throws -> Report? {
        let ledger = try own(number)
        guard let invoice = try invoice(number) else { return nil }
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.invoice/1", title: "Invoice \(number)",
            columns: [
                .text("document", "Document"), .text("item", "Item"),
                .number("quantity", "Quantity"), .number("booked", "Booked"),
            ], facts: try facts(of: invoice, ledger))
        for document in invoice.documents where invoice.isWhole(of: document) {
            report.rows.append([.text(document.description), .empty, .empty, .empty])
        }
        for part in invoice.parts {
            report.rows.append([
                .text(part.receipt.description), .text(part.item.text),
                try figures.quantity(part.units, of: part.item.text),
                figures.foreign(part.booked, invoice.currency ?? ledger.currency),
            ])
        }
        return try withTalk(report, of: number)
    }

    /// Amounts are facts whose keys begin with `total`: they are for who may see what goods cost.
    func facts(of invoice: Invoice, _ ledger: Ledger) throws -> [Report.Fact] {
        let figures = ReportWriter(store, ledger)
        let code = invoice.currency ?? ledger.currency
        let isReversed = try store.isReversed(invoice.number)
        return [
            .init("code", "Code", .text(invoice.code)),
            .init("party", "Party", .optional(invoice.party)),
            .init(
                "state", "State",
                .text(
                    invoice.reddened.map { "red-letter \($0.code)" }
                        ?? (isReversed ? "reversed" : invoice.side.rawValue))),
            .init("total net", "Net", figures.foreign(invoice.net, code)),
            .init("total tax", "Tax", figures.foreign(invoice.tax, code)),
            .init(
                "total", "Total", figures.foreign(Int128(invoice.net) + Int128(invoice.tax), code)),
            .init("currency", "Currency", .text(code.text)),
        ]
    }
}
