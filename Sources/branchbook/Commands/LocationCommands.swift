import ArgumentParser
import Books
import Engine

struct MoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Goods to another location of the branch: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument]
    @Option(name: .long, help: "The location they go to.") var to: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .move(
                writing.details(), lines.map { Line(item: $0.item, quantity: $0.quantity) },
                to: to), writing)
    }
}

struct Repack: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Items become another one: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "What it is made of: CODE:QUANTITY.") var lines: [LineArgument]
    @Option(name: .long, help: "What is made: CODE:QUANTITY.") var into: LineArgument
    @Option(name: .long, help: "What the making cost, owed to --party.") var extra: String?
    @Option(name: .long, help: "Who is owed for it.") var party: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .repack(
                writing.details(party: party),
                lines.map { Line(item: $0.item, quantity: $0.quantity) },
                into: Line(item: into.item, quantity: into.quantity), extra: extra), writing)
    }
}

struct LocationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "location", abstract: "Where goods stand at a branch.",
        subcommands: [LocationSet.self, LocationList.self], defaultSubcommand: LocationList.self)
}

struct LocationSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Name a location of this branch, or say what it is.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its name: small letters, digits and -.") var name: String
    @Option(name: .long, help: "What its goods are: available, quarantine or damaged.")
    var status: String?
    @Option(name: .long, help: "What people call it.") var title: String?
    @Option(name: .long, help: "May goods be brought there: true or false.") var active: Bool?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .setLocation(
                LocationChange(name: name, status: status, title: title, isActive: active)),
            writing)
    }
}

struct LocationList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The locations of a branch, or of all.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    func run() throws { try node.query(.locations(branch: branch), reading) }
}
