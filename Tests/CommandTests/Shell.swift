import Foundation
import Testing

/// A directory, and the program that was built beside the tests.
final class Shell {
    let folder: URL
    /// Who signed in: `NAME:TOKEN`.
    var token: String?
    private let program: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true)
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        program = try #require(
            sequence(first: tests, next: { $0.deletingLastPathComponent() }).prefix(6)
                .map { $0.deletingLastPathComponent().appending(path: "branchbook") }
                .first { FileManager.default.isExecutableFile(atPath: $0.path) })
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    struct Result {
        let output: String
        let talk: String
        let status: Int32
    }

    func run(
        _ arguments: [String], language: String = "C.UTF-8", input: String? = nil
    ) throws -> Result {
        let process = prepared(arguments, language: language)
        let (output, talk, source) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = talk
        process.standardInput = source
        try process.run()
        source.fileHandleForWriting.write(Data((input ?? "").utf8))
        try source.fileHandleForWriting.close()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let words = String(
            decoding: talk.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Result(output: text, talk: words, status: process.terminationStatus)
    }

    private func prepared(_ arguments: [String], language: String = "C.UTF-8") -> Process {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = [
            "PATH": "/usr/bin:/bin", "LANG": language, "BRANCHBOOK_DATA": folder.path + "/data",
            "BRANCHBOOK_PERSON": "Lin", "COLUMNS": "80", "BRANCHBOOK_TOKEN": token ?? "",
        ]
        return process
    }

    /// Begins to run, beside the test; what it says is at the other end of the pipe.
    func start(_ arguments: [String]) throws -> (process: Process, talk: Pipe) {
        let (process, talk) = (prepared(arguments), Pipe())
        process.standardOutput = FileHandle.nullDevice
        process.standardError = talk
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return (process, talk)
    }

    func callAsFunction(_ line: String, language: String = "C.UTF-8") throws -> Result {
        try run(line.split(separator: " ").map(String.init), language: language)
    }

    /// Says a PIN, and acts as that person from now on.
    func signIn(_ person: String, pin: String) throws {
        let told = try run(["sign-in", person], input: pin + "\n")
        #expect(told.status == 0, "\(told.talk)")
        token = told.output.split(separator: "'").dropFirst().first.map(String.init)
        #expect(token?.hasPrefix(person + ":") == true, "\(told.output)")
    }

    /// With a book and one item.
    static func shop() throws -> Shell {
        let shell = try Shell()
        #expect(
            try shell("init --company C --currency CNY --branch HZ --branch-name Hz").status == 0)
        #expect(try shell("item add TEA --name 龙井 --price 12.00").status == 0)
        return shell
    }
}
