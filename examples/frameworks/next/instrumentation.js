/** Next.js calls this when it listens already, and waits for it before it answers. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { load } = await import('./loading.js')
  await load()
  console.log('loaded')
  if (process.env.ZERODOWN_READINESS !== 'manual') return
  // Not bundled: the copy that was preloaded is to be told.
  const { default: zerodown } = await import(/* turbopackIgnore: true */ 'zerodown')
  zerodown.ready()
}
