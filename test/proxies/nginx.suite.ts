import { describe, it } from 'vitest'
import { expectNoticed, expectUnnoticed } from './stage/behind.ts'
import { missing } from './stage/installed.ts'
import { nginx } from './stage/nginx.ts'

const why = missing('nginx', 'wrk')

describe(`behind nginx, which keeps connections open${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  it.runIf(why === undefined)(
    '20 restarts under load lose no request, and the proxy notices none of them',
    async () => {
      await expectUnnoticed(nginx, 20)
    },
  )

  it.runIf(why === undefined)('a server that is stopped and started loses requests, and is noticed', async () => {
    await expectNoticed(nginx)
  })
})
