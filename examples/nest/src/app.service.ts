import type { OnApplicationShutdown } from '@nestjs/common'
import { Injectable } from '@nestjs/common'
import zerodown from 'zerodown'

export interface Identity {
  pid: number
  generation: number
}

@Injectable()
export class AppService implements OnApplicationShutdown {
  private served = 0

  identity(): Identity {
    return { pid: process.pid, generation: zerodown.generation }
  }

  countServed(): void {
    this.served += 1
  }

  /** Runs after the last response: close the database here. */
  onApplicationShutdown(): void {
    console.log(`generation ${zerodown.generation}, pid ${process.pid}: served ${this.served} requests`)
  }
}
