import Foundation
import Testing

/// The books as files: for other programs, and for an auditor.
@Suite struct HandingOnTests {
    /// Two months of trade, at HZ.
    private func shop() throws -> Shell {
        let shell = try Shell.shop()
        for line in [
            "post bank/main=1000.00 equity/capital=-1000.00 --date 2026-10-01",
            "receive TEA:10@4.00 --supplier ACME --date 2026-10-02",
            "sell TEA:3 --date 2026-10-20 --customer Hotel",
            "sell TEA:2 --date 2026-11-03",
            "post expense/rent=30.00 bank/main=-30.00 --date 2026-11-05",
        ] { #expect(try shell(line).status == 0, "\(line)") }
        return shell
    }

    /// Of files in which no field has a comma.
    private func rows(_ path: String) throws -> [[String]] {
        try String(contentsOfFile: path, encoding: .utf8)
            .replacing("\"Sales, net\"", with: "Sales").split(separator: "\r\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    private func cents(_ text: String) throws -> Int {
        try #require(Int(text.replacingOccurrences(of: ".", with: "")))
    }

    @Test func theWholeBooksAreFiles() throws {
        let shell = try shop()
        let folder = shell.folder.path + "/books"
        #expect(try shell("export books \(folder)").status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
                "accounts.csv", "closes.csv", "derived.csv", "documents.csv", "items.csv",
                "journal.csv", "late.csv", "parties.csv", "stock.csv",
            ])
        // Postings and what is derived are the trial balance.
        var sums: [String: Int] = [:]
        for row in try rows(folder + "/journal.csv").dropFirst() where row[4] == "CNY" {
            sums[row[3], default: 0] += try cents(row[5])
        }
        for row in try rows(folder + "/derived.csv").dropFirst() {
            sums[row[1], default: 0] += try cents(row[2])
        }
        let accounts = try rows(folder + "/accounts.csv")
        #expect(
            accounts[0] == ["code", "line", "account", "opening", "debit", "credit", "closing"])
        #expect(accounts.count == 9)
        for row in accounts.dropFirst() { #expect(sums[row[2]] == (try cents(row[6])), "\(row)") }
        #expect(
            try rows(folder + "/stock.csv").last
                == ["HZ", "TEA", "龙井", "5", "20.00"])
        let documents = try rows(folder + "/documents.csv")
        #expect(
            documents.dropFirst().map { $0[1] }.sorted() == [
                "journal entry", "journal entry", "receipt", "sale", "sale",
            ])
        // What is there is not written over, and nothing is left of what could not be written.
        let again = try shell("export books \(folder)")
        #expect(again.status == 73 && again.talk.contains("B0604"))
        let month = shell.folder.path + "/november"
        #expect(try shell("export books \(month) --month 2026-11").status == 0)
        let bank = try #require(
            try rows(month + "/accounts.csv").first { $0[2] == "bank/HZ/main" })
        #expect(Array(bank[3...]) == ["1000.00", "0.00", "30.00", "970.00"])
        #expect(try rows(month + "/documents.csv").count == 3)
    }

    /// Where people sign in, who takes the books along is written down: once, and before the books are looked at.
    @Test func whoTakesTheBooksAlongIsNotedOnce() throws {
        let shell = try shop()
        #expect(try shell("person set Adam --role administrator").status == 0)
        #expect(try shell("person set Bo --role bookkeeper").status == 0)
        #expect(try shell("person set Cleo --role clerk").status == 0)
        #expect(try shell.run(["person", "pin", "Adam"], input: "Adam-1234\n").status == 0)
        try shell.signIn("Adam", pin: "Adam-1234")
        for name in ["Bo", "Cleo"] {
            #expect(try shell.run(["person", "pin", name], input: "\(name)-1234\n").status == 0)
        }
        func taken(_ what: String) throws -> Int {
            let log = try shell("audit-log --json").output
            return log.components(separatedBy: "\"\(what)\"").count - 1
        }
        try shell.signIn("Bo", pin: "Bo-1234")
        let package = shell.folder.path + "/package"
        let written = try shell("export audit \(package)")
        #expect(written.status == 0, "\(written.talk)")
        #expect(try shell("audit check \(package)").status == 0)
        #expect(try taken("package") == 1)
        let books = shell.folder.path + "/books"
        let exported = try shell("export books \(books)")
        #expect(exported.status == 0, "\(exported.talk)")
        #expect(try taken("books") == 1 && taken("accounts") == 0)
        // What fails leaves no keys behind, nor does what is refused.
        let half = shell.folder.path + "/half"
        let failed = try shell("export audit \(half) --from nonsense")
        #expect(failed.status == 65 && failed.talk.contains("B0104"), "\(failed.talk)")
        #expect(!FileManager.default.fileExists(atPath: half))
        #expect(try taken("package") == 2)
        try shell.signIn("Cleo", pin: "Cleo-1234")
        let refused = try shell("export audit \(half)")
        #expect(refused.status == 77 && refused.talk.contains("B0313"), "\(refused.talk)")
        #expect(!FileManager.default.fileExists(atPath: half))
    }

    /// Somebody sells while the files are written: they are left, and it is told that they do not agree.
    @Test func booksThatMovedAreTold() throws {
        let shell = try shop()
        let daemon = try shell.start(["node"])
        defer {
            daemon.process.terminate()
            daemon.process.waitUntilExit()
        }
        func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
        for _ in 0..<1_000 where !exists(shell.folder.path + "/data/control.sock") {
            Thread.sleep(forTimeInterval: 0.01)
        }
        for attempt in 0..<20 {
            let folder = shell.folder.path + "/books-\(attempt)"
            let export = try shell.start(["export", "books", folder])
            while export.process.isRunning, !exists(folder + "/accounts.csv") { usleep(100) }
            // It stands still between the first file and the last, if it was not too fast.
            kill(export.process.processIdentifier, SIGSTOP)
            let isBetween = export.process.isRunning && !exists(folder + "/parties.csv")
            #expect(try shell("sell TEA:1").status == 0)
            kill(export.process.processIdentifier, SIGCONT)
            let told = String(
                decoding: export.talk.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            export.process.waitUntilExit()
            guard isBetween else { continue }
            #expect(export.process.terminationStatus == 75 && told.contains("B0605"), "\(told)")
            #expect(exists(folder + "/accounts.csv") && exists(folder + "/parties.csv"))
            return
        }
        Issue.record("each export was over before anybody sold")
    }

    /// What fails where a directory was there before takes nothing of its own away but that.
    @Test func aPackageThatFailsLeavesTheDirectory() throws {
        let shell = try shop()
        let folder = shell.folder.path + "/empty"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        #expect(try shell("export audit \(folder) --from nonsense").status == 65)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        #expect(try shell("export audit \(folder)").status == 0)
    }

    /// Of a span: what was held before it in one entry, and the balances at its end. What moved in all spans together is
    /// the whole.
    @Test func periodsForHledgerAddUp() throws {
        let shell = try shop()
        func balances(_ options: String, withOpening: Bool) throws -> [String: Int] {
            let text = try shell("export hledger \(options)").output
            var (sums, isOpening): ([String: Int], Bool) = ([:], false)
            for line in text.split(separator: "\n") {
                if line.first?.isNumber == true {
                    isOpening = line.hasSuffix(" opening balances")
                } else if line.hasPrefix("    "), withOpening || !isOpening {
                    let parts = line.split(separator: " ")
                    sums[String(parts[0]), default: 0] += try cents(String(parts[2]))
                }
            }
            #expect(sums.values.reduce(0, +) == 0)
            return sums.filter { $0.value != 0 }
        }
        let whole = try balances("", withOpening: true)
        #expect(whole["bank:HZ:main"] == 97_000 && whole["cost-of-sales:HZ"] == 2_000)
        let november = try balances("--month 2026-11", withOpening: true)
        #expect(november == whole)
        var sum = try balances("--month 2026-11", withOpening: false)
        #expect(sum["cost-of-sales:HZ"] == 800)
        for (account, amount) in try balances("--to 2026-10-31", withOpening: true) {
            sum[account, default: 0] += amount
        }
        #expect(sum.filter { $0.value != 0 } == whole)
    }

    @Test func aCutOverIsProven() throws {
        let shell = try Shell.shop()
        let file = shell.folder.path + "/old.csv"
        let text = """
            account,amount,item,quantity,party,document,date
            stock,20.00,TEA,10,,,
            bank/main,80.00,,,,,
            payable,-40.00,,,ACME,17,2026-10-11
            """
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let dry = try shell("import opening \(file) --date 2026-10-31 --dry-run")
        #expect(dry.status == 0 && dry.output.contains("nothing was written"))
        #expect(try shell("balance").output.contains("bank/HZ/main") == false)
        for _ in 0..<2 {
            let done = try shell("import opening \(file) --date 2026-10-31")
            #expect(done.status == 0 && done.output.contains("Agrees"), "\(done.talk)")
        }
        #expect(try shell("balance").output.contains("equity/HZ/opening"))
        // A row that is refused is told, and nothing is proven.
        try (text + "\nstock,1.00,NONE,1,,,\n").write(
            toFile: file, atomically: true, encoding: .utf8)
        let wrong = try shell("import opening \(file) --date 2026-10-31 --source other.csv")
        #expect(wrong.status == 70 && wrong.talk.contains("B0901"))
        #expect(FileManager.default.fileExists(atPath: file + ".rejects.csv"))
        #expect(try shell("import table opening \(file)").status == 64)
        #expect(try shell("import opening \(file) --date 2026-13-31").status == 65)
    }
}

/// An auditor's package: whole, and with something changed in it.
@Suite struct AuditTests {
    private func package() throws -> (Shell, String) {
        let shell = try Shell.shop()
        for line in [
            "post bank/main=1000.00 equity/capital=-1000.00 --date 2026-10-01",
            "receive TEA:10@4.00 --supplier ACME --date 2026-10-02",
            "sell TEA:3 --date 2026-10-20 --customer Hotel",
            "sell TEA:2 --date 2026-11-03",
        ] { #expect(try shell(line).status == 0, "\(line)") }
        let folder = shell.folder.path + "/package"
        let result = try shell("export audit \(folder) --month 2026-11")
        #expect(result.status == 0 && result.talk.contains("reads the books"), "\(result.talk)")
        return (shell, folder)
    }

    /// Somebody without a node of the book.
    private func check(_ shell: Shell, _ folder: String) throws -> Shell.Result {
        try shell.run(["audit", "check", folder, "--csv"])
    }

    @Test func aPackageAgreesWithItself() throws {
        let (shell, folder) = try package()
        let outsider = try Shell()
        let copy = outsider.folder.path + "/copy"
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        let result = try check(outsider, copy)
        #expect(result.status == 0, "\(result.output)\(result.talk)")
        #expect(!result.output.contains("FAULT"))
        #expect(result.output.split(separator: "\r\n").count == 17)
        // What nodes noted is checked as far as they did.
        #expect(result.output.contains("acts.csv,ok"))
        #expect(result.output.contains("what a node did not note is in none"))
        // Nothing of it was changed by the check, and no node was needed.
        #expect(try check(outsider, copy).status == 0)
        withExtendedLifetime(shell) {}
    }

    /// One byte in each file.
    @Test func aChangedByteIsFound() throws {
        let (shell, folder) = try package()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names.contains("keys.csv") && names.contains { $0.hasSuffix(".run") })
        var seen: Set<String> = []
        for name in names {
            // One log is like another.
            guard seen.insert(name.hasSuffix(".run") ? "run" : name).inserted else { continue }
            let path = folder + "/" + name
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            var changed = whole
            changed[changed.count - changed.count / 3 - 1] ^= 1
            try changed.write(to: URL(fileURLWithPath: path))
            let result = try check(shell, folder)
            #expect(result.status != 0, "\(name): \(result.output)")
            #expect(
                result.output.contains(name) || result.output.contains("FAULT")
                    || result.talk.contains("B0601"), "\(name): \(result.output)\(result.talk)")
            try whole.write(to: URL(fileURLWithPath: path))
        }
        #expect(try check(shell, folder).status == 0)
        // A file that is not listed, and one that is gone.
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/more.csv"))
        #expect(try check(shell, folder).output.contains("more.csv is not listed"))
        try FileManager.default.removeItem(atPath: folder + "/more.csv")
        try FileManager.default.removeItem(atPath: folder + "/late.csv")
        #expect(try check(shell, folder).output.contains("late.csv is not there"))
        #expect(try check(shell, shell.folder.path).talk.contains("B0601"))
    }

    /// A figure of the trial balance, and the manifest made to fit: the signature does not, and the entries say otherwise.
    @Test func aChangedFigureIsFoundThoughTheManifestFits() throws {
        let (shell, folder) = try package()
        let path = folder + "/accounts.csv"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("1000.00"))
        try text.replacing("1000.00", with: "1000.01").write(
            toFile: path, atomically: true, encoding: .utf8)
        let other = shell.folder.path + "/other"
        #expect(try shell("export audit \(other) --month 2026-11").status == 0)
        // Both hashes of the file, as this program writes them: of a package that holds the changed file.
        let manifest = folder + "/manifest.csv"
        let before = try String(contentsOfFile: manifest, encoding: .utf8)
        let told = try check(shell, folder)
        #expect(told.output.contains("accounts.csv is not what it was"))
        let hash = try #require(
            try shell.hash(ofFile: path), "b2sum is not installed here")
        let lines = before.split(separator: "\r\n").map { line in
            line.hasPrefix("accounts.csv,")
                ? "accounts.csv,\(text.utf8.count),\(hash)" : String(line)
        }
        try (lines.joined(separator: "\r\n") + "\r\n").write(
            toFile: manifest, atomically: true, encoding: .utf8)
        let result = try check(shell, folder)
        #expect(result.status == 70)
        #expect(!result.output.contains("is not what it was"), "\(result.output)")
        #expect(result.output.contains("signature,FAULT"))
        #expect(result.output.contains("accounts.csv,FAULT"))
        #expect(result.output.contains("1000.01"))
        #expect(result.output.contains("journal.csv,ok"))
        #expect(result.output.contains("acts.csv,ok"))
    }
}

extension Shell {
    /// BLAKE2b-256 by another program.
    func hash(ofFile path: String) throws -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/b2sum")
        process.arguments = ["-l", "256", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/b2sum") else { return nil }
        try process.run()
        let text = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: " ").first.map(String.init)
    }
}
