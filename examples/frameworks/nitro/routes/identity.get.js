export default defineEventHandler(() => ({ generation: process.pid }))
