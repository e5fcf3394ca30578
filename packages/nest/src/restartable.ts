import type { OnModuleInit } from '@nestjs/common'
import type { HttpAdapterHost, NestApplication } from '@nestjs/core'
import type { Zerodown } from '@zerodown/core'
import type { AnyInstance } from '@zerodown/core/adapter'
import { pluginFor } from '@zerodown/fastify'
import type { Interception } from './intercept.ts'
import { intercept } from './intercept.ts'
import { ShutdownSignals } from './shutdown-signals.ts'

/** One application that has the module. Its server restarts, and it is closed after the last response. */
export class Restartable implements Interception, OnModuleInit {
  readonly #instance: AnyInstance
  readonly #host: HttpAdapterHost
  readonly #signals: ShutdownSignals
  #closing: Promise<void> | undefined
  #takeBack: (() => void) | undefined

  constructor(instance: AnyInstance, host: HttpAdapterHost) {
    this.#instance = instance
    this.#host = host
    this.#signals = new ShutdownSignals(instance)
    intercept(host, this)
  }

  /** Called before the application listens, and also if it never does. */
  onModuleInit(): void {
    // Later, Fastify takes no plugin any more. It makes servers of its own for `localhost`, which only its plugin knows.
    if (isOnFastify(this.#host)) this.#host.httpAdapter.getInstance().register(pluginFor(this.#instance as Zerodown))
  }

  async listen(app: NestApplication, listen: () => Promise<unknown>): Promise<unknown> {
    const server = app.getHttpServer()
    if (!isOnFastify(this.#host)) this.#instance.attach(server)
    // A turn later: the hook that is added last runs first, and that of the plugin for Fastify is added now.
    server.once('listening', () => queueMicrotask(() => this.#listens(app)))
    return listen()
  }

  /**
   * Called by the application, by us, or by both. Whoever comes second waits for the first: up to version 11, Nest would
   * call all hooks again.
   */
  close(_app: NestApplication, close: () => Promise<void>): Promise<void> {
    this.#closing ??= close().finally(() => {
      this.#closing = undefined
      this.#takeBack?.()
      this.#takeBack = undefined
      this.#signals.giveBack()
    })
    return this.#closing
  }

  enableShutdownHooks(_app: NestApplication, enable: () => unknown): unknown {
    return this.#signals.watch(enable)
  }

  #listens(app: NestApplication): void {
    this.#takeBack ??= this.#instance.onShutdown(() => app.close())
    this.#signals.takeOver()
  }
}

/** A standalone application and a microservice have no HTTP adapter. */
const isOnFastify = ({ httpAdapter }: Partial<HttpAdapterHost>): boolean => httpAdapter?.getType() === 'fastify'
