import ArgumentParser
import Books
import Engine

struct BankCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bank",
        abstract: "Banks' statements beside the books.",
        discussion: """
            `branchbook import table bank FILE --bank main` reads a statement.
            """,
        subcommands: [
            BankStatementCommand.self, BankBook.self, BankBalance.self, BankStrike.self,
        ],
        defaultSubcommand: BankStatementCommand.self)
}

struct BankStatementCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement",
        abstract: "Each line with the document that it is, or what it may be.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "The bank: main is bank/BRANCH/main.") var bank: String = "main"
    @OptionGroup var span: SpanOptions
    @OptionGroup var currency: MatchCurrency
    func run() throws {
        guard let from = span.days.from, let to = span.days.to else {
            throw ValidationError("give --month, or --from and --to")
        }
        try node.query(
            .bankStatement(bank: bank, from: from, to: to, currency: currency.currency), reading)
    }
}

struct BankBook: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "book",
        abstract: "Enter the payments that lines of the statement surely are.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The bank.") var bank: String = "main"
    @OptionGroup var currency: MatchCurrency
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.performAll(
            .bookBank(currency.details(writing.details()), bank: bank), json: writing.json)
    }
}

struct BankBalance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance",
        abstract: "What the statement says is there at the end of --date.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The bank.") var bank: String
    @Argument(parsing: .allUnrecognized, help: "How much; below zero what is overdrawn.")
    var amount: [String]
    @OptionGroup var currency: MatchCurrency
    @OptionGroup var writing: WriteOptions

    /// Also behind `--`, as other commands take it.
    private var figures: [String] { amount.filter { $0 != "--" } }

    func validate() throws {
        guard figures.count == 1 else { throw ValidationError("give one amount") }
    }

    func run() throws {
        try node.perform(
            .bank(
                currency.details(writing.details()), .balance(bank: bank, amount: figures[0])),
            writing)
    }
}

struct BankStrike: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "strike",
        abstract: "Lines that are none of this bank's, with a reason in --memo.",
        discussion: """
            A line's name stands in the last column of `branchbook bank statement`. What was struck may be read again.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "The bank under which they were read.") var bank: String
    @Argument(help: "The lines.") var lines: [String]
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.bank(writing.details(), .strike(bank: bank, lines: lines)), writing)
    }
}

struct TenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tender",
        abstract: "What cards, WeChat and the like took, until it is at the bank.",
        subcommands: [TenderList.self, TenderSet.self, TenderSettle.self])
}

struct TenderList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Taken, settled and open, by day.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var span: SpanOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    func run() throws {
        guard let from = span.days.from, let to = span.days.to else {
            throw ValidationError("give --month, or --from and --to")
        }
        try node.query(.tenders(branch: branch, from: from, to: to), reading)
    }
}

struct TenderSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "What it costs, when its money comes, and to which bank.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The tender, such as card.") var name: String
    @Option(name: .long, help: "Percent of what it takes.") var fee: String?
    @Option(name: .long, help: "Days until the money is at the bank.") var days: String?
    @Option(name: .long, help: "The bank: main is bank/BRANCH/main.") var bank: String?
    @Option(name: .long, help: "Of another branch.") var branch: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .setTender(TenderChange(branch: branch, name: name, fee: fee, days: days, bank: bank)),
            writing)
    }
}

struct TenderSettle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "What it took on a day is at the bank, less its fee.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The tender.") var name: String
    @Option(name: .long, help: "The day on which it was taken.") var of: String
    @Option(name: .long, help: "Before the fee; all that is open of the day by default.")
    var gross: String?
    @Option(name: .long, help: "The fee, where it is not the usual one.") var fee: String?
    @Option(name: .long, help: "The bank, where it is not the usual one.") var bank: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .settleTender(
                writing.details(),
                TenderSettlement(tender: name, day: of, gross: gross, fee: fee, bank: bank)),
            writing)
    }
}
