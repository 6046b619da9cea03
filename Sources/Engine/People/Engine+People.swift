import Books
import Replica
import Store

/// Who works with the books, and what their roles allow.
extension Engine {
    func people() throws -> Report {
        _ = try needLedger()
        var report = Report(
            schema: "branchbook.people/1", title: "People",
            columns: [
                .text("name", "Name"), .text("roles", "Roles"), .text("deputy", "Deputy"),
                .text("until", "Until"), .text("rights", "May"), .number("daysBack", "Days back"),
                .text("branches", "Branches"), .text("signsIn", "Signs in here"),
            ])
        let pins = Set(
            try store.settings(prefix: Secrets.pinPrefix, limit: .max).map {
                String($0.name.dropFirst(Secrets.pinPrefix.count))
            })
        report.rows = try store.people().map { facts in
            let rights = Right.allCases.filter { facts.rights.contains($0) }.map(\.verb)
            return [
                .text(facts.name), .text(facts.roles.sorted().joined(separator: " ")),
                .optional(facts.deputy), .optional(facts.deputyUntil?.description),
                .text(rights.joined(separator: ", ")),
                facts.rights.isEmpty
                    ? .empty : facts.daysBack.map { .integer(Int64($0)) } ?? .empty,
                .text(facts.branches.sorted().map(\.text).joined(separator: " ")),
                pins.contains(facts.name) ? .flag(true) : .empty,
            ]
        }
        return report
    }
}
