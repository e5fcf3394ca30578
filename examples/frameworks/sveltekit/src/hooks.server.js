// What adapter-node emits when its server has closed.
process.on('sveltekit:shutdown', (reason) => console.log(`cleaned up: ${reason}`))
