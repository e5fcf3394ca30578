import { describe, it } from 'vitest'
import { expectNoticed, expectUnnoticed } from './stage/behind.ts'
import { missing } from './stage/installed.ts'
import { haproxy } from './stage/haproxy.ts'

const why = missing('haproxy', 'wrk')

describe(`behind HAProxy, which keeps connections open${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  it.runIf(why === undefined)(
    '20 restarts under load lose no request, and the proxy notices none of them',
    async () => {
      await expectUnnoticed(haproxy, 20)
    },
  )

  it.runIf(why === undefined)('a server that is stopped and started loses requests, and is noticed', async () => {
    await expectNoticed(haproxy)
  })
})
