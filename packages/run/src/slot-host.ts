import type { Failure, GenerationInfo, InheritedListener, Launch, Step } from '@zerodown/core/supervision'
import type { Moves } from './moves.ts'
import type { Slot } from './slot.ts'
import type { Ended, PrefixedOutput, WorkerProcess } from './worker-process.ts'

/** What a slot asks of the supervisor, and whom it tells what becomes of its processes. */
export interface SlotHost {
  readonly moves: Moves
  /** How long a process may take from SIGTERM to its end. ms */
  patience(process: WorkerProcess): number
  /** How long a process that follows nobody may take until it is in charge, and any to answer where others wait. ms */
  readonly readyTimeout: number
  /** How to start a process of this slot that follows nobody. */
  plan(slot: number, generation: number, listeners: readonly InheritedListener[]): Launch
  /** @throws why no process can start in that folder */
  checkStart(folder: string): void
  /** Where its processes print; `undefined`: where the supervisor does. */
  output(slot: number, generation: number): PrefixedOutput | undefined
  /** A trigger came to a worker. */
  roll(slot: number): Promise<GenerationInfo | Failure>
  /** @returns the keys that all slots use for a listener */
  ticketKeys(key: string, keys: string): string
  /** A process says how far its restart or its end is. */
  heard(slot: number, step: Step): void
  /** A process is in charge of the slot. */
  inCharge(slot: Slot): void
  /** The process that was in charge has ended, and nobody follows it. @param lived how long it was in charge, ms */
  crashed(slot: Slot, ended: Ended, lived: number): void
  /** A process has not answered in that time, and is killed. @param time its `readyTimeout`, ms */
  hangs(slot: number, process: WorkerProcess, time: number): void
  /** There is no process in place of that one. */
  notStarted(slot: Slot, error: unknown): void
}
