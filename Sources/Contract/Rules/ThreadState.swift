import Scenario

/// get_robust_list(2), set_tid_address(2), `prctl(PR_FUTEX_HASH)`.
extension ContractState {
  mutating func robust(
    _ actor: ActorID, _ space: UInt8, _ address: Address, _ step: inout Step
  ) -> OperationResult {
    let result = store(space, address, .owner(actor, flags: 0), &step)
    if result == .value(0) { actors[Int(actor.index)]?.robust.append(address) }
    return result
  }

  mutating func clearTID(_ actor: ActorID, _ address: Address, _ step: inout Step) -> PromisedResult {
    actors[Int(actor.index)]?.clearTID = address
    step.rule = .clearTID
    return .anyValue
  }

  mutating func hashSlots(_ space: UInt8, _ slots: UInt8, _ step: inout Step) -> OperationResult {
    if release < KernelRelease(6, 17) { return step.fail(.hashSlotsSince, .EINVAL) }
    // A kernel without CONFIG_FUTEX_PRIVATE_HASH has no such call.
    if step.chooseWhether(.hashSlotsSince) { return step.fail(.hashSlotsSince, .EINVAL) }
    if slots == 1 || slots & (slots &- 1) != 0 && slots != 0 { return step.fail(.hashSlotsPowerOfTwo, .EINVAL) }
    if spaces[Int(space)].usesGlobalHash { return step.fail(.hashSlotsGlobal, .EBUSY) }
    if slots == 0 { spaces[Int(space)].usesGlobalHash = true }
    return step.succeed(.hashSlots)
  }
}
