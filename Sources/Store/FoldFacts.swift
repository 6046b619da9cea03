import Books
import Replica

import struct Foundation.Data

/// What orders the moves of a pool: the effective day, the clock, the author, the entry.
struct FoldPlace: Comparable {
    let day: Int32
    let time: UInt64
    let author: Data
    let seq: Int64
    let op: Int64
    let log: Int64

    static func < (a: Self, b: Self) -> Bool {
        if (a.day, a.time) != (b.day, b.time) { return (a.day, a.time) < (b.day, b.time) }
        if a.author != b.author { return a.author.lexicographicallyPrecedes(b.author) }
        return (a.seq, a.op) < (b.seq, b.op)
    }
}

/// What the fold reads of a document's head.
struct DocumentFacts {
    let kind: DocumentKind
    let number: String?
    let relation: DocumentLink.Relation?
    let target: String?

    /// Does it move what a stocktake found, which acts where the count stands?
    var isCount: Bool {
        switch (kind, relation) {
        case (.count, _): true
        case (.statement, .adjusts), (.reversal, .reverses):
            target.flatMap { DocumentNumber($0) }?.kind == .count
        default: false
        }
    }
}

/// Goods that one op moved into (positive) or out of the pool.
struct StockMove {
    let place: FoldPlace
    let amount: Int64
    let document: DocumentFacts

    init(place: FoldPlace, amount: Int64, of document: DocumentFacts) {
        self.place = place
        self.amount = amount
        self.document = document
    }
}

/// Value that one op put into the pool, in minor units.
struct CostInput {
    let place: FoldPlace
    let amount: Int64
    let document: DocumentFacts

    init(place: FoldPlace, amount: Int64, of document: DocumentFacts) {
        self.place = place
        self.amount = amount
        self.document = document
    }

    /// The document at whose place this value acts: the one it is about, or its own.
    var about: String? {
        switch document.relation {
        case .values, .adjusts: document.target
        case .reverses, .returns, .receives, .settles, .fulfils, .reserves, nil: document.number
        }
    }
}

/// One derived row: what the fold takes out of a pool for a document.
struct CostRow {
    let place: FoldPlace
    let kind: DocumentKind
    let number: String?
    /// Units issued; negative for a return.
    let quantity: Int64
    let cost: Int64
    let variance: Int64
    let uncosted: Int64
    /// Of a shipment at first in, first out: how the goods lay.
    var taken: [CostPool.Layer] = []
}

/// A stocktake that stands: what it moved in all, and what its keeper says the goods are worth.
struct FoldedCount {
    let place: FoldPlace
    let number: String
    let difference: Int64
    let price: CountPrice?
}

/// Documents that later ones lean on, of the whole book: few beside the sales.
struct LinkedDocuments {
    let reversed: Set<String>
    /// Sales of which something came back, and receipts of which something went back.
    let returned: Set<String>
    /// Of documents that matched goods with their shipment: the one that the goods had come with before.
    let matched: [String: String]
}
