import Books
import Replica
import Store

/// Documents by people whose roles do not allow them, from nodes that ask nobody who they are.
extension Engine {
    /// So many of the last documents of every log are looked at, and so many days.
    static let breachDocuments = 1_000
    static let breachDays: Int32 = 31

    /// One row for each person, kind of document and branch, of days that are open; what this node wrote it asked itself.
    func roleExceptions(_ standing: Standing, on today: Day) throws -> [[Report.Cell]] {
        let found = try store.breaches(
            of: store.rightsEverHad(), notBy: standing.node,
            since: Day(number: today.number &- Self.breachDays), last: Self.breachDocuments)
        struct Group: Hashable {
            let branch: BranchCode
            let kind: DocumentKind
            let person: String
        }
        var groups: [Group: [Store.BreachRow]] = [:]
        for row in found {
            let branch = row.number.series.branch
            guard try store.closes(of: branch).through.map({ row.day > $0 }) ?? true else {
                continue
            }
            let group = Group(branch: branch, kind: row.number.kind, person: row.person)
            groups[group, default: []].append(row)
        }
        let people = try store.people()
        let rows = groups.values.sorted { $0[0].number < $1[0].number }
        return rows.map { rows in
            let (first, branch) = (rows[0], rows[0].number.series.branch)
            let roles = Role.writing(first.number.kind).map(\.rawValue)
            let others = rows.count == 1 ? "" : " and \(rows.count - 1) more"
            return [
                .text("role"),
                .text(
                    "\(first.number)\(others): \(first.person) is no \(roles.joined(separator: " or "))"
                ),
                .integer(Int64(rows.count)),
                .text(
                    "\(settling(branch, people)): `branchbook reverse \(first.number)` at \(branch), or "
                        + "`branchbook person set \(first.person) --role \(roles[0])`; a node that "
                        + "asks who acts refuses it: `branchbook person pin`"),
            ]
        }
    }

    /// Who may take a document of a branch back, or say who may write it.
    private func settling(_ branch: BranchCode, _ people: [PersonFacts]) -> String {
        let there = people.filter { $0.branches.isEmpty || $0.branches.contains(branch) }
        let names = [Role.manager, .bookkeeper, .administrator].lazy.map { role in
            there.filter { $0.roles.contains(role.rawValue) }.map(\.name)
        }.first { !$0.isEmpty }
        return names.map { $0.prefix(3).joined(separator: ", ") } ?? "a manager"
    }
}
