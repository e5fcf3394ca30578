/** Next.js calls this when it listens already, and waits for it before it answers. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { load } = await import('./loading.js')
  const manual = process.env.ZERODOWN_READINESS === 'manual'
  try {
    await load()
    console.log('loaded')
  } catch (error) {
    if (!manual) throw error // Next.js stays, and answers every request with 500.
    console.error(error)
    process.exit(1)
  }
  if (!manual) return
  // Not bundled: the copy that was preloaded is to be told.
  const { default: zerodown } = await import(/* turbopackIgnore: true */ 'zerodown')
  zerodown.ready()
}
