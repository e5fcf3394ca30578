import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, read } from '../workspace/members.ts'
import { sectionOf } from './markdown.ts'

const page = read('docs', 'systemd.md')
const FOLDER = 'examples/systemd'

/** Of a unit, without what it says of itself. */
const settingsIn = (unit: string): string[] => unit.split('\n').filter((line) => /^\w+=/.test(line))

describe('docs/systemd.md', () => {
  it('shows the settings of app.service as they are', () => {
    const [, block = ''] = /```ini\n(\[Service\]\n.*?)```/s.exec(sectionOf(page, 'One process')) ?? []
    const [, service = ''] = /^\[Service\]\n(.*?)^\[/ms.exec(read(FOLDER, 'app.service')) ?? []
    expect(settingsIn(block)).toEqual(settingsIn(service))
  })

  it('links to each unit that there is', () => {
    const units = readdirSync(join(ROOT, FOLDER)).filter((name) => /\.(service|socket)$/.test(name))
    expect(units.length).toBeGreaterThan(3)
    expect(units.filter((name) => !page.includes(`](../${FOLDER}/${name})`))).toEqual([])
  })
})
