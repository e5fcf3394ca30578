import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { ChannelToSuccessor } from '../../src/channel/channel.ts'
import type { InheritedListener } from '../../src/listeners/inherited.ts'
import type { Options } from '../../src/options/options.ts'
import type { Origin } from '../../src/restart/origin.ts'
import { Predecessor } from '../../src/restart/predecessor.ts'
import { channelInMemory } from './carriers.ts'
import { TestedProcess } from './lifecycles.ts'

export interface TestedSuccessor {
  /** This process, which is a successor. */
  successor: TestedProcess
  /** What the predecessor does. */
  predecessor: ChannelToSuccessor
  /** What it has heard, in this order. */
  heard: object[]
  /** Its process ends. */
  dies(): Promise<void>
}

/**
 * This process as a successor that has inherited these listeners.
 * @param dies whether its predecessor is a process of its own, that can end
 */
export async function aSuccessor(
  listeners: readonly InheritedListener[],
  { options = {}, dies = false, ...origin }: { options?: Options; dies?: boolean } & Partial<Origin> = {},
): Promise<TestedSuccessor> {
  const { pid, end } = dies ? await aSleeper() : { pid: process.pid, end: async () => {} }
  const { toSuccessor, toPredecessor, carriers } = channelInMemory()
  const heard: object[] = []
  for (const type of ['ready', 'leaving', 'refused', 'restarted', 'not-restarted'] as const) {
    toSuccessor.on(type, (message) => heard.push(Object.fromEntries(Object.entries(message).slice(1))))
  }
  const inheritance = { generation: 2, predecessor: pid, channel: 3, listeners, restartSignals: [], restore: {} }
  const predecessor = new Predecessor(pid, toPredecessor)
  const successor = new TestedProcess(options, undefined, { ...origin, inheritance, predecessor })
  const goes = async (): Promise<void> => {
    carriers[0].close()
    await end()
    if (dies) await predecessor.gone
  }
  // A process that was put in charge leaves only after its predecessor.
  onTestFinished(goes)
  return { successor, predecessor: toSuccessor, heard, dies: goes }
}

/** A process that is there sooner than one of Node. */
async function aSleeper(): Promise<{ pid: number; end(): Promise<void> }> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  await once(child, 'spawn')
  const end = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  return { pid: child.pid as number, end }
}
