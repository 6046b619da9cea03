import Books
import Engine
import Exchange
import Foundation
import Node

/// An auditor's package as files: what the books say, the raw entries that they say it by, the keys that open them, and a
/// manifest that the exporting node signed.
struct AuditFiles {
    static let manifest = "manifest.csv", signature = "signature.csv"
    static let about = "package.csv", keys = "keys.csv", logs = "logs.csv"

    static func entries(of log: String) -> String { "log-\(log).run" }

    /// Reports that can be made again from the raw entries.
    static let reports = [
        "accounts.csv", "journal.csv", "derived.csv", "documents.csv", "closes.csv", "late.csv",
        "stock.csv", "items.csv", "parties.csv", "members.csv", "digests.csv", "acts.csv",
        "audit-log.csv",
    ]

    static func writeReports(_ files: ReportFiles) throws {
        try files.writeLedger(documentsByEntry: true)
        try files.writeGoods()
        try files.writeCompany()
        try files.writePeople()
    }

    /// Nothing of it is left where it cannot be written to its end: keys are in it.
    ///
    /// - Throws: `Refusal.booksMoved` where entries came meanwhile.
    static func write(_ access: NodeAccess, _ folder: BookFolder, from: String?, to: String?) throws
    {
        do {
            // Who takes the package along is noted with its keys, once: an entry, which has to stand before the logs are
            // looked at.
            let keys = try access.exported(.handingOn(.keys))
            let files = ReportFiles(
                ask: { try access.exported($0, isPart: true) }, folder: folder, from: from, to: to)
            try files.writeUnmoved(
                next: "nothing of the package was kept: repeat, or say `branchbook offline` first"
            ) {
                try write(keys, files)
            }
            try writeManifest(files.ask, folder)
        } catch {
            folder.removeWritten()
            throw error
        }
    }

    private static func write(_ keys: Report, _ files: ReportFiles) throws {
        let logs = try files.ask(.handingOn(.logs))
        try writeAbout(try files.ask(.status), logs, files)
        try files.folder.write(Self.logs) { put in try put(CSVWriter().table(logs)) }
        for row in logs.rows {
            guard case .text(let log) = row[0], case .integer(let last) = row[4] else { continue }
            try files.folder.write(Self.entries(of: log)) { put in
                try RunFile.pieces(of: log, through: last, files.ask) { try put($0) }
            }
        }
        try files.folder.write(Self.keys) { put in try put(CSVWriter().table(keys)) }
        try writeReports(files)
        guard try files.ask(.handingOn(.logs)).rows == logs.rows else {
            throw Refusal(
                .booksMoved, "entries came while the package was written",
                next: "nothing of it was kept: repeat, or say `branchbook offline` first")
        }
    }

    private static func writeAbout(
        _ status: Report, _ logs: Report, _ files: ReportFiles
    ) throws {
        func fact(_ report: Report, _ key: String) -> String {
            report.facts.first { $0.key == key }?.value.plain ?? ""
        }
        let writer = CSVWriter()
        try files.folder.write(Self.about) { put in
            for line in [
                ["what", "value"], ["format", "branchbook package 1"], ["company", status.title],
                ["book", fact(logs, "book")], ["node", fact(status, "node")],
                ["from", files.from ?? ""], ["to", files.to ?? ""],
            ] { try put(writer.record(line)) }
        }
    }

    private static func writeManifest(
        _ ask: (Query) throws -> Report, _ folder: BookFolder
    ) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let writer = CSVWriter()
        try folder.write(Self.manifest) { put in
            try put(writer.record(["file", "bytes", "blake2b"]))
            for name in names {
                let sum = try FileSum(ofFile: folder.file(name))
                try put(writer.record([name, String(sum.bytes), sum.hash]))
            }
        }
        let hash = try FileSum(ofFile: folder.file(Self.manifest)).hash
        let signed = try ask(.handingOn(.signature(of: hash)))
        try folder.write(Self.signature) { put in
            try put(writer.record(["node", "signature"]))
            try put(writer.record(signed.facts.map(\.value.plain)))
        }
    }
}
