import GRDB
import Wire

import struct Foundation.Data

/// A question about one day of a branch, or of the whole book where `branch` is empty, whose answer is kept.
struct KeptQuestion: Hashable {
    /// Names what is asked and how the answer is written: where either changes, so does the name.
    let name: String
    let branch: String
}

/// What reports of long spans sum of each day: made when it is first asked for, or when the node has nothing else to do,
/// and dropped when anything comes that stands on that day. The node's own memory, in no digest: a sale pays for it with
/// one look for each batch.
///
/// Law: an answer that is kept is the one that the postings, documents and cost rows of the day give. So whoever writes
/// or moves a posting drops the day (`Projection`), and so does whoever derives other costs (`CostFold`).
struct KeptDays {
    let db: Database
    /// Not kept: on the last day of the book most is still to come.
    private let newest: Int32

    init(_ db: Database) throws {
        self.db = db
        newest =
            try Int32.fetchOne(db.cachedStatement(sql: "SELECT max(day) FROM book_day")) ?? .min
    }

    /// The answer as it is kept; `make` is asked where there is none.
    func answer(
        _ question: KeptQuestion, on day: Int32, make: () throws -> [UInt8]
    ) throws -> [UInt8] {
        if let held = try held(question, on: day) { return held }
        let made = try make()
        guard day < newest else { return made }
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO kept_day VALUES (?, ?, ?, ?)").execute(
            arguments: [day, question.name, question.branch, Data(copying: made)])
        return made
    }

    func held(_ question: KeptQuestion, on day: Int32) throws -> [UInt8]? {
        let rows = try HotRead(
            db, "SELECT sums FROM kept_day WHERE day = ? AND question = ? AND branch = ?",
            arguments: [day, question.name, question.branch])
        var held: [UInt8]?
        while try rows.next() { held = try rows.bytes(0) }
        return held
    }

    /// The days of the book but the last on which nothing is kept for a question, the newest first.
    func missing(_ question: KeptQuestion, limit: Int) throws -> [Int32] {
        try Int32.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT b.day FROM book_day b WHERE b.day < ? AND NOT EXISTS (
                        SELECT 1 FROM kept_day k
                        WHERE k.day = b.day AND k.question = ? AND k.branch = ?)
                    ORDER BY b.day DESC LIMIT ?
                    """),
            arguments: [newest, question.name, question.branch, limit])
    }

    /// Something came that stands on this day, or does not any more.
    static func drop(_ day: Int32, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM kept_day WHERE day = ?").execute(arguments: [day])
    }

    /// Other costs than before were derived for sales of a branch that stand on this day.
    static func dropCosts(_ day: Int32, of branch: String, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM kept_day
                WHERE day = ? AND question >= 'sold' AND question < 'sole' AND branch = ?
                """
        ).execute(arguments: [day, branch])
    }

    /// What else an answer rests on has changed.
    static func drop(_ question: KeptQuestion, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM kept_day WHERE question = ? AND branch = ?")
            .execute(
                arguments: [question.name, question.branch])
    }

    static func holdsAny(_ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM kept_day)")) ?? false
    }
}

// Sums in few bytes: a varint where 63 bits are enough, which is nearly always.

extension ByteWriter {
    mutating func sum(_ value: Int128) {
        guard let narrow = Int64(exactly: value), narrow >= -1 << 62, narrow < 1 << 62 else {
            varint(1)
            signed(Int64(truncatingIfNeeded: value >> 64))
            fixed64(UInt64(truncatingIfNeeded: value))
            return
        }
        varint(UInt64(bitPattern: (narrow << 1) ^ (narrow >> 63)) << 1)
    }
}
