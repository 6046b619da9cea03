import Books
import Exchange
import Replica

/// Sales files as a till writes them, and books that answer as they like.
///
/// Laws: an import comes to its end; at the end file = booked + adjusted + rejected.
struct SalesTarget: FuzzTarget {
    static let name = "sales"

    /// Rounds of taking commands: an import that goes on longer for a small file never ends.
    private static let roundsMax = 20_000

    init() {}

    func run(_ input: [UInt8]) throws {
        var input = Input(input)
        let dates = SalesMapping.DateFormat.allCases[input.choice(3)]
        let rules = try rules(&input)
        let map = String(decoding: input.blob(), as: UTF8.self).split(separator: "\n").map(
            String.init)
        let answers = input.blob()
        let file = input.rest()
        var mapping = SalesMapping.onlineRetail
        mapping.dates = dates
        do throws(Refusal) {
            if !map.isEmpty {
                mapping = try SalesMapping(
                    map: map.filter { !$0.hasPrefix("?") },
                    conditions: map.filter { $0.hasPrefix("?") }.map { String($0.dropFirst()) },
                    dates: dates)
            }
            try run(file, mapping, rules, answers)
        } catch {
            law(!error.what.isEmpty, "a refusal that says nothing")
        }
    }

    private func rules(_ input: inout Input) throws -> SalesRules {
        guard let currency = CurrencyCode("GBP") else { throw Company.Failure.sample }
        var rules = SalesRules(
            source: "file", ledger: Ledger(currency: currency, scale: input.choice(8)))
        rules.quantityScale = input.choice(8)
        rules.linesMax = input.choice(6)
        rules.salesKeptMax = input.choice(4)
        rules.invoicesMax = 1 + input.choice(64)
        rules.itemsMax = 1 + input.choice(64)
        return rules
    }

    private func run(
        _ file: [UInt8], _ mapping: SalesMapping, _ rules: SalesRules, _ answers: [UInt8]
    ) throws(Refusal) {
        let records = CSVTarget.records(of: file, by: max(1, file.count), CSVReader())
        guard let header = records.first else { return }
        var sales = try SalesImport(mapping, rules: rules, header: header)
        var answers = Input(answers)
        var rounds = 0
        for record in records.dropFirst() {
            do throws(Refusal) {
                try sales.read(record)
            } catch {
                break
            }
            if sales.isFull { drain(&sales, &answers, &rounds) }
        }
        sales.finish()
        drain(&sales, &answers, &rounds)
        law(!sales.isUnsettled, "an import that is done has open commands")
        law(sales.totals.isBalanced, "\(sales.totals) does not balance")
        let parts = sales.groups.reduce(Tally()) { $0 + $1.totals.file }
        law(parts == sales.totals.file, "the groups are not the whole")
    }

    private func drain(_ sales: inout SalesImport, _ answers: inout Input, _ rounds: inout Int) {
        while true {
            let steps = sales.take(3)
            guard !steps.isEmpty else { break }
            rounds += 1
            law(rounds < Self.roundsMax, "an import that never ends")
            for step in steps { sales.settle(step.id, answer(&answers)) }
        }
        for reject in sales.takeRejects() { law(reject.line > 0, "a refused row without a line") }
    }

    private func answer(_ answers: inout Input) -> SalesImport.Outcome {
        switch answers.choice(8) {
        case 1: return .recorded(number: "HZa-S-2026-000001")
        case 2: return .refused(Refusal(.badCode, "no"))
        case 3: return .refused(Refusal(.tooMuchReturned, "no"))
        case 4: return .alreadyRecorded([])
        case 5:
            let first = UInt32(answers.byte())
            return .alreadyRecorded([first...first + UInt32(answers.byte())])
        default: return .recorded(number: nil)
        }
    }

    func seeds() -> [[UInt8]] {
        let header =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        let rows = """
            536365,85123A,Holder,6,2010-12-01 08:26:00,2.55,17850,UK
            536365,POST,Postage,1,2010-12-01 08:26:00,18,17850,UK
            C536379,85123A,Holder,-1,2010-12-02,2.55,17850,UK
            536400,22139,,-5,2010-12-02,0,,UK
            536401,22139,amazon,3,2010-12-03,0.00,,EIRE
            A563185,B,Adjust bad debt,1,2011-08-12,-11062.06,,UK
            536402,22139,x,1.5,2010-12-03,9223372036854.775807,,UK

            """
        return [0, 1, 2, 3, 4, 5].map { answer in
            Script.bytes {
                $0.byte(0)
                $0.rest([2, 0, 5, 3, 60, 60])
                $0.blob(
                    answer == 1 ? Array("invoice=a\ncode=b\nquantity=c\ndate=d\nprice=e".utf8) : [])
                $0.blob([UInt8](repeating: UInt8(answer), count: 12))
                $0.rest(
                    Array((answer == 1 ? "a,b,c,d,e\n1,X,2,2020-01-01,3\n" : header + rows).utf8))
            }
        }
    }
}
