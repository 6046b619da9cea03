package import Replica

/// What a branch is to reach in a month, measure by measure.
package struct TargetChange: Codable, Hashable, Sendable {
    package struct Figure: Codable, Hashable, Sendable {
        /// Such as `revenue`.
        package var measure: String
        /// At the measure's scale; empty: no target.
        package var value: String

        package init(measure: String, value: String) {
            self.measure = measure
            self.value = value
        }
    }

    package var branch: String
    /// As in `2026-11`.
    package var month: String
    package var figures: [Figure]

    package init(branch: String, month: String, figures: [Figure]) {
        self.branch = branch
        self.month = month
        self.figures = figures
    }
}

/// How targets stand in registers: the entity `target/<branch>/<month>`, an attribute for each measure.
package enum Targets {
    package static let prefix = RegisterWrite.targetPrefix

    package static func entity(_ branch: BranchCode, _ month: Month) -> String {
        "\(prefix)\(branch)/\(month)"
    }

    package static func place(ofEntity rest: String) -> (branch: BranchCode, month: Month)? {
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let branch = BranchCode(parts[0]), let month = Month(parts[1])
        else { return nil }
        return (branch, month)
    }

    /// Those that show, above zero.
    package static func read(_ values: [String: [Value]]) -> [Measure: Int64] {
        var targets: [Measure: Int64] = [:]
        for measure in Measure.allCases {
            guard let figure = values[measure.rawValue]?.last?.integer, figure > 0 else {
                continue
            }
            targets[measure] = figure
        }
        return targets
    }
}
