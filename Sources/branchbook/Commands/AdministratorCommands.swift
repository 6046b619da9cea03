import ArgumentParser
import Books
import Engine
import Node

struct AdministratorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "administrator",
        abstract: "The nodes that may change who belongs to the book.",
        subcommands: [
            AdministratorList.self, AdministratorAdd.self, AdministratorRemove.self,
            AdministratorConfirm.self, AdministratorRecover.self,
        ], defaultSubcommand: AdministratorList.self)
}

struct AdministratorList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Who is one, who was, and who holds every branch's keys.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.administrators, reading) }
}

struct AdministratorAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Name another node an administrator.",
        discussion: """
            It invites, admits and revokes nodes. It hands on the keys that it holds and no others: with --reads-all it
            gets those of every branch, so that nothing depends on one machine.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its name, or the beginning of its key.") var member: String
    @Flag(name: .long, help: "Let it read the books of every branch.") var readsAll = false
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        try node.perform(.nameAdministrator(node: member, readsAll: readsAll), json: json)
    }
}

struct AdministratorRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "A node is no administrator any more; it stays a member.",
        discussion: """
            At the founder's node, or one that the recovery key named. What it did and this node has not seen counts for
            nothing, until that is confirmed. To put a node out altogether: revoke.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its name, or the beginning of its key.") var member: String
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        try node.perform(.removeAdministrator(node: member, confirms: false), json: json)
    }
}

struct AdministratorConfirm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract:
            "What a removed administrator did beside its removal counts, as far as it is here.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its name, or the beginning of its key.") var member: String
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        try node.perform(.removeAdministrator(node: member, confirms: true), json: json)
    }
}

struct AdministratorRecover: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Name and remove administrators with the recovery key, at any node of the book.",
        discussion: """
            For the day on which no administrator is left that can be trusted or reached. The key is the one that `init`
            printed; without --key it is read, and not shown. No network is needed: what it says goes out with all else.
            """)
    @OptionGroup var node: NodeOptions
    @Option(
        name: .long, help: "The key; others on this machine can see it in the list of processes.")
    var key: String?
    @Option(name: .long, help: "A node that is an administrator from now on; may be repeated.")
    var name: [String] = []
    @Option(name: .long, help: "A node that is none any more; may be repeated.")
    var remove: [String] = []
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func validate() throws {
        guard !name.isEmpty || !remove.isEmpty else {
            throw ValidationError("say who, with --name or --remove")
        }
    }
    func run() throws {
        let key = try key ?? secretLine("Recovery key:")
        try node.perform(
            .recover(RecoveryOrder(key: key, names: name, removes: remove)), json: json)
    }
}
