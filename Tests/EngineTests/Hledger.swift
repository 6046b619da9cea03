import Foundation
import Testing

@testable import Exchange

/// What hledger, another program, makes of a journal; nil, saying so, where it is not installed.
enum Hledger {
    /// Each account's balance as hledger prints it, its own currency's name taken off.
    static func balances(of journal: String, in folder: URL, _ options: [String]) throws
        -> [(account: String, amount: String)]?
    {
        let places = ["/usr/bin/hledger", "/usr/local/bin/hledger", "/opt/homebrew/bin/hledger"]
        guard let hledger = places.first(where: FileManager.default.isExecutableFile(atPath:))
        else {
            print("skipped: hledger is not installed here")
            return nil
        }
        let file = folder.appending(path: "book.journal")
        try Data(journal.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: hledger)
        process.arguments = ["-f", file.path, "bal", "--flat", "-N", "-O", "csv"] + options
        var environment = ProcessInfo.processInfo.environment
        environment["LANG"] = "C.UTF-8"
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        var records: [CSVRecord] = []
        var reader = CSVReader()
        reader.read(Array(output.utf8)) { records.append($0) }
        reader.finish { records.append($0) }
        return records.dropFirst().filter { $0.fields.count == 2 }.map {
            ($0.fields[0], $0.fields[1].replacingOccurrences(of: "CNY ", with: ""))
        }
    }
}
