import Engine
import Gossip
import Replica
import Sodium

/// Dialling, handshakes, and bytes under way.
extension Simulation {
    static func address(_ name: String) -> String { "\(name):7700" }

    func dial(_ address: String, _ key: PresharedKey, _ book: BookID, from machine: Machine) {
        let end = Connection.End(machine: machine.index, boot: machine.boot)
        connectionCount += 1
        let connection = Connection(connectionCount, address: address, psk: key, dialler: end)
        connections[connectionCount] = connection
        machine.connections.insert(connectionCount)
        let target = machines.first { Self.address($0.name) == address }
        guard let target, !cables.isCut(machine.site, target.site) else {
            queue.add(.dialled(connection: connectionCount), at: now + 20)
            return
        }
        let trip =
            cables.delay(from: machine.site, to: target.site, random: &network)
            + cables.delay(from: target.site, to: machine.site, random: &network)
        let isOpen = cables.isOpen(machine.site, target.site)
        queue.add(
            .dialled(connection: connectionCount),
            at: now + (isOpen ? trip : Cables.dialTimeout))
    }

    /// The far machine accepts, or there is none.
    func dialled(_ number: Int) throws {
        guard let connection = connections[number], !connection.dialler.isClosed else { return }
        let dialler = machines[connection.dialler.machine]
        let target = machines.first { Self.address($0.name) == connection.address && $0.isUp }
        guard let target, target !== dialler, let book = target.book,
            cables.isOpen(dialler.site, target.site)
        else {
            failDial(connection, "refused")
            return
        }
        target.connections.insert(number)
        connection.listener = Connection.End(machine: target.index, boot: target.boot)
        queue.add(.handshakeDue(connection: number), at: now + 5_000)
        switch plan.lane {
        case .full: try shakeHands(connection, dialler, target, book)
        case .fast:
            guard target.accepted[connection.psk.id] != nil else {
                failDial(connection, "the handshake failed")
                return
            }
            let hash = network.bytes(64)
            try established(
                connection, ofDialler: false, remote: try identity(of: dialler), hash: hash)
            try established(
                connection, ofDialler: true, remote: try identity(of: target), hash: hash)
        }
    }

    private func identity(of machine: Machine) throws -> AgreementPublicKey {
        try machine.credentials().transport.publicKey
    }

    private func shakeHands(
        _ connection: Connection, _ dialler: Machine, _ target: Machine, _ book: BookID
    ) throws {
        let keys = target.accepted
        connection.listener?.secure = Channel.responder(
            local: try target.credentials().transport, book: book.digest,
            psks: { keys[$0] }, limit: MessageKind.limit, random: &self.keys)
        var secure = Channel.initiator(
            local: try dialler.credentials().transport, book: book.digest,
            psk: connection.psk, limit: MessageKind.limit, random: &self.keys)
        let first = try secure.start()
        connection.dialler.secure = secure
        put(first, on: connection, fromDialler: true)
    }

    private func failDial(_ connection: Connection, _ why: String) {
        let dialler = machines[connection.dialler.machine]
        forget(connection)
        guard dialler.boot == connection.dialler.boot else { return }
        submit(.connectFailed(address: connection.address, why: why), to: dialler)
    }

    func handshakeDue(_ number: Int) {
        guard let connection = connections[number] else { return }
        for ofDialler in [true, false] {
            if let end = connection.end(ofDialler: ofDialler), end.link == nil, !end.isClosed {
                closeEnd(number, ofDialler: ofDialler)
            }
        }
    }

    private func established(
        _ connection: Connection, ofDialler: Bool, remote: AgreementPublicKey, hash: [UInt8]
    ) throws {
        guard let end = connection.end(ofDialler: ofDialler) else { return }
        let machine = machines[end.machine]
        guard machine.isUp, machine.boot == end.boot else { return }
        let link = LinkID(machine.nextLink)
        machine.nextLink += 1
        end.link = link
        machine.links[link] = connection.number
        submit(
            .connected(
                Connected(
                    id: link, isInitiator: ofDialler, remote: remote, psk: connection.psk.id,
                    handshakeHash: hash, address: ofDialler ? connection.address : nil)),
            to: machine)
    }

    // MARK: Bytes

    func send(_ message: [UInt8], on link: LinkID, of machine: Machine) {
        guard let number = machine.links[link], let connection = connections[number] else { return }
        let ofDialler = isDialler(machine, connection)
        guard let end = connection.end(ofDialler: ofDialler), !end.isClosed else { return }
        record.sent(message, at: now)
        trace.mix(message)
        var bytes = message
        if end.secure != nil {
            do {
                bytes = try end.secure?.seal(message) ?? message
            } catch {
                closeEnd(number, ofDialler: ofDialler)
                return
            }
        }
        guard let far = connection.end(ofDialler: !ofDialler) else { return }
        let most =
            cables.isSlow(from: machine.site, to: machines[far.machine].site)
            ? Self.slowBytesMax : Self.outgoingBytesMax
        guard end.outgoing.bytesWaiting + bytes.count <= most else {
            record.reached(.sendBufferFull)
            trace.happened(
                at: now, [machine.index], "\(machine.name): a peer does not read, link closed")
            reset(connection)
            return
        }
        put(bytes, on: connection, fromDialler: ofDialler)
    }

    /// Sends bytes on their way: in the full lane in pieces, split anywhere.
    func put(_ bytes: [UInt8], on connection: Connection, fromDialler: Bool) {
        guard !connection.isDead else { return }
        guard plan.lane == .full else {
            put(.bytes(bytes), on: connection, fromDialler: fromDialler)
            return
        }
        wire.heard(bytes, on: connection.number, fromDialler: fromDialler)
        var rest = bytes[...]
        while !rest.isEmpty {
            let isWhole = network.next() % 4 != 0
            let count = isWhole ? rest.count : 1 + Int(network.next() % UInt64(rest.count))
            put(.bytes(Array(rest.prefix(count))), on: connection, fromDialler: fromDialler)
            rest = rest.dropFirst(count)
        }
    }

    private func put(_ piece: Connection.Pipe.Piece, on connection: Connection, fromDialler: Bool) {
        guard let end = connection.end(ofDialler: fromDialler),
            let far = connection.end(ofDialler: !fromDialler)
        else { return }
        let (from, to) = (machines[end.machine].site, machines[far.machine].site)
        var leaves = max(now, end.outgoing.freeAt)
        if case .bytes(let bytes) = piece {
            end.outgoing.bytesWaiting += bytes.count
            leaves += Int64(bytes.count) * 1_000 / cables.bytesPerSecond(from: from, to: to)
        }
        end.outgoing.freeAt = leaves
        let arrives = max(
            end.outgoing.lastAt, leaves + cables.delay(from: from, to: to, random: &network))
        end.outgoing.lastAt = arrives
        end.outgoing.pieces.append((arrives, piece))
        queue.add(.arrive(connection: connection.number, toDialler: !fromDialler), at: arrives)
    }

    /// What is due in this direction arrives, unless the line holds it.
    func arrive(_ number: Int, toDialler: Bool) throws {
        while let connection = connections[number], !connection.isDead,
            let sender = connection.end(ofDialler: !toDialler),
            let receiver = connection.end(ofDialler: toDialler)
        {
            let (from, to) = (machines[sender.machine].site, machines[receiver.machine].site)
            guard !cables.isHeld(from: from, to: to), let piece = sender.outgoing.next(at: now)
            else { return }
            guard !receiver.isClosed else { continue }
            switch piece {
            case .bytes(let bytes): try take(bytes, on: connection, asDialler: toDialler)
            case .end: closeEnd(number, ofDialler: toDialler)
            }
        }
    }

    private func take(_ bytes: [UInt8], on connection: Connection, asDialler: Bool) throws {
        guard let end = connection.end(ofDialler: asDialler) else { return }
        let machine = machines[end.machine]
        guard machine.isUp, machine.boot == end.boot else { return }
        guard var secure = end.secure else {
            if let link = end.link { submit(.received(link, bytes), to: machine) }
            return
        }
        // The end lets go of the channel meanwhile, or its buffers would be copied.
        end.secure = nil
        let outcome: (events: [Channel.Event], send: [UInt8])
        do {
            outcome = try secure.receive(bytes)
        } catch {
            outcome = ([], [])
        }
        end.secure = secure
        if !outcome.send.isEmpty { put(outcome.send, on: connection, fromDialler: asDialler) }
        for event in outcome.events {
            switch event {
            case .established(let remote, _):
                try established(
                    connection, ofDialler: asDialler, remote: remote,
                    hash: secure.handshakeHash ?? [])
            case .message(let message):
                guard let link = connection.end(ofDialler: asDialler)?.link else { continue }
                submit(.received(link, message), to: machine)
            }
        }
        if secure.failure != nil { closeEnd(connection.number, ofDialler: asDialler) }
    }

    // MARK: Ending

    func isDialler(_ machine: Machine, _ connection: Connection) -> Bool {
        connection.dialler.machine == machine.index
    }

    func closeEnd(_ number: Int, of machine: Machine) {
        guard let connection = connections[number] else { return }
        closeEnd(number, ofDialler: isDialler(machine, connection))
    }

    /// This side closes, once what it sent is out; the other learns of it after that.
    func closeEnd(_ number: Int, ofDialler: Bool) {
        guard let connection = connections[number],
            let end = connection.end(ofDialler: ofDialler), !end.isClosed
        else { return }
        put(.end, on: connection, fromDialler: ofDialler)
        tellClosed(connection, ofDialler: ofDialler)
        forgetWhenOver(connection)
    }

    /// Both learn of it at once.
    func reset(_ connection: Connection) {
        connection.isDead = true
        tellClosed(connection, ofDialler: true)
        tellClosed(connection, ofDialler: false)
        forget(connection)
    }

    /// The machine is gone: the other side learns of it if the line is there to tell it.
    func breakConnection(_ number: Int, without machine: Int) {
        guard let connection = connections[number] else { return }
        connection.isDead = true
        for ofDialler in [true, false] {
            guard let end = connection.end(ofDialler: ofDialler), end.machine != machine
            else { continue }
            let (here, there) = (machines[machine].site, machines[end.machine].site)
            if cables.isOpen(here, there) {
                tellClosed(connection, ofDialler: ofDialler)
            } else {
                record.reached(.halfOpenLink)
            }
        }
        forgetWhenOver(connection)
    }

    func tellClosed(_ connection: Connection, ofDialler: Bool) {
        guard let end = connection.end(ofDialler: ofDialler), !end.isClosed else { return }
        end.isClosed = true
        let machine = machines[end.machine]
        machine.connections.remove(connection.number)
        guard machine.boot == end.boot, machine.isUp else { return }
        if let link = end.link {
            machine.links[link] = nil
            submit(.closed(link), to: machine)
        } else if ofDialler {
            submit(
                .connectFailed(address: connection.address, why: "the handshake failed"),
                to: machine)
        }
    }

    private func forgetWhenOver(_ connection: Connection) {
        let isOver = [true, false].allSatisfy { ofDialler in
            guard let end = connection.end(ofDialler: ofDialler) else { return true }
            return end.isClosed || machines[end.machine].boot != end.boot
                || !machines[end.machine].isUp
        }
        if isOver { forget(connection) }
    }

    private func forget(_ connection: Connection) {
        connections[connection.number] = nil
        machines[connection.dialler.machine].connections.remove(connection.number)
        if let listener = connection.listener {
            machines[listener.machine].connections.remove(connection.number)
        }
    }

    /// Bytes that a mended line lets through.
    func release(between a: Int, and b: Int) {
        for number in connections.keys.sorted() {
            guard let connection = connections[number], let listener = connection.listener
            else { continue }
            let sites = [
                machines[connection.dialler.machine].site, machines[listener.machine].site,
            ]
            guard sites == [a, b] || sites == [b, a] else { continue }
            queue.add(.arrive(connection: number, toDialler: true), at: now)
            queue.add(.arrive(connection: number, toDialler: false), at: now)
        }
    }
}
