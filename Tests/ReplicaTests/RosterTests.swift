import Testing

@testable import Replica
@testable import Sodium

/// A founder, two branches and their nodes.
struct Company {
    let founder: NodeID
    let clerk: NodeID
    let keeper: NodeID
    let stranger: NodeID
    var steps: [Roster.Step] = []

    let hz = BranchCode("HZ")!
    let gz = BranchCode("GZ")!

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func node() -> NodeID { NodeID(SigningKey(random: &random).publicKey) }
        (founder, clerk, keeper, stranger) = (node(), node(), node(), node())
        let agreement = AgreementKey(random: &random).publicKey
        let log = LogName(author: founder, incarnation: 1, scope: .roster)
            .id(in: BookID(Digest(random.bytes(32))!))
        var number: UInt64 = 0
        func add(_ act: RosterAct) {
            number += 1
            steps.append(
                .init(
                    time: HybridTime(raw: number), author: founder,
                    dot: Dot(log: log, seq: number, index: 0), act: act))
        }
        func admit(_ node: NodeID, _ branch: BranchCode, _ letters: String, _ grants: [Grant]) {
            add(
                .admit(
                    Admission(
                        node: node, name: letters, transport: agreement, box: agreement,
                        branch: branch, grants: grants,
                        series: Series(branch: branch, letters: letters)!, invitation: nil)))
        }
        add(
            .found(
                Founding(
                    name: "Company", currency: CurrencyCode("CNY")!, scale: 2,
                    recovery: SigningKey(random: &random).publicKey, transport: agreement,
                    box: agreement, rosterEpoch: .zero)))
        for code in [hz, gz] {
            add(
                .addBranch(
                    BranchFacts(
                        code: code, name: code.text, entity: "Company", isHeadOffice: code == hz,
                        tradePairKey: agreement, moneyPairKey: agreement)))
        }
        admit(founder, hz, "a", [.catalog, .trade(hz), .money(hz)])
        admit(clerk, gz, "a", [.catalog, .trade(gz)])
        admit(keeper, gz, "b", [.catalog, .trade(gz), .money(gz)])
        add(.nameKeeper(branch: gz, node: keeper))
    }

    var roster: Roster { Roster(steps) }

    func log(_ author: NodeID, _ scope: Scope) -> LogName {
        LogName(author: author, incarnation: 1, scope: scope)
    }
}

@Suite struct RosterTests {
    private let company = Company(seed: 1)

    private func move(_ from: Account, _ to: Account) throws -> Result<Operation, VoidReason> {
        let item = Commodity.item(ItemCode("A")!)
        let document = DocumentHeader(
            kind: .statement, number: nil, effectiveDate: Day(number: 1), person: "Lin")
        return .success(
            .post(try Transaction(document, [Posting(from, item, -1), Posting(to, item, 1)])))
    }

    @Test func onlyTheHolderPostsToItsShelf() throws {
        let sale = try move(.stock(company.gz), .simple(.customer, company.gz))
        let roster = company.roster
        let trade = Scope.trade(company.gz)
        #expect(
            roster.verdict(on: sale, log: company.log(company.clerk, trade), commit: 1) == .valid)
        #expect(
            roster.verdict(on: sale, log: company.log(company.keeper, trade), commit: 1)
                == .void(.account))
        #expect(
            roster.verdict(on: sale, log: company.log(company.founder, trade), commit: 1)
                == .void(.noGrant))
        #expect(
            roster.verdict(on: sale, log: company.log(company.stranger, trade), commit: 1)
                == .void(.noGrant))
    }

    @Test func anAccountHasOneHome() throws {
        let elsewhere = try move(.stock(company.hz), .simple(.customer, company.gz))
        let log = company.log(company.clerk, .trade(company.gz))
        #expect(company.roster.verdict(on: elsewhere, log: log, commit: 1) == .void(.account))
        let pair = try #require(BranchPair(company.hz, company.gz))
        let bridge = try move(.stock(company.gz), .via(.between(pair)))
        #expect(company.roster.verdict(on: bridge, log: log, commit: 1) == .valid)
        let toItself = try move(.stock(company.gz), .via(.trade(company.gz)))
        #expect(company.roster.verdict(on: toItself, log: log, commit: 1) == .void(.account))
        let catalog = try move(.stock(company.gz), .via(.catalog))
        #expect(company.roster.verdict(on: catalog, log: log, commit: 1) == .void(.account))
    }

    @Test func aClerkDoesNotWriteMoney() throws {
        let op = try move(.simple(.inventory, company.gz), .simple(.shipped, company.gz))
        let money = Scope.money(company.gz)
        #expect(
            company.roster.verdict(on: op, log: company.log(company.clerk, money), commit: 1)
                == .void(.noGrant))
        #expect(
            company.roster.verdict(on: op, log: company.log(company.keeper, money), commit: 1)
                == .valid)
        #expect(!company.roster.mayRead(money, company.clerk))
        #expect(company.roster.mayRead(.trade(company.gz), company.founder))
    }

    @Test func whatLiesAboveTheCutIsVoid() throws {
        var company = self.company
        let sale = try move(.stock(company.gz), .simple(.customer, company.gz))
        let limits: [[Cut.Limit]] = [
            [.init(incarnation: 2, commit: 5), .init(incarnation: 3, commit: 1)],
            [.init(incarnation: 2, commit: 3), .init(incarnation: 3, commit: 4)],
        ]
        for (index, limits) in limits.enumerated() {
            let cut = Cut(node: company.clerk, limits: limits, heads: [])
            company.steps.append(
                .init(
                    time: HybridTime(raw: 100 + UInt64(index)), author: company.founder,
                    dot: Dot(log: LogID(.zero), seq: 100 + UInt64(index), index: 0),
                    act: .revoke(cut)))
        }
        let roster = company.roster
        #expect(!roster.isMember(company.clerk))
        func verdict(_ incarnation: UInt64, _ commit: UInt64) -> Verdict {
            roster.verdict(
                on: sale,
                log: LogName(
                    author: company.clerk, incarnation: incarnation,
                    scope: .trade(company.gz)), commit: commit)
        }
        #expect(verdict(2, 5) == .valid, "the highest cut wins")
        #expect(verdict(2, 6) == .void(.cut), "a lower incarnation written on")
        #expect(verdict(3, 4) == .valid)
        #expect(verdict(3, 5) == .void(.cut))
        #expect(verdict(1, 1) == .void(.cut), "an incarnation that nobody knew")
        #expect(verdict(4, 1) == .void(.cut))
    }

    /// An author chooses the numbers of its commits, and not where the administrator's copy ends.
    @Test func aCutBindsTheLogsThatItNames() throws {
        let company = self.company
        func head(_ log: UInt64, _ seq: UInt64) -> Cut.LogHead {
            let id = LogID(Digest(words: (log, 0, 0, 0)))
            return .init(log: id, head: Head(seq: seq, hash: Digest(words: (seq, 0, 0, 0))))
        }
        let first = Cut(
            node: company.clerk, limits: [.init(incarnation: 1, commit: .max)],
            heads: [head(1, 4), head(2, 0)])
        func isBelow(_ cut: Cut, _ log: UInt64, _ seq: UInt64) -> Bool {
            cut.isBelow(7, incarnation: 1, at: (head(log, 0).log, seq))
        }
        #expect(!isBelow(first, 1, 4))
        #expect(isBelow(first, 1, 5), "a number below the limit, after the head")
        #expect(isBelow(first, 2, 1), "a log that was not there")
        #expect(!isBelow(first, 3, 1), "a log of which the administrator holds nothing")
        let second = Cut(
            node: company.clerk, limits: [.init(incarnation: 1, commit: 3)],
            heads: [head(1, 6), head(3, 2)])
        let both = first.joined(with: second)
        #expect(both == second.joined(with: first))
        #expect(!isBelow(both, 1, 6) && isBelow(both, 1, 7))
        #expect(!isBelow(both, 2, 1), "the second bounds it by the number of commits alone")
        #expect(both.joined(with: both) == both)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func theFoldDoesNotDependOnArrival(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let ordered = company.roster
        let shuffled = Roster(company.steps.shuffled(using: &random))
        #expect(shuffled.nodes == ordered.nodes)
        #expect(shuffled.holders == ordered.holders)
        #expect(shuffled.keepers == ordered.keepers)
        #expect(shuffled.administrators == ordered.administrators)
    }

    @Test func aStrangersActsCountForNothing() {
        var company = self.company
        company.steps.append(
            .init(
                time: HybridTime(raw: 50), author: company.stranger,
                dot: Dot(log: LogID(.zero), seq: 1, index: 0),
                act: .nameKeeper(branch: company.gz, node: company.stranger)))
        #expect(company.roster.isKeeper(company.keeper, of: company.gz))
        #expect(!company.roster.isMember(company.stranger))
    }

    @Test func aUsedInvitationAdmitsNobodyElse() throws {
        var company = self.company
        var random = SeededRandom(seed: 3)
        let id = try #require(Digest(random.bytes(32)))
        let key = AgreementKey(random: &random).publicKey
        var number: UInt64 = 200
        func add(_ act: RosterAct) {
            number += 1
            company.steps.append(
                .init(
                    time: HybridTime(raw: number), author: company.founder,
                    dot: Dot(log: LogID(.zero), seq: number, index: 0), act: act))
        }
        add(
            .invite(
                Invitation(
                    id: id, branch: company.gz, grants: [.catalog], expiresMilliseconds: 1)))
        let guests = (0..<2).map { _ in NodeID(SigningKey(random: &random).publicKey) }
        for (guest, letters) in zip(guests, ["c", "d"]) {
            add(
                .admit(
                    Admission(
                        node: guest, name: "guest", transport: key, box: key, branch: company.gz,
                        grants: [.catalog],
                        series: try #require(Series(branch: company.gz, letters: letters)),
                        invitation: id)))
        }
        let roster = company.roster
        #expect(roster.isMember(guests[0]))
        #expect(!roster.isMember(guests[1]))
    }

    /// Reading opens the branch's own scopes and all its pairs, and writes nothing.
    @Test func aReadingGrantReadsAndWritesNot() throws {
        var company = self.company
        let (clerk, gz) = (company.clerk, company.gz)
        let pair = try #require(BranchPair(gz, company.hz))
        let foreign = try #require(BranchCode("SH"))
        #expect(!company.roster.mayRead(.money(gz), clerk))
        let held = try #require(company.roster.nodes[clerk]?.grants)
        company.steps.append(
            .init(
                time: HybridTime(raw: 900), author: company.founder,
                dot: Dot(log: LogID(.zero), seq: 900, index: 0),
                act: .changeGrants(
                    node: clerk, grants: held + [.readMoney(gz), .readTrade(foreign)])))
        let roster = company.roster
        #expect(roster.mayRead(.money(gz), clerk))
        #expect(roster.mayRead(.betweenMoney(pair), clerk))
        #expect(roster.mayRead(.trade(foreign), clerk))
        #expect(!roster.mayRead(.money(foreign), clerk))
        #expect(!roster.mayWrite(.money(gz), clerk))
        #expect(!roster.mayWrite(.trade(foreign), clerk))
    }
}
