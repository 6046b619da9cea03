package import Replica

/// A place at a branch where goods stand, and what is done with goods there.
package struct LocationFacts: Hashable, Sendable {
    package let name: String
    package let status: GoodsStatus
    /// What people call it.
    package let title: String?
    /// Goods may be brought here; they may leave it in any case.
    package let isActive: Bool
    /// Attributes for which concurrent values stand side by side.
    package let contested: [String]
}

/// What may be done with goods: those of one location share it.
package enum GoodsStatus: String, CaseIterable, Sendable {
    case available
    /// To be looked at before anybody may sell them.
    case quarantine
    case damaged
}

/// How a location stands in registers: the entity `location/<branch>/<name>`, home in `trade/<branch>`.
extension LocationFacts {
    package enum Attribute {
        package static let status = "status", title = "title", active = "active"
    }

    /// Every branch has it, without anybody saying so: an available one.
    package static let main = "main"

    package static func entity(_ branch: BranchCode, _ name: String) -> String {
        "\(prefix(branch))\(name)"
    }

    package static func prefix(_ branch: BranchCode) -> String {
        "\(RegisterWrite.locationPrefix)\(branch)/"
    }

    /// From the values that show; of a value that is none of those known, goods are not for sale.
    package init(name: String, values: [String: [Value]]) {
        func last(_ attribute: String) -> Value? { values[attribute]?.last }
        self.name = name
        title = last(Attribute.title)?.text
        isActive = last(Attribute.active)?.integer != 0
        status =
            last(Attribute.status).map {
                $0.text.flatMap { GoodsStatus(rawValue: $0) } ?? .quarantine
            } ?? .available
        contested = values.filter { Set($0.value).count > 1 }.map(\.key).sorted()
    }
}
