import Books
import Replica
import Store

/// Reports where branches keep their books in several currencies: amounts of two are never added up.
extension Engine {
    /// The branches of a report that has one currency.
    struct Alike {
        let standing: Standing
        /// What they keep their books in.
        let ledger: Ledger
        /// The one that was asked for; nil for all.
        let only: BranchCode?
        /// Those of all that keep their books in another currency, and are left out.
        let others: [BranchCode]

        func contains(_ branch: BranchCode) -> Bool {
            only.map { $0 == branch } ?? !others.contains(branch)
        }

        /// Says which are left out.
        var notes: [String] {
            guard !others.isEmpty else { return [] }
            let named = others.map { "\($0) (\(standing.currencies[$0]))" }.joined(separator: ", ")
            return ["Kept in another currency and left out: \(named). Name one with --branch."]
        }
    }

    /// Of one branch, or of all that keep their books in the currency of this node's.
    ///
    /// - Parameter inBook: of all, those in the book's own.
    func alike(_ text: String?, inBook: Bool = false) throws -> Alike {
        let (standing, book) = try needLedger()
        let only = try text.map { try known($0, standing) }
        let own = (only ?? (inBook ? nil : standing.branch)).map { standing.ledger(of: $0) } ?? book
        let others = standing.roster.branches.keys.filter {
            standing.currencies[$0] != own.currency
        }
        return Alike(
            standing: standing, ledger: own, only: only, others: only == nil ? others.sorted() : [])
    }

    /// What a branch keeps its books in; the book's own before the roster says it.
    func own(_ branch: BranchCode) throws -> Ledger { try needLedger().0.ledger(of: branch) }

    func own(_ number: DocumentNumber) throws -> Ledger { try own(number.series.branch) }

    func branches(_ alike: Alike) -> [BranchCode] {
        branches(alike.standing, alike.only).filter { alike.contains($0) }
    }

    func scopesMissing(_ alike: Alike) -> [String] {
        alike.notes
            + scopesMissing(
                alike.standing,
                of: alike.standing.roster.branches.keys.filter { alike.contains($0) })
    }

    /// Where rows of several branches are each in their branch's currency: which are not in that of the report.
    func currencyNotes(_ standing: Standing, _ ledger: Ledger, _ only: BranchCode?) -> [String] {
        let others = standing.roster.branches.keys.filter { branch in
            (only == nil || only == branch) && standing.currencies[branch] != ledger.currency
        }.sorted()
        guard !others.isEmpty else { return [] }
        let named = others.map { "\($0) in \(standing.currencies[$0])" }
        return ["Not in \(ledger.currency): \(named.joined(separator: ", "))."]
    }

    /// - Throws: `Refusal.noRate` where nobody said what the currency is worth in that of the ledger.
    func rate(of code: CurrencyCode, in ledger: Ledger, on day: Day) throws -> ExactRate {
        guard let rate = try knownRate(of: code, in: ledger, on: day) else {
            throw Refusal(
                .noRate, "there is no rate of \(code) in \(ledger.currency) on \(day)",
                next: "say it: `branchbook rate set \(code) RATE --date \(day)`")
        }
        return rate
    }

    func knownRate(of code: CurrencyCode, in ledger: Ledger, on day: Day) throws -> ExactRate? {
        try ExactRate.rate(of: code, in: ledger, on: day) { try rates(of: $0) }
    }

    /// What an amount of a branch's own currency is worth in the book's own on a day; nil where that is not known.
    func inBook(_ amount: Int128, of code: CurrencyCode, on day: Day) throws -> Int128? {
        let (_, book) = try needLedger()
        guard amount != 0, code != book.currency else { return amount }
        guard let rate = try knownRate(of: code, in: book, on: day) else { return nil }
        return try? Amount.converted(
            amount, rate: rate, scale: book.scale(of: code), to: book.scale)
    }
}

extension Engine.Standing {
    /// In which currency is what two branches owe each other.
    func between(_ a: BranchCode, _ b: BranchCode) -> CurrencyCode {
        ledger(of: a).between(currencies[a], currencies[b])
    }

    /// Of what two branches owe each other.
    func ledger(between a: BranchCode, _ b: BranchCode) -> Ledger {
        ledger(of: a).reading(between(a, b))
    }

    /// Of what this node's branch keeps its books in; the book's own before it has one.
    var ownLedger: Ledger {
        branch.map { ledger(of: $0) } ?? ledger ?? Ledger(currency: .unknown, scale: 0)
    }

    /// Of what a branch keeps its books in.
    func ledger(of branch: BranchCode) -> Ledger {
        Ledger(currencies[branch], in: ledger ?? Ledger(currency: .unknown, scale: 0))
    }
}

extension Engine {
    /// Where branches keep their books in several currencies each row of a report of all of them names its own.
    func ledgerColumns(_ standing: Standing) -> [Report.Column] {
        standing.currencies.others.isEmpty ? [] : [.text("ledger", "Ledger in")]
    }

    func ledgerCells(_ branch: BranchCode, _ standing: Standing) -> [Report.Cell] {
        standing.currencies.others.isEmpty ? [] : [.text(standing.currencies[branch].text)]
    }
}

extension ReportWriter {
    /// An amount of a branch's own currency, in its places.
    func money(_ amount: some SignedInteger, _ ledger: Ledger) -> Report.Cell {
        .decimal(Amount.text(amount, scale: ledger.scale))
    }

    /// The same, with the currency where that is not the report's.
    func named(_ amount: some SignedInteger, _ other: Ledger) -> Report.Cell {
        other.currency == ledger.currency
            ? money(amount) : .text("\(money(amount, other).plain) \(other.currency)")
    }
}
