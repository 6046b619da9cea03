import Books
import Replica
import Store

/// Documents that two nodes of a branch took back beside each other.
extension Engine {
    /// A reversal too many is taken back by its opposite; of a stocktake another count sets it right. Charges between branches
    /// their keeper squares, and closes are under a name of their own.
    func reversedTwice(_ only: BranchCode?) throws -> [Difference] {
        var found: [Difference] = []
        for number in try store.reversedTwice(limit: Query.limitMax)
        where only == nil || number.series.branch == only {
            let isBetween = try store.transactions(of: number).flatMap(\.postings).contains {
                $0.account.root.isDue
            }
            guard number.kind != .close, !isBetween else { continue }
            let taken = try TakenBack(number) { try store.transactions(about: $0) }
            guard let surplus = taken.surplus, let last = taken.standing.last?.head else {
                continue
            }
            let branch = number.series.branch
            let people = taken.standing.map(\.head.person).joined(separator: " and ")
            found.append(
                Difference(
                    check: "reversed twice",
                    subject: "\(number) by "
                        + taken.standing.map(\.number.description).joined(separator: " and "),
                    cause: "\(people) took it back beside each other", person: last.person,
                    since: last.effectiveDate,
                    next: TakenBack.isOrdinary(number)
                        ? "at \(branch) `branchbook reverse \(surplus)`"
                        : "count the goods anew at \(branch)"))
        }
        return found
    }
}
