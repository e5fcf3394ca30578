import { existsSync, readFileSync, watch } from 'node:fs'
import { dirname } from 'node:path'

/** Put here what your application loads at its start. With LOADED, it is over when that file is there, and fails if it is not empty. */
export function load() {
  const { LOADED } = process.env
  if (LOADED === undefined) return Promise.resolve()
  return new Promise((loaded, failed) => {
    const watcher = watch(dirname(LOADED), look)
    function look() {
      if (!existsSync(LOADED)) return
      watcher.close()
      const why = readFileSync(LOADED, 'utf8')
      if (why === '') loaded()
      else failed(new Error(why))
    }
    look()
  })
}
