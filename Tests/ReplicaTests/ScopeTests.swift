import Testing

@testable import Replica

/// Names of scopes and branches, as they stand in rows and are sorted by.
@Suite struct ScopeTests {
    private static let codes = [
        "A", "B", "AB", "A0", "A9", "HZ", "HZ1", "GZ", "ZZZZZZZZ", "Z9999999",
    ]

    private static var scopes: [Scope] {
        let branches = codes.compactMap { BranchCode($0) }
        var scopes: [Scope] = [.roster, .catalog, .board]
        for a in branches {
            scopes += [.trade(a), .money(a)]
            for b in branches where a < b {
                guard let pair = BranchPair(a, b) else { continue }
                scopes += [.between(pair), .betweenMoney(pair)]
            }
        }
        return scopes
    }

    @Test func aNameIsReadAsWhatItNames() {
        #expect(Self.scopes.count == 3 + 2 * 10 + 2 * 45)
        for scope in Self.scopes { #expect(Scope(scope.name) == scope) }
    }

    /// Peers order scopes by name.
    @Test func theOrderIsThatOfTheNames() {
        let scopes = Self.scopes.sorted()
        #expect(scopes.map(\.name) == scopes.map(\.name).sorted())
        for a in scopes {
            for b in scopes { #expect((a < b) == (a.name < b.name), "\(a) and \(b)") }
        }
    }

    @Test(arguments: [
        "", "A-", "a", "hz", "1A", "0", "HZ ", "HZ\0", "\0", "TOOLONGCD", "Ä", "A\u{301}",
        "H\u{200D}Z",
    ])
    func aCodeIsRefused(text: String) { #expect(BranchCode(text) == nil) }

    @Test(arguments: Self.codes)
    func aCodeIsItsText(text: String) throws {
        let code = try #require(BranchCode(text))
        #expect(code.text == text)
        #expect(BranchCode(Substring(text)) == code)
    }

    @Test(arguments: [
        "", "/", "roster/", "roster/HZ", "Roster", "trade", "trade/", "trade/hz", "trade/HZ/",
        "trade/HZ/GZ",
        "trade/HZ+GZ", "money/1", "between/HZ", "between/HZ+GZ", "between/GZ+GZ", "between/+HZ",
        "between/GZ+", "between/GZ+HZ+SH", "between/GZ+HZ/", "between-money", "between-money/",
        "catalog\0", "board ", "tradeX/HZ",
    ])
    func aNameIsRefused(name: String) { #expect(Scope(name) == nil) }
}
