import ArgumentParser
import Books
import Engine

struct StockingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stocking",
        abstract: "How much of an item this branch wants; see `reorder`.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The item's code.") var item: String
    @Option(name: .long, help: "Below it more is ordered; an empty text takes it away.")
    var minimum: String?
    @Option(name: .long, help: "Up to it.") var target: String?
    @Option(name: .long, help: "Above it goods are moved away.") var maximum: String?
    @Option(name: .long, help: "The supplier, or branch:CODE.") var from: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .setStocking(
                StockingChange(
                    item: item, location: writing.location, minimum: minimum, target: target,
                    maximum: maximum, source: from)), writing)
    }
}
