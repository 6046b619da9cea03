/// Places that a night's runs must all have been to: where none has, the simulator looks away.
package enum Marker: String, Codable, CaseIterable, Sendable {
    case diedUntold, checkpoint, restart, powerLostInCall, stoppedForStorage, setAside
    case sendBufferFull, halfOpenLink, heldBytes, connectionDropped, replayed, stranger
    case waitedForPeer, waitedInVain, shortageMarked, heldBackAfterRestore, twoHistories
    case restored, cloned, diskLost, clockMoved, clockFrozen, bitFlipped, flipFound
    case relayHeld, partialReplica, upgraded, costRefolded, dismissed
    case removedBeside, agreedAfterwards, recoveredByKey
    case counted, countCorrected, layersFolded, countedInBack, movedInBranch
    case takenBack, givenUp, cameBroken, cameBeside, repacked
    case kept, orderSold, granted, soldOnQuota, delivered, rightsBack
    case lotsReceived, lotsSold, lotsSent, merged, pricesSet, reorderDrafted
    case periodClosed, periodReopened, periodSealed
    case matched, invoiced, valued, moneyCame
    case cameEarly, backElsewhere, exchanged, purchaseApproved, purchaseReceived, shiftClosed
}
