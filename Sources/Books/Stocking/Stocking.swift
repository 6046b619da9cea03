package import Replica

/// How much of an item a branch wants on a location, and from whom it comes.
package struct Stocking: Hashable, Sendable {
    package let item: ItemCode
    package let location: String
    /// Below it more is ordered; base units.
    package let minimum: Int64?
    /// Up to it.
    package let target: Int64?
    /// Above it goods are moved away, down to the target.
    package let maximum: Int64?
    /// A supplier's name, or with `branch:` before it a branch.
    package let source: String?

    package init(
        item: ItemCode, location: String, minimum: Int64? = nil, target: Int64? = nil,
        maximum: Int64? = nil, source: String? = nil
    ) {
        self.item = item
        self.location = location
        self.minimum = minimum
        self.target = target
        self.maximum = maximum
        self.source = source
    }

    package static let branchPrefix = "branch:"

    /// What to do where so many will be there: how many to order, or below zero to move away; zero where
    /// nothing is to be done.
    ///
    /// Below the minimum the target is made up; what nobody said is zero. Exactly at the minimum
    /// nothing is ordered yet.
    package func proposal(projected: Int128) -> Int128 {
        let target = Int128(target ?? minimum ?? maximum ?? 0)
        if projected < Int128(minimum ?? 0) { return max(target - projected, 0) }
        if let maximum, projected > Int128(maximum) { return min(target - projected, 0) }
        return 0
    }
}

/// How it stands in registers: the entity `stocking/<branch>/<location>/<item>`, home in
/// `trade/<branch>`.
extension Stocking {
    package enum Attribute {
        package static let minimum = "minimum", target = "target", maximum = "maximum"
        package static let source = "source"
    }

    package static func prefix(_ branch: BranchCode) -> String {
        "\(RegisterWrite.stockingPrefix)\(branch)/"
    }

    package static func entity(
        _ branch: BranchCode, _ location: String, _ item: ItemCode
    ) -> String { "\(prefix(branch))\(location)/\(item.text)" }

    /// - Returns: nil where `rest`, the entity without its prefix, names no item.
    package init?(rest: some StringProtocol, values: [String: [Value]]) {
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let item = ItemCode(parts[1]) else { return nil }
        func figure(_ attribute: String) -> Int64? { values[attribute]?.last?.integer }
        self.init(
            item: item, location: String(parts[0]), minimum: figure(Attribute.minimum),
            target: figure(Attribute.target), maximum: figure(Attribute.maximum),
            source: values[Attribute.source]?.last?.text)
    }
}
