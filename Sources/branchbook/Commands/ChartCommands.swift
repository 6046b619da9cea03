import ArgumentParser
import Books
import Engine

struct ChartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chart",
        abstract: "Charts of accounts: codes and lines of the statements (科目表).",
        subcommands: [ChartList.self, ChartShow.self, ChartSet.self, ChartDefault.self],
        defaultSubcommand: ChartList.self)
}

struct ChartList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Those that are built in, and the company's own.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.charts, reading) }
}

struct ChartShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Codes, lines and accounts of a chart.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "The chart, such as MINE.") var name: String
    func run() throws { try node.query(.chart(name: name), reading) }
}

struct ChartSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "A code of the company's own chart, and the accounts on it.",
        discussion: """
            branchbook chart set MINE 6602.01 "Rent" --account expense/rent --line administrative-expenses

            An account is named without its branch, or by its root alone: expense. A line is one of those that \
            `chart show` names; it never changes a total. An empty code takes accounts back to their own line.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "The chart: capital letters.") var chart: String
    @Argument(help: "The code, as in 6602.01.") var code: String
    @Argument(help: "What it is called.") var title: String?
    @Option(name: .long, help: "An account on it, as in expense/rent; may be repeated.")
    var account: [String] = []
    @Option(name: .long, help: "Its line, as in administrative-expenses; empty: the account's own.")
    var line: String?
    @Option(name: .long, help: "The chart that it rests on: cn-small or international.")
    var base: String?
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        let change = ChartChange.set(
            chart: chart, code: code, title: title, line: line, accounts: account, base: base)
        try node.perform(
            .perform(.setChart(change), wait: 0, waitMilliseconds: 0), json: json)
    }
}

struct ChartDefault: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "default",
        abstract: "The chart of all reports that name none; empty: by the book's currency.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The chart, such as MINE.") var name: String
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        try node.perform(
            .perform(.setChart(.setDefault(name)), wait: 0, waitMilliseconds: 0), json: json)
    }
}
