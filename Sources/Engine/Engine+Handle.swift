package import Books
package import Replica
import Store

/// A past fact that the shell reports.
package enum Input: Sendable {
    case request(RequestID, Request)
    /// Whoever asked is gone: nobody waits for the reply.
    case abandoned(RequestID)
    case timerFired
}

/// What the shell is to do, after the batch is durable.
package enum Effect: Sendable {
    case reply(RequestID, Reply)
    /// The store failed in a way that repeating cannot mend: tell, and stop.
    case stop(Refusal)
}

extension Engine {
    /// One batch: everything that `inputs` asks for in one SQLite transaction, each request with a
    /// savepoint of its own. The effects hold once the transaction is durable, and not before.
    package func handle(_ inputs: [Input], at now: Instant) -> [Effect] {
        let saved = (author, standing, credentials)
        do {
            var effects: [Effect] = []
            try store.transact {
                for input in inputs { effects += try take(input, at: now) }
                try author?.seal(in: store)
            }
            return effects
        } catch {
            (author, standing, credentials) = saved
            return failed(inputs, Self.refusal(error))
        }
    }

    private func take(_ input: Input, at now: Instant) throws -> [Effect] {
        switch input {
        case .request(let id, let request):
            do {
                return [.reply(id, try answer(request, at: now).reply)]
            } catch let refusal as Refusal {
                return [.reply(id, .refused(refusal))]
            }
        case .abandoned, .timerFired: return []
        }
    }

    /// Nothing of the batch was kept: everybody who asked is told.
    private func failed(_ inputs: [Input], _ refusal: Refusal) -> [Effect] {
        var effects: [Effect] = []
        for case .request(let id, _) in inputs { effects.append(.reply(id, .refused(refusal))) }
        if [.storage, .damaged, .fault].contains(refusal.code) { effects.append(.stop(refusal)) }
        return effects
    }

    /// Any error of the engine as a person meets it.
    package static func refusal(_ error: any Error) -> Refusal {
        switch error {
        case let refusal as Refusal: refusal
        case let error as StoreError: Refusal(error)
        case let error as BooksError: Refusal(error)
        case let error as FactError: Refusal(error)
        default: Refusal(.fault, "this should not happen: \(error)", next: "report it")
        }
    }
}
