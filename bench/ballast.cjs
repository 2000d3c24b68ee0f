/* Preloaded into a host: makes its process as large as one that has been at work for long (forking pays for that). */
const { Buffer } = require('node:buffer')
const { isMainThread } = require('node:worker_threads')
if (isMainThread) globalThis.ballast = Buffer.alloc(500 * 1024 * 1024, 1)
