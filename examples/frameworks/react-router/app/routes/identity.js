export const loader = () => Response.json({ generation: process.pid })
