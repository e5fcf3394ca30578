import { describe, it } from 'vitest'
import { aServer, expectNoticed, expectUnnoticed, twoWorkers } from './stage/behind.ts'
import { installed } from './stage/installed.ts'
import { nginx } from './stage/nginx.ts'

const { runs, note } = installed('nginx', 'wrk')

describe(`behind nginx, which keeps connections open${note}`, () => {
  it.runIf(runs)('20 restarts under load lose no request, and the proxy notices none of them', async () => {
    await expectUnnoticed(nginx, aServer, 20)
  })

  it.runIf(runs)('restarts of two workers of zerodown run are not noticed, either', async () => {
    await expectUnnoticed(nginx, twoWorkers, 5)
  })

  it.runIf(runs)('a server that is stopped and started loses requests, and is noticed', async () => {
    await expectNoticed(nginx)
  })
})
