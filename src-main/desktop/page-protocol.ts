import { readFile } from 'node:fs/promises'
import type { Protocol } from 'electron'
import { readRendererFiles, securityHeaders } from '../server/renderer-files.ts'
import type { RendererFiles } from '../server/renderer-files.ts'
import { appScheme, isAppUrl } from './app-origin.ts'

/** Declares our scheme; only possible before the app is ready. */
export function registerAppScheme(protocol: Protocol): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: appScheme,
      privileges: {
        standard: true,
        secure: true,
        supportFetchAPI: true,
        bypassCSP: false,
        // True would let other origins read our files.
        corsEnabled: false,
        allowServiceWorkers: false,
        stream: false,
        allowExtensions: false,
        codeCache: true,
      },
    },
  ])
}

/** Serves the built page under our scheme: GET, files of the build, nothing else. */
export function servePage(protocol: Protocol, files: RendererFiles = readRendererFiles()): void {
  protocol.handle(appScheme, (request) => answer(request, files))
}

async function answer(request: Request, files: RendererFiles): Promise<Response> {
  if (request.method !== 'GET') return refusal(405)
  if (!isAppUrl(request.url)) return refusal(404)
  const file = files.find(new URL(request.url).pathname)
  if (file === null) return refusal(404)
  return new Response(new Uint8Array(await readFile(file.path)), {
    headers: { ...securityHeaders, 'Content-Type': file.contentType, 'Cache-Control': file.cacheControl },
  })
}

const refusal = (status: 404 | 405): Response =>
  new Response(null, { status, headers: { ...securityHeaders, 'Cache-Control': 'no-store' } })
