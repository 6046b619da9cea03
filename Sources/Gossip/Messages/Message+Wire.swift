import Replica
import Sodium
package import Wire

extension Message {
    package var kind: MessageKind {
        switch self {
        case .hello: .hello
        case .roots: .roots
        case .heads: .heads
        case .want: .want
        case .run: .run
        case .note: .note
        case .prune: .prune
        case .graft: .graft
        case .ack: .ack
        case .ping: .ping
        case .pong: .pong
        case .bye: .bye
        case .view: .view
        }
    }

    /// Kind, then fields. Changes `aliases` as the reader will.
    package func bytes(_ aliases: inout LogAliases) -> [UInt8] {
        var out = ByteWriter(reserving: 64)
        out.byte(kind.rawValue)
        switch self {
        case .hello(let hello): hello.write(to: &out)
        case .roots(let roots):
            out.byte((roots.wantsReply ? 1 : 0) | (roots.isComplete ? 2 : 0))
            ScopeRoot.write(roots.scopes, to: &out)
        case .heads(let heads): heads.write(to: &out, &aliases)
        case .want(let want):
            aliases.write(want.log, to: &out)
            out.varint(want.from)
            out.varint(want.credit)
        case .run(let run):
            aliases.write(run.log, to: &out)
            out.varint(run.first)
            out.varint(run.last)
            out.byte(run.isEnd ? 1 : 0)
            out.raw(run.bytes)
        case .note(let reaches), .ack(let reaches), .graft(let reaches):
            aliases.write(reaches, to: &out)
        case .prune(let log): aliases.write(log, to: &out)
        case .ping(let ping), .pong(let ping):
            out.varint(ping.nonce)
            out.signed(ping.milliseconds)
        case .bye(let bye):
            out.byte(bye.reason.rawValue)
            out.text(bye.text)
        case .view(let view):
            out.byte(view.wantsReply ? 1 : 0)
            out.varint(view.links)
            Contact.write(view.contacts, to: &out)
        }
        return out.bytes
    }

    /// - Throws: `WireError`; never traps. A peer that sends such bytes is done with.
    package init(_ bytes: [UInt8], _ aliases: inout LogAliases) throws(WireError) {
        var reader = ByteReader(bytes)
        guard let kind = MessageKind(rawValue: try reader.byte()) else {
            throw .unknown(field: "kind")
        }
        guard bytes.count <= kind.bytesMax else { throw .tooLong(limit: kind.bytesMax) }
        switch kind {
        case .hello: self = .hello(try Hello(from: &reader))
        case .roots: self = .roots(try Roots(from: &reader))
        case .heads: self = .heads(try Heads(from: &reader, &aliases))
        case .want: self = .want(try Want(from: &reader, &aliases))
        case .graft: self = .graft(try aliases.readReaches(from: &reader))
        case .run: self = .run(try RunMessage(from: &reader, &aliases))
        case .note: self = .note(try aliases.readReaches(from: &reader))
        case .ack: self = .ack(try aliases.readReaches(from: &reader))
        case .prune: self = .prune(try aliases.read(from: &reader))
        case .ping: self = .ping(try Ping(from: &reader))
        case .pong: self = .pong(try Ping(from: &reader))
        case .bye: self = .bye(try Bye(from: &reader))
        case .view: self = .view(try View(from: &reader))
        case .joinRequest, .joinAccept, .joinRefusal: throw .unknown(field: "kind")
        }
        try reader.finish()
    }
}

extension Hello {
    fileprivate func write(to out: inout ByteWriter) {
        out.varint(features)
        out.raw(node.key.bytes)
        out.varint(incarnation)
        out.signed(milliseconds)
        out.varint(links)
        ScopeRoot.write(scopes, to: &out)
        Contact.write(contacts, to: &out)
    }

    fileprivate init(from reader: inout ByteReader) throws(WireError) {
        features = try reader.varint()
        node = try NodeID(from: &reader)
        incarnation = try reader.varint()
        milliseconds = try reader.signed()
        links = try reader.varint()
        scopes = try ScopeRoot.read(from: &reader)
        contacts = try Contact.read(from: &reader, atMost: Message.contactsMax)
    }
}

extension Contact {
    fileprivate static func write(_ contacts: [Contact], to out: inout ByteWriter) {
        out.length(contacts.count)
        for contact in contacts {
            out.raw(contact.node.key.bytes)
            out.length(contact.addresses.count)
            for address in contact.addresses { out.text(address) }
        }
    }

    fileprivate static func read(
        from reader: inout ByteReader, atMost limit: Int
    ) throws(WireError) -> [Contact] {
        var contacts: [Contact] = []
        for _ in 0..<(try reader.length(atMost: limit)) {
            let node = try NodeID(from: &reader)
            var addresses: [String] = []
            for _ in 0..<(try reader.length(atMost: Message.addressesMax)) {
                addresses.append(try reader.text(atMost: Message.addressBytesMax))
            }
            contacts.append(Contact(node: node, addresses: addresses))
        }
        return contacts
    }
}

extension View {
    fileprivate init(from reader: inout ByteReader) throws(WireError) {
        let flags = try reader.byte()
        guard flags <= 1 else { throw .notCanonical }
        self.init(
            wantsReply: flags == 1, links: try reader.varint(),
            contacts: try Contact.read(from: &reader, atMost: Message.viewContactsMax))
    }
}

extension Roots {
    fileprivate init(from reader: inout ByteReader) throws(WireError) {
        let flags = try reader.byte()
        guard flags <= 3 else { throw .notCanonical }
        self.init(
            wantsReply: flags & 1 != 0, isComplete: flags & 2 != 0,
            scopes: try ScopeRoot.read(from: &reader))
    }
}

extension NodeID {
    init(from reader: inout ByteReader) throws(WireError) {
        guard let key = PublicKey(try reader.raw(PublicKey.count)) else { throw .truncated }
        self.init(key)
    }
}

extension ScopeRoot {
    fileprivate static func write(_ roots: [ScopeRoot], to out: inout ByteWriter) {
        out.length(roots.count)
        for root in roots {
            out.raw(root.tag.bytes)
            out.raw(root.root)
            out.raw(root.digest)
        }
    }

    fileprivate static func read(from reader: inout ByteReader) throws(WireError) -> [ScopeRoot] {
        var roots: [ScopeRoot] = []
        for _ in 0..<(try reader.length(atMost: Message.scopesMax)) {
            guard let tag = ScopeTag(try reader.raw(ScopeTag.count)) else { throw .truncated }
            roots.append(
                ScopeRoot(
                    tag: tag, root: try reader.raw(partBytes), digest: try reader.raw(partBytes)))
        }
        return roots
    }
}

extension Heads {
    fileprivate func write(to out: inout ByteWriter, _ aliases: inout LogAliases) {
        out.raw(tag.bytes)
        out.byte((isFirst ? 1 : 0) | (isLast ? 2 : 0))
        out.length(heads.count)
        for head in heads {
            aliases.write(head.log, to: &out)
            out.varint(head.first)
            out.varint(head.last)
            out.raw(head.hash)
        }
    }

    fileprivate init(
        from reader: inout ByteReader, _ aliases: inout LogAliases
    ) throws(WireError) {
        guard let tag = ScopeTag(try reader.raw(ScopeTag.count)) else { throw .truncated }
        self.tag = tag
        let flags = try reader.byte()
        guard flags & ~3 == 0 else { throw .notCanonical }
        isFirst = flags & 1 != 0
        isLast = flags & 2 != 0
        var heads: [PeerHead] = []
        for _ in 0..<(try reader.length(atMost: Message.headsMax)) {
            let log = try aliases.read(from: &reader)
            guard log.tag == tag else { throw .unknown(field: "log") }
            let (first, last) = (try reader.varint(), try reader.varint())
            guard first >= 1, first <= last else { throw .notCanonical }
            heads.append(
                PeerHead(
                    log: log, first: first, last: last, hash: try reader.raw(PeerHead.hashBytes)))
        }
        self.heads = heads
    }
}

extension Want {
    fileprivate init(
        from reader: inout ByteReader, _ aliases: inout LogAliases
    ) throws(WireError) {
        log = try aliases.read(from: &reader)
        from = try reader.varint()
        credit = try reader.varint()
    }
}

extension RunMessage {
    fileprivate init(
        from reader: inout ByteReader, _ aliases: inout LogAliases
    ) throws(WireError) {
        log = try aliases.read(from: &reader)
        first = try reader.varint()
        last = try reader.varint()
        guard first >= 1, first <= last else { throw .notCanonical }
        let flag = try reader.byte()
        guard flag <= 1 else { throw .notCanonical }
        isEnd = flag == 1
        bytes = try reader.raw(reader.remaining)
    }
}

extension Ping {
    fileprivate init(from reader: inout ByteReader) throws(WireError) {
        nonce = try reader.varint()
        milliseconds = try reader.signed()
    }
}

extension Bye {
    fileprivate init(from reader: inout ByteReader) throws(WireError) {
        guard let reason = Reason(rawValue: try reader.byte()) else {
            throw .unknown(field: "reason")
        }
        self.init(reason: reason, text: try reader.text(atMost: Self.textBytesMax))
    }
}
