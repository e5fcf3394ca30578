import { createRequire } from 'node:module'
import type { ListenComparison } from '@zerodown/adapter-suite'
import { create } from '@zerodown/core'
import { express } from '@zerodown/express'
import { pluginFor } from '@zerodown/fastify'
import { koa } from '@zerodown/koa'

const require = createRequire(import.meta.url)

/** As a test wants it: nobody's signals, nobody's exit, no log. */
const instance = create({ signals: false, exit: false, logger: false })

/** What its version does not matter for. */
interface Application {
  listen(...args: never[]): unknown
}

function ofExpress(version: string): ListenComparison {
  const make = require(version) as () => Application
  return { bare: make, adapted: () => express(make(), {}, instance) }
}

function ofKoa(version: string): ListenComparison {
  const Koa = require(version) as new () => Parameters<typeof koa>[0]
  return { bare: () => new Koa(), adapted: () => koa(new Koa(), {}, instance) }
}

interface Fastify extends Application {
  register(plugin: unknown): unknown
  close(): Promise<void>
}

function ofFastify(version: string): ListenComparison {
  const make = require(version) as () => Fastify
  const adapted = (): Fastify => {
    const application = make()
    application.register(pluginFor(instance))
    return application
  }
  return {
    bare: make,
    adapted,
    // What `localhost` means is in fastify-localhost.test.ts.
    forms: [({ port, host }) => [{ port, host }], ({ path }) => [{ path }]],
    close: (application) => (application as Fastify).close(),
  }
}

/** For each adapter that gives its application a `listen()`. */
export const LISTENS: Readonly<Record<string, ListenComparison>> = {
  'Express 4': ofExpress('express4'),
  'Express 5': ofExpress('express'),
  'Fastify 4': ofFastify('fastify4'),
  'Fastify 5': ofFastify('fastify'),
  'Koa 2': ofKoa('koa2'),
  'Koa 3': ofKoa('koa'),
}
