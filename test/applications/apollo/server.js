import { setTimeout as wait } from 'node:timers/promises'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'

const typeDefs = `type Query {
  generation: Int
  slow(ms: Int!): Int
}`

const resolvers = {
  Query: {
    generation: () => process.pid,
    async slow(_, { ms }) {
      await wait(ms)
      return process.pid
    },
  },
}

const cleanUp = {
  async serverWillStart() {
    return {
      async serverWillStop() {
        console.log('cleaned up: the server has stopped')
      },
    }
  },
}

// It hears SIGTERM and SIGINT itself, drains and stops. Without the check, the load may ask by GET.
const server = new ApolloServer({ typeDefs, resolvers, csrfPrevention: false, plugins: [cleanUp] })
const { HOST: host, PORT } = process.env
await startStandaloneServer(server, { listen: { host, port: Number(PORT) } })
