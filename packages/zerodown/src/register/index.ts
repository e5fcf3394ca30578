/**
 * `node --import zerodown/register server.js`: an application that knows nothing of zerodown restarts without losing a
 * request. Its options come from the environment: ZERODOWN_PID_FILE, ZERODOWN_DRAIN_TIMEOUT and so on.
 */
import { isMainThread } from 'node:worker_threads'
import { register } from './register.ts'

// Node loads this in every worker thread as well, but signals and inherited listeners come to the main thread only.
if (isMainThread) register()
