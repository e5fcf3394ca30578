import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, tempDir } from '../../support/index.ts'
import type { Proxy } from './proxy.ts'
import { exampleOf, startProxy } from './start-proxy.ts'

/** What stands around the example in /etc/nginx/nginx.conf. It logs what is not a plain success at the first attempt. */
const main = (folder: string): string => `
daemon off;
user root;
worker_processes 2;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events {}
http {
  log_format outcome '$request_method $status, upstream: $upstream_addr $upstream_status';
  map '$status $upstream_addr' $complaint { '~^2.. [^,]+$' 0; default 1; }
  access_log ${folder}/access.log outcome if=$complaint;
  client_body_temp_path ${folder}/bodies;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  include ${folder}/app.conf;
}
`

const linesOf = async (file: string): Promise<string[]> => (await readFile(file, 'utf8')).split('\n').filter(Boolean)

export const nginx: Proxy = {
  async start(upstream) {
    const folder = await tempDir()
    const port = await freePort()
    const ports = { '127.0.0.1:8080': `127.0.0.1:${upstream}`, 'listen 80': `listen 127.0.0.1:${port}` }
    await writeFile(join(folder, 'app.conf'), await exampleOf('nginx/app.conf', ports))
    await writeFile(join(folder, 'nginx.conf'), main(folder))
    const process = await startProxy(`nginx -e ${folder}/error.log -c ${folder}/nginx.conf`, port)
    return {
      process,
      port,
      complaints: async () => [
        ...(await linesOf(join(folder, 'access.log'))),
        // As one that is not root, it says that it ignores the user.
        ...(await linesOf(join(folder, 'error.log'))).filter((line) => !line.includes('"user" directive')),
      ],
    }
  },
}
