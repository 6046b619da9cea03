import Books
import Replica
import Store

/// One match: what settles what.
extension Engine {
    /// Nil where nobody made it, or it is not read here.
    func matchPage(_ number: DocumentNumber) throws -> Report? {
        let ledger = try own(number)
        guard let match = try store.match(number),
            !(match.account.home.map { isHidden($0) } ?? false)
        else { return nil }
        let code = match.currency ?? ledger.currency
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.match/1", title: "Match \(number)",
            columns: [
                .text("account", "Account"), .text("document", "Document"),
                .number("amount", "Amount"),
            ])
        for line in match.lines.sorted(by: { $0.document < $1.document }) {
            report.rows.append([
                .text(match.account.name), .text(line.document.description),
                figures.foreign(line.amount, code),
            ])
        }
        let items = try store.openItems(match.account, code, own: ledger.currency, upTo: nil)
        let isUnfit = items.unfit.contains { $0.number == number }
        report.facts = [
            .init("date", "Date", .text(match.day.description)),
            .init("person", "Person", .text(match.person)),
            .init("party", "Party", .text(match.account.rest)),
            .init("currency", "Currency", .text(code.text)),
            .init(
                "state", "State", .text(!match.stands ? "undone" : isUnfit ? "unfit" : "standing")),
        ]
        if let person = match.undoneBy { report.notes.append("\(person) undid it.") }
        if isUnfit, match.stands {
            report.notes.append(
                "It asks for more than is open: `branchbook match undo \(number)`.")
        }
        return try withTalk(report, of: number)
    }
}
