// Node takes about 0.35 ms to load a module, and there are more than a hundred. So this puts bundles in place of the
// entries that tsc has written. The modules in folders stay beside them for tests, and are not published.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

const { exports } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
const built = Object.values(exports).flatMap(({ default: file = [] }) => file)

// By its interface, as its command prints a table each time.
await build({
  input: built.map((file) => at(file.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'))),
  platform: 'node',
  tsconfig: false,
  external: [/^node:/],
  output: { dir: at('dist'), format: 'esm', sourcemap: true, chunkFileNames: 'bundle-[name].js' },
})
