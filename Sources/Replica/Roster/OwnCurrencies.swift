/// In which currencies branches keep their books: those of their legal entities. A function of the roster.
package struct OwnCurrencies: Hashable, Sendable {
    /// The book's own, in which all of them together are shown.
    package let book: CurrencyCode
    /// Of branches that keep them in another one.
    package let others: [BranchCode: CurrencyCode]

    package init(book: CurrencyCode, others: [BranchCode: CurrencyCode] = [:]) {
        self.book = book
        self.others = others.filter { $0.value != book }
    }

    /// The book's own for a branch of which nothing is known.
    package subscript(branch: BranchCode) -> CurrencyCode { others[branch] ?? book }

    /// Each once: the book's own, then the others by their codes.
    package var all: [CurrencyCode] {
        [book] + Set(others.values).sorted { $0.text < $1.text }
    }

    /// As sums that depend on it are named: empty where all are the book's own.
    package var text: String {
        others.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}

extension Roster {
    /// In which currency a branch keeps its books: its legal entity's, which never changes. Nil where the roster does not
    /// say it yet.
    package func currency(of branch: BranchCode) -> CurrencyCode? {
        branches[branch].flatMap { entities[$0.entity] }
    }

    /// Nil before the book was founded.
    package var ownCurrencies: OwnCurrencies? {
        founding.map { founding in
            OwnCurrencies(
                book: founding.currency,
                others: branches.compactMapValues { entities[$0.entity] })
        }
    }
}
