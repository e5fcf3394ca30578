import { Channel } from '../channel/channel.ts'
import type { ChannelToSuccessor } from '../channel/channel.ts'
import { carrierOf } from '../channel/process-carrier.ts'
import type { Launch } from './launch.ts'
import { launchFailed, startProcess } from './launch.ts'
import type { SuccessorLife } from './successor-process.ts'
import { SuccessorProcess } from './successor-process.ts'

/** A successor's process, and the channel to it. */
export interface StartedSuccessor {
  readonly process: SuccessorLife
  readonly channel: ChannelToSuccessor
}

/** @throws {ZerodownError} `ERR_ZERODOWN_LAUNCH` */
export type StartSuccessor = (launch: Launch) => StartedSuccessor

/** Starts the successor as a child of this process. */
export const startSuccessor: StartSuccessor = (launch) => {
  const child = startProcess(launch)
  return {
    process: new SuccessorProcess(child, (error) => launchFailed(launch, error)),
    channel: new Channel(carrierOf(child)),
  }
}
