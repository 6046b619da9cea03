import ArgumentParser
import Books
import Engine

struct EntityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entity",
        abstract: "Legal entities: taxpayers with branches of their own (法人).",
        subcommands: [EntityAdd.self, EntitySet.self, EntityList.self],
        defaultSubcommand: EntityList.self)
}

struct EntityAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Another legal entity of the company.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its name, as the tax office has it.") var name: String
    @Option(
        name: .long,
        help:
            "What its branches keep their books in, as in HKD; it stays that. The book's own if not."
    )
    var currency: String?
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        try node.perform(.addEntity(name: name, currency: currency), json: json)
    }
}

struct EntitySet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "What is known of one; an empty text takes it away.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its name.") var name: String
    @Option(name: .long, help: "Its number at the tax office.") var taxNumber: String?
    @Option(name: .long, help: "Where it is, as papers have it.") var address: String?
    @Option(name: .long, help: "The chart of its statements.") var chart: String?
    @OptionGroup var writing: WriteOptions

    func run() throws {
        try node.perform(
            .setEntity(
                EntityChange(
                    name: name, taxNumber: taxNumber, address: address, chart: chart)), writing)
    }
}

struct EntityList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All of them, with their branches.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.entities, reading) }
}

struct TransferPrices: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price",
        abstract: "At what goods go from one branch to another (内部调拨价).",
        subcommands: [TransferPriceSet.self, TransferPriceList.self],
        defaultSubcommand: TransferPriceList.self)
}

struct TransferPriceSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "From now on, of goods that leave: cost, cost+10% or list:NAME.")
    @OptionGroup var node: NodeOptions
    @Option(name: .long, help: "The branch that sends.") var from: String
    @Option(name: .long, help: "The branch that receives.") var to: String
    @Argument(help: "cost, cost+10%, list:NAME; nothing takes it away.") var rule: String = ""
    @OptionGroup var writing: WriteOptions

    func run() throws {
        try node.perform(.setTransferPrice(from: from, to: to, rule: rule), writing)
    }
}

struct TransferPriceList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Of every two branches of which it was said.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.transferPrices, reading) }
}
