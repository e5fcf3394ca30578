import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isPublished, membersOfWorkspace } from '../workspace/members.ts'
import { asInWorkspace, Consumer } from './consumer.ts'
import { run } from './run.ts'
import { packAll, workspace } from './tarballs.ts'

const program = `
import express from 'express'
import zerodown from 'zerodown'

const app: express.Express = zerodown.express(express())
app.get('/', (request, response) => void response.send('hello'))
await zerodown.listenAndServe(':0', app)
`

/** As the files of their tarballs are called. */
const NAMES = membersOfWorkspace()
  .filter(isPublished)
  .map(({ manifest }) => manifest.name.replace('@', '').replace('/', '-'))

const nameOf = (tarball: string): string => path.basename(tarball).replace(/-\d.*/, '')

/** npm and the network are in it, ms. */
const installTimeout = 180_000

let folder: string
let tarballs: string[]

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zerodown-pack-'))
  tarballs = await packAll(folder)
}, installTimeout)

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('every package is packed, with its licence, its sources and no build leftovers', async () => {
  expect(tarballs.map(nameOf).toSorted()).toEqual(NAMES.toSorted())
  for (const tarball of tarballs) {
    const files = (await run(folder, 'tar', '-tzf', tarball)).trim().split('\n')
    expect(files).toEqual(
      expect.arrayContaining(['package/LICENSE', 'package/README.md', 'package/src/index.ts', 'package/dist/index.js']),
    )
    expect(files.filter((file) => file.includes('tsbuildinfo'))).toEqual([])
  }
})

test('no package points outside of itself', async () => {
  for (const tarball of tarballs) {
    const manifest = await run(folder, 'tar', '-xzOf', tarball, 'package/package.json')
    expect(manifest).not.toMatch(/workspace:|catalog:/)
  }
})

describe.each(NAMES)('%s', (name) => {
  const packed = (): string => tarballs.find((tarball) => nameOf(tarball) === name) ?? ''

  test('publint has nothing to say', async () => {
    await run(workspace, process.execPath, 'node_modules/publint/src/cli.js', packed(), '--strict')
  })

  test('the types are right however they are resolved', async () => {
    const attw = 'node_modules/@arethetypeswrong/cli/dist/index.js'
    await run(workspace, process.execPath, attw, packed(), '--profile', 'esm-only')
  })
})

describe('in a project with Express', () => {
  let consumer: Consumer

  beforeAll(async () => {
    consumer = new Consumer(path.join(folder, 'with-express'))
    await consumer.install(
      ...tarballs,
      await asInWorkspace('express', 'packages/express'),
      await asInWorkspace('@types/express', 'packages/express'),
      await asInWorkspace('@types/node'),
    )
  }, installTimeout)

  test('import and require give the same thing, without a warning', async () => {
    await consumer.write(
      'same.cjs',
      `const zerodown = require('zerodown')
       process.once('warning', (warning) => { throw warning })
       import('zerodown').then((namespace) => {
         const { listenAndServe, attach } = zerodown
         console.log(namespace.default === zerodown, typeof attach)
         return listenAndServe('127.0.0.1:0', () => {}, { logger: false })
       }).then((server) => console.log(server.listening, server.close() === server))`,
    )
    expect(await consumer.node('same.cjs')).toBe('true function\ntrue true\n')
  })

  test.each([
    { module: 'node16', moduleResolution: 'node16' },
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ])('a program type-checks with moduleResolution $moduleResolution', async (options) => {
    await consumer.write('program.ts', program)
    await consumer.typecheck(['program.ts'], options)
  })

  test('a CommonJS program type-checks', async () => {
    await consumer.write(
      'program.cts',
      `import zerodown = require('zerodown')
       import express = require('express')
       zerodown.express(express()).listen(0)`,
    )
    await consumer.typecheck(['program.cts'], { module: 'nodenext' })
  })
})

describe('in a project without Express', () => {
  let consumer: Consumer

  beforeAll(async () => {
    consumer = new Consumer(path.join(folder, 'without-express'))
    await consumer.install(...tarballs, await asInWorkspace('@types/node'))
  }, installTimeout)

  test('Express is not installed, and nothing misses it', async () => {
    await consumer.write(
      'index.js',
      `import { existsSync } from 'node:fs'
       import zerodown from 'zerodown'
       console.log(existsSync('node_modules/express'), typeof zerodown.listenAndServe)`,
    )
    expect(await consumer.node('index.js')).toBe('false function\n')
  })

  test.each(['mjs', 'cjs'])('zerodown/register takes over a program that knows nothing of it (%s)', async (kind) => {
    const load =
      kind === 'cjs' ? `const { createServer } = require('node:http')` : `import { createServer } from 'node:http'`
    await consumer.write(
      `register.${kind}`,
      `${load}
       const server = createServer().listen(0, '127.0.0.1', () => setImmediate(() => {
         console.log(process.listenerCount('SIGUSR2'))
         server.close()
       }))`,
    )
    expect(await consumer.node(`register.${kind}`)).toBe('0\n')
    expect(await consumer.node(`register.${kind}`, '--import', 'zerodown/register')).toBe('1\n')
    expect(await consumer.node(`register.${kind}`, '--require', 'zerodown/register')).toBe('1\n')
  })

  test.each([
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ])('zerodown/register type-checks with moduleResolution $moduleResolution', async (options) => {
    await consumer.write('register.ts', `import 'zerodown/register'\nawait import('zerodown/register')`)
    await consumer.typecheck(['register.ts'], options)
  })

  test('a program type-checks', async () => {
    await consumer.write('program.ts', `import zerodown from 'zerodown'\nawait zerodown.listenAndServe(':0', () => {})`)
    await consumer.typecheck(['program.ts'], { module: 'nodenext' })
  })
})

describe('in a project with Fastify', () => {
  let consumer: Consumer

  beforeAll(async () => {
    consumer = new Consumer(path.join(folder, 'with-fastify'))
    await consumer.install(
      ...tarballs,
      await asInWorkspace('fastify', 'packages/fastify'),
      await asInWorkspace('@types/node'),
    )
  }, installTimeout)

  test.each([
    ['ESM', 'index.mjs', `import Fastify from 'fastify'\nimport zerodown from 'zerodown'`],
    ['CommonJS', 'index.cjs', `const Fastify = require('fastify')\nconst zerodown = require('zerodown')`],
  ])('the default export is the plugin (%s)', async (_, file, imports) => {
    await consumer.write(
      file,
      `${imports}
       async function main() {
         const app = Fastify()
         await app.register(zerodown, { logger: false, exit: false })
         app.get('/', async () => app.zerodown.state)
         await app.listen({ port: 0 })
         await new Promise((turn) => setTimeout(turn, 50))
         console.log((await app.inject('/')).body)
         await app.close()
       }
       main()`,
    )
    expect(await consumer.node(file)).toBe('serving\n')
  })

  test('a program type-checks, and knows the decorator', async () => {
    await consumer.write(
      'program.ts',
      `import Fastify from 'fastify'
       import zerodown from 'zerodown'
       const app = Fastify()
       await app.register(zerodown, { drainTimeout: 5000 })
       const state: 'starting' | 'serving' | 'restarting' | 'draining' | 'stopped' = app.zerodown.state
       // @ts-expect-error An unknown option.
       await app.register(zerodown, { drainTimeOut: 5000 })
       console.log(state)`,
    )
    await consumer.typecheck(['program.ts'], { module: 'nodenext' })
  })
})

describe.each(['10', '11', '12'])('in a project with Nest %s', (major) => {
  let consumer: Consumer

  beforeAll(async () => {
    consumer = new Consumer(path.join(folder, `with-nest-${major}`))
    const nest = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@${major}`)
    const others = ['reflect-metadata', 'rxjs', 'typescript@5', await asInWorkspace('@types/node')]
    await consumer.install(...tarballs, ...nest, ...others)
  }, installTimeout)

  test.each([
    ['ESM', 'index.mjs', (name: string) => `await import('${name}')`],
    ['CommonJS', 'index.cjs', (name: string) => `require('${name}')`],
  ])('its applications restart (%s)', async (_, file, load) => {
    await consumer.write(
      file,
      `async function main() {
         ${load('reflect-metadata')}
         const { Module } = ${load('@nestjs/common')}
         const { NestFactory } = ${load('@nestjs/core')}
         const { ZerodownModule } = ${load('@zerodown/nest')}
         const { default: zerodown } = await import('zerodown')
         class AppModule {}
         Module({ imports: [ZerodownModule.forRoot({ logger: false, exit: false })] })(AppModule)
         const app = await NestFactory.create(AppModule, { logger: ['error'] })
         zerodown.once('ready', async () => {
           console.log(zerodown.state)
           await app.close()
         })
         await app.listen(0)
       }
       main()`,
    )
    expect(await consumer.node(file)).toBe('serving\n')
  })

  test.each([
    { module: 'nodenext', moduleResolution: 'nodenext' },
    // So does `nest new` configure it, up to version 10. It does not look at "exports".
    { module: 'commonjs', moduleResolution: 'node10' },
  ])('a program type-checks with moduleResolution $moduleResolution', async (options) => {
    await consumer.write(
      'program.ts',
      `import { Module } from '@nestjs/common'
       import { ZerodownModule } from '@zerodown/nest'
       import zerodown from 'zerodown'
       @Module({ imports: [ZerodownModule.forRoot({ drainTimeout: 5000 })] })
       export class AppModule {}
       @Module({ imports: [ZerodownModule.forRoot({}, zerodown.create())] })
       export class OtherModule {}
       // @ts-expect-error An unknown option.
       ZerodownModule.forRoot({ drainTimeOut: 5000 })`,
    )
    await consumer.typecheck(
      ['program.ts'],
      { experimentalDecorators: true, esModuleInterop: true, skipLibCheck: true, ...options },
      consumer.folder,
    )
  })
})

describe('in a project with an adapter of its own', () => {
  const example = path.join(workspace, 'examples/adapter')
  let consumer: Consumer

  beforeAll(async () => {
    consumer = new Consumer(path.join(folder, 'with-adapter'))
    await consumer.install(...tarballs, await asInWorkspace('polka', 'examples/adapter'))
    for (const file of ['adapter.test.js', 'server.js', 'with-zerodown.js']) {
      await consumer.write(file, await readFile(path.join(example, file), 'utf8'))
    }
  }, installTimeout)

  test('the suite for adapters runs, with node:test', async () => {
    expect(await run(consumer.folder, process.execPath, '--test')).toMatch(/^. pass 9\n. fail 0$/m)
  })
})
