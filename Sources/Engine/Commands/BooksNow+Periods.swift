import Books
import Gossip
import Replica
import Sodium
import Store

/// What closes and seals ask: what a branch had, what it cost, and whether all is here.
extension BooksNow {
    func halves(of branch: BranchCode) throws -> [String] {
        try store.unmatchedBridges().filter { line in
            line.split(separator: " ").prefix(2).contains {
                switch Scope($0) {
                case .trade(branch), .money(branch): true
                default: false
                }
            }
        }
    }

    func closes(_ branch: BranchCode) throws -> [PeriodClose] { try store.closes(of: branch) }

    func frontier(of branch: BranchCode) throws -> [LogID: UInt64] {
        try store.frontier(of: branch, roster)
    }

    func openCosts(
        of branch: BranchCode, upTo day: Day
    ) throws -> [(item: String, amounts: [(root: Account.Root, amount: Int128)])] {
        while try store.refreshCosts(limit: 100) > 0 {}
        return try store.openCosts(of: branch, upTo: day).map { item, row in
            (
                item,
                [
                    (.costOfSales, row.costOfSales), (.shipped, row.shipped),
                    (.writeOff, row.writeOff), (.variance, row.variance),
                ]
            )
        }
    }

    func results(
        of branch: BranchCode, upTo day: Day
    ) throws -> [(account: Account, net: Int128)] {
        var sums: [Account: Int128] = [:]
        for (key, turnover) in try store.turnover(of: currency, to: day) {
            guard let account = Account(key.account), account.place == .branch(branch) else {
                continue
            }
            sums[account, default: 0] += turnover.net
        }
        for (_, amounts) in try openCosts(of: branch, upTo: day) {
            for (root, amount) in amounts { sums[.simple(root, branch), default: 0] += amount }
        }
        return sums.filter {
            Chart.international.line(of: $0.key).map { !$0.kind.isOfPosition } ?? false
        }.sorted { $0.key.name < $1.key.name }.map { ($0.key, $0.value) }
    }

    func isReadByOthers(_ branch: BranchCode) throws -> Bool {
        roster.administrators.contains { node in
            guard node != author, let grants = roster.nodes[node]?.grants else { return false }
            return grants.opens(trade: branch) && grants.opens(money: branch)
        }
    }

    func seals() throws -> [Seal] { try store.seals() }

    func holds(_ close: PeriodClose) throws -> Bool { try store.holds(close) }

    func holds(_ heads: [LogID: UInt64]) throws -> Bool { try store.holds(heads) }

    func documents(
        of branch: BranchCode, upTo day: Day, behind heads: [LogID: UInt64]
    ) throws -> Int {
        try store.documents(of: branch, upTo: day, behind: heads, roster)
    }

    func costs(of closing: Seal.Closing, on day: Day) throws -> [String: [Int64]]? {
        try store.costs(of: closing, on: day)
    }

    func unlike() throws -> [(branch: BranchCode, what: String)] {
        comparisons.sorted { $0.key < $1.key }.compactMap { node, comparison in
            // Entries that are on their way are no alarm: a seal names closes, and these are here.
            let scopes = comparison.differing.filter(\.holdsAccounts)
            guard !scopes.isEmpty, let branch = roster.nodes[node]?.admission.branch else {
                return nil
            }
            return (branch, scopes.map(\.name).sorted().joined(separator: ", "))
        }
    }

    func stateDigest() throws -> String {
        var state = Blake2b.State()
        for (scope, digest) in try store.digests().sorted(by: { $0.key < $1.key }) {
            state.update(Array("\(scope) \(Hex.text(digest.bytes))\n".utf8))
        }
        return Hex.text(state.finish256().bytes)
    }
}
