import ArgumentParser
import Books
import Engine

struct TransferCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer", abstract: "Goods between branches, through transit.",
        subcommands: [
            TransferSend.self, TransferReceive.self, TransferSettle.self, TransferRecall.self,
            TransferAccept.self, TransferLead.self, TransferPrices.self,
            TransferList.self,
        ],
        defaultSubcommand: TransferList.self)
}

struct TransferSend: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Ship goods to another branch: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY; of a request none takes all that is left.")
    var lines: [LineArgument] = []
    @Option(name: .long, help: "The branch they go to.") var to: String?
    @Option(name: .long, help: "The request that the goods are for.") var order: String?
    @Option(name: .long, help: "The day by which they should be taken up; a week by default.")
    var due: String?
    @OptionGroup var writing: WriteOptions

    func validate() throws {
        guard order != nil || (to != nil && !lines.isEmpty) else {
            throw ValidationError("give lines and --to, or --order")
        }
    }

    func run() throws {
        var details = writing.details()
        details.due = due
        details.order = order
        try node.perform(
            .ship(
                details, lines.map { Line(item: $0.item, quantity: $0.quantity) }, to: to ?? ""),
            writing)
    }
}

struct TransferReceive: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive",
        abstract: "Take up a shipment: all of it, or CODE:ACCEPTED and what was not as it was sent."
    )
    @OptionGroup var node: NodeOptions
    @Argument(help: "The shipment's number, or the code of its delivery note.") var shipment: String
    @Argument(help: "Lines: CODE:ACCEPTED; none accepts everything.") var lines: [LineArgument] = []
    @Option(name: .long, help: "What did not arrive, CODE:QUANTITY; may be repeated.")
    var short: [LineArgument] = []
    @Option(name: .long, help: "What came broken, CODE:QUANTITY; may be repeated.")
    var damaged: [LineArgument] = []
    @Option(name: .long, help: "Where it stands, if there are several places for damaged goods.")
    var damagedTo: String?
    @Option(name: .long, help: "What is not taken and goes back, CODE:QUANTITY; may be repeated.")
    var returned: [LineArgument] = []
    @Option(name: .long, help: "What came beside it, CODE:QUANTITY; may be repeated.")
    var surplus: [LineArgument] = []
    @OptionGroup var writing: WriteOptions

    func run() throws {
        var arrivals = lines.map { ArrivalLine(item: $0.item, accepted: $0.quantity) }
        func add(_ lines: [LineArgument], _ change: (inout ArrivalLine, String) -> Void) throws {
            for line in lines {
                let place = arrivals.firstIndex { $0.item == line.item }
                if place == nil { arrivals.append(ArrivalLine(item: line.item, accepted: "0")) }
                change(&arrivals[place ?? arrivals.count - 1], line.quantity)
            }
        }
        try add(short) { $0.short = $1 }
        try add(damaged) {
            $0.damaged = $1
            $0.damagedTo = damagedTo
        }
        try add(returned) { $0.returned = $1 }
        try add(surplus) { $0.surplus = $1 }
        try node.perform(.arrive(writing.details(), arrivals, shipment: shipment), writing)
    }
}

struct TransferSettle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle",
        abstract: "The sender says what became of goods in dispute: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The shipment's number.") var shipment: String
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument]
    @Flag(help: "They are here, or they are gone.") var outcome: Outcome
    @OptionGroup var writing: WriteOptions

    enum Outcome: String, EnumerableFlag { case found, lost }

    func run() throws {
        try node.perform(
            .settle(
                writing.details(), lines.map { Line(item: $0.item, quantity: $0.quantity) },
                shipment: shipment, areLost: outcome == .lost), writing)
    }
}

struct TransferRecall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recall", abstract: "Ask for goods back that were not taken up (--memo WHY).")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The shipment's number.") var shipment: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.recall(writing.details(), shipment: shipment), writing)
    }
}

struct TransferList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shipments, and what is still under way.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Flag(name: .long, help: "Only what is in transit or in dispute.") var open = false
    func run() throws { try node.query(.transfers(openOnly: open), reading) }
}

struct TransferAccept: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract:
            "Book goods that came back at another branch, though the sale does not cover them.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The number that the other branch gave: see `branchbook exceptions`.")
    var arrival: String
    @OptionGroup var writing: WriteOptions

    func run() throws {
        try node.perform(.claim(writing.details(), .accept(arrival: arrival)), writing)
    }
}

struct TransferLead: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lead",
        abstract: "Days that goods are on their way: shipments and requests are due by them.")
    @OptionGroup var node: NodeOptions
    @Option(name: .long, help: "The branch that sends.") var from: String
    @Option(name: .long, help: "The branch that receives.") var to: String
    @Argument(help: "0 to 365; nothing takes it away.") var days: String = ""
    @OptionGroup var writing: WriteOptions

    func run() throws {
        try node.perform(.setLead(from: from, to: to, days: days), writing)
    }
}
