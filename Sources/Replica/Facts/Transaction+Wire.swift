import Wire

/// `flags ‖ kind ‖ date ‖ person ‖ [number] ‖ [party] ‖ [link] ‖ [memo] ‖ [external] ‖ postings`.
extension Transaction {
    private enum Flag {
        static let number: UInt64 = 1, party: UInt64 = 2, link: UInt64 = 4, memo: UInt64 = 8
        static let external: UInt64 = 16
        static let all: UInt64 = 31
    }

    func write(to out: inout NameWriter) {
        let document = self.document
        var flags: UInt64 = 0
        if document.number != nil { flags |= Flag.number }
        if document.party != nil { flags |= Flag.party }
        if document.link != nil { flags |= Flag.link }
        if document.memo != nil { flags |= Flag.memo }
        if document.external != nil { flags |= Flag.external }
        out.bytes.varint(flags)
        out.bytes.byte(document.kind.rawValue)
        out.bytes.signed(Int64(document.effectiveDate.number))
        out.name(document.person)
        if let number = document.number {
            // The kind of a document's own number is the document's.
            out.name(number.series.description)
            out.bytes.varint(UInt64(number.year))
            out.bytes.varint(number.running)
        }
        if let party = document.party { out.name(party) }
        if let link = document.link {
            out.bytes.byte(link.relation.rawValue)
            out.bytes.byte(link.target.kind.rawValue)
            out.name(link.target.series.description)
            out.bytes.varint(UInt64(link.target.year))
            out.bytes.varint(link.target.running)
        }
        if let memo = document.memo { out.bytes.text(memo) }
        if let external = document.external {
            out.name(external.source)
            out.bytes.text(external.key)
            out.bytes.varint(UInt64(external.first))
            out.bytes.varint(UInt64(external.last))
        }
        out.bytes.length(postings.count)
        for posting in postings { posting.write(to: &out) }
    }

    /// A transaction that can be read but does not balance is void for another reason than one
    /// that cannot be read.
    static func read(
        from reader: inout NameReader
    ) throws(WireError) -> Result<Transaction, VoidReason> {
        let document = try DocumentHeader.read(from: &reader, knownFlags: Flag.all)
        let count = try reader.bytes.length(atMost: postingsMax)
        var postings: [Posting] = []
        for _ in 0..<count {
            switch try Posting.read(from: &reader) {
            case .success(let posting): postings.append(posting)
            case .failure(let reason): return .failure(reason)
            }
        }
        do {
            return .success(try Transaction(document, postings))
        } catch {
            return .failure(.unbalanced)
        }
    }
}

extension DocumentHeader {
    fileprivate static func read(
        from reader: inout NameReader, knownFlags: UInt64
    ) throws(WireError) -> DocumentHeader {
        let flags = try reader.bytes.varint()
        guard flags & ~knownFlags == 0,
            let kind = DocumentKind(rawValue: try reader.bytes.byte())
        else { throw .unknown(field: "document") }
        let date = try Day.read(from: &reader.bytes)
        let person = try reader.name()
        let number = flags & 1 == 0 ? nil : try DocumentNumber.read(kind, from: &reader)
        guard (number == nil) == (kind == .statement) else { throw .unknown(field: "number") }
        let party = flags & 2 == 0 ? nil : try reader.name()
        var link: DocumentLink?
        if flags & 4 != 0 {
            guard let relation = DocumentLink.Relation(rawValue: try reader.bytes.byte()),
                let target = DocumentKind(rawValue: try reader.bytes.byte())
            else { throw .unknown(field: "link") }
            link = DocumentLink(relation, try DocumentNumber.read(target, from: &reader))
        }
        let memo = flags & 8 == 0 ? nil : try reader.bytes.text(atMost: memoBytesMax)
        var external: ExternalReference?
        if flags & 16 != 0 {
            let source = try reader.name()
            let key = try reader.bytes.text(atMost: ExternalReference.bytesMax)
            let first = try reader.bytes.length(atMost: Int(UInt32.max))
            let last = try reader.bytes.length(atMost: Int(UInt32.max))
            external = ExternalReference(
                source: source, key: key, first: UInt32(first), last: UInt32(last))
        }
        return DocumentHeader(
            kind: kind, number: number, effectiveDate: date, person: person, party: party,
            link: link, memo: memo, external: external)
    }
}

extension DocumentNumber {
    fileprivate static func read(
        _ kind: DocumentKind, from reader: inout NameReader
    ) throws(WireError) -> DocumentNumber {
        guard let series = Series(try reader.name()) else { throw .unknown(field: "series") }
        let year = try reader.bytes.length(atMost: 9999)
        let running = try reader.bytes.varint()
        guard running > 0 else { throw .unknown(field: "number") }
        return DocumentNumber(
            series: series, kind: kind, year: UInt16(year), running: running)
    }
}

extension Posting {
    func write(to out: inout NameWriter) {
        out.bytes.byte((item == nil ? 0 : 1) | (base == nil ? 0 : 2))
        out.name(account.name)
        out.name(commodity.name)
        out.bytes.signed(amount)
        if let item { out.name(Commodity.item(item).name) }
        if let base { out.bytes.signed(base) }
    }

    static func read(
        from reader: inout NameReader
    ) throws(WireError) -> Result<Posting, VoidReason> {
        let form = try reader.bytes.byte()
        guard form <= 3 else { throw .unknown(field: "posting") }
        let accountName = try reader.name()
        let commodityName = try reader.name()
        let amount = try reader.bytes.signed()
        var item: ItemCode?
        if form & 1 != 0 {
            guard case .item(let code) = Commodity(try reader.name()) else {
                throw .unknown(field: "item")
            }
            item = code
        }
        let base = form & 2 == 0 ? nil : try reader.bytes.signed()
        guard let account = Account(accountName) else { return .failure(.account) }
        guard let commodity = Commodity(commodityName) else { throw .unknown(field: "commodity") }
        return .success(Posting(account, commodity, amount, item: item, base: base))
    }
}
