import { existsSync, watch } from 'node:fs'
import { dirname } from 'node:path'

/** What an application loads takes its time: here until the file LOADED is there. */
export function untilLoaded() {
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
