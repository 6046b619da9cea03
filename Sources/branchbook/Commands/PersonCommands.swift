import ArgumentParser
import Books
import Engine
import Foundation

struct PersonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person", abstract: "Who has which role, and who acts for whom.",
        subcommands: [
            PersonSet.self, PersonList.self, PersonPIN.self, PersonToken.self, PersonLock.self,
            PersonActs.self,
        ], defaultSubcommand: PersonList.self)
}

struct PersonSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Say what somebody's roles are, or who acts for them.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Who.") var name: String
    @Option(name: .long, help: "A role, in place of all before; may be repeated.")
    var role: [String] = []
    @Flag(name: .long, help: "Take every role away.") var noRole = false
    @Option(name: .long, help: "Who acts for them; empty: nobody.") var deputy: String?
    @Option(name: .long, help: "Up to this day.") var until: String?
    @Option(
        name: .long,
        help: "How many days back their documents may be dated; empty: as their roles say.")
    var daysBack: String?
    @Option(name: .long, help: "A branch at whose nodes they work; may be repeated.")
    var branch: [String] = []
    @Flag(name: .long, help: "They work at every branch.") var everywhere = false
    @OptionGroup var writing: WriteOptions

    func validate() throws {
        guard until == nil || deputy != nil else {
            throw ValidationError("--until goes with --deputy")
        }
    }

    func run() throws {
        try node.perform(
            .setPerson(
                PersonChange(
                    name: name, roles: role.isEmpty && !noRole ? nil : role, deputy: deputy,
                    deputyUntil: until, daysBack: daysBack,
                    branches: branch.isEmpty && !everywhere ? nil : branch)), writing)
    }
}

struct PersonList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Who has which role.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.people, reading) }
}

struct PersonActs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acts",
        abstract: "What people did in a span: documents, refusals, exports, roles, sign-ins.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var span: SpanOptions
    @OptionGroup var reading: ReadOptions
    func run() throws {
        try node.query(.handingOn(.acts(from: span.days.from, to: span.days.to)), reading)
    }
}

/// A line that is not shown while it is typed.
func secretLine(_ prompt: String) throws -> String {
    let isTerminal = isatty(STDIN_FILENO) == 1
    var before = termios()
    if isTerminal {
        Terminal.talk(prompt)
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &silent)
    }
    defer { if isTerminal { tcsetattr(STDIN_FILENO, TCSANOW, &before) } }
    guard let line = readLine(), !line.isEmpty else {
        throw fail(Refusal(.badOption, "nothing was typed"))
    }
    return line
}

struct SignIn: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-in",
        abstract: "Reads a PIN, and prints what to set so that you act: BRANCHBOOK_TOKEN.",
        discussion: """
            In a shell: eval "$(branchbook sign-in Wang)". It holds for twelve hours.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "Who.") var name: String
    func run() throws {
        let pin = try secretLine("PIN of \(name):")
        try node.withNode { node in
            let outcome = try node.outcome(.signIn(person: name, pin: pin))
            Terminal.print("export BRANCHBOOK_TOKEN='\(outcome.subject)'")
        }
    }
}

struct PersonPIN: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Reads the PIN with which somebody signs in at this node from now on.",
        discussion: """
            Once anybody has one, this node asks everybody who they are; the first is an administrator.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "Who.") var name: String
    func run() throws {
        let pin = try secretLine("PIN of \(name):")
        try node.perform(.setPIN(person: name, pin: pin), json: false)
    }
}

struct PersonToken: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Prints a token for a till or a program.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Who acts with it.") var name: String
    @Option(name: .long, help: "For so many days.") var days: Int = 30
    func run() throws {
        try node.withNode { node in
            let outcome = try node.outcome(.makeToken(person: name, days: days))
            Terminal.print("export BRANCHBOOK_TOKEN='\(outcome.subject)'")
        }
    }
}

struct PersonLock: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Takes somebody's PIN and tokens at this node away.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Who; --all with the daemon stopped: everybody's.") var name: String?
    @Flag(name: .long, help: "Nobody is asked any more; only where no daemon runs.")
    var all = false
    func validate() throws {
        guard all != (name != nil) else { throw ValidationError("give a name, or --all") }
    }
    func run() throws {
        try node.perform(name.map { .dropSecrets(person: $0) } ?? .resetAccess, json: false)
    }
}

struct AuditLogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-log",
        abstract: "Who was refused, took something along, or changed who may do what.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "The last so many.") var limit: Int = 1_000
    func run() throws { try node.query(.auditLog(branch: branch, limit: limit), reading) }
}
