/**
 * Lets the program go on when its output cannot be written. A reader that goes away (`signalbox serve | head -1`) has
 * read enough; anything else, such as a full disk, is said once and makes the exit code 1.
 */
export function surviveLostOutput(): void {
  let isSaid = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isSaid) return
    isSaid = true
    process.exitCode = 1
    console.error(`signalbox: The output cannot be written: ${error.message}. Make room, or write it elsewhere.`)
  })
  process.stderr.on('error', () => undefined) // nothing is left that it could be said on
  // A file that may not grow any more (`ulimit -f`) is an error of that write then, and not the end of the process.
  process.on('SIGXFSZ', () => undefined)
}
