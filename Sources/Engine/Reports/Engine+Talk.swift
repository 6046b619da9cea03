import Books
import Replica
import Store

/// What people said of a document, on its page.
extension Engine {
    /// Nil before the roster that admits this node has come.
    func view(_ standing: Standing) -> BooksNow? {
        standing.series.map {
            BooksNow(
                store: store, book: standing.book, roster: standing.roster, series: $0,
                ledger: standing.ledger(of: $0.branch), currencies: standing.currencies,
                author: standing.node,
                incarnation: author?.incarnation ?? 0)
        }
    }

    /// The page of anything that has a number, although it is on no account; nil where it is not held.
    func page(of number: DocumentNumber) throws -> Report? {
        do {
            switch number.kind {
            case .purchaseOrder, .salesOrder, .transferRequest:
                return try order(number: number.description)
            case .count: return try count(sheet: number.description)
            case .tillShift: return try shift(number: number.description)
            case .task: return try task(number: number.description)
            case .notice: return try notice(number: number.description)
            case .invoice: return try invoicePage(number)
            case .match: return try matchPage(number)
            default: return nil
            }
        } catch let refusal as Refusal where refusal.code == .unknownDocument {
            return nil
        }
    }

    /// Tasks, comments and decisions as notes, those that who asks may read; of a decision whether the document is what
    /// it was.
    func withTalk(_ report: Report, of document: DocumentNumber) throws -> Report {
        let (standing, _) = try needLedger()
        let talk = Talk(
            try store.said(of: Talk.entity(document), standing.roster)
                .filter { !isHidden($0.scope) })
        guard !talk.remarks.isEmpty || !talk.tasks.isEmpty else { return report }
        let version = try view(standing)?.version(of: document)
        var report = report
        for number in talk.tasks {
            guard let task = try task(number, standing), task.about == document else { continue }
            let owner = task.owner.map { ", \($0)" } ?? ""
            report.notes.append("task \(number), \(task.state.rawValue)\(owner): \(task.text)")
        }
        if talk.left > 0 { report.notes.append("\(talk.left) earlier remarks are left out.") }
        for remark in talk.remarks {
            let who = remark.mark.text
            guard let decided = remark.version else {
                report.notes.append("\(who): \(remark.text)")
                continue
            }
            report.notes.append(
                "decided by \(who), \(Self.told(decided, now: version)): \(remark.text)")
        }
        return report
    }

    private static func told(_ decided: String, now version: String?) -> String {
        guard let version, version != decided else { return "of version \(decided)" }
        return "of version \(decided), and it has changed since: version \(version)"
    }
}
