package import Books
import Foundation

/// What a node is told from outside, and where each value came from: a flag goes before the
/// environment, that before the file, that before the default.
package struct Settings: Sendable {
    package enum Key: String, CaseIterable, Sendable {
        /// `host:port` to listen on for peers; empty: none.
        case listen
        /// Addresses at which others reach this node, separated by commas.
        case advertise
        /// Addresses to look for peers at, separated by commas.
        case peers
        /// Scopes to keep for others although they cannot be read here, separated by commas.
        case relay
        /// Who acts where a command names nobody.
        case person
        /// trace, debug, info, notice, warning, error.
        case logLevel = "log-level"
        /// Minutes that the branch's wall clock is ahead of UTC.
        case utcOffset = "utc-offset"

        package var environment: String {
            "BRANCHBOOK_" + rawValue.uppercased().replacingOccurrences(of: "-", with: "_")
        }
    }

    package enum Origin: String, Sendable {
        case flag, environment, file
        case standard = "default"
    }

    package struct Value: Sendable {
        package let text: String
        package let origin: Origin
    }

    package private(set) var values: [Key: Value]
    package private(set) var talksToPeers = true

    /// - Parameters:
    ///   - flags: what the command line said.
    ///   - file: the text of `branchbook.conf`: `key = value` lines, `#` begins a comment.
    /// - Throws: `Refusal.badOption` naming the line.
    package init(
        flags: [Key: String], environment: [String: String], file: String?
    ) throws(Refusal) {
        values = Self.standard
        for (key, text) in try Self.parse(file ?? "") {
            values[key] = Value(text: text, origin: .file)
        }
        for key in Key.allCases {
            if let text = environment[key.environment] {
                values[key] = Value(text: text, origin: .environment)
            }
            if let text = flags[key] { values[key] = Value(text: text, origin: .flag) }
        }
    }

    private static var standard: [Key: Value] {
        let offset = TimeZone.current.secondsFromGMT() / 60
        let texts: [Key: String] = [
            .listen: "127.0.0.1:7700", .advertise: "", .peers: "", .relay: "",
            .person: ProcessInfo.processInfo.environment["USER"] ?? "operator",
            .logLevel: "info", .utcOffset: "\(offset)",
        ]
        return texts.mapValues { Value(text: $0, origin: .standard) }
    }

    private static func parse(_ text: String) throws(Refusal) -> [Key: String] {
        var found: [Key: String] = [:]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, raw) in lines.enumerated() {
            let line = raw.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
                .trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty else { continue }
            let parts = line.split(separator: "=", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard parts.count == 2, let key = Key(rawValue: parts[0]) else {
                let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal(
                    .badOption, "branchbook.conf, line \(number + 1): “\(line)” is no setting",
                    next: "write key = value with one of \(known)")
            }
            found[key] = parts[1]
        }
        return found
    }

    package subscript(_ key: Key) -> String { values[key]?.text ?? "" }

    /// The parts of a list; empty ones are dropped.
    package func list(_ key: Key) -> [String] {
        self[key].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    /// For a command that opens the directory for a moment: it talks to nobody.
    package var withoutPeers: Settings {
        var settings = self
        settings.talksToPeers = false
        return settings
    }

    /// With where each came from, in order of the keys.
    package var report: Report {
        Report(
            schema: "branchbook.config/1", title: "Configuration",
            columns: [
                .init("key", "Key"), .init("value", "Value"), .init("origin", "From"),
                .init("environment", "Environment"),
            ],
            rows: Key.allCases.map { key in
                [
                    .text(key.rawValue), .text(self[key]),
                    .text(values[key]?.origin.rawValue ?? ""), .text(key.environment),
                ]
            })
    }
}
