import ArgumentParser
import Books
import Engine
import Node

struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Run the node: talk to peers and to commands until TERM.")
    @OptionGroup var node: NodeOptions

    func run() async throws {
        do {
            let settings = try node.settings()
            try await Daemon.run(node.directory, settings, logger: try node.logger(settings))
        } catch let refusal as Refusal {
            throw fail(refusal)
        }
    }
}

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What this node is and holds.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.status, reading) }
}

struct PeersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peers", abstract: "Other nodes, and how far each is.",
        subcommands: [PeersList.self, PeersAdd.self, PeersRemove.self],
        defaultSubcommand: PeersList.self)
}

struct PeersList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Who is connected and who is away.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.peers, reading) }
}

struct PeersAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Look for a peer at an address, from now on.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "host:port") var address: String
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws { try node.perform(.addPeer(address: address), json: json) }
}

struct PeersRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forget an address.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "host:port") var address: String
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws { try node.perform(.removePeer(address: address), json: json) }
}

struct Offline: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop talking to peers; remembered until `online`.")
    @OptionGroup var node: NodeOptions
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws { try node.perform(.setOnline(false), json: json) }
}

struct Online: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Talk to peers again.")
    @OptionGroup var node: NodeOptions
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws { try node.perform(.setOnline(true), json: json) }
}

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "The newest entries of the logs.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One scope, as in trade/HZ.") var scope: String?
    @Option(name: .long, help: "Rows.") var limit: Int = 20
    func run() throws { try node.query(.log(scope: scope, limit: limit), reading) }
}

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check chains, signatures, projections, sums, and digests against the peers.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions

    func run() throws {
        try node.withNode { access in
            switch access.patiently(.verify) {
            case .report(let report):
                try print(report, as: reading.form)
                let isSound = report.facts.contains { $0.key == "sound" && $0.value == .flag(true) }
                guard isSound else {
                    throw Refusal(
                        .notVerified, "something is wrong with this replica",
                        next: "keep the files, and join again from a peer that verifies")
                }
            case .refused(let refusal): throw refusal
            default: throw Refusal(.fault, "an answer of another kind")
            }
        }
    }
}

struct Rebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read every log again into the tables.")
    @OptionGroup var node: NodeOptions
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        try node.withNode { access in
            switch access.patiently(.rebuild) {
            case .outcome(let outcome): try NodeOptions.show(outcome, json: json)
            case .refused(let refusal): throw refusal
            default: throw Refusal(.fault, "an answer of another kind")
            }
        }
    }
}

struct Digests: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One digest a scope: equal at every node with the same entries.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.digests, reading) }
}

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Settings.", subcommands: [ConfigShow.self],
        defaultSubcommand: ConfigShow.self)
}

struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Every setting and where its value came from.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try answering { try print(node.settings().report, as: reading.form) } }
}

struct Paths: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Where everything of this node is.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions

    func run() throws {
        try answering {
            try print(
                Report(
                    schema: "branchbook.paths/1", title: "Paths",
                    columns: [.init("name", "Name"), .init("path", "Path")],
                    rows: node.directory.all.map { [.text($0.name), .text($0.path)] }),
                as: reading.form)
        }
    }
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "The version of this program.")
    func run() { Terminal.print("branchbook \(Version.text)") }
}

struct Completions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A completion script for a shell: bash, zsh or fish.")
    @Argument(help: "bash, zsh or fish.") var shell: String

    func run() throws {
        guard let shell = CompletionShell(rawValue: shell) else {
            throw ValidationError("\(shell) is not bash, zsh or fish")
        }
        Terminal.print(Branchbook.completionScript(for: shell))
    }
}
