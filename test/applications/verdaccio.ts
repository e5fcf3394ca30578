import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Place } from './application.ts'

/** What `npm publish` sends. */
export function packument(name: string): string {
  const tarball = gzipSync(Buffer.alloc(10_240))
  const shasum = createHash('sha1').update(tarball).digest('hex')
  const version = {
    name,
    version: '1.0.0',
    _id: `${name}@1.0.0`,
    dist: { shasum, tarball: `http://registry/${name}/-/${name}-1.0.0.tgz` },
  }
  const attachment = {
    content_type: 'application/octet-stream',
    data: tarball.toString('base64'),
    length: tarball.length,
  }
  return JSON.stringify({
    _id: name,
    name,
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': version },
    _attachments: { [`${name}-1.0.0.tgz`]: attachment },
  })
}

export async function publish({ host, port }: Place, name: string): Promise<void> {
  const answer = await fetch(`http://${host}:${port}/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: packument(name),
  })
  if (!answer.ok) throw new Error(`${name} could not be published: ${answer.status} ${await answer.text()}`)
}
