package import Books
import GRDB
package import Replica

import struct Foundation.Data

/// What is folded from the events of `<prefix><number>`, and asked for by what it is about: read once, then kept.
struct Numbered<Value: Sendable> {
    let prefix: String
    let path: WritableKeyPath<StoreMemory, NumberedIndex<Value>?>
    let keys: @Sendable (Value) -> [String]
    let read: (DocumentNumber, [Store.Heard]) -> Value?

    func number(_ entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: prefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(prefix.count))
    }
}

extension Store {
    /// What was said, and in which scope.
    package struct Heard: Sendable {
        package let event: Event
        package let scope: String
    }

    private static var matches: Numbered<Match> {
        Numbered(prefix: Event.matchPrefix, path: \.matches, keys: { [$0.account.name] }) {
            number, heard in
            // What is said of payables where only trade is read is not heard.
            let home = Match(number, heard.map(\.event))?.account.home?.name
            return Match(number, heard.filter { $0.scope == home }.map(\.event))
        }
    }

    private static var invoices: Numbered<Invoice> {
        Numbered(
            prefix: Event.invoicePrefix, path: \.invoices,
            keys: { invoice in
                invoice.documents.map(\.description)
                    + [Self.invoiceKey(invoice.party ?? "", invoice.code)]
            }
        ) { number, heard in
            let side = Invoice(number, heard.map(\.event))?.side
            let branch = number.series.branch
            let home = (side == .received ? Scope.money(branch) : .trade(branch)).name
            return Invoice(number, heard.filter { $0.scope == home }.map(\.event))
        }
    }

    private static var clearings: Numbered<Clearing> {
        Numbered(prefix: Event.clearingPrefix, path: \.clearings, keys: { [$0.key] }) {
            Clearing($0, $1.map(\.event))
        }
    }

    private static func invoiceKey(_ party: String, _ code: String) -> String {
        "\(party)\n\(code)"
    }

    /// Everything of a kind. Cost: the events of all of them at the first time.
    private func all<Value>(_ kind: Numbered<Value>) throws -> NumberedIndex<Value> {
        if let known = memory[keyPath: kind.path] { return known }
        var index = NumberedIndex<Value>(by: kind.keys)
        for (entity, heard) in try access({ try Self.events($0, withPrefix: kind.prefix) }) {
            guard let number = kind.number(entity) else { continue }
            index.put(kind.read(number, heard), at: number)
        }
        memory[keyPath: kind.path] = index
        return index
    }

    /// Something was said of an entity: what is kept of it is read anew.
    func heard(of entity: String, _ db: Database) throws {
        try reread(Self.matches, entity, db)
        try reread(Self.invoices, entity, db)
        try reread(Self.clearings, entity, db)
    }

    private func reread<Value>(
        _ kind: Numbered<Value>, _ entity: String, _ db: Database
    ) throws {
        guard let number = kind.number(entity) else { return }
        // Also where nothing is kept: what is read after it may be undone.
        numberedWrites += 1
        guard memory[keyPath: kind.path] != nil else { return }
        let heard = try Self.events(db, withPrefix: entity).first { $0.entity == entity }
        memory[keyPath: kind.path]?.put(kind.read(number, heard?.events ?? []), at: number)
    }

    package func matches(on account: Account) throws -> [Match] {
        try all(Self.matches)[account.name]
    }

    package func match(_ number: DocumentNumber) throws -> Match? {
        try all(Self.matches).all.first { $0.number == number }
    }

    /// Accounts on which anything is matched, in order.
    package func matchedAccounts() throws -> [Account] {
        try all(Self.matches).allKeys.compactMap { Account($0) }
    }

    /// In the order of their numbers; those that were taken back as well.
    package func invoices() throws -> [Invoice] { try all(Self.invoices).all }
    package func invoices(about number: DocumentNumber) throws -> [Invoice] {
        try all(Self.invoices)[number.description]
    }
    package func invoices(of party: String, code: String) throws -> [Invoice] {
        try all(Self.invoices)[Self.invoiceKey(party, code)]
    }

    package func clearings() throws -> [Clearing] { try all(Self.clearings).all }
    package func clearings(of tender: Account, on day: Day) throws -> [Clearing] {
        try all(Self.clearings)[Clearing.key(tender, day)]
    }

    /// What was said of all entities whose names begin so, in the order of the names; of each in the order of time,
    /// author and entry.
    static func events(
        _ db: Database, withPrefix prefix: String
    ) throws -> [(entity: String, events: [Heard])] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT e.entity, e.kind, e.person, e.day, e.fields, l.scope FROM event e
                    JOIN log l ON l.id = e.log WHERE e.entity >= ? AND e.entity < ?
                    ORDER BY e.entity, e.time, l.author, l.incarnation, l.scope, e.seq, e.op
                    """),
            arguments: [prefix, prefix + "\u{10ffff}"])
        var found: [(entity: String, events: [Heard])] = []
        while let row = try rows.next() {
            let event = Event(
                entity: try row.at(0), kind: try row.at(1), person: try row.at(2),
                effectiveDate: Day(number: try row.at(3)),
                fields: try Event.fields(Array(try row.at(4) as Data)))
            let heard = Heard(event: event, scope: try row.at(5))
            if found.last?.entity == event.entity {
                found[found.count - 1].events.append(heard)
            } else {
                found.append((event.entity, [heard]))
            }
        }
        return found
    }

    /// Was anything of a kind ever said of an entity that begins so? Cost: of those events up to the first of the kind.
    package func holdsEvents(withPrefix prefix: String, kind: String) throws -> Bool {
        try access { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM event
                            WHERE entity >= ? AND entity < ? AND kind = ?)
                        """), arguments: [prefix, prefix + "\u{10ffff}", kind]) ?? false
        }
    }

    /// The same as a reading of its own.
    package func events(withPrefix prefix: String) throws -> [(entity: String, events: [Event])] {
        try access { try Self.events($0, withPrefix: prefix) }.map { ($0, $1.map(\.event)) }
    }
}
