import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { create } from '@zerodown/core'
import express5 from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { health } from '../src/index.ts'

const express4 = createRequire(new URL('../../../test/package.json', import.meta.url))('express4') as typeof express5

async function listening(app: express5.Express): Promise<string> {
  const server: Server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const seen = async (url: string, options?: RequestInit): Promise<unknown[]> => {
  const response = await fetch(url, options)
  return [response.status, await response.text()]
}

describe.each([
  ['Express 4', express4],
  ['Express 5', express5],
])('%s', (_, express) => {
  it('answers where the middleware is used, and passes on what is not for it', async () => {
    const app = express()
    app.use(health({ healthChecks: { '/livez': () => Promise.reject(new Error('no database')) } }, create()))
    app.use('/internal', health({}, create()))
    app.use((_request, response) => void response.send('the application'))
    const at = await listening(app)
    expect(await seen(`${at}/livez`)).toEqual([503, 'no database\n'])
    expect(await seen(`${at}/readyz`)).toEqual([503, 'starting\n'])
    expect(await seen(`${at}/internal/livez`)).toEqual([200, 'ok\n'])
    expect(await seen(`${at}/internal/livez`, { method: 'HEAD' })).toEqual([200, ''])
    expect(await seen(`${at}/livez`, { method: 'POST' })).toEqual([200, 'the application'])
    expect(await seen(`${at}/other`)).toEqual([200, 'the application'])
  })
})
