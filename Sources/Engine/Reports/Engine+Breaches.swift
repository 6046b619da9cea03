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
        let had = try store.everHad()
        let since = Day(number: today.number &- Self.breachDays)
        let documents = try store.breaches(
            of: had, notBy: standing.node, since: since, last: Self.breachDocuments)
        let acts = try store.eventBreaches(
            of: had, notBy: standing.node, since: since, last: Self.breachDocuments
        ).filter { try isGoingOn($0.number, standing) }
        struct Group: Hashable {
            let branch: BranchCode
            let kind: DocumentKind
            let person: String
            let isBackDated: Bool
        }
        var groups: [Group: [Store.BreachRow]] = [:]
        for row in documents + acts {
            let branch = row.number.series.branch
            guard try store.closes(of: branch).through.map({ row.day > $0 }) ?? true else {
                continue
            }
            let group = Group(
                branch: branch, kind: row.number.kind, person: row.person,
                isBackDated: row.backTo != nil)
            groups[group, default: []].append(row)
        }
        let people = try store.people()
        return groups.values.sorted { Self.isBefore($0[0], $1[0]) }.map { rows in
            let (first, branch) = (rows[0], rows[0].number.series.branch)
            let others = rows.count == 1 ? "" : " and \(rows.count - 1) more"
            let subject = "\(first.number)\(others): \(first.person)"
            let who = settling(branch, people)
            if let day = first.backTo {
                let bound = had[first.person]?.daysBack ?? 0
                return [
                    .text("back-dated"),
                    .text(
                        "\(subject) dates documents up to \(bound) days back, and it is of \(day)"),
                    .integer(Int64(rows.count)),
                    .text(
                        "\(who): \(Self.undoing(first.number)) at \(branch), or "
                            + "`branchbook person set \(first.person) --days-back DAYS`"),
                    .text(first.person),
                ]
            }
            let roles = Role.writing(first.number.kind).map(\.rawValue)
            return [
                .text("role"), .text("\(subject) is no \(roles.joined(separator: " or "))"),
                .integer(Int64(rows.count)),
                .text(
                    "\(who): \(Self.undoing(first.number)) at \(branch), or "
                        + "`branchbook person set \(first.person) --role \(roles[0])`; a node that "
                        + "asks who acts refuses it: `branchbook person pin`"),
                .text(first.person),
            ]
        }
    }

    private static func isBefore(_ a: Store.BreachRow, _ b: Store.BreachRow) -> Bool {
        a.number == b.number ? a.backTo == nil : a.number < b.number
    }

    /// An order that is over, and a task that is done, nobody has to undo.
    private func isGoingOn(_ number: DocumentNumber, _ standing: Standing) throws -> Bool {
        switch number.kind {
        case .task: try task(number, standing)?.state == .open
        case .notice: true
        default:
            if let ledger = standing.ledger, let order = try order(number) {
                !order.state(ledger).isOver
            } else {
                false
            }
        }
    }

    private static func undoing(_ number: DocumentNumber) -> String {
        switch number.kind {
        case .purchaseOrder, .salesOrder, .transferRequest: "`branchbook order cancel \(number)`"
        case .task: "`branchbook task cancel \(number)`"
        case .notice: "`branchbook notice post`: say what holds"
        default: "`branchbook reverse \(number)`"
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
