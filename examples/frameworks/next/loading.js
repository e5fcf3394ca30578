import { existsSync, watch } from 'node:fs'
import { dirname } from 'node:path'

/** Put here what your application loads at its start. With LOADED, it is over when that file is there. */
export function load() {
  const { LOADED } = process.env
  if (LOADED === undefined) return Promise.resolve()
  return new Promise((loaded) => {
    const watcher = watch(dirname(LOADED), look)
    function look() {
      if (!existsSync(LOADED)) return
      watcher.close()
      loaded()
    }
    look()
  })
}
