export default defineNitroPlugin((nitro) => {
  nitro.hooks.hook('close', () => console.log('cleaned up: closed'))
})
