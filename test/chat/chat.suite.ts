import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { startServer, tempDir, until } from '../support/index.ts'

/** As Debian installs it. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const RESTARTS = 20
const folder = fileURLToPath(new URL('../../examples/chat/', import.meta.url))
/** Where a picture of the page goes, if somebody wants one. */
const { SCREENSHOT } = process.env

/** Nothing but what a page needs: Chromium asks for much more by itself. */
const QUIET = ['gpu', 'quic', 'background-networking', 'component-update', 'sync'].map((what) => `--disable-${what}`)

async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--no-first-run', ...QUIET],
    env: { ...process.env, HOME: await tempDir() } as Record<string, string>,
  })
  cleanUp(() => browser.close())
  return browser
}

const say = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel('Your message').fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

const textOf = (page: Page, id: string): Promise<string | null> => page.locator(`#${id}`).textContent()

const heardOn = (page: Page): Promise<string[]> =>
  page.locator('li[data-number]').evaluateAll((lines) => lines.map((line) => line.firstChild?.textContent ?? ''))

const there = existsSync(CHROMIUM)

it.runIf(there)(
  'examples/chat: two pages in Chromium stay connected through 20 restarts, and show the same',
  { timeout: 10 * 60_000 },
  async () => {
    const server = await startServer(`${folder}server.js`, { cwd: folder, env: { PORT: '0' } })
    const browser = await startBrowser()
    const pages: Page[] = []
    for (const name of ['Ada', 'Grace']) {
      const page = await browser.newPage({ viewport: { width: 720, height: 560 } })
      await page.goto(`http://127.0.0.1:${server.port}/?name=${name}`)
      await until(async () => (await textOf(page, 'generation')) === '1', 'the first generation')
      pages.push(page)
    }
    const [ada, grace] = pages as [Page, Page]
    let said = 0
    for (let restart = 1; restart <= RESTARTS; restart += 1) {
      const before = server.current()
      const restarted = server.restart()
      // Before, while and after it is in its probation.
      for (let over = false; !over; said += 2) {
        await say(ada, `${said + 1}. How is release ${restart}?`)
        await say(grace, `${said + 2}. I noticed nothing.`)
        over = (await textOf(ada, 'restarts')) === String(restart)
      }
      await restarted
      await server.waitForExit(before)
      await until(async () => (await textOf(grace, 'restarts')) === String(restart), 'the restart on the other page')
    }
    for (const page of pages) await until(async () => (await heardOn(page)).length === said, 'all messages')
    const [first, second] = await Promise.all(pages.map(heardOn))
    console.log(`${RESTARTS} restarts, ${said} messages, ${await textOf(ada, 'reconnects')} reconnects`)
    expect(second).toEqual(first)
    expect(await Promise.all(pages.map((page) => textOf(page, 'reconnects')))).toEqual(['0', '0'])
    expect(await Promise.all(pages.map((page) => textOf(page, 'generation')))).toEqual(['21', '21'])
    if (SCREENSHOT !== undefined) await ada.screenshot({ path: SCREENSHOT })
  },
)

it.skipIf(there)(`examples/chat in Chromium (skipped: there is no ${CHROMIUM}; set CHROMIUM to another one)`, () => {})
