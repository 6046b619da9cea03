import ArgumentParser
import Books
import Engine

/// The currency of a document's figures.
struct CurrencyOptions: ParsableArguments {
    @Option(name: .long, help: "The currency of the figures, as in USD; the book's own by default.")
    var currency: String?
    @Option(name: .long, help: "What one unit of it is worth; by `rate list` by default.")
    var rate: String?

    func details(_ details: Details) -> Details {
        var details = details
        details.currency = currency
        details.rate = rate
        return details
    }
}

struct RateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate", abstract: "What other currencies are worth (汇率).",
        subcommands: [RateSet.self, RateList.self], defaultSubcommand: RateList.self)
}

struct RateSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract:
            "What one unit of a currency is worth from a day on (--date), until the next rate.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The currency, as in USD.") var currency: String
    @Argument(help: "Units of the book's currency for one; nothing takes the rate away.")
    var rate: String = ""
    @Option(
        name: .customLong("in"),
        help: "The rate is in this third currency; used where none in the book's own is known.")
    var third: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .setRate(currency: currency, rate: rate, from: writing.date, third: third), writing)
    }
}

struct RateList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Rates, by currency and day.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.rates, reading) }
}

struct CurrencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "currency", abstract: "Amounts of other currencies (外币).",
        subcommands: [
            CurrencyList.self, CurrencyBuy.self, CurrencySell.self, CurrencyConvert.self,
            CurrencyRevalue.self,
        ],
        defaultSubcommand: CurrencyList.self)
}

struct CurrencyList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "What there is, what it is carried at, and what it is worth at the latest rates.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "At the end of this day; now by default.") var asAt: String?
    func run() throws { try node.query(.currencies(branch: branch, asAt: asAt), reading) }
}

/// What is exchanged.
struct ExchangedAmount: ParsableArguments {
    @Argument(help: "How much of the other currency.") var amount: String
    @Argument(help: "The other currency, as in USD.") var currency: String
    @Option(name: .customLong("for"), help: "How much of the book's own.") var price: String
    @Option(name: .long, help: "What it leaves: bank:NAME, or a drawer such as cash.")
    var from: String
    @Option(name: .long, help: "What it comes to: bank:NAME, or a drawer.") var to: String
}

struct CurrencyBuy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buy", abstract: "Another currency for the book's own: 100.00 USD --for 718.00"
    )
    @OptionGroup var node: NodeOptions
    @OptionGroup var exchanged: ExchangedAmount
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var details = writing.details()
        details.currency = exchanged.currency
        try node.perform(
            .currency(
                details,
                .buy(
                    amount: exchanged.amount, cost: exchanged.price, from: exchanged.from,
                    to: exchanged.to)), writing)
    }
}

struct CurrencySell: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sell",
        abstract: "The book's own currency for another: 100.00 USD --for 718.00")
    @OptionGroup var node: NodeOptions
    @OptionGroup var exchanged: ExchangedAmount
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var details = writing.details()
        details.currency = exchanged.currency
        try node.perform(
            .currency(
                details,
                .sell(
                    amount: exchanged.amount, proceeds: exchanged.price, from: exchanged.from,
                    to: exchanged.to)), writing)
    }
}

struct CurrencyConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Another currency for a third one: 100.00 USD --for 92.00 EUR",
        discussion: """
            What comes is carried at what was given for it is carried at.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "How much is given.") var amount: String
    @Argument(help: "Of which currency, as in USD.") var currency: String
    @Option(
        name: .customLong("for"), parsing: .upToNextOption, help: "How much comes: 92.00 EUR.")
    var price: [String]
    @Option(name: .long, help: "What it leaves: bank:NAME, or a drawer such as cash.")
    var from: String
    @Option(name: .long, help: "What it comes to: bank:NAME, or a drawer.") var to: String
    @Option(name: .long, help: "What one unit of the first is worth, beyond what is held of it.")
    var rate: String?
    @OptionGroup var writing: WriteOptions

    func validate() throws {
        guard price.count == 2 else { throw ValidationError("say what comes: --for 92.00 EUR") }
    }

    func run() throws {
        var details = writing.details()
        details.currency = currency
        details.rate = rate
        try node.perform(
            .currency(
                details,
                .convert(amount: amount, price: price[0], other: price[1], from: from, to: to)),
            writing)
    }
}

struct CurrencyRevalue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revalue",
        abstract: "Carry what there is at the end of a day at that day's rates (期末调汇).")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The day, as in 2026-11-30; today by default.") var day: String?
    @OptionGroup var currency: CurrencyOptions
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var details = currency.details(writing.details())
        details.date = day ?? details.date
        try node.perform(.currency(details, .revalue), writing)
    }
}
