import { adapterSuite } from '@zerodown/adapter-suite'
import * as entry from '@zerodown/core/adapter'
import { describe, expect, it } from 'vitest'
import { isAdapter, isPublished, membersOfWorkspace, read } from '../workspace/members.ts'
import { sectionOf } from './markdown.ts'

const page = read('docs', 'adapters.md')

const section = (heading: string): string => sectionOf(page, heading)

describe('docs/adapters.md', () => {
  it('has the contract in ten lines', () => {
    expect(section('The contract').match(/^\d+\. .*$/gm)).toHaveLength(10)
  })

  it.each(['with-zerodown.js', 'adapter.test.js'])('shows examples/adapter/%s as it is', (file) => {
    expect(page).toContain(`\`\`\`js\n${read('examples/adapter', file)}\`\`\``)
  })

  it('says what each test of the suite shows', () => {
    const tests = adapterSuite({ program: '', listen: { bare: Object, adapted: Object } })
    const rows = [...section('The suite').matchAll(/^\| `(.+?)` \| (.*) \|$/gm)].map(([, name, shows]) => [name, shows])
    expect(rows.slice(0, tests.length)).toEqual(tests.map(({ name, title }) => [name, title]))
  })

  it('tells of each package that is an adapter', () => {
    const adapters = membersOfWorkspace().filter((member) => isPublished(member) && isAdapter(member))
    expect(adapters.length).toBeGreaterThan(2)
    for (const { manifest } of adapters) expect(page).toContain(`[\`${manifest.name}\`]`)
  })

  it('names the functions that an adapter may need', () => {
    const functions = Object.entries(entry).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
    expect(functions.filter((name) => !page.includes(`\`${name}`))).toEqual([])
  })
})
