import type { DynamicModule } from '@nestjs/common'
import { Module } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { Options } from '@zerodown/core'
import { zerodown } from '@zerodown/core'
import type { AnyInstance } from '@zerodown/core/adapter'
import { declare, defaultLogger } from '@zerodown/core/adapter'
import { Restartable } from './restartable.ts'

/**
 * Makes `app.listen()` of a Nest application start a server that restarts without losing a request, on Express and on
 * Fastify. After its last response the application is closed: Nest calls `onModuleDestroy`,
 * `beforeApplicationShutdown` and `onApplicationShutdown` then, once, after a restart and at a shutdown. They are called
 * without `app.enableShutdownHooks()`, too; with it, the signals that it adds drain first.
 *
 * `app.init()`, `app.close()` and applications that never listen are as without it.
 */
export class ZerodownModule {
  /**
   * For the imports of the root module.
   * @param instance the one to be in charge of the process. Default: the instance that `zerodown` exports
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION` or `ERR_ZERODOWN_OPTION_CONFLICT`
   */
  static forRoot(options: Options = {}, instance: AnyInstance = zerodown): DynamicModule {
    // The plugin for Fastify would have another default.
    declare(instance, options, { logger: defaultLogger })
    const useFactory = (host: HttpAdapterHost): Restartable => new Restartable(instance, host)
    return { module: ZerodownModule, providers: [{ provide: Restartable, useFactory, inject: [HttpAdapterHost] }] }
  }
}

// As a decorator it would need a compiler that knows decorators.
Module({})(ZerodownModule)
