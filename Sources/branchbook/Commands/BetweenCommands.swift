import ArgumentParser
import Books
import Engine

struct BetweenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "between", abstract: "Amounts between branches beside goods (内部往来).",
        subcommands: [
            BetweenCharge.self, BetweenPass.self, BetweenObject.self, BetweenSettle.self,
            BetweenAccept.self, BetweenBook.self, BetweenList.self,
        ])
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

struct BetweenPass: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pass",
        abstract: "What another branch charged is a third one's, wholly or in part.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The number of the charge.") var document: String
    @Option(name: .long, help: "The branch whose it is.") var to: String
    @Option(name: .long, help: "How much of it; all that is left by default.") var amount: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .between(writing.details(), .pass(number: document, to: to, amount: amount)), writing)
    }
}

struct BetweenObject: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "object",
        abstract: "This branch has something against a charge; say why with --memo.",
        discussion: "It stands on the page of differences until the other takes the charge back.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The number of the charge.") var document: String
    @Flag(name: .long, help: "It has not any more.") var withdraw = false
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let act: BetweenAct =
            withdraw ? .withdraw(number: document) : .object(number: document)
        try node.perform(.between(writing.details(), act), writing)
    }
}

struct BetweenBook: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "book",
        abstract: "Books a charge, or takes it off again, where the keeper does not by itself.",
        discussion: "At the node that keeps the branch. It leaves that to a copy of its disk that "
            + "began later; say it by hand where that copy is gone for good.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The number of the charge.") var document: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.between(writing.details(), .book(number: document)), writing)
    }
}

struct BetweenList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What branches charged each other, and what became of it.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch, as who charges or is charged.") var branch: String?
    @Flag(name: .long, help: "What is not booked on both sides, or in dispute.") var open = false
    @Option(name: .long, help: "How many rows.") var limit = 200
    func run() throws {
        try node.query(.charges(branch: branch, openOnly: open, limit: limit), reading)
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
        abstract: "What should agree and does not: document, cause, person, what settles it (对账).",
        subcommands: [ReconcileShow.self, ReconcileAccept.self],
        defaultSubcommand: ReconcileShow.self)
}

struct ReconcileShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "The page of differences.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch, and what stands between it and others.")
    var branch: String?
    func run() throws { try node.query(.reconcile(branch: branch), reading) }
}

struct ReconcileAccept: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Two payments that look like one are two, with a reason in --memo.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The one.") var first: String
    @Argument(help: "The other.") var second: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.acceptBoth(writing.details(), [first, second]), writing)
    }
}
