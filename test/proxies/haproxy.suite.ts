import { describe, it } from 'vitest'
import { aServer, expectNoticed, expectNothingLostAtStop, expectUnnoticed } from './stage/behind.ts'
import { installed } from './stage/installed.ts'
import { haproxy } from './stage/haproxy.ts'

const { runs, note } = installed('haproxy', 'wrk')

describe(`behind HAProxy, which keeps connections open${note}`, () => {
  it.runIf(runs)('20 restarts under load lose no request, and the proxy notices none of them', async () => {
    await expectUnnoticed(haproxy, aServer, 20)
  })

  it.runIf(runs)(
    'one of two servers is stopped, its health check turns red in time, and no request is lost',
    async () => {
      await expectNothingLostAtStop(haproxy)
    },
  )

  it.runIf(runs)('a server that is stopped and started loses requests, and is noticed', async () => {
    await expectNoticed(haproxy)
  })
})
