import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'

// What one writes to use node:cluster: `node primary.js <workers>`.

cluster.setupPrimary({ exec: fileURLToPath(new URL('server.js', import.meta.url)), args: [] })
for (let started = 0; started < Number(process.argv[2]); started++) cluster.fork()
