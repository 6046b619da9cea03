import Foundation

/// What a hunt came to, as a table in Markdown.
enum MutantsTable {
    static let head = """
        | no. | the bug | caught by | seed | runs | s |
        |---|---|---|---|---|---|
        """

    static func row(_ finding: MutantsHunt.Finding) -> String {
        let patch = finding.patch
        let seed = finding.ground.map { "\(finding.seed) (\($0.rawValue))" } ?? "–"
        return "| \(patch.number) | \(patch.what) | \(how(finding)) | \(seed) | \(finding.runs) | "
            + "\(Int(finding.seconds.rounded(.up))) |"
    }

    static func how(_ finding: MutantsHunt.Finding) -> String {
        switch finding.how {
        case .law(let number, _): "law \(number)"
        case .check: "a fault at a call of the disk"
        case .trap: "a trap in the core"
        case .endless: "a run that does not end"
        case .notCaught: finding.isReached ? "**not caught**" : "**not caught, never reached**"
        }
    }

    /// One line while the hunt goes on.
    static func line(_ finding: MutantsHunt.Finding) -> String {
        let patch = finding.patch
        let found: String
        switch finding.how {
        case .law(let number, let what): found = "law \(number): \(what)"
        case .check(let what): found = "disk: \(what)"
        case .trap(let words): found = "trap: \(words)"
        case .endless: found = "does not end"
        case .notCaught: found = finding.isReached ? "NOT CAUGHT" : "NOT CAUGHT, never reached"
        }
        let seed = finding.ground.map { " in seed \(finding.seed) (\($0.rawValue))" } ?? ""
        return "\(patch.number) \(patch.name): \(found)\(seed), \(finding.runs) runs, "
            + "\(Int(finding.seconds.rounded(.up))) s"
    }
}
