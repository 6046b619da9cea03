package import Replica

/// Somebody who works with the books, as the company knows them.
package struct PersonFacts: Hashable, Sendable {
    package let name: String
    package let roles: Set<String>
    /// Who acts in their place, and up to when; without an end where nobody said one.
    package let deputy: String?
    package let deputyUntil: Day?
    /// Where their roles' own bound is not theirs.
    package let ownDaysBack: Int32?
    /// At whose nodes they work; everywhere where empty.
    package let branches: Set<BranchCode>

    package init(
        name: String, roles: Set<String>, deputy: String? = nil, deputyUntil: Day? = nil,
        daysBack: Int32? = nil, branches: Set<BranchCode> = []
    ) {
        ownDaysBack = daysBack
        self.branches = branches
        self.name = name
        self.roles = roles
        self.deputy = deputy
        self.deputyUntil = deputyUntil
    }

    /// Where nobody said where they work they do so everywhere.
    package func works(at branch: BranchCode) -> Bool {
        branches.isEmpty || branches.contains(branch)
    }

    private var knownRoles: [Role] { Role.allCases.filter { roles.contains($0.rawValue) } }

    package var rights: Set<Right> { knownRoles.reduce(into: []) { $0.formUnion($1.rights) } }

    /// How many days back their documents may be dated; nil: as far as books are open.
    package var daysBack: Int32? {
        if let ownDaysBack { return ownDaysBack }
        let bounds = knownRoles.map(\.daysBack)
        return bounds.contains(nil) ? nil : bounds.compactMap { $0 }.max() ?? 0
    }

    /// May somebody else act for this person on a day?
    package func isDeputy(_ other: String, on day: Day) -> Bool {
        deputy == other && deputyUntil.map { day <= $0 } ?? true
    }
}

/// How a person stands in registers: the entity `person/<name>`.
extension PersonFacts {
    package enum Attribute {
        package static let roles = "roles", deputy = "deputy", until = "deputy-until"
        package static let daysBack = "days-back", branches = "branches"
    }

    package static let prefix = "person/"

    package static func entity(_ name: String) -> String { prefix + name }

    package init(name: String, values: [String: [Value]]) {
        func text(_ attribute: String) -> String? { values[attribute]?.last?.text }
        self.init(
            name: name,
            roles: Set((text(Attribute.roles) ?? "").split(separator: " ").map(String.init)),
            deputy: text(Attribute.deputy), deputyUntil: text(Attribute.until).flatMap { Day($0) },
            daysBack: values[Attribute.daysBack]?.last?.integer.map {
                Int32(min(max($0, 0), 36_500))
            },
            branches: Set(
                (text(Attribute.branches) ?? "").split(separator: " ").compactMap {
                    BranchCode($0)
                }))
    }
}
