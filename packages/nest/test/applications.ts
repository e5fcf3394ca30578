import 'reflect-metadata'
import { once } from 'node:events'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { INestApplication, Type } from '@nestjs/common'
import { Controller, Get, Module } from '@nestjs/common'
import type { AbstractHttpAdapter } from '@nestjs/core'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { Options, Zerodown } from '@zerodown/core'
import { create } from '@zerodown/core'
import { onTestFinished } from 'vitest'
import { ZerodownModule } from '../src/index.ts'

export const PLATFORMS: readonly [string, () => AbstractHttpAdapter][] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
]

/** As a test wants it: nobody's exit, no log. */
export const instanceOfOnesOwn = (options: Options = {}): Zerodown => create({ exit: false, logger: false, ...options })

const SIGNALS = ['SIGUSR2', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const

/** How many listen to each signal. */
export const listeners = (): Record<string, number> =>
  Object.fromEntries(SIGNALS.map((signal) => [signal, process.listenerCount(signal)]))

/** What was called, in order. */
export class Steps extends Array<string> {
  answer: Promise<unknown> = Promise.resolve()
}

/** Its root module, whose controller answers when `steps.answer` is there, and has all of Nest's hooks for the end. */
export function rootModule(steps: Steps, zerodown: Zerodown | undefined): Type {
  class Root {
    async answer(): Promise<string> {
      await steps.answer
      steps.push('answered')
      return 'ok'
    }

    onModuleDestroy(): void {
      steps.push('onModuleDestroy')
    }

    async beforeApplicationShutdown(): Promise<void> {
      await new Promise((turn) => setImmediate(turn))
      steps.push('beforeApplicationShutdown')
    }

    onApplicationShutdown(): void {
      steps.push('onApplicationShutdown')
    }
  }
  const method = Object.getOwnPropertyDescriptor(Root.prototype, 'answer') as PropertyDescriptor
  // Decorators are functions: applied by hand, as the tests' compiler takes types away and no more.
  Get()(Root.prototype, 'answer', method)
  Controller()(Root)
  class Application {}
  const imports = zerodown === undefined ? [] : [ZerodownModule.forRoot({}, zerodown)]
  Module({ imports, controllers: [Root] })(Application)
  return Application
}

export const HOOKS = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown']

/** Is closed with the test. */
export async function application(root: Type, adapter: AbstractHttpAdapter): Promise<INestApplication> {
  const app = await NestFactory.create(root, adapter, { logger: false, abortOnError: false })
  onTestFinished(() => app.close())
  return app
}

export async function ask(app: INestApplication): Promise<string> {
  const { port } = app.getHttpServer().address() as AddressInfo
  const [response] = await once(get({ host: '127.0.0.1', port, agent: false }), 'response')
  return text(response)
}
