export const GET = () => Response.json({ generation: process.pid })
