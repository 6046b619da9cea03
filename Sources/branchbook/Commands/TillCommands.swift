import ArgumentParser
import Books
import Engine

struct TillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "till", abstract: "Till shifts: drawers counted at the beginning and the end.",
        subcommands: [TillOpen.self, TillClose.self, TillShow.self, TillList.self],
        defaultSubcommand: TillList.self)
}

/// `cash=200.00`, `cash=35.00USD`.
struct DrawerArgument: ExpressibleByArgument {
    let drawer: TillAct.Drawer

    init?(argument: String) {
        let parts = argument.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        let figure = parts[1].prefix { "+-.0123456789".contains($0) }
        let currency = parts[1].dropFirst(figure.count)
        drawer = TillAct.Drawer(
            name: String(parts[0]), amount: String(currency.isEmpty ? parts[1] : figure),
            currency: currency.isEmpty ? nil : String(currency))
    }
}

struct TillOpen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "A shift begins: DRAWER=AMOUNT …, as counted.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "What is in each drawer: cash=200.00.") var drawers: [DrawerArgument]
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.till(writing.details(), .open(drawers.map(\.drawer))), writing)
    }
}

struct TillClose: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "A shift ends: DRAWER=AMOUNT …, as counted.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The shift.") var shift: String
    @Argument(help: "What is in each drawer: cash=731.50 cash=35.00USD.") var drawers:
        [DrawerArgument]
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .till(writing.details(), .close(shift: shift, drawers.map(\.drawer))), writing)
    }
}

struct TillShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "A shift: what came, what went, what was counted.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "The shift.") var shift: String
    func run() throws { try node.query(.shift(number: shift), reading) }
}

struct TillList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Shifts.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Flag(name: .long, help: "Only those that are open.") var open = false
    func run() throws { try node.query(.shifts(openOnly: open), reading) }
}
