import ArgumentParser
import Books
import Engine
import Logging
import Node

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Found a company's book here.")
    @OptionGroup var node: NodeOptions
    @Option(name: .long, help: "The company's name.") var company: String
    @Option(name: .long, help: "Its currency, three capital letters.") var currency: String
    @Option(name: .long, help: "Decimal places of the ledger, 0 to 6.") var scale: Int = 2
    @Option(name: .long, help: "Code of the first branch, the head office.") var branch: String
    @Option(name: .long, help: "Its name.") var branchName: String?
    @Option(name: .long, help: "This node's name.") var name: String?
    @Flag(name: .long, help: "Answer in JSON.") var json = false

    func run() throws {
        try answering {
            let founded = try NodeAccess.found(
                FoundingOrder(
                    company: company, currency: currency, scale: scale, branch: branch,
                    branchName: branchName ?? branch, nodeName: name ?? "\(branch)-1"),
                node.directory, try node.settings())
            if json {
                try printJSON([
                    "book": founded.outcome.subject,
                    "recoveryKey": founded.recoveryKey.map { hex($0) }.joined(),
                ])
            } else {
                Terminal.print(founded.outcome.summary)
                Terminal.print("book      \(founded.outcome.subject)")
                Terminal.print(
                    "recovery  \(founded.recoveryKey.map { hex($0) }.joined())")
                Terminal.talk(
                    "Write the recovery key down and keep it off this machine: it is shown once.")
            }
        }
    }

    private func hex(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }
}

struct Invite: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let another node join: prints one line, for one use.",
        subcommands: [InviteNew.self, InviteList.self, InviteWithdraw.self],
        defaultSubcommand: InviteNew.self)
}

struct InviteNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make an invitation.")
    @OptionGroup var node: NodeOptions
    @Option(name: .long, help: "The branch it is for.") var branch: String
    @Option(name: .long, help: "The branch's name, where it is new.") var branchName: String?
    @Option(name: .long, help: "Whose a new branch is: a legal entity.") var entity: String?
    @Flag(name: .long, help: "Let it read the books of every branch.") var readsAll = false
    @Option(name: .long, help: "Minutes until it expires.") var expires: Int64 = 1_440
    @Option(name: .long, help: "Where the newcomer finds a node, host:port; may be repeated.")
    var address: [String] = []
    @Flag(name: .long, help: "Answer in JSON.") var json = false

    func run() throws {
        try node.withNode { access in
            let settings = try node.settings()
            let addresses =
                !address.isEmpty
                ? address
                : settings.list(.advertise).isEmpty
                    ? [settings[.listen]] : settings.list(.advertise)
            let outcome = try access.outcome(
                .invite(
                    InvitationOrder(
                        branch: branch, branchName: branchName, entity: entity,
                        readsAll: readsAll,
                        expiresInMinutes: expires, addresses: addresses.filter { !$0.isEmpty })))
            if json {
                try printJSON(OutcomeJSON(outcome))
            } else {
                Terminal.print(outcome.subject)
                Terminal.talk("\(outcome.summary); whoever has this line can join as \(branch)")
            }
        }
    }
}

struct InviteList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every invitation and what became of it.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.invitations, reading) }
}

struct InviteWithdraw: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Make an invitation worth nothing.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The beginning of its id, 8 characters or more.") var id: String
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws { try node.perform(.withdrawInvitation(id: id), json: json) }
}

struct Join: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Become a node of the book whose invitation this is.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The line that `invite` printed.") var invitation: String
    @Option(name: .long, help: "This node's name.") var name: String
    @Flag(name: .long, help: "Answer in JSON.") var json = false

    func run() throws {
        try answering {
            let settings = try node.settings()
            var logger = try node.logger(settings)
            if logger.logLevel < .warning { logger.logLevel = .warning }
            switch try NodeAccess.join(
                invitation, name: name, node.directory, settings, logger: logger)
            {
            case .outcome(let outcome): try NodeOptions.show(outcome, json: json)
            case .refused(let refusal): throw refusal
            default: throw Refusal(.fault, "an answer of another kind")
            }
        }
    }
}

struct MembersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "The nodes of the book and what they may.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.members, reading) }
}

struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a node out: what it writes from now on counts for nothing.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its name, or the beginning of its key.") var member: String
    @Flag(
        name: .long,
        help: "It was put out before: let more of what it wrote count, as far as it is here.")
    var confirm = false
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        try node.perform(.revoke(node: member, confirms: confirm), json: json)
    }
}
