import Books
import Replica
import Store

/// Documents that are here in part.
extension Engine {
    private static let halvesMax = 200

    /// Each names the document, who entered it, and which part has not come.
    func halves(_ ledger: Ledger) throws -> [Difference] {
        var figures = ReportWriter(store, ledger)
        return try store.halfDocuments(limit: Self.halvesMax).map { half in
            let amount = try figures.amount(half.amount, half.commodity).plain
            let what =
                half.commodity.hasPrefix("#")
                ? "\(amount) \(half.commodity.dropFirst())" : "\(amount) \(half.commodity)"
            let missing = half.missing.joined(separator: ", ")
            return Difference(
                check: "half a document", subject: half.number ?? half.here.joined(separator: ", "),
                cause: missing.isEmpty
                    ? "its parts in \(half.here.joined(separator: " and ")) differ by \(what)"
                    : "its part in \(missing) has not come: \(what)",
                person: half.person, since: half.day,
                next: "wait for its author, or ask them: `branchbook peers`")
        }
    }
}
