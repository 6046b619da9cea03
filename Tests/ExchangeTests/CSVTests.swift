import Sodium
import Testing

@testable import Exchange

/// Reading and writing CSV.
@Suite struct CSVTests {
    private func read(_ bytes: [UInt8], pieces: Int = .max) -> [CSVRecord] {
        var reader = CSVReader()
        var found: [CSVRecord] = []
        var index = 0
        while index < bytes.count {
            let end = min(bytes.count, index + min(pieces, bytes.count))
            reader.read(Array(bytes[index..<end])) { found.append($0) }
            index = end
        }
        reader.finish { found.append($0) }
        return found
    }

    private func read(_ text: String) -> [[String]] { read(Array(text.utf8)).map(\.fields) }

    @Test func linesEndInThreeWaysAndQuotesSpanThem() {
        #expect(read("a,b\r\nc,\"d\ne\"\rf,g") == [["a", "b"], ["c", "d\ne"], ["f", "g"]])
        #expect(read("\u{feff}a,\"say \"\"hi\"\"\"\n") == [["a", "say \"hi\""]])
        #expect(read("\"\",\n") == [["", ""]])
        #expect(read("") == [])
    }

    @Test(arguments: [
        ("a\"b,c\n", CSVProblem.strayQuote(column: 1)),
        ("x,\"a\"b\n", .strayQuote(column: 2)),
        ("\"never closed\n1,2\n", .unterminatedQuote(column: 1)),
    ])
    func aBadRecordIsTold(text: String, problem: CSVProblem) {
        #expect(read(Array(text.utf8)).first?.problem == problem)
    }

    @Test func bytesThatAreNoTextAreTold() {
        let records = read([0x61, 0x2c, 0xff, 0x0a] + Array("b,c\n".utf8))
        #expect(records.map(\.problem) == [.notUTF8(column: 2), nil])
        #expect(records[1].fields == ["b", "c"])
    }

    @Test func aMillionColumnsCostNoMemoryAndDoNotEndTheReading() {
        let wide = [UInt8](repeating: 0x2c, count: 1_000_000) + Array("\nnext,row\n".utf8)
        let records = read(wide, pieces: 4_096)
        #expect(records.count == 2)
        #expect(records[0].fields.count <= CSVReader.Limits().columnsMax)
        #expect(records[0].problem != nil)
        #expect(records[1].fields == ["next", "row"])
    }

    /// Found by `Scripts/fuzz`: of a record that outgrew its limit, more or less was kept as the bytes
    /// came in smaller or larger pieces, and an import keys its lines by what was kept.
    @Test func whatIsKeptOfALongRecordDoesNotDependOnThePieces() {
        var limits = CSVReader.Limits()
        for (record, field) in [(11, 23), (11, 4), (11, 11), (5, 5)] {
            limits.recordBytesMax = record
            limits.fieldBytesMax = field
            for text in ["536365,never c,x\n", "a,b,c,d,e,f,g,h\n", "\"a,\"\"b\",cdefghijkl\nx"] {
                let bytes = Array(text.utf8)
                func records(by size: Int) -> [CSVRecord] {
                    var reader = CSVReader(limits: limits)
                    var found: [CSVRecord] = []
                    for start in stride(from: 0, to: bytes.count, by: size) {
                        let end = min(start + size, bytes.count)
                        reader.read(Array(bytes[start..<end])) { found.append($0) }
                    }
                    reader.finish { found.append($0) }
                    return found
                }
                let whole = records(by: bytes.count)
                for size in 1..<bytes.count { #expect(records(by: size) == whole, "by \(size)") }
            }
        }
    }

    @Test func aFieldOfMegabytesIsCutAndTold() {
        let long = [UInt8](repeating: 0x78, count: 3 << 20) + Array("\nnext\n".utf8)
        let records = read(long, pieces: 65_536)
        #expect(records[0].problem != nil)
        #expect(records[0].fields[0].utf8.count <= CSVReader.Limits().fieldBytesMax)
        #expect(records[1].fields == ["next"])
    }

    /// Law: records are a function of the bytes, not of the chunks; what was written is read back.
    @Test(arguments: 0..<60)
    func whatIsWrittenIsReadBackInAnyChunks(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("ab,\"\r\n 龙é;'\t")
        let table = (0..<Int.random(in: 1...12, using: &random)).map { _ in
            (0..<3).map { _ in
                String(
                    (0..<Int.random(in: 0...6, using: &random)).map { _ in
                        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                    })
            }
        }
        let bytes = table.flatMap { CSVWriter().record($0) }
        let whole = read(bytes)
        #expect(
            whole.map { $0.fields.map { Array($0.utf8) } }
                == table.map { $0.map { Array($0.utf8) } })
        #expect(whole.allSatisfy { $0.problem == nil })
        for pieces in [1, 2, 3, 7] { #expect(read(bytes, pieces: pieces) == whole) }
    }

    /// Any bytes at all: no trap, no endless loop, and the chunks still do not matter.
    @Test(arguments: 0..<60)
    func anyBytesAreRead(seed: UInt64) {
        var random = SeededRandom(seed: 7_000 + seed)
        let bytes = (0..<Int.random(in: 0...400, using: &random)).map { _ in
            Bool.random(using: &random)
                ? [0x22, 0x2c, 0x0a, 0x0d, 0xef, 0xbb, 0xbf, 0xc3][
                    Int.random(in: 0..<8, using: &random)]
                : UInt8.random(in: 0...255, using: &random)
        }
        let whole = read(bytes)
        for pieces in [1, 5] { #expect(read(bytes, pieces: pieces) == whole) }
    }
}
