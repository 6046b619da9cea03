import ArgumentParser
import Books
import Engine

struct TargetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "target", abstract: "What branches are to reach in a month (目标).",
        subcommands: [TargetList.self, TargetSet.self, TargetResults.self],
        defaultSubcommand: TargetList.self)
}

/// `revenue=100000`; without a figure the target is taken away.
struct TargetArgument: ExpressibleByArgument {
    let figure: TargetChange.Figure

    init?(argument: String) {
        let parts = argument.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        figure = TargetChange.Figure(measure: String(parts[0]), value: String(parts[1]))
    }
}

struct TargetSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a branch's targets: MEASURE=FIGURE …; MEASURE= takes one away.",
        discussion: """
            Measures: revenue, margin, turn, count-accuracy (percent), receivable-days. Every branch reads the targets, and
            what the branch reached of those that are set.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "The branch.") var branch: String
    @Argument(help: "The month, as in 2026-11.") var month: String
    @Argument(help: "As in revenue=100000.") var figures: [TargetArgument]
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        let change = TargetChange(
            branch: branch, month: month, figures: figures.map(\.figure))
        try node.perform(
            .perform(.setTarget(change), wait: 0, waitMilliseconds: 0), json: json)
    }
}

struct TargetList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All targets.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    func run() throws { try node.query(.targets(branch: branch), reading) }
}

struct TargetResults: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Targets of a month, and what was reached of them.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "The month, as in 2026-11.") var month: String
    @Option(name: .long, help: "One branch.") var branch: String?
    func run() throws {
        try node.query(.targetReport(month: month, branch: branch), reading)
    }
}

struct LeagueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "league",
        abstract: "How all branches did in a month, best first, and in the six before it.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "The month, as in 2026-11.") var month: String
    @Option(name: .long, help: "One measure, such as revenue.") var measure: String?
    func run() throws { try node.query(.league(month: month, measure: measure), reading) }
}
