import Foundation
import Testing

/// The program as its users meet it: arguments in, text and exit codes out.
@Suite struct CommandTests {
    private func shop() throws -> Shell { try Shell.shop() }

    @Test func aClerksDay() throws {
        let shell = try shop()
        #expect(try shell("receive TEA:10@4.00 --supplier ACME").status == 0)
        let sale = try shell("sell TEA:3 --json")
        #expect(sale.status == 0 && sale.talk.isEmpty)
        let answer = try #require(
            try JSONSerialization.jsonObject(with: Data(sale.output.utf8)) as? [String: Any])
        let number = try #require(answer["subject"] as? String)
        #expect(number.hasPrefix("HZa-S-") && answer["total"] as? String == "36.00")
        #expect(try shell("return TEA:1 --sale \(number)").status == 0)
        let balance = try shell("balance").output
        #expect(balance.contains("inventory/HZ") && balance.contains("32.00"))
        #expect(try shell("show \(number)").output.contains(number))
        #expect(try shell("reverse \(number)").status == 65)
        let verify = try shell("verify")
        #expect(verify.status == 0 && verify.output.contains("Sound  yes"))
    }

    /// The end of the month before, or the same day a year before: the end of a month for one.
    @Test func aDayStandsBesideAnEarlierOne() throws {
        let shell = try shop()
        #expect(try shell("post bank/main=5.00 equity/capital=-5.00 --date 2023-02-28").status == 0)
        for (day, compare, beside) in [
            ("2024-02-29", "year", "2023-02-28"), ("2024-02-28", "year", "2023-02-28"),
            ("2025-02-28", "year", "2024-02-29"), ("2024-03-31", "month", "2024-02-29"),
            ("2024-01-10", "month", "2023-12-31"),
        ] {
            for report in ["balance --at", "ledger ageing --as-at"] {
                let answer = try shell("\(report) \(day) --compare \(compare) --json")
                #expect(answer.output.contains(#""compared":"\#(beside)""#), "\(answer.output)")
            }
        }
        let balance = try shell("balance --at 2024-02-29 --branch HZ --compare year --csv").output
        #expect(balance.contains("bank/HZ/main,5.00,,5.00,"))
        #expect(try shell("ledger accounts --month 2023-02 --compare month").status == 0)
        for line in [
            "balance --compare month", "ledger ageing --compare year",
            "ledger tax --from 2023-02-01 --to 2023-02-28 --compare month",
        ] { #expect(try shell(line).status == 64, "\(line)") }
    }

    @Test func dollars() throws {
        let shell = try shop()
        #expect(try shell("rate set USD 7.2 --date 2026-01-01").status == 0)
        let sale = try shell(
            "sell TEA:1@10.00 --tender credit --customer Acme --currency USD --json")
        #expect(
            sale.output.contains(#""currency":"USD""#) && sale.output.contains(#""total":"10.00""#))
        #expect(
            try shell("pay 4.00 --from Acme --through bank:usd --currency USD --rate 7.1").status
                == 0)
        #expect(
            try shell("currency buy 1.00 USD --for 7.30 --from bank:main --to bank:usd").status == 0
        )
        let list = try shell("currency list --csv").output
        #expect(list.contains("account,USD,HZ,bank/HZ/usd,5.00,35.70,7.200000,36.00,0.30"))
        #expect(try shell("currency revalue").output.contains("0.30 CNY"))
        #expect(try shell("rate list").output.contains("7.200000"))
        #expect(try shell("post bank/usd=1.00USD@7.2 equity/capital=-7.20").status == 0)
        #expect(try shell("export hledger").output.contains("USD 10.00 @@ CNY 72.00"))
        #expect(try shell("currency list", language: "zh_CN.UTF-8").output.contains("外币"))
    }

    /// The key that `init` printed names an administrator; it is read where no --key is given.
    @Test func administrators() throws {
        let shell = try Shell()
        let made = try shell.run([
            "init", "--company", "C", "--currency", "CNY", "--branch", "HZ", "--name", "hz-1",
            "--json",
        ])
        let answer = try #require(
            try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
        let key = try #require(answer["recoveryKey"] as? String)
        let list = try shell("administrator --csv").output
        #expect(list.contains(",hz-1,HZ,administrator,"))
        #expect(try shell("administrator remove hz-1").status == 65)
        #expect(try shell("administrator add hz-2").status == 64)
        let recovered = try shell.run(
            ["administrator", "recover", "--name", "hz-1"], input: "\(key)\n")
        #expect(recovered.status == 0 && recovered.output.contains("administrators: hz-1"))
        let wrong = try shell.run(
            ["administrator", "recover", "--name", "hz-1", "--key", String(key.dropLast()) + "x"])
        #expect(wrong.status == 65 && wrong.talk.contains("B0271"))
        #expect(try shell("administrator list", language: "zh_CN.UTF-8").output.contains("管理员"))
        #expect(try shell("verify").status == 0)
    }

    @Test(arguments: [
        ("sell TEA:1 --currency USD", 65, "B0260"), ("sell TEA:1 --rate 7", 64, "B0110"),
        ("sell NONE:1", 65, "B0201"), ("sell TEA:x", 65, "B0101"),
        ("sell TEA", 64, "CODE:QUANTITY"),
        ("transfer send TEA:1 --to XX", 65, "B0210"), ("show HZa-S-2026-000009", 65, "B0206"),
        ("join bbk1:nonsense --name x", 77, "B0303"),
        ("init --company C --currency CNY --branch HZ --branch-name H", 73, "B0402"),
        ("import sales /nowhere.csv", 66, "B0601"), ("export csv nothing", 64, "B0110"),
        ("sell TEA:1 --wait 99", 64, "B0110"),
        ("sell TEA:1 --wait 1 --wait-seconds 0", 75, "B0502"),
    ])
    func aRefusalHasCodeNextStepAndExitCode(line: String, status: Int, code: String) throws {
        let shell = try shop()
        let result = try shell(line)
        #expect(result.status == Int32(status), "\(result.talk)")
        #expect(result.talk.contains(code), "\(result.talk)")
        #expect(code == "B0502" || result.output.isEmpty)
    }

    @Test func withoutABookEverythingSaysSo() throws {
        let shell = try Shell()
        for line in ["stock", "sell TEA:1", "verify", "peers"] {
            let result = try shell(line)
            #expect(result.status == 66 && result.talk.contains("B0401"), "\(line)")
        }
        #expect(try shell("frobnicate").status == 64)
    }

    @Test(arguments: [
        "status", "peers", "members", "log", "item list", "item show TEA", "transfer list",
        "journal",
        "location list", "count list", "reorder --all",
        "movement --from 2026-01-01 --to 2099-12-31 --locations",
        "card TEA --branch HZ --from 2026-01-01 --to 2099-12-31",
        "margin --from 2026-01-01 --to 2099-12-31 --by item,day",
        "task list", "notice list", "todo", "target list", "target report --month 2026-11",
        "league --month 2026-11",
        "balance", "stock", "sales", "exceptions", "digests", "verify", "invite list",
        "config show",
        "paths",
    ])
    func everyReadingCommandHasJSONAndATableThatFits(line: String) throws {
        let shell = try shop()
        _ = try shell("sell TEA:2")
        let json = try shell(line + " --json")
        #expect(json.status == 0, "\(json.talk)")
        let answer = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect((answer["schema"] as? String)?.hasPrefix("branchbook.") == true)
        let table = try shell(line)
        #expect(table.status == 0)
        #expect(!table.output.contains("\u{1b}"))
        if line != "paths" && line != "status" {
            // Wide characters take two columns: counted as the terminal does.
            for row in table.output.split(separator: "\n") {
                let width = row.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2e80 ? 2 : 1) }
                #expect(width <= 80, "\(row)")
            }
        }
    }

    /// Every report is a table for other programs and a page that needs nothing else, whatever stands in it.
    @Test func reportsAreCSVAndPages() throws {
        let shell = try shop()
        let nasty = "<script>alert(\"x\")</script>, 'tea'"
        #expect(try shell.run(["item", "set", "TEA", "--name", nasty]).status == 0)
        _ = try shell("sell TEA:2")
        let csv = try shell("stock --csv")
        #expect(csv.output.hasPrefix("branch,item,name,quantity,"))
        #expect(csv.output.contains("\"<script>alert(\"\"x\"\")</script>, 'tea'\""))
        for line in [
            "stock", "movement --from 2026-01-01 --to 2099-12-31", "balance", "exceptions",
        ] {
            let page = try shell(line + " --html")
            #expect(page.status == 0)
            #expect(page.output.hasPrefix("<!DOCTYPE html>"))
            #expect(page.output.hasSuffix("</html>\n"))
            #expect(!page.output.contains("<script") && !page.output.contains("http"))
        }
        let page = try shell("stock --html", language: "zh_CN.UTF-8").output
        #expect(page.contains("<html lang=\"zh\">") && page.contains("<h1>库存</h1>"))
        #expect(page.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;, &#39;tea&#39;"))
        #expect(try shell("stock --csv --html").status == 64)
    }

    /// A printed page names what it rests on, and can be had again whatever came since.
    @Test func aPrintedPageCanBeHadAgain() throws {
        let shell = try shop()
        #expect(try shell("receive TEA:10@4.00 --supplier ACME").status == 0)
        let first = try shell("stock --csv").output
        let page = try shell("stock --html").output
        let start = try #require(page.range(of: "Known at</dt><dd>")).upperBound
        let mark = String(page[start...].prefix { $0 != "<" })
        #expect(try shell("receive TEA:5@4.00 --supplier ACME --date 2026-01-01").status == 0)
        let now = try shell("stock --csv").output
        #expect(now != first)
        let then = try shell("stock --csv --known-at \(mark)")
        #expect(then.status == 0 && then.output == first)
        #expect(try shell("bookmarks").output.contains(mark))
        #expect(try shell("stock --known-at never").talk.hasPrefix("error B0236"))
        #expect(try shell("stock --csv").output == now)
    }

    @Test func papersAndLabels() throws {
        let shell = try shop()
        #expect(try shell("receive TEA:10@4.00 --supplier ACME").status == 0)
        #expect(try shell("sell TEA:3").status == 0)
        let json = try shell("journal --json").output
        let sale = try #require(json.firstMatch(of: /HZa-S-\d{4}-000001/)).output
        let paper = "print \(sale)"
        for columns in [32, 48] {
            let text = try shell("\(paper) --paper text --columns \(columns)")
            #expect(text.status == 0 && text.output.contains("36.00"))
            for line in text.output.split(separator: "\n") {
                let width = line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2e80 ? 2 : 1) }
                #expect(width <= columns, "\(line)")
            }
        }
        let page = try shell(paper, language: "zh_CN.UTF-8").output
        #expect(page.contains("收据") && page.contains("<svg") && !page.contains("<script"))
        #expect(try shell("\(paper) --paper escpos").output.hasPrefix("\u{1b}@"))
        #expect(try shell("labels TEA").output.contains("12.00"))
        #expect(try shell("labels NONE").talk.hasPrefix("error B0201"))
        #expect(try shell("print HZa-G-2026-000009").talk.hasPrefix("error B0206"))
    }

    @Test func workAndTargets() throws {
        let shell = try shop()
        let opened = try shell.run(
            ["task", "open", "Count the teas", "--owner", "Wang", "--due", "2026-11-20"])
        #expect(opened.status == 0 && opened.output == "task HZa-L-\(Self.year)-000001\n")
        let number = "HZa-L-\(Self.year)-000001"
        #expect(try shell.run(["comment", number, "quickly"]).status == 0)
        #expect(
            try shell.run(["decision", "record", "leave it", "--about", number]).status == 0)
        let page = try shell("show \(number)").output
        #expect(page.contains("quickly") && page.contains("of version 1: leave it"))
        #expect(try shell("todo --person Wang").output.contains("Count the teas"))
        #expect(!(try shell("todo").output.contains("Count the teas")))
        #expect(try shell("task hand \(number) --owner Li").status == 0)
        #expect(try shell("task done \(number) --memo found --lang zh").output.hasPrefix("任务 "))
        let over = try shell("task take \(number) --lang zh")
        #expect(over.status == 65 && over.talk.hasPrefix("错误 B0250: 任务已完成或已取消"))
        #expect(try shell.run(["notice", "post", "closed", "--branch", "HZ"]).status == 0)
        #expect(try shell("todo").output.contains("nothing"))
        #expect(try shell("todo --person Wang").output.contains("notice read"))
        #expect(try shell("notice read HZa-Z-\(Self.year)-000001 --person Wang").status == 0)
        #expect(try shell("notice show HZa-Z-\(Self.year)-000001").output.contains("Wang"))
        #expect(try shell("sell TEA:2").status == 0)
        let month = Self.month
        #expect(try shell("target set HZ \(month) revenue=48 count-accuracy=98").status == 0)
        let reached = try shell("target report --month \(month)").output
        #expect(reached.contains("24.00") && reached.contains("50.00"))
        #expect(try shell("target list --lang zh").output.contains("盘点准确率"))
        #expect(try shell("target set HZ \(month) revenue").status == 64)
        #expect(try shell("target set HZ \(month) luck=1").talk.contains("B0110"))
        #expect(try shell("league --month \(month)").output.contains("told"))
    }

    /// Of the clock that the program sees, at UTC.
    private static var month: String { String(Date().formatted(.iso8601).prefix(7)) }
    private static var year: String { String(month.prefix(4)) }

    @Test func itSpeaksChinese() throws {
        let shell = try shop()
        let table = try shell("balance", language: "zh_CN.UTF-8")
        #expect(table.output.contains("试算平衡表"))
        let refused = try shell("sell NONE:1", language: "zh_CN.UTF-8").talk
        #expect(refused.hasPrefix("错误 B0201: 没有此商品（there is no item NONE）\n下一步: "))
        // Asked for by a word it goes before the environment.
        #expect(
            try shell("receive TEA:10@4.00 --supplier ACME --lang zh").output.hasPrefix(
                "收货单 HZa-G-"))
        #expect(try shell("sell TEA:12 --lang=zh").output.hasPrefix("销售单 HZa-S-"))
        let told = try shell("exceptions --lang zh", language: "C.UTF-8").output
        #expect(told.contains("负库存") && told.contains("处理建议"))
        #expect(
            try shell("exceptions --lang en", language: "zh_CN.UTF-8").output.contains("shortage"))
        #expect(try shell("stock --lang de").status == 64)
    }

    @Test func aSecondImportChangesNothing() throws {
        let shell = try shop()
        let file = shell.folder.appending(path: "sales.csv")
        var csv =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n"
        for number in 0..<300 {
            csv += "\(number / 3),A\(number % 7),Thing,2,2026-11-02,1.25,,UK\r\n"
        }
        csv += "x,A1,Thing,two,2026-11-02,1.25,,UK\r\n"
        try Data(csv.utf8).write(to: file)
        let dry = try shell("import sales \(file.path) --dry-run --json")
        #expect(dry.status == 0)
        #expect(try shell("sales --json").output.contains("\"rows\":[]"))
        let first = try shell("import sales \(file.path) --json")
        #expect(first.status == 0, "\(first.talk)")
        let digests = try shell("digests").output
        let second = try shell("import sales \(file.path) --json")
        #expect(second.status == 0)
        #expect(try shell("digests").output == digests)
        let rejects = try String(
            contentsOf: URL(fileURLWithPath: file.path + ".rejects.csv"), encoding: .utf8)
        #expect(rejects.contains("302,x,B0101"))
        let piped = try shell.run(
            ["import", "sales", "-", "--source", "sales.csv", "--rejects", file.path + ".r"],
            input: csv)
        #expect(piped.status == 0)
        #expect(try shell("digests").output == digests)
    }

    @Test func completionsAreScripts() throws {
        let shell = try Shell()
        for kind in ["bash", "zsh", "fish"] {
            let script = try shell("completions \(kind)")
            #expect(script.status == 0 && script.output.contains("branchbook"))
        }
    }
}
