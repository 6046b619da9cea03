import Books
import Engine
import Exchange
import Foundation
import Node

/// Checks an auditor's package by its files alone: the manifest, its signature, the raw entries, and every report made
/// again from them.
struct AuditCheck {
    private let path: String
    private var about: [String: String] = [:]
    private var report = Report(
        schema: "branchbook.audit/1", title: "Audit",
        columns: [.init("check", "Check"), .init("result", "Result"), .init("detail", "Detail")])
    private var agrees = true

    init(_ path: String) { self.path = path }

    /// - Throws: `Refusal.badFile` for a directory that is no package.
    mutating func run() throws -> Report {
        for record in try records(AuditFiles.about) where record.count == 2 {
            about[record[0]] = record[1]
        }
        guard about["format"] == "branchbook package 1" else {
            throw Refusal(
                .badFile, "\(path) is no package of this program",
                next: "write one with `branchbook export audit`")
        }
        tell("manifest", try manifestFault(), "every file is as it is listed")
        do {
            let book = try rebuilt()
            let sealed = book.unread == 0 ? "" : ", \(book.unread) of them sealed"
            tell("entries", nil, "\(book.entries)\(sealed): chains and signatures hold")
            tell("signature", try signatureFault(book), "by a node of the book")
            try compare(book)
        } catch let refusal as Refusal where [.notVerified, .badFile].contains(refusal.code) {
            tell("entries", refusal.what, "")
        }
        report.facts = [
            .init("agrees", "Agrees", .flag(agrees)),
            .init("company", "Company", .text(about["company"] ?? "")),
            .init("book", "Book", .text(about["book"] ?? "")),
            .init("node", "Node", .text(about["node"] ?? "")),
            .init(
                "days", "Days",
                .text(
                    [about["from"], about["to"]].compactMap { $0 }.filter { !$0.isEmpty }
                        .joined(separator: " – "))),
        ]
        return report
    }

    private mutating func tell(_ check: String, _ fault: String?, _ detail: String) {
        agrees = agrees && fault == nil
        report.rows.append([
            .text(check), .text(fault == nil ? "ok" : "FAULT"), .text(fault ?? detail),
        ])
    }

    // MARK: Files

    private func file(_ name: String) -> String { path + "/" + name }

    private static let recordsMax = 1_000_000

    /// All of a small file.
    private func records(_ name: String) throws -> [[String]] {
        guard let handle = FileHandle(forReadingAtPath: file(name)) else {
            throw Refusal(.badFile, "\(name) is not there", next: "ask for the whole package")
        }
        defer { try? handle.close() }
        var (reader, found) = (CSVReader(), [[String]]())
        func take(_ record: CSVRecord) throws {
            guard record.problem == nil, found.count < Self.recordsMax else {
                throw Refusal(.badFile, "\(name), line \(record.line), cannot be read")
            }
            found.append(record.fields)
        }
        while let data = try handle.read(upToCount: 256 << 10), !data.isEmpty {
            try reader.read(Array(data), take)
        }
        try reader.finish(take)
        return found
    }

    /// The first file that is not as the manifest says, or that it does not name.
    private func manifestFault() throws -> String? {
        var left = Set(try FileManager.default.contentsOfDirectory(atPath: path))
        left.subtract([AuditFiles.manifest, AuditFiles.signature])
        for record in try records(AuditFiles.manifest).dropFirst() {
            guard record.count == 3, !record[0].contains("/") else { return "a line is none" }
            guard left.remove(record[0]) != nil else { return "\(record[0]) is not there" }
            let sum = try FileSum(ofFile: file(record[0]))
            guard String(sum.bytes) == record[1], sum.hash == record[2] else {
                return "\(record[0]) is not what it was"
            }
        }
        return left.sorted().first.map { "\($0) is not listed" }
    }

    private func signatureFault(_ book: RebuiltBook) throws -> String? {
        let hash = try FileSum(ofFile: file(AuditFiles.manifest)).hash
        guard let record = try records(AuditFiles.signature).last, record.count == 2,
            record[0] == about["node"],
            book.isSigned(hash, by: record[0], record[1])
        else { return "the manifest is not signed by the node of the book that it names" }
        return nil
    }

    // MARK: Books

    private func rebuilt() throws -> RebuiltBook {
        let logs = try records(AuditFiles.logs).dropFirst().map { cells in
            guard let row = RebuiltBook.LogRow(cells) else {
                throw Refusal(
                    .badFile, "\(AuditFiles.logs) names \(cells.first ?? ""), which is no log")
            }
            return row
        }
        return try RebuiltBook(
            book: about["book"] ?? "", logs: logs,
            keys: Array(try records(AuditFiles.keys).dropFirst()),
            file: { file(AuditFiles.entries(of: $0)) })
    }

    /// Writes every report anew from the rebuilt book, and looks for the first line that differs.
    private mutating func compare(_ book: RebuiltBook) throws {
        let own =
            FileManager.default.temporaryDirectory.path + "/branchbook-audit-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: own) }
        let folder = try BookFolder(new: own)
        func given(_ key: String) -> String? { about[key].flatMap { $0.isEmpty ? nil : $0 } }
        try AuditFiles.writeReports(
            ReportFiles(
                ask: { try book.report($0) }, folder: folder, from: given("from"),
                to: given("to")))
        for name in AuditFiles.reports {
            tell(
                name, try Self.difference(file(name), folder.file(name)),
                Self.notesOfNodes.contains(name)
                    ? "follows from the entries; what a node did not note is in none"
                    : "follows from the entries")
        }
    }

    /// Files that tell what nodes wrote down of people: no more than they did.
    private static let notesOfNodes: Set<String> = ["acts.csv", "audit-log.csv"]

    /// The first line in which two files differ. Memory: a piece of each.
    private static func difference(_ given: String, _ rebuilt: String) throws -> String? {
        guard let a = FileHandle(forReadingAtPath: given) else { return "is not there" }
        guard let b = FileHandle(forReadingAtPath: rebuilt) else { return "cannot be made" }
        defer {
            try? a.close()
            try? b.close()
        }
        var (line, start, place) = (1, UInt64(0), UInt64(0))
        while true {
            let (left, right) = (
                Array(try a.read(upToCount: 64 << 10) ?? Data()),
                Array(try b.read(upToCount: 64 << 10) ?? Data())
            )
            if left.isEmpty, right.isEmpty { return nil }
            let same = zip(left, right).prefix { $0 == $1 }.count
            for (offset, byte) in left.prefix(same).enumerated() where byte == 0x0a {
                line += 1
                start = place + UInt64(offset) + 1
            }
            guard same == left.count, same == right.count else {
                return try "line \(line): \(text(a, at: start)) – rebuilt: \(text(b, at: start))"
            }
            place += UInt64(same)
        }
    }

    private static func text(_ file: FileHandle, at start: UInt64) throws -> String {
        try file.seek(toOffset: start)
        let bytes = try file.read(upToCount: 512) ?? Data()
        let line = bytes.prefix { $0 != 0x0a && $0 != 0x0d }
        return line.isEmpty ? "nothing" : String(decoding: line, as: UTF8.self)
    }
}
