import { afterAll, beforeAll } from 'vitest'
import { UserManager, canRunManager } from './user-manager.ts'

/** A manager for all tests of a file, and what `canRunManager()` says. */
export function useManager(): { readonly runs: boolean; readonly note: string; readonly manager: UserManager } {
  const { runs, note } = canRunManager()
  let manager: UserManager | undefined
  beforeAll(async () => {
    if (runs) manager = await UserManager.start()
  })
  afterAll(async () => {
    await manager?.stop()
  })
  return {
    runs,
    note,
    get manager() {
      if (manager === undefined) throw new Error(`No systemd user manager runs${note}`)
      return manager
    },
  }
}
