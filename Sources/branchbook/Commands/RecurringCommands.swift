import ArgumentParser
import Books
import Engine

struct RecurringCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recurring", abstract: "Journal entries that come back every month.",
        subcommands: [RecurringList.self, RecurringSet.self, RecurringStop.self],
        defaultSubcommand: RecurringList.self)
}

struct RecurringList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What comes back, when, and up to when.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.recurring, reading) }
}

struct RecurringSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "The branch's keeper posts this every month: ACCOUNT=AMOUNT …, sum zero.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its name: small letters, digits and `-`.") var name: String
    @Argument(help: "ACCOUNT=AMOUNT …; debits positive.") var lines: [String] = []
    @Option(name: .long, help: "The day of the month; its last one where it has fewer.")
    var day: Int?
    @Option(name: .long, help: "From this day on; today by default.") var from: String?
    @Option(name: .long, help: "Up to this day; empty: for ever.") var until: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let lines = try self.lines.map { text in
            guard let equals = text.lastIndex(of: "=") else {
                throw ValidationError("\(text) is no line: write it as in expense/rent=100.00")
            }
            return JournalLine(
                account: String(text[..<equals]),
                amount: String(text[text.index(after: equals)...]))
        }
        try node.perform(
            .setRecurring(
                RecurringChange(
                    name: name, day: day, from: from, until: until,
                    lines: lines.isEmpty ? nil : lines, memo: writing.memo)), writing)
    }
}

struct RecurringStop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "It does not come back any more.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its name.") var name: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.setRecurring(RecurringChange(name: name, stops: true)), writing)
    }
}
