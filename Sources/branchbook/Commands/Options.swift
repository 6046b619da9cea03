import ArgumentParser
import Books
import Engine
import Exchange
import Foundation
import Logging
import Node

/// Which node, and how to answer: of every command.
struct NodeOptions: ParsableArguments {
    @Option(name: .long, help: "The node's directory (BRANCHBOOK_DATA).")
    var data: String?
    @Option(name: .long, help: "Address to listen on for peers, host:port.")
    var listen: String?
    @Option(name: .long, help: "Addresses at which others reach this node.")
    var advertise: String?
    @Option(name: .long, help: "Addresses to look for peers at, separated by commas.")
    var peers: String?
    @Option(name: .long, help: "Scopes to keep for others without reading them.")
    var relay: String?
    @Option(name: .long, help: "Minutes that the wall clock is ahead of UTC.")
    var utcOffset: String?
    @Option(name: .long, help: "trace, debug, info, notice, warning or error.")
    var logLevel: String?
    @Option(name: .long, help: "en or zh: the language of headings and messages.")
    var lang: Phrases.Language?

    var directory: DataDirectory {
        let environment = ProcessInfo.processInfo.environment
        if let path = data ?? environment["BRANCHBOOK_DATA"] { return DataDirectory(path) }
        let home = environment["XDG_DATA_HOME"] ?? (environment["HOME"] ?? ".") + "/.local/share"
        return DataDirectory(home + "/branchbook")
    }

    func settings() throws -> Settings {
        var flags: [Settings.Key: String] = [:]
        flags[.listen] = listen
        flags[.advertise] = advertise
        flags[.peers] = peers
        flags[.relay] = relay
        flags[.utcOffset] = utcOffset
        flags[.logLevel] = logLevel
        let file = FileManager.default.contents(atPath: directory.configuration)
        guard file?.count ?? 0 <= 65_536 else {
            throw Refusal(.badOption, "\(directory.configuration) is longer than 64 KiB")
        }
        return try Settings(
            flags: flags, environment: ProcessInfo.processInfo.environment,
            file: file.map { String(decoding: $0, as: UTF8.self) })
    }

    func logger(_ settings: Settings) throws -> Logger {
        guard let level = Logger.Level(rawValue: settings[.logLevel]) else {
            throw Refusal(.badOption, "\(settings[.logLevel]) is no log level")
        }
        var logger = Logger(label: "branchbook") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }

    /// Who `branchbook sign-in` said acts: `NAME:TOKEN` in BRANCHBOOK_TOKEN.
    private func access() throws -> Access? {
        guard let text = ProcessInfo.processInfo.environment["BRANCHBOOK_TOKEN"], !text.isEmpty
        else { return nil }
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else {
            throw Refusal(
                .badOption, "BRANCHBOOK_TOKEN is not NAME:TOKEN",
                next: "set what `branchbook sign-in` prints")
        }
        return Access(
            person: String(text[..<colon]), secret: String(text[text.index(after: colon)...]))
    }

    /// Opens the node, gives it to `body`, closes it; turns refusals into exit codes.
    func withNode(_ body: (NodeAccess) throws -> Void) throws {
        try answering {
            let settings = try settings()
            var logger = try logger(settings)
            if logger.logLevel < .warning { logger.logLevel = .warning }
            let node = try NodeAccess(directory, settings, as: try access(), logger: logger)
            defer { node.close() }
            try body(node)
        }
    }
}

struct ReadOptions: ParsableArguments {
    @Flag(name: .long, help: "Answer in JSON, with a versioned schema.")
    var json = false
    @Flag(name: .long, help: "The rows as CSV, with the columns' keys.")
    var csv = false
    @Flag(name: .long, help: "A page to look at or to print.")
    var html = false
    @Option(name: .long, help: "By what was known then: a day, or what a printed report names.")
    var knownAt: String?

    func validate() throws {
        guard [json, csv, html].filter({ $0 }).count < 2 else {
            throw ValidationError("give one of --json, --csv and --html")
        }
    }

    /// A page that is printed names what it rests on.
    func request(_ query: Query) -> Request {
        if let knownAt { return .lookBack(query, to: knownAt) }
        if form == .csv { return .export(query) }
        return form == .html ? .record(query) : .query(query)
    }

    var form: ReportForm { json ? .json : csv ? .csv : html ? .html : .table }
}

/// How a report is written.
enum ReportForm {
    case table, json, csv, html
}

/// `TEA=L123`, `TEA=L123*12@2027-03-31`.
struct LotArgument: ExpressibleByArgument {
    let choice: LotChoice

    init?(argument: String) {
        let parts = argument.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        let dated = parts[1].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let counted = dated[0].split(
            separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
        guard !counted[0].isEmpty else { return nil }
        choice = LotChoice(
            item: String(parts[0]), code: String(counted[0]),
            expiry: dated.count == 2 ? String(dated[1]) : nil,
            quantity: counted.count == 2 ? String(counted[1]) : nil)
    }
}

struct WriteOptions: ParsableArguments {
    @Option(name: .long, help: "Business date, as in 2026-11-24; today by default.")
    var date: String?
    @Option(name: .long, help: "Who acts.")
    var person: String?
    @Option(name: .long, help: "A note on the document.")
    var memo: String?
    @Option(name: .long, help: "Where the goods stand, or leave; main by default.")
    var location: String?
    @Option(
        name: .long,
        help: "Of an item that is told apart: ITEM=LOT[*QUANTITY][@EXPIRY]; may be repeated.")
    var lot: [LotArgument] = []
    @Option(name: .long, help: "Return when so many peers hold the document durably.")
    var wait: Int = 0
    @Option(name: .long, help: "Seconds to wait for them.")
    var waitSeconds: Int = 30
    @Flag(name: .long, help: "Answer in JSON.")
    var json = false

    func details(party: String? = nil) -> Details {
        Details(
            date: date, person: person, party: party, memo: memo, location: location,
            lots: lot.map(\.choice))
    }
}

/// What is taken off what a customer pays.
struct DiscountOptions: ParsableArguments {
    @Option(name: .long, help: "What is taken off all of it: 5% or an amount.")
    var discount: String?
    @Option(name: .long, help: "What is taken off a line, CODE:5% or CODE:AMOUNT; may be repeated.")
    var lineDiscount: [LineArgument] = []

    func off(_ item: String) -> String? { lineDiscount.first { $0.item == item }?.quantity }

    func requireLines(_ lines: [LineArgument]) throws {
        guard lineDiscount.allSatisfy({ off in lines.contains { $0.item == off.item } }) else {
            throw ValidationError("a --line-discount is of an item on a line")
        }
    }
}

/// Runs `body`; a refusal is printed with its code and what to do next, and ends the process.
func answering(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let refusal as Refusal {
        throw fail(refusal)
    } catch let code as ExitCode {
        throw code
    } catch let error as ValidationError {
        throw error
    } catch {
        throw fail(Engine.refusal(error))
    }
}

func fail(_ refusal: Refusal) -> ExitCode {
    let what = Terminal.plain(refusal.what)
    let told = Phrases.isChinese ? "\(refusal.code.chinese)（\(what)）" : what
    Terminal.talk("\(Phrases.translate("error")) \(refusal.code.rawValue): \(told)")
    if !refusal.next.isEmpty {
        Terminal.talk("\(Phrases.translate("next")): \(Terminal.plain(refusal.next))")
    }
    return ExitCode(ExitStatus.of(refusal.code))
}

func print(_ report: Report, as form: ReportForm) throws {
    switch form {
    case .table:
        for line in Table(report, width: Terminal.width).lines { Terminal.print(line) }
    case .json: Terminal.write(ReportJSON(report).bytes + [0x0a], to: STDOUT_FILENO)
    case .csv: Terminal.write(CSVWriter().table(report), to: STDOUT_FILENO)
    case .html: Terminal.write(HTMLPage(report).text, to: STDOUT_FILENO)
    }
}

func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    Terminal.print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

extension NodeOptions {
    func query(_ query: Query, _ reading: ReadOptions) throws {
        try withNode { node in
            switch node.patiently(reading.request(query)) {
            case .report(let report): try print(report, as: reading.form)
            case .refused(let refusal): throw refusal
            default: throw Refusal(.fault, "an answer of another kind")
            }
        }
    }

    /// One outcome: its summary on standard output, its notices on standard error.
    func perform(_ request: Request, json: Bool) throws {
        try withNode { node in try Self.show(try node.outcome(request), json: json) }
    }

    /// Several documents of one request, each with its summary; then what was refused.
    func performAll(_ request: Request, json: Bool) throws {
        try withNode { node in
            switch node.ask(request) {
            case .outcomes(let results):
                var refused: [Refusal] = []
                for result in results {
                    switch result {
                    case .done(let outcome): try Self.show(outcome, json: json)
                    case .refused(let refusal): refused.append(refusal)
                    }
                }
                for refusal in refused.dropLast() { _ = fail(refusal) }
                if let last = refused.last { throw last }
            case .refused(let refusal): throw refusal
            default: throw Refusal(.fault, "an answer of another kind")
            }
        }
    }

    func perform(_ command: Command, _ options: WriteOptions) throws {
        guard (0...64).contains(options.wait), (0...3_600).contains(options.waitSeconds) else {
            throw fail(Refusal(.badOption, "--wait is 0 to 64 peers, --wait-seconds 0 to 3600"))
        }
        try perform(
            .perform(
                command, wait: options.wait,
                waitMilliseconds: Int64(options.waitSeconds) * 1_000), json: options.json)
    }

    static func show(_ outcome: Outcome, json: Bool) throws {
        if json {
            try printJSON(OutcomeJSON(outcome))
        } else {
            Terminal.print(Phrases.translate(summary: Terminal.plain(outcome.summary)))
            if let held = outcome.heldBy {
                Terminal.print("\(Phrases.translate("held durably by")): \(held)")
            }
        }
        for notice in outcome.notices { Terminal.talk(Terminal.plain(notice)) }
        if outcome.notices.contains(where: { $0.hasPrefix(Refusal.Code.waitedInVain.rawValue) }) {
            throw ExitCode(ExitStatus.temporary)
        }
    }
}

extension NodeAccess {
    func outcome(_ request: Request) throws -> Outcome {
        switch ask(request) {
        case .outcome(let outcome): return outcome
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "an answer of another kind")
        }
    }

    func report(_ query: Query) throws -> Report { try report(.query(query)) }

    /// Of what is taken elsewhere; a part of it is not noted again.
    func exported(_ query: Query, isPart: Bool = false) throws -> Report {
        try report(.export(query, isPart: isPart))
    }

    private func report(_ request: Request) throws -> Report {
        switch ask(request) {
        case .report(let report): return report
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "an answer of another kind")
        }
    }
}

extension NodeAccess {
    /// Asks for something that may take long: shows how far it is once a second has gone by.
    func patiently(_ request: Request) -> Reply {
        let started = Date()
        let reply = ask(request) { progress in
            Terminal.progress(progress, since: started)
        }
        Terminal.endProgress()
        return reply
    }
}
