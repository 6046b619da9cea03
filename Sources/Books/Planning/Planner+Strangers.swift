import Replica

/// Names of drawers and banks that nobody used before: slips, as often as not.
extension Planner {
    private static let namedMax = 5

    /// Tells of accounts of money that the document is the first on, where the branch has others.
    func noteStrangers(_ draft: Draft, _ view: some BookView) throws -> Draft {
        var found: [Account] = []
        for op in draft.parts.flatMap(\.ops) {
            guard case .post(let transaction) = op else { continue }
            for account in transaction.postings.map(\.account)
            where account.root.isPurse && account.place == .branch(branch)
                && !found.contains(account)
            {
                found.append(account)
            }
        }
        return try found.reduce(draft) { draft, account in
            try noting(
                account, draft, "`branchbook reverse \(draft.number?.description ?? "")`", view)
        }
    }

    /// The same of the bank whose statement is read.
    func noteStranger(_ bank: Account, _ draft: Draft, _ view: some BookView) throws -> Draft {
        guard try !view.hasBankLines(bank) else { return draft }
        return try noting(bank, draft, "`branchbook bank strike`", view)
    }

    private func noting(
        _ account: Account, _ draft: Draft, _ remedy: String, _ view: some BookView
    ) throws -> Draft {
        guard let others = try view.used(beside: account), !others.isEmpty else { return draft }
        if account.root == .tender, try view.tender(branch, account.rest) != nil { return draft }
        let near = others.map(\.rest).sorted {
            let (a, b) = ($0.distance(to: account.rest), $1.distance(to: account.rest))
            return a == b ? $0 < $1 : a < b
        }
        return draft.noting(
            "\(account) was never used before; there are \(near.prefix(Self.namedMax).joined(separator: ", ")): "
                + "if this is a slip, \(remedy)")
    }
}

extension Account.Root {
    /// Drawers, cards and the like, and banks.
    fileprivate var isPurse: Bool { self == .tender || self == .bank }
}

extension String {
    /// How many bytes are to be put in, left out or changed to make the other of it (Levenshtein). Cost: the product of
    /// the two lengths; names of accounts are short.
    fileprivate func distance(to other: String) -> Int {
        let other = Array(other.utf8)
        var row = Array(0...other.count)
        for (place, byte) in utf8.enumerated() {
            var left = row
            left[0] = place + 1
            for (column, goal) in other.enumerated() {
                left[column + 1] = Swift.min(
                    row[column] + (byte == goal ? 0 : 1), row[column + 1] + 1, left[column] + 1)
            }
            row = left
        }
        return row[other.count]
    }
}
