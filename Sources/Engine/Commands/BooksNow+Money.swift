import Books
import Replica
import Store

/// What is owed, held, and said of invoices, banks, tenders and rates.
extension BooksNow {
    func openItems(_ account: Account, in code: CurrencyCode) throws -> OpenItems {
        try store.openItems(account, code, own: currency, upTo: nil)
    }

    func currencies(on account: Account) throws -> [CurrencyCode] {
        try store.values(of: account).map(\.currency).filter { $0 != currency }
    }

    func invoices(of party: String, code: String) throws -> [Invoice] {
        try standing(try store.invoices(of: party, code: code)).filter {
            $0.number.series.branch == series.branch
        }
    }

    func invoices(about number: DocumentNumber) throws -> [Invoice] {
        try standing(try store.invoices(about: number))
    }

    func bankLines(_ bank: Account) throws -> [(line: BankLine, document: DocumentNumber?)] {
        let lines = try store.bankLines(bank)
        guard let first = lines.map(\.day).min(), let last = lines.map(\.day).max() else {
            return []
        }
        let codes = Set(lines.map { $0.currency ?? currency }).sorted { $0.text < $1.text }
        return try codes.flatMap { code in
            let booked = try store.booked(on: bank, code, from: first, to: last).filter {
                $0.key != nil
            }
            let some = lines.filter { ($0.currency ?? currency) == code }
            return BankMatching(some, booked).pairs.map { ($0.line, $0.document?.number) }
        }
    }

    func used(beside account: Account) throws -> [Account]? { try store.used(beside: account) }

    func hasBankLines(_ bank: Account) throws -> Bool { try store.hasBankLines(bank) }

    func documentNames() throws -> DocumentNames { try store.documentNames() }

    private func standing(_ invoices: [Invoice]) throws -> [Invoice] {
        try invoices.filter { try $0.stands && !isReversed($0.number) }
    }

    func debt(_ number: DocumentNumber) throws -> DebtWriteOff? {
        DebtWriteOff(number, try store.events(of: DebtWriteOff.entity(number)))
    }

    func tender(_ branch: BranchCode, _ name: String) throws -> TenderRule? {
        let entity = TenderRule.entity(branch, name)
        return TenderRule(entity: entity, values: try store.registers(entity: entity))
    }

    func taken(_ tender: Account, on day: Day) throws -> (taken: Int128, settled: Int128) {
        let taken = try store.taken(by: tender, currency, from: day, to: day)[day] ?? 0
        return (taken, try store.settled(tender, on: day))
    }

    func receivable(of party: String, at branch: BranchCode?) throws -> Int128 {
        try store.receivable(
            of: party,
            at: branch.map { [$0] } ?? roster.branches.keys.filter { currencies[$0] == currency },
            .currency(currency))
    }

    func receivablesElsewhere(of party: String) throws -> [(currency: CurrencyCode, owed: Int128)] {
        try currencies.all.filter { $0 != currency }.map { code in
            (
                code,
                try store.receivable(
                    of: party, at: roster.branches.keys.filter { currencies[$0] == code },
                    .currency(code))
            )
        }
    }

    func currency(of branch: BranchCode) throws -> CurrencyCode? { roster.currency(of: branch) }

    func chart(_ name: String) throws -> OwnChart? {
        let shown = try store.registers(entity: OwnChart.entity(name))
        return shown.isEmpty ? nil : OwnChart(name: name, values: shown, currency: currencies.book)
    }

    func rates(of currency: CurrencyCode) throws -> SaidRates {
        SaidRates(try store.registers(entity: CurrencyRate.entity(currency)))
    }

    func carried(_ account: Account, _ currency: CurrencyCode) throws -> Int128 {
        try store.values(of: account).first { $0.currency == currency }?.value ?? 0
    }

    func foreign(of branch: BranchCode, upTo day: Day) throws -> [ForeignBalance] {
        try store.foreign(
            than: currency, of: branch, among: roster.branches.keys.sorted(), upTo: day
        ).compactMap { row in
            guard let account = Account(row.account), account.holdsCurrencies(of: branch) else {
                return nil
            }
            return ForeignBalance(
                account: account, currency: row.currency, amount: row.amount, value: row.value)
        }
    }
}
