import ArgumentParser
import Books
import Engine

struct InvoiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoice",
        abstract: "Suppliers' invoices, and tax invoices of own sales (发票).",
        subcommands: [
            InvoiceList.self, InvoiceEnter.self, InvoiceIssue.self, InvoiceRedden.self,
        ], defaultSubcommand: InvoiceList.self)
}

struct InvoiceList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Invoices with what they are of, and whether they stand.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One party.") var party: String?
    @Flag(name: .long, help: "Those that stand alone.") var standing = false
    func run() throws { try node.query(.invoices(party: party, openOnly: standing), reading) }
}

struct InvoiceEnter: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enter",
        abstract: "A supplier's invoice: for goods that came, or for an account.",
        discussion: """
            What it asks beyond what was booked with the goods goes to what they cost, sold ones as well. A receipt
            that a part of is on invoices is taken for the rest. A credit note is below zero.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "The supplier.") var supplier: String
    @Argument(help: "The number that stands on it.") var code: String
    @Option(name: .long, parsing: .unconditional, help: "Without tax.") var net: String
    @Option(name: .long, parsing: .unconditional, help: "The tax on it.")
    var tax: String = "0"
    @Option(
        name: .long,
        help: "A receipt that it is of, or NUMBER=CODE:QUANTITY of it; may be repeated.")
    var receipt: [ReceiptArgument] = []
    @Option(name: .long, help: "Where no goods came: an account such as expense/rent.")
    var account: String?
    @Option(name: .long, help: "The day it is due, where not by the supplier's terms.")
    var due: String?
    @OptionGroup var currency: CurrencyOptions
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .invoice(
                currency.details(writing.details()),
                .enter(
                    .init(
                        supplier: supplier, code: code, net: net, tax: tax,
                        receipts: receipt.filter { $0.goods == nil }.map(\.number),
                        parts: receipt.compactMap { argument in
                            argument.goods.map {
                                .init(
                                    receipt: argument.number, item: $0.item, quantity: $0.quantity)
                            }
                        }, account: account, due: due))), writing)
    }
}

/// `HZa-G-2026-000001`, or `HZa-G-2026-000001=TEA:5`.
struct ReceiptArgument: ExpressibleByArgument {
    let number: String
    let goods: LineArgument?

    init?(argument: String) {
        let parts = argument.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        number = String(parts[0])
        goods = parts.count == 2 ? LineArgument(argument: String(parts[1])) : nil
        guard !number.isEmpty, parts.count == 1 || goods != nil && goods?.figure == nil else {
            return nil
        }
    }
}

struct InvoiceIssue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "A tax invoice of own sales was written.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The sales that it is of.") var sales: [String]
    @Option(name: .long, help: "The number that it has.") var code: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.invoice(writing.details(), .issue(sales: sales, code: code)), writing)
    }
}

struct InvoiceRedden: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redden",
        abstract: "A tax invoice was taken back by a red-letter one (红字); --memo says why.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its document.") var document: String
    @Option(name: .long, help: "The number of the red-letter invoice.") var code: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .invoice(writing.details(), .redden(number: document, code: code)), writing)
    }
}

struct DebtCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "debt", abstract: "Debts of customers that are given up (坏账).",
        subcommands: [DebtList.self, DebtWriteOffCommand.self, DebtApprove.self, DebtRefuse.self],
        defaultSubcommand: DebtList.self)
}

struct DebtList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What was asked, who approved, what was booked.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.debts, reading) }
}

struct DebtWriteOffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write-off",
        abstract: "Ask to give up what a customer owes; --memo says why.",
        discussion: """
            `branchbook workflow set debt` says who has to approve. The branch's keeper books it when all have. What is owed
            in another currency is an expense at the rate of the day.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "The customer.") var party: String
    @Argument(help: "How much.") var amount: String
    @Option(
        name: .long, help: "The currency of what is owed, as in USD; the branch's own by default.")
    var currency: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var details = writing.details()
        details.currency = currency
        try node.perform(.debt(details, .writeOff(party: party, amount: amount)), writing)
    }
}

struct DebtApprove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Take the next step of its workflow.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its number.") var document: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.debt(writing.details(), .approve(number: document)), writing)
    }
}

struct DebtRefuse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse", abstract: "It stays owed; --memo says why.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its number.") var document: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.debt(writing.details(), .refuse(number: document)), writing)
    }
}
