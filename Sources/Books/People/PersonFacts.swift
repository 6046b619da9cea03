package import Replica

/// Somebody who works with the books, as the company knows them.
package struct PersonFacts: Hashable, Sendable {
    package let name: String
    package let roles: Set<String>
    /// Who acts in their place, and up to when; without an end where nobody said one.
    package let deputy: String?
    package let deputyUntil: Day?

    package init(name: String, roles: Set<String>, deputy: String? = nil, deputyUntil: Day? = nil) {
        self.name = name
        self.roles = roles
        self.deputy = deputy
        self.deputyUntil = deputyUntil
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
    }

    package static let prefix = "person/"

    package static func entity(_ name: String) -> String { prefix + name }

    package init(name: String, values: [String: [Value]]) {
        func text(_ attribute: String) -> String? { values[attribute]?.last?.text }
        self.init(
            name: name,
            roles: Set((text(Attribute.roles) ?? "").split(separator: " ").map(String.init)),
            deputy: text(Attribute.deputy), deputyUntil: text(Attribute.until).flatMap { Day($0) })
    }
}
