import ArgumentParser
import Books
import Engine

struct BetweenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "between", abstract: "Amounts between branches beside goods (内部往来).",
        subcommands: [BetweenCharge.self, BetweenSettle.self, BetweenAccept.self])
}

struct BetweenCharge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "charge",
        abstract: "What this branch bore is another's: its keeper books it by itself.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The account, such as expense/rent.") var account: String
    @Argument(help: "How much.") var amount: String
    @Option(name: .long, help: "The other branch.") var to: String
    @OptionGroup var currency: CurrencyOptions
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .between(
                currency.details(writing.details()),
                .charge(to: to, account: account, amount: amount)), writing)
    }
}

struct BetweenSettle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Money to another branch for what this one owes it.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "How much.") var amount: String
    @Option(name: .long, help: "The other branch.") var to: String
    @Option(name: .long, help: "What it leaves: bank:NAME, or a drawer such as cash.")
    var through: String
    @OptionGroup var currency: CurrencyOptions
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .between(
                currency.details(writing.details()),
                .settle(to: to, through: through, amount: amount)), writing)
    }
}

struct BetweenAccept: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Money that another branch sent has come.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The number of what it sent.") var document: String
    @Option(name: .long, help: "Where it came to: bank:NAME, or a drawer such as cash.")
    var through: String
    @Option(
        name: .long,
        help: "What came is of this currency, as in USD; needed where the account never held it.")
    var currency: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var details = writing.details()
        details.currency = currency
        try node.perform(.between(details, .accept(number: document, through: through)), writing)
    }
}

struct Reconcile: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What should agree and does not: document, cause, person, what settles it (对账).")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch, and what stands between it and others.")
    var branch: String?
    func run() throws { try node.query(.reconcile(branch: branch), reading) }
}
