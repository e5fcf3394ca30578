// Node takes some 0.35 ms for each module, and there are more than a hundred. So what users load is bundled, in place of the
// entries that tsc has written. The other modules stay beside it for tests, and are not published.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

const { exports } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
const built = Object.values(exports).flatMap(({ default: file = [] }) => file)

export default defineConfig({
  input: built.map((file) => at(file.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'))),
  platform: 'node',
  tsconfig: false,
  external: [/^node:/],
  logLevel: 'warn',
  output: { dir: at('dist'), format: 'esm', sourcemap: true, chunkFileNames: 'bundle-[name].js' },
})
