/**
 * For the C library of Linux, in the environment of a host: large pieces of memory go back to the system when they are free, and
 * what is free at the end of an arena too. By itself it moves both limits up to megabytes after the first large piece, and a
 * host that was flooded once stays large. Others ignore these names. See docs/decisions/0026.
 */
const settings = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '131072' }

/**
 * `env` with what it does not say itself.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export const withHostMemory = (env) => ({ ...settings, ...env })

/**
 * Whether a process with this environment is a host as it should be.
 * @param {NodeJS.ProcessEnv} env
 */
export const hasHostMemory = (env) => Object.keys(settings).every((name) => env[name] !== undefined)
